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
	bazel  []string // flags for Bazel as they are
}

// run compares what the targets collect with what a plain pytest does, in one test root
// after the other, and prints where they disagree.
func (r verifyRequest) run(ctx context.Context, system System) error {
	s, err := system.open()
	if err != nil {
		return err
	}
	defer s.close()
	roots, err := s.censuses(ctx, r.bazel)
	if err != nil {
		return err
	}
	targets, err := s.collectTargets(ctx, roots, r.bazel)
	if err != nil {
		return err
	}
	sources, err := s.sources(ctx, r.python, roots)
	if err != nil {
		return err
	}
	v := verifier{session: s, sources: sources, targets: targets}
	for _, root := range roots {
		if err := v.add(ctx, root); err != nil {
			return err
		}
	}
	return v.report()
}

// verifier has both sides, and what it found in the test roots so far.
type verifier struct {
	*session
	sources        sources
	targets        map[string]targetCollection
	tests, leftOut int
	findings       []string
}

// add compares one test root.
func (v *verifier) add(ctx context.Context, root census.Census) error {
	own := map[string]targetCollection{}
	collections := map[string]census.Collection{}
	for _, selection := range root.Selections {
		own[selection.Target] = v.targets[selection.Target]
		collections[selection.Target] = v.targets[selection.Target].Collection
	}
	plain, broken, err := v.collect(ctx, v.sources, root, own)
	if err != nil {
		return err
	}
	if broken != nil {
		v.findings = append(v.findings, broken.Error())
		if len(plain.Items) == 0 {
			return nil // Nothing to compare with.
		}
	}
	v.findings = append(v.findings, census.Lines(census.Compare(plain, root, collections))...)
	v.tests += len(plain.Items)
	v.leftOut += len(root.LeftOut)
	return nil
}

// report prints what verify found.
func (v *verifier) report() error {
	for _, finding := range v.findings {
		fmt.Fprintln(v.Stdout, finding)
	}
	if len(v.findings) > 0 {
		fmt.Fprintf(v.Stdout, "verify: %d tests, %d findings\n", v.tests, len(v.findings))
		return &exit{code: codeFindings}
	}
	butFor := ""
	if v.leftOut > 0 {
		butFor = ", but for those in left_out of a census"
	}
	fmt.Fprintf(v.Stdout, "verify: %d tests, each in exactly one target%s\n", v.tests, butFor)
	return nil
}

// censuses builds the censuses of the workspace and reads their outputs, by test root.
func (s *session) censuses(ctx context.Context, flags []string) ([]census.Census, error) {
	labels, err := s.bazelOutput(ctx, "query", allCensuses)
	if err != nil {
		return nil, err
	}
	if len(labels) == 0 {
		return nil, environment(errors.New("no census in this workspace: run Gazelle, which makes one for each test root"))
	}
	if err := s.runBazel(ctx, slices.Concat([]string{"build"}, flags, labels)...); err != nil {
		return nil, err
	}
	files, err := s.bazelOutput(ctx, slices.Concat([]string{"cquery", "--output=files"}, flags, []string{strings.Join(labels, " + ")})...)
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
