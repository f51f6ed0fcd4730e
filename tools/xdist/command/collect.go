package command

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/rules-xdist/rules_xdist/internal/census"
	"github.com/rules-xdist/rules_xdist/tools/xdist/process"
)

// Variables that tell the pytest plugin which marks mean what in each file, and
// where to write what it collected.
const (
	markersVariable = "RULES_XDIST_COLLECT_MARKERS"
	outputVariable  = "RULES_XDIST_COLLECT_OUTPUT"
)

// nothingCollected is pytest's exit code where there is no test.
const nothingCollected = 5

// collect runs a plain pytest in a test root, leaving out the other ones. Errors of
// the collection come back as broken, together with what was collected all the same.
func (s *session) collect(ctx context.Context, python string, root census.Census, roots []census.Census) (items []census.Item, broken, err error) {
	args, err := s.collectArgs(root, roots)
	if err != nil {
		return nil, nil, environment(err)
	}
	variables, output, err := s.collectEnviron(root)
	if err != nil {
		return nil, nil, environment(err)
	}
	var said bytes.Buffer
	code, err := s.run(ctx, process.Command{
		Path:   python,
		Args:   args,
		Dir:    filepath.Join(s.workspace.Root, root.Root),
		Env:    variables,
		Stdout: &said,
	})
	if err != nil {
		return nil, nil, err
	}
	if code != 0 && (code != nothingCollected || len(root.Selections) > 0) {
		s.Stderr.Write(said.Bytes())
		broken = fmt.Errorf("pytest: the collection%s failed with exit code %d, see above; --python names the interpreter to run it by", in(root), code)
	}
	err = s.read(output, &items)
	if broken != nil && errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return items, broken, err
}

// in says where a collection takes place, unless that goes without saying.
func in(root census.Census) string {
	if root.Root == "" {
		return ""
	}
	return " in " + root.Root
}

// collectArgs has pytest leave out what Bazel does not see, since its own outputs
// have the tests a second time, and what has a configuration of its own. Node ids
// are the workspace's everywhere.
func (s *session) collectArgs(root census.Census, roots []census.Census) ([]string, error) {
	args := []string{"-m", "pytest", "--collect-only", "-q", "-p", "rules_xdist.collect", "--rootdir=" + s.workspace.Root}
	ignored, err := s.workspace.Invisible()
	for _, other := range roots {
		if other.Root != root.Root && within(other.Root, root.Root) {
			ignored = append(ignored, other.Root)
		}
	}
	for _, path := range ignored {
		args = append(args, "--ignore="+filepath.Join(s.workspace.Root, path))
	}
	return args, err
}

// within says whether a folder of the workspace is another one or below it.
func within(folder, other string) bool {
	return other == "" || folder == other || strings.HasPrefix(folder, other+"/")
}

// collectEnviron prepares a collection's environment, and says where its output is
// going to be.
func (s *session) collectEnviron(root census.Census) (variables []string, output string, err error) {
	plugin, err := s.Plugin()
	if err != nil {
		return nil, "", fmt.Errorf("the pytest plugin is not among xdist's runfiles: %w; start xdist by `bazel run`", err)
	}
	folder, err := os.MkdirTemp(s.scratch, "collect-")
	if err != nil {
		return nil, "", err
	}
	markers, err := json.Marshal(root.MarkersByFile())
	if err != nil {
		return nil, "", err
	}
	input, output := filepath.Join(folder, "markers.json"), filepath.Join(folder, "collected.json")
	return []string{
		markersVariable + "=" + input,
		outputVariable + "=" + output,
		// The tests of every test root may import from the workspace's root, as
		// they may under Bazel.
		s.pythonPath(filepath.Dir(filepath.Dir(plugin)), s.workspace.Root),
		"PYTHONDONTWRITEBYTECODE=1", // neither beside the sources nor among the runfiles
	}, output, os.WriteFile(input, markers, 0o600)
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
