//go:build e2e

package e2e

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rules-xdist/rules_xdist/internal/bep"
)

// workspace is a copy of examples/platform in which tests may edit files.
type workspace struct {
	t         *testing.T
	dir, tool string
	// startup are Bazel's options before the command.
	startup []string
	// prefix is a command that runs another.
	prefix []string
	// environment is added to that of the test.
	environment []string
}

// newWorkspace copies the example. The copy is at the same place in each test, so that
// Bazel's server and its analysis are reused.
func newWorkspace(t *testing.T) workspace {
	t.Helper()
	return newWorkspaceAt(t, "platform")
}

// newWorkspaceAt copies the example to a place of its own, so that its Bazel runs beside
// that of others.
func newWorkspaceAt(t *testing.T, name string) workspace {
	t.Helper()
	repository, err := filepath.Abs("../..")
	check(t, err)
	cache, err := os.UserCacheDir()
	check(t, err)
	w := workspace{
		t:    t,
		dir:  filepath.Join(cache, "rules_xdist", "e2e", name),
		tool: filepath.Join(repository, "tools", "bazel"),
	}
	check(t, os.RemoveAll(w.dir))
	check(t, os.CopyFS(w.dir, sources{os.DirFS(filepath.Join(repository, "examples", "platform"))}))
	if strings.HasPrefix(repository, "/tmp/") {
		// Bazel's sandbox hides /tmp, unless the workspace itself is there.
		w.write(".bazelrc", w.read(".bazelrc")+"common --sandbox_add_mount_pair="+repository+"\n")
	}
	w.edit("MODULE.bazel", `path = "../.."`, `path = "`+repository+`"`)
	return w
}

// in is the workspace for a part of its test.
func (w workspace) in(t *testing.T) workspace {
	w.t = t
	return w
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// result is one finished command of Bazel.
type result struct {
	code   int
	output string
	build  bep.Build
}

func (w workspace) bazel(args ...string) result {
	w.t.Helper()
	events := filepath.Join(w.t.TempDir(), "events.json")
	args = slices.Insert(args, 1, "--build_event_json_file="+events, "--nobuild_event_json_file_path_conversion", "--color=no", "--curses=no")
	line := slices.Concat(w.prefix, []string{w.tool}, w.startup, args)
	command := exec.Command(line[0], line[1:]...)
	command.Dir = w.dir
	command.Env = append(os.Environ(), w.environment...)
	var output bytes.Buffer
	command.Stdout, command.Stderr = &output, &output
	err := command.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		w.t.Fatal(err)
	}
	return result{code: command.ProcessState.ExitCode(), output: output.String(), build: readEvents(w.t, events)}
}

// readEvents reads what Bazel told of a build, if it told anything.
func readEvents(t *testing.T, name string) bep.Build {
	t.Helper()
	file, err := os.Open(name)
	if err != nil {
		return bep.Build{}
	}
	defer file.Close()
	build, err := bep.Read(file)
	check(t, err)
	return build
}

// mustPass fails the test with Bazel's output unless the command succeeded.
func (w workspace) mustPass(args ...string) result {
	w.t.Helper()
	r := w.bazel(args...)
	if r.code != 0 {
		w.t.Fatalf("bazel %s: exit code %d, want 0\n%s", strings.Join(args, " "), r.code, r.output)
	}
	return r
}

// executed returns the labels of the targets of which a shard was not cached.
func (r result) executed() []string {
	var labels []string
	for _, target := range r.build.Targets {
		if slices.ContainsFunc(target.Shards, func(s bep.Shard) bool {
			return slices.ContainsFunc(s.Attempts, func(a bep.Attempt) bool { return a.Cache == bep.NotCached })
		}) {
			labels = append(labels, target.Label)
		}
	}
	return labels
}

var outcomeLine = regexp.MustCompile(`(?m)^ *(?:PASSED|FAILED|SKIPPED|XFAILED|ERROR) (\S+::.*?)(?: - .*)?$`)

// nodeIDs returns the tests of which xdist -v tells the outcome, sorted.
func (r result) nodeIDs() []string {
	var ids []string
	for _, line := range outcomeLine.FindAllStringSubmatch(r.output, -1) {
		ids = append(ids, line[1])
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

func (w workspace) read(name string) string {
	w.t.Helper()
	content, err := os.ReadFile(filepath.Join(w.dir, name))
	check(w.t, err)
	return string(content)
}

func (w workspace) write(name, content string) {
	w.t.Helper()
	path := filepath.Join(w.dir, name)
	check(w.t, os.MkdirAll(filepath.Dir(path), 0o755))
	check(w.t, os.WriteFile(path, []byte(content), 0o644))
}

// edit replaces old, which must be there, in a file.
func (w workspace) edit(name, old, replacement string) {
	w.t.Helper()
	content := w.read(name)
	if !strings.Contains(content, old) {
		w.t.Fatalf("%s: does not contain %q", name, old)
	}
	w.write(name, strings.ReplaceAll(content, old, replacement))
}

// haveTestsIn has pytest look for tests in one more folder.
func (w workspace) haveTestsIn(folder string) {
	w.t.Helper()
	w.edit("pytest.ini", "testpaths = tests\n", "testpaths = tests "+folder+"\n")
}

// buildFiles returns the text of all BUILD files, by path.
func (w workspace) buildFiles() map[string]string {
	w.t.Helper()
	files := map[string]string{}
	check(w.t, filepath.WalkDir(w.dir, func(path string, entry os.DirEntry, err error) error {
		if err == nil && entry.Name() == "BUILD.bazel" {
			files[path] = w.read(strings.TrimPrefix(path, w.dir+"/"))
		}
		return err
	}))
	return files
}
