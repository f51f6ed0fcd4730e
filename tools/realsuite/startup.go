package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/rules-xdist/rules_xdist/tools/internal/scratch"
)

const (
	startRounds  = 9
	startTargets = 3
	collectOnly  = "--collect-only"
)

// cost is what running something took.
type cost struct {
	wall time.Duration
	// processor is the time of all its processes. Nearly all of it is one after another,
	// so on a machine that has more to do it says more than the wall clock.
	processor time.Duration
}

func (c cost) minus(other cost) cost { return cost{c.wall - other.wall, c.processor - other.processor} }

// way is how to run the tests of a target, or to begin with it.
type way struct {
	what    string
	command func(context.Context) *exec.Cmd
}

// startTarget is a built target, of which the files are run in several ways.
type startTarget struct {
	suite
	name   string // below bazel-bin
	files  []string
	config string
}

// measureStart prints what a shard costs beyond pytest on the same files with warm
// bytecode. Tests are collected and not run: they take as long in either. All ways take turns, so that what else the machine does befalls all alike.
func (s suite) measureStart(ctx context.Context) error {
	if _, _, err := s.bazel(ctx, "gazelle", "run", "//:gazelle"); err != nil {
		return err
	}
	if _, _, err := s.bazel(ctx, "bazel build", "build", "//..."); err != nil {
		return err
	}
	if err := scratch.Copy(filepath.Join(s.Folder, s.name), filepath.Join(s.plain(), s.name), nil); err != nil {
		return err
	}
	targets, err := s.startTargets()
	if err != nil {
		return err
	}
	fmt.Printf("\nmedians of %d rounds in ms, and how much more than pytest in the median round: wall, processor\n", startRounds)
	var over []cost
	for _, target := range targets {
		shard, err := target.measure(ctx)
		if err != nil {
			return err
		}
		over = append(over, shard)
	}
	more := median(over)
	fmt.Printf("\na shard takes %d ms (of processor time %d ms) more than pytest on the same files, in the median of %d targets\n",
		more.wall.Milliseconds(), more.processor.Milliseconds(), len(over))
	return nil
}

// plain is where pytest runs by itself and may write bytecode.
func (s suite) plain() string { return s.Folder + ".plain" }

