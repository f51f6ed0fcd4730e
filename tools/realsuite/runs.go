package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/rules-xdist/rules_xdist/internal/bep"
	"github.com/rules-xdist/rules_xdist/internal/junitxml"
)

// runPlain runs the suite by pytest alone, in one process and with two workers.
func (s suite) runPlain(ctx context.Context) (outcomes, []timing, error) {
	all := outcomes{}
	var times []timing
	for _, options := range [][]string{{"-n", "2"}, nil} {
		xml := filepath.Join(s.workspace, "plain.xml")
		args := append([]string{"-m", "pytest", "-q", "-p", "nodeid_property", "--junitxml=" + xml, s.name}, options...)
		command := exec.CommandContext(ctx, "python3", args...)
		command.Env = append(os.Environ(),
			"PYTHONPATH="+filepath.Join(s.repository, "tools", "realsuite"),
			"PYTHONHASHSEED=0")
		took, err := s.time(command, "pytest "+strings.Join(options, " "))
		// Exit code 1 says that tests failed, which Bazel's run is then to show as well.
		var exit *exec.ExitError
		if err != nil && (!errors.As(err, &exit) || exit.ExitCode() != 1) {
			return nil, nil, fmt.Errorf("plain pytest: %w", err)
		}
		times = append(times, timing{what: "pytest " + strings.Join(options, " "), took: took})
		file, err := readXML(xml)
		if err != nil {
			return nil, nil, err
		}
		all = outcomes{}
		all.add(file)
	}
	return all, times, nil
}

// runBazel generates the targets and runs them: cold, unchanged, and after an edit. It
// is an error if more is executed than that calls for.
func (s suite) runBazel(ctx context.Context) (outcomes, []timing, error) {
	var times []timing
	step := func(what string, args ...string) (bep.Build, error) {
		build, took, err := s.bazel(ctx, what, args...)
		times = append(times, timing{what, took, summary(build)})
		return build, err
	}
	if _, err := step("gazelle", "run", "//:gazelle"); err != nil {
		return nil, nil, err
	}
	if _, err := step("bazel build", "build", "//..."); err != nil {
		return nil, nil, err
	}
	workers := []string{"test", "//...", "--local_resources=cpu=2", "--jobs=2", "--test_output=errors"}
	cold, err := step("bazel test, no test cached", append(workers, "--nocache_test_results")...)
	if err != nil {
		return nil, nil, err
	}
	// What failed is not cached.
	failed := labels(cold, func(a bep.Attempt) bool { return a.Status != bep.Passed })
	again, err := step("bazel test, nothing changed", workers...)
	if err != nil {
		return nil, nil, err
	}
	if more := without(labels(again, executed), failed); len(more) > 0 {
		return nil, nil, fmt.Errorf("nothing changed, but these targets ran: %v", more)
	}
	file, err := s.addComment()
	if err != nil {
		return nil, nil, err
	}
	edited, err := step("bazel test, a comment added to one test file", workers...)
	if err != nil {
		return nil, nil, err
	}
	if more := without(labels(edited, executed), failed); len(more) != 1 {
		return nil, nil, fmt.Errorf("%s was edited; these targets ran: %v, want one", file, more)
	}
	sharded, err := outcomesOf(cold)
	return sharded, times, err
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
	events := filepath.Join(s.workspace, "events.json")
	args = append([]string{args[0], "--build_event_json_file=" + events}, args[1:]...)
	took, err := s.time(exec.CommandContext(ctx, s.bazelProgram, args...), what)
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || exit.ExitCode() != 3) {
		return bep.Build{}, took, fmt.Errorf("%s: %w", what, err)
	}
	file, err := os.Open(events)
	if err != nil {
		return bep.Build{}, took, err
	}
	defer file.Close()
	build, err := bep.Read(file)
	return build, took, err
}

func (s suite) time(command *exec.Cmd, what string) (time.Duration, error) {
	fmt.Printf("\n=== %s\n", what)
	command.Dir = s.workspace
	command.Stdout, command.Stderr = os.Stdout, os.Stderr
	start := time.Now()
	err := command.Run()
	return time.Since(start), err
}

// addComment edits the first test file, by name, and returns its path.
func (s suite) addComment() (string, error) {
	var first string
	err := filepath.WalkDir(filepath.Join(s.workspace, s.name), func(path string, _ os.DirEntry, err error) error {
		if name := filepath.Base(path); first == "" && strings.HasPrefix(name, "test_") && strings.HasSuffix(name, ".py") {
			first = path
		}
		return err
	})
	if err != nil {
		return "", err
	}
	content, err := os.ReadFile(first)
	if err != nil {
		return "", err
	}
	// Never the same edit twice: the disk cache would have its result.
	edit := fmt.Sprintf("\n# An edit of %s.\n", time.Now().Format(time.RFC3339Nano))
	return first, os.WriteFile(first, append(content, edit...), 0o644)
}

// outcomesOf reads the test cases of every shard of a build.
func outcomesOf(build bep.Build) (outcomes, error) {
	all := outcomes{}
	for _, target := range build.Targets {
		for _, shard := range target.Shards {
			if len(shard.Attempts) == 0 {
				return nil, fmt.Errorf("%s: shard %d did not run", target.Label, shard.Index)
			}
			last := shard.Attempts[len(shard.Attempts)-1]
			location, err := url.Parse(last.XML)
			if err != nil {
				return nil, err
			}
			file, err := readXML(location.Path)
			if err != nil {
				return nil, fmt.Errorf("%s: shard %d: %w", target.Label, shard.Index, err)
			}
			before := all.failures()
			all.add(file)
			if last.Status != bep.Passed && all.failures() == before {
				return nil, fmt.Errorf("%s: shard %d failed, and none of its tests: see %s", target.Label, shard.Index, last.Log)
			}
		}
	}
	return all, nil
}

func readXML(path string) (junitxml.File, error) {
	file, err := os.Open(path)
	if err != nil {
		return junitxml.File{}, err
	}
	defer file.Close()
	return junitxml.Read(file)
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
