// Package plainrun runs tests as people do who have no Bazel: by pytest, or by `go test`.
//
// What it returns is what targets are compared with. It bounds each run in time, and keeps
// tests that break their surroundings from what is not theirs.
package plainrun

import (
	"context"
	"time"

	"github.com/rules-xdist/rules_xdist/internal/junitxml"
	"github.com/rules-xdist/rules_xdist/internal/outcomes"
)

// Suite is tests and how to run them.
type Suite struct {
	Folder string   // where they are run
	Args   []string // beside those of the configuration: pytest's, or the Go build's
	Env    []string // beside this process's
	// Limit bounds a run, which is ended then. Without one it may take forever.
	Limit time.Duration
	// Scratch is a folder for files of a run. It is not below Folder.
	Scratch string
	// Before puts the tests where they are to be, before each run. It may be nil.
	Before func() error
}

// Plain is what plain runs of some tests gave.
type Plain struct {
	Tests outcomes.Outcomes
	// Reached has the tests that ran only in a further run, as the first one had stopped
	// before them: because it was told to, or at the time limit. A target may as well
	// report that they never ran.
	Reached map[string]bool
	// Root is what pytest's node ids are relative to, from where it was started.
	Root string
	// Uncollected are the files that could not be collected.
	Uncollected []string
	Code        int    // of the first run; negative if it has none
	Output      string // the last of what the first run said
	Took        time.Duration
}

// attempt is one run of a suite, or of what is left of it.
type attempt interface {
	finished() []junitxml.Case // with node ids
	cut() []string             // the node ids of the tests that ran when it ended
	begun() []string           // the names of both, as the next run takes them
	left() bool                // whether there are tests that did not begin
	died() bool                // whether a test ended it
	uncollectedFiles() []string
	root() string
	exitCode() int
	output() string
}

// maxRuns bounds how often a suite is run again after a test has ended the run.
const maxRuns = 60

// repeat runs all tests. Where a test ends the run, that test fails, and further runs take
// those that are left. Tests that fail are no error.
func (s Suite) repeat(ctx context.Context, once func(ctx context.Context, ran []string) (attempt, error)) (plain Plain, err error) {
	plain = Plain{Tests: outcomes.Outcomes{}, Reached: map[string]bool{}}
	begin := time.Now()
	defer func() { plain.Took = time.Since(begin) }()
	var ran []string
	stopped := false // whether a run did not reach what comes, without a test that ended it
	for run := range maxRuns {
		if s.Before != nil {
			if err := s.Before(); err != nil {
				return plain, err
			}
		}
		a, err := once(ctx, ran)
		if err != nil {
			return plain, err
		}
		if run == 0 {
			plain.Code, plain.Output, plain.Root, plain.Uncollected = a.exitCode(), a.output(), a.root(), a.uncollectedFiles()
		}
		plain.add(a, stopped)
		if !a.left() || len(a.begun()) == 0 {
			break
		}
		ran = append(ran, a.begun()...)
		stopped = stopped || !a.died() || a.exitCode() == outOfTime
	}
	return plain, nil
}

func (p *Plain) add(a attempt, stopped bool) {
	tests := a.finished()
	for _, id := range a.cut() {
		tests = append(tests, junitxml.Case{NodeID: id, Outcome: junitxml.Failed})
	}
	for _, test := range tests {
		p.Tests[test.NodeID] = append(p.Tests[test.NodeID], test)
		p.Reached[test.NodeID] = stopped
	}
}
