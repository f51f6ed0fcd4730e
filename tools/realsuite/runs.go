package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/rules-xdist/rules_xdist/internal/bep"
	"github.com/rules-xdist/rules_xdist/internal/outcomes"
	"github.com/rules-xdist/rules_xdist/tools/internal/plainrun"
)

// runPlain runs the suite by pytest alone, in one process and with two workers.
func (s suite) runPlain(ctx context.Context) (outcomes.Outcomes, []timing, error) {
	var all outcomes.Outcomes
	var times []timing
	for _, options := range [][]string{nil, {"-n", "2"}} {
		var took time.Duration
		var err error
		if all, took, err = s.pytest(ctx, options...); err != nil {
			return nil, nil, err
		}
		times = append(times, timing{what: strings.TrimSpace("pytest " + strings.Join(options, " ")), took: took})
	}
	return all, times, nil
}

// pytest runs the suite by pytest. Tests that fail are no error: Bazel's run is to show
// them as well.
func (s suite) pytest(ctx context.Context, options ...string) (outcomes.Outcomes, time.Duration, error) {
	fmt.Printf("\n=== pytest %s\n", strings.Join(options, " "))
	plain, err := plainrun.Suite{
		Folder:  s.Folder,
		Args:    append([]string{"-q", s.name}, options...),
		Scratch: s.plain() + ".scratch",
	}.Pytest(ctx)
	if err == nil && plain.Code != 0 && plain.Code != 1 {
		err = fmt.Errorf("plain pytest: exit code %d\n%s", plain.Code, plain.Output)
	}
	return plain.Tests, plain.Took, err
}

// cold is what a run of all tests gave, none of which was cached.
type cold struct {
	tests outcomes.Outcomes
	edits edits
	// failed are the targets with tests that fail: their results are not cached. passed
	// is a test file of another one.
	failed []string
	passed string
	timing timing
}

// runCold generates the targets, builds them and runs all tests.
func (s suite) runCold(ctx context.Context, plan string) (cold, error) {
	if _, _, err := s.bazel(ctx, "gazelle, "+plan, "run", "//:gazelle"); err != nil {
		return cold{}, err
	}
	if _, _, err := s.bazel(ctx, "bazel build", "build", "//..."); err != nil {
		return cold{}, err
	}
	what := "bazel test, no test cached, " + plan
	build, took, err := s.bazel(ctx, what, append(test(), "--nocache_test_results")...)
	if err != nil {
		return cold{}, err
	}
	byTarget, err := outcomes.ByTarget(build)
	if err != nil {
		return cold{}, err
	}
	failed := labels(build, func(a bep.Attempt) bool { return a.Status != bep.Passed })
	return cold{outcomes.Together(byTarget), editsOf(byTarget), failed, passedFile(byTarget, failed), timing{what, took, summary(build)}}, nil
}

// passedFile returns the first test file, by name, of a target of which no test failed.
func passedFile(byTarget map[string]outcomes.Outcomes, failed []string) string {
	var files []string
	for target, tests := range byTarget {
		if slices.Contains(failed, target) {
			continue
		}
		for id := range tests {
			file, _, _ := strings.Cut(id, "::")
			files = append(files, file)
		}
	}
	return slices.Min(files)
}

// test returns the arguments of a run of all tests by two workers.
func test() []string {
	return []string{"test", "//...", "--local_resources=cpu=2", "--jobs=2", "--test_output=errors"}
}

// runAgain runs what is there already, unchanged and after an edit. It is an error if
// more is executed than that calls for.
func (s suite) runAgain(ctx context.Context, before cold) ([]timing, error) {
	var times []timing
	for _, edit := range []struct {
		what    string
		apply   func() error
		targets int
	}{
		{"nothing changed", func() error { return nil }, 0},
		{"a comment added to one test file", func() error { return s.addComment(before.passed) }, 1},
	} {
		if err := edit.apply(); err != nil {
			return nil, err
		}
		build, took, err := s.bazel(ctx, "bazel test, "+edit.what, test()...)
		if err != nil {
			return nil, err
		}
		times = append(times, timing{"bazel test, " + edit.what, took, summary(build)})
		if more := without(labels(build, executed), before.failed); len(more) != edit.targets {
			return nil, fmt.Errorf("%s: these targets ran: %v, want %d", edit.what, more, edit.targets)
		}
	}
	return times, nil
}

func executed(a bep.Attempt) bool { return a.Cache == bep.NotCached }

// labels returns the labels of the targets of which an attempt is as wanted.
func labels(build bep.Build, wanted func(bep.Attempt) bool) []string {
	var labels []string
	for _, target := range build.Targets {
		if slices.ContainsFunc(target.Shards, func(s bep.Shard) bool { return slices.ContainsFunc(s.Attempts, wanted) }) {
			labels = append(labels, target.Label)
		}
	}
	return labels
}

func without(all, some []string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(label string) bool { return slices.Contains(some, label) })
}

// bazel runs one command of Bazel and reads its event stream. Failed tests (exit
// code 3) are no error here: the comparison judges them.
func (s suite) bazel(ctx context.Context, what string, args ...string) (bep.Build, time.Duration, error) {
	fmt.Printf("\n=== %s\n", what)
	r, err := s.Run(ctx, args[0], args[1:]...)
	if err == nil && r.Code != 0 && r.Code != 3 {
		err = fmt.Errorf("%s: exit code %d", what, r.Code)
	}
	return r.Build, r.Took, err
}

// addComment edits a test file.
func (s suite) addComment(file string) error {
	file = filepath.Join(s.Folder, file)
	content, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	// Never the same edit twice: the disk cache would have its result.
	edit := fmt.Sprintf("\n# An edit of %s.\n", time.Now().Format(time.RFC3339Nano))
	return os.WriteFile(file, append(content, edit...), 0o644)
}

// summary says how many targets a build tested and how many shards were new.
func summary(build bep.Build) string {
	var shards, executed int
	for _, target := range build.Targets {
		for _, shard := range target.Shards {
			for _, attempt := range shard.Attempts {
				shards++
				if attempt.Cache == bep.NotCached {
					executed++
				}
			}
		}
	}
	if shards == 0 {
		return ""
	}
	return fmt.Sprintf("%d targets, %d of %d shards executed", len(build.Targets), executed, shards)
}
