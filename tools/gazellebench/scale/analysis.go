package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/rules-xdist/rules_xdist/tools/gazellebench/corpus"
	"github.com/rules-xdist/rules_xdist/tools/gazellebench/process"
	"github.com/rules-xdist/rules_xdist/tools/internal/scratch"
)

// analysis is what loading and analysing some targets took.
type analysis struct {
	// cpu is the server's processor time, in seconds; wall has all of the command.
	cpu, wall float64
	// heap is what the server holds after it, in bytes.
	heap, targets, actions float64
	// nodes are those of the server's graph: what is loaded and analysed, and what that
	// needs to know of files and folders. Nothing else that the machine does changes them.
	nodes float64
}

// analysed are the medians of one tree: of one test, of all targets with the test's cost
// taken off, and of all targets after the content of a test file has changed.
type analysed struct{ one, all, edited analysis }

// analyses measures both trees in turns, each time by a fresh server.
func (b bench) analyses(ctx context.Context, ours, plain scratch.Workspace, c corpus.Corpus, s *size) error {
	trees := []*tree{{w: ours}, {w: plain}}
	tests := c.List()
	for _, t := range trees {
		defer t.shutdown()
		label, err := t.testOf(tests[len(tests)/2].Path)
		if err != nil {
			return err
		}
		t.one = label
		// Brings the repositories.
		if _, err := t.analyse(ctx, t.one); err != nil {
			return err
		}
	}
	for round := range b.rounds {
		for _, t := range trees {
			if err := t.round(ctx, filepath.Join(t.w.Folder, tests[len(tests)/2].Path), round); err != nil {
				return err
			}
		}
	}
	s.ours, s.plain = trees[0].medians(), trees[1].medians()
	var err error
	s.census, err = census(ctx, trees[0], tests[len(tests)/2].Path)
	return err
}

// tree is a workspace and what was measured of it.
type tree struct {
	w                scratch.Workspace
	one              string
	ones, all, edits []analysis
}

// testOf returns the label of a test that runs the test file.
func (t *tree) testOf(file string) (string, error) {
	content, err := os.ReadFile(filepath.Join(t.w.Folder, path.Dir(file), buildFile))
	if err != nil {
		return "", err
	}
	before, _, ok := strings.Cut(string(content), strconv.Quote(path.Base(file)))
	_, name, named := cutLast(before, "name = \"")
	if !ok || !named {
		return "", fmt.Errorf("%s: in no target of its folder", file)
	}
	name, _, _ = strings.Cut(name, "\"")
	return "//" + path.Dir(file) + ":" + name, nil
}

func cutLast(s, separator string) (before, after string, found bool) {
	i := strings.LastIndex(s, separator)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(separator):], true
}

// round analyses one test by a fresh server, all targets by another, and all again after
// an edit of the file.
func (t *tree) round(ctx context.Context, file string, round int) error {
	for _, step := range []struct {
		target string
		to     *[]analysis
	}{{t.one, &t.ones}, {"//...", &t.all}} {
		t.shutdown()
		a, err := t.analyse(ctx, step.target)
		if err != nil {
			return err
		}
		*step.to = append(*step.to, a)
	}
	if err := edit(file, 100+round); err != nil {
		return err
	}
	a, err := t.analyse(ctx, "//...")
	t.edits = append(t.edits, a)
	return err
}

func (t *tree) medians() analysed {
	m := analysed{one: medianOf(t.ones), all: medianOf(t.all), edited: medianOf(t.edits)}
	m.all.cpu -= m.one.cpu
	m.all.wall -= m.one.wall
	m.all.heap -= m.one.heap
	m.all.nodes -= m.one.nodes
	return m
}

