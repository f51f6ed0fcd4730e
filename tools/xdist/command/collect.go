package command

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rules-xdist/rules_xdist/internal/census"
	"github.com/rules-xdist/rules_xdist/tools/xdist/process"
)

// Variables that tell the pytest plugin which marks mean what in each file, what to
// leave out, what paths are relative to, and where to write what it collected.
const (
	markersVariable = "RULES_XDIST_COLLECT_MARKERS"
	ignoredVariable = "RULES_XDIST_COLLECT_IGNORED"
	rootVariable    = "RULES_XDIST_COLLECT_ROOT"
	outputVariable  = "RULES_XDIST_COLLECT_OUTPUT"
)

// nothingCollected is pytest's exit code where there is no test.
const nothingCollected = 5

// sources is how a plain pytest is run in the source tree.
type sources struct {
	python       string // the interpreter that a person has named, or else the targets' own
	repositories repositories
	ignored      []string // what Gazelle and Bazel do not see
	roots        []census.Census
}

func (s *session) sources(ctx context.Context, python string, roots []census.Census) (sources, error) {
	found, err := s.repositories(ctx)
	if err != nil {
		return sources{}, err
	}
	ignored, err := s.workspace.Unseen()
	if err != nil {
		return sources{}, environment(err)
	}
	return sources{python, found, ignored, roots}, nil
}

// interpreter returns the Python that collects what the targets do.
func (s sources) interpreter(targets map[string]targetCollection) interpreter {
	if s.python != "" {
		return interpreter{program: s.python}
	}
	python := s.repositories.interpreterOf(targets)
	python.program = cmp.Or(python.program, "python3")
	return python
}

// ignoredIn lists what is left out of a test root's collection: what Bazel and Gazelle do
// not see, since Bazel's own outputs have the tests a second time, and what has a
// configuration of its own. What a target has all the same stays.
func (s sources) ignoredIn(root census.Census) []string {
	files := root.MarkersByFile()
	ignored := slices.DeleteFunc(append([]string{}, s.ignored...), func(path string) bool {
		for file := range files {
			if within(file, path) {
				return true
			}
		}
		return false
	})
	for _, other := range s.roots {
		if other.Root != root.Root && within(other.Root, root.Root) {
			ignored = append(ignored, other.Root)
		}
	}
	return ignored
}

// collect runs a plain pytest in a test root, leaving out the other ones. Errors of
// the collection come back as broken, together with what was collected all the same.
func (s *session) collect(ctx context.Context, sources sources, root census.Census, targets map[string]targetCollection) (plain census.Collection, broken, err error) {
	python := sources.interpreter(targets)
	variables, output, err := s.collectEnviron(root, python, sources.ignoredIn(root))
	if err != nil {
		return census.Collection{}, nil, environment(err)
	}
	var said bytes.Buffer
	code, err := s.run(ctx, process.Command{
		Path:   python.program,
		Args:   s.collectArgs(root),
		Dir:    filepath.Join(s.workspace.Root, root.Root),
		Env:    variables,
		Stdout: &said,
	})
	if err != nil {
		return census.Collection{}, nil, err
	}
	if code != 0 && (code != nothingCollected || len(root.Selections) > 0) {
		s.Stderr.Write(said.Bytes())
		broken = fmt.Errorf("pytest: the collection%s failed with exit code %d, see above; it was run by %s: --python names another interpreter", in(root), code, python.program)
	}
	err = s.read(output, &plain)
	if broken != nil && errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return plain, broken, err
}

// collectArgs leaves pytest's root to a configuration in the test root.
func (s *session) collectArgs(root census.Census) []string {
	args := []string{"-m", "pytest", "--collect-only", "-q", "-p", "rules_xdist.collect"}
	if !root.Configured() {
		args = append(args, "--rootdir="+s.workspace.Root)
	}
	return args
}

// in says where a collection takes place, unless that goes without saying.
func in(root census.Census) string {
	if root.Root == "" {
		return ""
	}
	return " in " + root.Root
}

// within says whether a folder of the workspace is another one or below it.
func within(folder, other string) bool {
	return other == "" || folder == other || strings.HasPrefix(folder, other+"/")
}

// collectEnviron prepares a collection's environment, and says where its output is
// going to be.
func (s *session) collectEnviron(root census.Census, python interpreter, ignored []string) (variables []string, output string, err error) {
	plugin, err := s.Plugin()
	if err != nil {
		return nil, "", fmt.Errorf("the pytest plugin is not among xdist's runfiles: %w; start xdist by `bazel run`", err)
	}
	folder, err := os.MkdirTemp(s.scratch, "collect-")
	if err != nil {
		return nil, "", err
	}
	markers, left, output := filepath.Join(folder, "markers.json"), filepath.Join(folder, "ignored.json"), filepath.Join(folder, "collected.json")
	// The tests of every test root may import from the workspace's root, as
	// they may under Bazel.
	path := append([]string{filepath.Dir(filepath.Dir(plugin)), s.workspace.Root}, python.path...)
	return []string{
		markersVariable + "=" + markers,
		ignoredVariable + "=" + left,
		rootVariable + "=" + s.workspace.Root,
		outputVariable + "=" + output,
		s.pythonPath(path...),
		"PYTHONDONTWRITEBYTECODE=1", // neither beside the sources nor among the runfiles
	}, output, errors.Join(writeJSON(markers, root.MarkersByFile()), writeJSON(left, ignored))
}

func writeJSON(path string, value any) error {
	content, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return os.WriteFile(path, content, 0o600)
}

// pythonPath puts folders before those that Python looks into already.
func (s *session) pythonPath(folders ...string) string {
	if path, ok := s.lookup("PYTHONPATH"); ok && path != "" {
		folders = append(folders, path)
	}
	return "PYTHONPATH=" + strings.Join(folders, string(filepath.ListSeparator))
}

func (s *session) read(path string, into any) error {
	content, err := os.ReadFile(path)
	if err != nil {
		return environment(err)
	}
	if err := json.Unmarshal(content, into); err != nil {
		return environment(fmt.Errorf("%s: %w", path, err))
	}
	return nil
}
