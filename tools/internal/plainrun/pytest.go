// Package plainrun runs tests as people do who have no Bazel: by pytest, or by `go test`.
//
// What it returns is what targets are compared with. It bounds each run in time, and keeps
// tests that break their surroundings from what is not theirs.
package plainrun

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/rules-xdist/rules_xdist/internal/junitxml"
	"github.com/rules-xdist/rules_xdist/internal/outcomes"
)

//go:embed plainrun_events.py
var eventsPlugin string

const eventsModule = "plainrun_events"

// Pytest is a way to run pytest.
type Pytest struct {
	Folder string   // where it is started
	Args   []string // beside those of the configuration
	Env    []string // beside this process's
	// Limit bounds a run, which is ended then. Without one it may take forever.
	Limit time.Duration
	// Scratch is a folder for files of a run. It is not below Folder.
	Scratch string
	// Before puts the tests where they are to be, before each start of pytest. It may be
	// nil.
	Before func() error
}

// Plain is what plain runs of some tests gave.
type Plain struct {
	Tests outcomes.Outcomes
	// Reached has the tests that ran only in a further run, as the first one had stopped
	// before them: because pytest was told to, or at the time limit. A target may as
	// well report that they never ran.
	Reached map[string]bool
	// Uncollected are the files that could not be collected.
	Uncollected []string
	Code        int // of the first run; negative if it has none
	Took        time.Duration
}

// wrongUse is pytest's exit code for options that it does not know, and the like.
const wrongUse = 4

// maxRuns bounds how often pytest is started again after a test has ended it.
const maxRuns = 60

// Run runs all tests. Where a test ends pytest, that test fails, and further runs take
// those that are left. Tests that fail are no error.
func (p Pytest) Run(ctx context.Context) (Plain, error) {
	plain := Plain{Tests: outcomes.Outcomes{}, Reached: map[string]bool{}}
	begin := time.Now()
	defer func() { plain.Took = time.Since(begin) }()
	if err := p.writePlugin(); err != nil {
		return plain, err
	}
	var ran []string
	stopped := false // whether a run did not reach what comes, without a test that ended it
	for run := range maxRuns {
		s, err := p.once(ctx, ran)
		if err != nil {
			return plain, err
		}
		if run == 0 {
			plain.Code, plain.Uncollected = s.code, nodeIDs(s.uncollected)
		}
		plain.add(s, stopped)
		begun := s.begun()
		if !s.left() || len(begun) == 0 {
			break
		}
		ran = append(ran, begun...)
		stopped = stopped || !s.died() || s.code == outOfTime
	}
	return plain, nil
}

func (p *Plain) add(s session, stopped bool) {
	for _, test := range s.done {
		p.Tests[test.NodeID] = append(p.Tests[test.NodeID], test.Case)
		p.Reached[test.NodeID] = stopped
	}
	for _, name := range s.running {
		id := nodeID(name)
		p.Tests[id] = append(p.Tests[id], junitxml.Case{NodeID: id, Outcome: junitxml.Failed})
		p.Reached[id] = stopped
	}
}

func (p Pytest) writePlugin() error {
	if err := os.MkdirAll(p.Scratch, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(p.Scratch, eventsModule+".py"), []byte(eventsPlugin), 0o644)
}

// once runs the tests but those of the given names.
func (p Pytest) once(ctx context.Context, ran []string) (session, error) {
	if p.Before != nil {
		if err := p.Before(); err != nil {
			return session{}, err
		}
	}
	leftOut := filepath.Join(p.Scratch, "left_out")
	if err := os.WriteFile(leftOut, []byte(strings.Join(ran, "\n")), 0o644); err != nil {
		return session{}, err
	}
	args := append([]string{"-m", "pytest", "-p", eventsModule}, p.Args...)
	if len(ran) > 0 {
		args = append(args, "--continue-on-collection-errors")
	}
	c := contained{
		folder: p.Folder,
		args:   append([]string{"python3"}, args...),
		env: append(p.Env, "PYTHONHASHSEED=0", "PYTHONPATH="+p.pythonPath(),
			"PLAINRUN_EVENTS="+strconv.Itoa(eventsDescriptor), "PLAINRUN_LEFT_OUT="+leftOut),
		limit: p.Limit,
	}
	var s session
	end, err := c.run(ctx, s.read)
	s.code = end.code
	if err != nil {
		return s, fmt.Errorf("pytest in %s: %w", p.Folder, err)
	}
	if s.ended && end.code == lost {
		s.code = s.status
	}
	if s.events == 0 && (s.code == 1 || s.code == wrongUse) {
		return s, fmt.Errorf("pytest in %s: exit code %d:\n%s", p.Folder, s.code, end.output)
	}
	return s, nil
}

func (p Pytest) pythonPath() string {
	path := p.Scratch
	for _, entry := range p.Env {
		if more, ok := strings.CutPrefix(entry, "PYTHONPATH="); ok {
			path += ":" + more
		}
	}
	return path
}