// analyse loads and analyses targets, without building anything.
func (t *tree) analyse(ctx context.Context, target string) (analysis, error) {
	r, err := t.w.Run(ctx, "build", "--nobuild", "--color=no", "--curses=no", target)
	if err == nil && r.Code != 0 {
		err = fmt.Errorf("%s: bazel build --nobuild %s: exit code %d", t.w.Folder, target, r.Code)
	}
	if err != nil {
		return analysis{}, err
	}
	a, err := readMetrics(filepath.Join(t.w.Folder, "events.json"))
	a.wall = r.Took.Seconds()
	if err == nil {
		a.heap, err = t.heap(ctx)
	}
	return a, err
}

// heap returns what the server holds, in bytes, after it has collected its garbage.
func (t *tree) heap(ctx context.Context) (float64, error) {
	said, err := t.bazel(ctx, "info", "used-heap-size-after-gc")
	if err != nil {
		return 0, err
	}
	megabytes, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(said), "MB"), 64)
	return megabytes * 1e6, err
}

func (t *tree) bazel(ctx context.Context, args ...string) (string, error) {
	command := exec.CommandContext(ctx, t.w.Bazel, append(t.w.Startup, args...)...)
	command.Dir = t.w.Folder
	said, err := command.Output()
	return string(said), err
}

func (t *tree) shutdown() {
	// Also after an interrupt; what cannot be shut down is not there.
	_, _ = t.bazel(context.WithoutCancel(context.Background()), "shutdown")
}

// readMetrics reads what Bazel says of a command at its end.
func readMetrics(events string) (analysis, error) {
	file, err := os.Open(events)
	if err != nil {
		return analysis{}, err
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<28)
	for lines.Scan() {
		if !strings.Contains(lines.Text(), `"buildMetrics":{"`) {
			continue
		}
		var event metricsEvent
		if err := json.Unmarshal(lines.Bytes(), &event); err != nil {
			return analysis{}, err
		}
		if m := event.BuildMetrics; m != nil {
			return analysis{
				cpu:     float64(m.Timing.CPU) / 1e3,
				targets: float64(m.Targets.Configured),
				actions: float64(m.Actions.Created),
				nodes:   float64(m.Graph.Nodes),
			}, nil
		}
	}
	return analysis{}, fmt.Errorf("%s: no metrics: %w", events, lines.Err())
}

// metricsEvent is the part that counts of an event of the build event protocol.
type metricsEvent struct {
	BuildMetrics *struct {
		Actions struct {
			Created int64 `json:"actionsCreated,string"`
		} `json:"actionSummary"`
		Targets struct {
			Configured int64 `json:"targetsConfigured,string"`
		} `json:"targetMetrics"`
		Graph struct {
			Nodes int64 `json:"postInvocationSkyframeNodeCount"`
		} `json:"buildGraphMetrics"`
		Timing struct {
			CPU int64 `json:"cpuTimeInMs,string"`
		} `json:"timingMetrics"`
	} `json:"buildMetrics"`
}

// censusCosts are what the census takes, in seconds.
type censusCosts struct{ gazelle, unchanged, added time.Duration }

// census adds a test file, lets Gazelle write its target, and runs the census.
func census(ctx context.Context, t *tree, beside string) (censusCosts, error) {
	var costs censusCosts
	run := func() (time.Duration, error) {
		r, err := t.w.Run(ctx, "test", "--color=no", "--curses=no", "//:xdist_census")
		if err == nil && r.Code != 0 {
			err = fmt.Errorf("%s: the census fails: exit code %d", t.w.Folder, r.Code)
		}
		return r.Took, err
	}
	if _, err := run(); err != nil {
		return costs, err
	}
	var err error
	if costs.unchanged, err = run(); err != nil {
		return costs, err
	}
	file := filepath.Join(t.w.Folder, path.Dir(beside), "test_added.py")
	if err := os.WriteFile(file, []byte("def test_added():\n    assert True\n"), 0o644); err != nil {
		return costs, err
	}
	r, err := checked(process.Gazelle(t.w.Folder, ""))
	if err != nil {
		return costs, err
	}
	costs.gazelle = r.CPU
	costs.added, err = run()
	return costs, err
}
