package command

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/rules-xdist/rules_xdist/internal/bep"
	"github.com/rules-xdist/rules_xdist/internal/census"
	"github.com/rules-xdist/rules_xdist/tools/xdist/summary"
)

// collectingFlags have targets write down what they collect, whole, instead of running it.
// Flags of tests alone: none of them makes Bazel analyse anything but the tests again.
var collectingFlags = []string{
	"--keep_going",
	"--build_tests_only",
	"--test_summary=none",
	"--test_output=summary",
	"--test_sharding_strategy=disabled",
	"--runs_per_test=1",
	"--test_tag_filters=",
	"--test_arg=--collect-only",
	"--test_arg=-qq",
	"--test_arg=-prules_xdist.collect",
}

// Bazel's exit codes of a build of which some results are there all the same.
const (
	someNotBuilt = 1
	someFailed   = 3
)

// targetCollection is what a target's shard writes in its report.
type targetCollection struct {
	census.Collection
	Target string     `json:"target"` // of which the test is, or is an environment
	Python location   `json:"python"`
	Path   []location `json:"path"`
}

// collectTargets has all targets of the test roots collect their tests in their own
// runfiles, and returns what they did, by label. Environments of one target together
// are the target.
func (s *session) collectTargets(ctx context.Context, roots []census.Census, flags []string) (map[string]targetCollection, error) {
	var labels []string
	for _, root := range roots {
		for _, selection := range root.Selections {
			labels = append(labels, selection.Target)
		}
	}
	if len(labels) == 0 {
		return nil, nil
	}
	build, err := s.runCollection(ctx, labels, flags)
	if err != nil {
		return nil, err
	}
	collections := map[string]targetCollection{}
	for _, target := range build.Targets {
		label, collection := s.readCollection(target, labels)
		collections[label] = merge(collections[label], collection)
	}
	for _, label := range labels {
		if _, found := collections[label]; !found {
			collections[label] = targetCollection{Collection: census.Collection{Failed: whyNotBuilt(build, label)}}
		}
	}
	return collections, nil
}

func (s *session) runCollection(ctx context.Context, labels, flags []string) (bep.Build, error) {
	events, patterns := s.file("collect.json"), s.file("targets")
	if err := os.WriteFile(patterns, []byte(strings.Join(labels, "\n")+"\n"), 0o600); err != nil {
		return bep.Build{}, environment(err)
	}
	args := []string{"test", "--build_event_json_file=" + events, "--nobuild_event_json_file_path_conversion"}
	args = slices.Concat(args, flags, collectingFlags, []string{"--target_pattern_file=" + patterns})
	code, err := s.run(ctx, s.bazelCommand(s.Stderr, args))
	if err != nil {
		return bep.Build{}, err
	}
	if code != 0 && code != someNotBuilt && code != someFailed {
		return bep.Build{}, &exit{code, fmt.Errorf("bazel test of all targets, to collect their tests: exit code %d", code)}
	}
	stream, err := os.Open(events)
	if err != nil {
		return bep.Build{}, environment(err)
	}
	defer stream.Close()
	build, err := bep.Read(stream)
	if err != nil {
		return bep.Build{}, environment(fmt.Errorf("%s: %w", events, err))
	}
	return build, nil
}

// readCollection reads the report of a target's one shard, and says whose it is.
func (s *session) readCollection(target bep.Target, labels []string) (string, targetCollection) {
	var read targetCollection
	label := ownerOf(target.Label, labels)
	if len(target.Shards) == 0 || len(target.Shards[0].Attempts) == 0 {
		read.Failed = "it did not run"
		return label, read
	}
	attempts := target.Shards[0].Attempts
	last := attempts[len(attempts)-1]
	file, err := summary.ReadFile(last.XML)
	if err == nil && file.Collection != "" {
		err = json.Unmarshal([]byte(file.Collection), &read)
	}
	if last.Status != bep.Passed || err != nil || file.Collection == "" {
		read.Failed = "see " + summary.Place(last.Log)
	}
	if read.Target != "" {
		label = read.Target
	}
	return label, read
}

// ownerOf finds the target of which a test that has written nothing is an environment,
// unless it is one itself.
func ownerOf(test string, labels []string) string {
	for _, label := range labels {
		if strings.HasPrefix(test, label+"_") && !slices.Contains(labels, test) {
			return label
		}
	}
	return test
}

// merge puts two environments of a target together.
func merge(a, b targetCollection) targetCollection {
	if a.Target == "" && a.Failed == "" {
		return b
	}
	a.Items = append(a.Items, b.Items...)
	a.Uncollected = append(a.Uncollected, b.Uncollected...)
	if a.Failed == "" {
		a.Failed = b.Failed
	}
	return a
}

func whyNotBuilt(build bep.Build, label string) string {
	for _, problem := range build.Problems {
		if problem.Subject == label && problem.Message != "" {
			return "it was not built: " + strings.TrimSpace(problem.Message)
		}
	}
	return "it was not built: see above"
}
