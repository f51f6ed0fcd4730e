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
)

// collectVariable tells the pytest plugin where to write what it collected.
const collectVariable = "RULES_XDIST_COLLECT_OUTPUT"

// verifyRequest is what a person asks of `xdist verify`.
type verifyRequest struct {
	python string
	census string
}

// run compares what the targets select with what pytest collects, and prints
// where they disagree.
func (r verifyRequest) run(ctx context.Context, system System) error {
	s, err := system.open()
	if err != nil {
		return err
	}
	defer s.close()
	selected, err := s.census(ctx, r.census)
	if err != nil {
		return err
	}
	items, broken, err := s.collect(ctx, r.python)
	if err != nil {
		return err
	}
	var findings []string
	if broken != nil {
		findings = append(findings, broken.Error())
	}
	for _, finding := range census.Compare(items, selected) {
		findings = append(findings, finding.String())
	}
	return s.report(len(items), findings)
}

// report prints what verify found.
func (s *session) report(tests int, findings []string) error {
	for _, finding := range findings {
		fmt.Fprintln(s.Stdout, finding)
	}
	if len(findings) > 0 {
		fmt.Fprintf(s.Stdout, "verify: %d tests, %d findings\n", tests, len(findings))
		return &exit{code: codeFindings}
	}
	fmt.Fprintf(s.Stdout, "verify: %d tests, each in exactly one target\n", tests)
	return nil
}

// census builds the census and reads its output.
func (s *session) census(ctx context.Context, label string) (census.Census, error) {
	var read census.Census
	if err := s.runBazel(ctx, "build", label); err != nil {
		return read, err
	}
	files, err := s.bazelOutput(ctx, "cquery", "--output=files", label)
	if err != nil {
		return read, err
	}
	// Bazel names outputs relative to this folder, and links to them only if
	// it is allowed to.
	root, err := s.bazelOutput(ctx, "info", "execution_root")
	if err != nil {
		return read, err
	}
	for _, file := range files {
		if strings.HasSuffix(file, ".json") && len(root) == 1 {
			return read, s.read(filepath.Join(root[0], file), &read)
		}
	}
	return read, environment(fmt.Errorf("%s: no census: none of its outputs is a JSON file", label))
}

// collect runs a plain pytest over the workspace. Errors of the collection come
// back as broken, together with what was collected all the same.
func (s *session) collect(ctx context.Context, python string) (items []census.Item, broken, err error) {
	plugin, err := s.Plugin()
	if err != nil {
		return nil, nil, environment(fmt.Errorf("the pytest plugin is not among xdist's runfiles: %w; start xdist by `bazel run`", err))
	}
	args, err := s.collectArgs()
	if err != nil {
		return nil, nil, environment(err)
	}
	output := s.file("collected.json")
	variables := []string{
		collectVariable + "=" + output,
		s.pythonPath(filepath.Dir(filepath.Dir(plugin))),
		"PYTHONDONTWRITEBYTECODE=1", // neither beside the sources nor among the runfiles
	}
	var said bytes.Buffer
	code, err := s.run(ctx, &said, variables, python, args...)
	if err != nil {
		return nil, nil, err
	}
	if code != 0 {
		s.Stderr.Write(said.Bytes())
		broken = fmt.Errorf("pytest: the collection failed with exit code %d, see above; --python names the interpreter to run it by", code)
	}
	err = s.read(output, &items)
	if broken != nil && errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return items, broken, err
}

// collectArgs has pytest leave out what Bazel does not see: its own outputs have
// the tests a second time.
func (s *session) collectArgs() ([]string, error) {
	args := []string{"-m", "pytest", "--collect-only", "-q", "-p", "rules_xdist.collect"}
	invisible, err := s.workspace.Invisible()
	for _, path := range invisible {
		args = append(args, "--ignore="+path)
	}
	return args, err
}

// pythonPath puts a folder before those that Python looks into already.
func (s *session) pythonPath(folder string) string {
	if path, ok := s.lookup("PYTHONPATH"); ok && path != "" {
		folder += string(filepath.ListSeparator) + path
	}
	return "PYTHONPATH=" + folder
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