// startTargets returns some of the suite's targets, spread over all by name.
func (s suite) startTargets() ([]startTarget, error) {
	const suffix = ".selection.json"
	bin := filepath.Join(s.Folder, "bazel-bin")
	var all []startTarget
	err := filepath.WalkDir(filepath.Join(bin, s.name), func(path string, entry fs.DirEntry, err error) error {
		if entry != nil && entry.IsDir() && strings.HasSuffix(path, ".runfiles") {
			return fs.SkipDir
		}
		name, found := strings.CutSuffix(path, suffix)
		if err != nil || !found {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		var selection struct {
			Files  []string
			Config string
		}
		if err := json.Unmarshal(content, &selection); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		name, err = filepath.Rel(bin, name)
		all = append(all, startTarget{s, name, selection.Files, selection.Config})
		return err
	})
	step := max(len(all)/startTargets, 1)
	var some []startTarget
	for i := 0; i < len(all) && len(some) < startTargets; i += step {
		some = append(some, all[i])
	}
	return some, err
}

func (t startTarget) ways() []way {
	return []way{
		{"pytest, warm bytecode", t.pytest},
		{"shard", func(ctx context.Context) *exec.Cmd { return t.shard(ctx) }},
		{"shard, nothing compiled before", func(ctx context.Context) *exec.Cmd { return t.shard(ctx, "RULES_XDIST_BYTECODE=") }},
		// Without a selection the runner ends, after its imports and before pytest's.
		{"launcher and runner's imports alone", func(ctx context.Context) *exec.Cmd { return t.shard(ctx, "RULES_XDIST_SELECTION=") }},
		{"python3 -c pass", func(ctx context.Context) *exec.Cmd { return exec.CommandContext(ctx, "python3", "-c", "pass") }},
	}
}

func (t startTarget) pytest(ctx context.Context) *exec.Cmd {
	args := []string{"-m", "pytest", collectOnly, "--rootdir=.", "--config-file=" + filepath.Join(t.Folder, t.config)}
	command := exec.CommandContext(ctx, "python3", append(args, t.files...)...)
	command.Dir = t.plain()
	command.Env = cleanEnviron()
	return command
}

// shard runs a target as Bazel does.
func (t startTarget) shard(ctx context.Context, env ...string) *exec.Cmd {
	program := filepath.Join(t.Folder, "bazel-bin", t.name)
	command := exec.CommandContext(ctx, program, collectOnly)
	command.Dir = filepath.Join(program+".runfiles", "_main")
	command.Env = append(cleanEnviron(),
		// In a sandbox it cannot be written.
		"PYTHONDONTWRITEBYTECODE=1",
		"RULES_XDIST_BYTECODE="+t.name+".bytecode.list",
		"RULES_XDIST_SELECTION="+t.name+".selection.json",
		"TEST_SRCDIR="+program+".runfiles",
		"TEST_TMPDIR="+os.TempDir(),
		"XML_OUTPUT_FILE="+filepath.Join(t.plain(), "test.xml"),
	)
	command.Env = append(command.Env, env...)
	return command
}

// cleanEnviron has nothing that changes what Python writes or reads.
func cleanEnviron() []string {
	foreign := func(entry string) bool { return strings.HasPrefix(entry, "PYTHON") || strings.HasPrefix(entry, "TEST") }
	return append(slices.DeleteFunc(os.Environ(), foreign), "PYTHONHASHSEED=0")
}

// measure runs all ways in turns, and returns how much longer than pytest a shard takes.
func (t startTarget) measure(ctx context.Context) (cost, error) {
	ways := t.ways()
	costs := make([][]cost, len(ways))
	for round := range startRounds + 1 {
		for i, way := range ways {
			took, err := costOf(way.command(ctx))
			if err != nil {
				return cost{}, fmt.Errorf("%s: %s: %w", t.name, way.what, err)
			}
			// The first round writes pytest's bytecode.
			if round > 0 {
				costs[i] = append(costs[i], took)
			}
		}
	}
	fmt.Printf("\n//%s:%s, %d files\n", filepath.Dir(t.name), filepath.Base(t.name), len(t.files))
	for i, way := range ways {
		all, more := median(costs[i]), medianOver(costs[i], costs[0])
		fmt.Printf("  %-40s %6d %+6d   %6d %+6d\n", way.what,
			all.wall.Milliseconds(), more.wall.Milliseconds(), all.processor.Milliseconds(), more.processor.Milliseconds())
	}
	return medianOver(costs[1], costs[0]), ctx.Err()
}

// costOf runs a command. That tests fail is no error: some suites have tests that do.
func costOf(command *exec.Cmd) (cost, error) {
	begin := time.Now()
	err := command.Run()
	if command.ProcessState == nil {
		return cost{}, err
	}
	state := command.ProcessState
	return cost{time.Since(begin), state.UserTime() + state.SystemTime()}, nil
}

// medianOver is the median of what each round took more in one way than in another.
func medianOver(these, those []cost) cost {
	over := make([]cost, len(these))
	for i := range these {
		over[i] = these[i].minus(those[i])
	}
	return median(over)
}

func median(costs []cost) cost {
	middle := func(of func(cost) time.Duration) time.Duration {
		times := make([]time.Duration, len(costs))
		for i, c := range costs {
			times[i] = of(c)
		}
		slices.Sort(times)
		return times[len(times)/2]
	}
	return cost{
		middle(func(c cost) time.Duration { return c.wall }),
		middle(func(c cost) time.Duration { return c.processor }),
	}
}
