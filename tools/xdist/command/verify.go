package command

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rules-xdist/rules_xdist/internal/census"
	"github.com/rules-xdist/rules_xdist/tools/xdist/workspace"
)

// allCensuses is the query for the census of each test root. One that is manual is
// of none: `bazel test` does not run it either.
const allCensuses = `kind("^xdist_census_test rule$", ` + workspace.Everything + `) except attr("tags", "[\[ ]manual[,\]]", ` + workspace.Everything + `)`

// verifyRequest is what a person asks of `xdist verify`.
type verifyRequest struct {
	python string
}

// run compares what the targets select with what pytest collects, in one test root
// after the other, and prints where they disagree.
func (r verifyRequest) run(ctx context.Context, system System) error {
	s, err := system.open()
	if err != nil {
		return err
	}
	defer s.close()
	roots, err := s.censuses(ctx)
	if err != nil {
		return err
	}
	tests := 0
	var findings []string
	for _, root := range roots {
		items, broken, err := s.collect(ctx, r.python, root, roots)
		if err != nil {
			return err
		}
		if broken != nil {
			findings = append(findings, broken.Error())
		}
		for _, finding := range census.Compare(items, root) {
			findings = append(findings, finding.String())
		}
		tests += len(items)
	}
	return s.report(tests, findings)
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

// censuses builds the censuses of the workspace and reads their outputs, by test root.
func (s *session) censuses(ctx context.Context) ([]census.Census, error) {
	labels, err := s.bazelOutput(ctx, "query", allCensuses)
	if err != nil {
		return nil, err
	}
	if len(labels) == 0 {
		return nil, environment(errors.New("no census in this workspace: run Gazelle, which makes one for each test root"))
	}
	if err := s.runBazel(ctx, append([]string{"build"}, labels...)...); err != nil {
		return nil, err
	}
	files, err := s.bazelOutput(ctx, "cquery", "--output=files", strings.Join(labels, " + "))
	if err != nil {
		return nil, err
	}
	// Bazel names outputs relative to this folder, and links to them only if
	// it is allowed to.
	execution, err := s.bazelOutput(ctx, "info", "execution_root")
	if err != nil {
		return nil, err
	}
	var censuses []census.Census
	for _, file := range files {
		if strings.HasSuffix(file, ".json") && len(execution) == 1 {
			var read census.Census
			if err := s.read(filepath.Join(execution[0], file), &read); err != nil {
				return nil, err
			}
			censuses = append(censuses, read)
		}
	}
	if len(censuses) != len(labels) {
		return nil, environment(fmt.Errorf("%s: %d of their outputs are JSON files: must be one for each census", strings.Join(labels, ", "), len(censuses)))
	}
	slices.SortFunc(censuses, func(a, b census.Census) int { return strings.Compare(a.Root, b.Root) })
	return censuses, nil
}
