package command

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rules-xdist/rules_xdist/tools/xdist/process"
)

// fake is a workspace in which programs are not run but played: each by its
// first argument, and with exit code 0 unless the test says otherwise.
type fake struct {
	t              *testing.T
	root           string
	plays          map[string]play
	calls          []process.Command
	noPlugin       bool
	stdout, stderr bytes.Buffer
}

// play is what a program does: it may write its output, and files.
type play func(c process.Command) int

func newFake(t *testing.T, files ...string) *fake {
	t.Helper()
	f := &fake{t: t, root: t.TempDir(), plays: map[string]play{}}
	for _, file := range append(files, "MODULE.bazel") {
		path := filepath.Join(f.root, file)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, nil, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	return f
}

func (f *fake) Run(_ context.Context, c process.Command) (int, error) {
	f.calls = append(f.calls, c)
	if c.Path == "missing" {
		return 0, errors.New("missing: not found")
	}
	if act, ok := f.plays[c.Args[0]]; ok {
		return act(c), nil
	}
	return 0, nil
}

// run runs the command in the workspace's root.
func (f *fake) run(args ...string) int {
	return Run(context.Background(), System{
		Dir:     f.root,
		Environ: []string{"PATH=/bin", "BAZEL_REAL=bazel", "RUNFILES_DIR=/outer", "PYTHONPATH=/libs"},
		Stdout:  &f.stdout,
		Stderr:  &f.stderr,
		Plugin: func() (string, error) {
			if f.noPlugin {
				return "", errors.New("no runfiles found")
			}
			return "/runfiles/pytest_plugin/rules_xdist/collect.py", nil
		},
		Runner: f,
	}, args)
}

// lines are the command lines that were run, without the names of temporary folders.
func (f *fake) lines() []string {
	var lines []string
	for _, c := range f.calls {
		args := slices.Clone(c.Args)
		for i, arg := range args {
			if name, path, ok := strings.Cut(arg, "="); ok && strings.Contains(path, "/xdist-") {
				args[i] = name + "=" + filepath.Base(path)
			}
		}
		lines = append(lines, strings.ReplaceAll(c.Path+" "+strings.Join(args, " "), f.root, "/workspace"))
	}
	return lines
}

func exits(code int) play { return func(process.Command) int { return code } }

func prints(text string) play {
	return func(c process.Command) int {
		io.WriteString(c.Stdout, text)
		return 0
	}
}

// streams plays `bazel test`: it writes the build event stream and exits.
func (f *fake) streams(stream string, code int) play {
	return func(c process.Command) int {
		for _, arg := range c.Args {
			if path, ok := strings.CutPrefix(arg, "--build_event_json_file="); ok {
				f.write(path, stream)
			}
		}
		return code
	}
}

func (f *fake) write(path, content string) {
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		f.t.Fatal(err)
	}
}

func (f *fake) mkdir(folders ...string) {
	for _, folder := range folders {
		if err := os.MkdirAll(filepath.Join(f.root, folder), 0o755); err != nil {
			f.t.Fatal(err)
		}
	}
}

// recorded is the stream in testdata, with the test logs in their place.
func (f *fake) recorded() string {
	content, err := os.ReadFile("testdata/events.json")
	if err != nil {
		f.t.Fatal(err)
	}
	logs, err := filepath.Abs("testdata/testlogs")
	if err != nil {
		f.t.Fatal(err)
	}
	return strings.ReplaceAll(string(content), "${TESTLOGS}", logs)
}

// expect compares what was printed.
func expect(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got\n%s\nwant\n%s", what, got, want)
	}
}
