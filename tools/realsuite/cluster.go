package main

import (
	"context"
	"errors"

	"github.com/rules-xdist/rules_xdist/internal/outcomes"
)

// runOnCluster runs the suite by pytest, by Bazel on this machine, and by Bazel on a cluster
// whose cache has nothing of it; then once more, with what the cluster has by then.
func (s suite) runOnCluster(ctx context.Context, bazelrc string) error {
	plain, times, err := s.runPlain(ctx)
	if err != nil {
		return err
	}
	here, err := s.runCold(ctx, "on this machine")
	if err != nil {
		return err
	}
	times = append(times, here.timing)
	s.Startup = []string{"--bazelrc=" + bazelrc}
	errs := []error{report(outcomes.Compare(plain, here.tests), len(plain))}
	for _, what := range []string{"bazel test, on the cluster, nothing cached", "bazel test, on the cluster, all cached"} {
		tests, timing, err := s.testRemotely(ctx, what)
		if err != nil {
			return err
		}
		times = append(times, timing)
		errs = append(errs, report(outcomes.Compare(plain, tests), len(plain)))
	}
	printTimes(times)
	return errors.Join(errs...)
}

// testRemotely runs all tests from a clean output folder. The targets of the repository's
// root, such as Gazelle, stay out: a cluster of one machine would compile Go for minutes.
func (s suite) testRemotely(ctx context.Context, what string) (outcomes.Outcomes, timing, error) {
	if _, _, err := s.bazel(ctx, "bazel clean", "clean"); err != nil {
		return nil, timing{}, err
	}
	build, took, err := s.bazel(ctx, what, "test", "--config=remote", "--test_output=errors", "//:xdist_census", "//"+s.name+"/...")
	if err != nil {
		return nil, timing{}, err
	}
	byTarget, err := outcomes.ByTarget(build)
	if err != nil {
		return nil, timing{}, err
	}
	return outcomes.Together(byTarget), timing{what, took, summary(build)}, nil
}
