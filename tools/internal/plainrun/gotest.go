package plainrun

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/rules-xdist/rules_xdist/internal/junitxml"
)

// GoTest runs the tests of a folder's package as `go test` does: its binary, in the folder,
// and what it prints read by Go's own test2json. Node ids are the tests' names.
func (s Suite) GoTest(ctx context.Context) (Plain, error) {
	if err := os.MkdirAll(s.Scratch, 0o755); err != nil {
		return Plain{}, err
	}
	if s.Before != nil {
		if err := s.Before(); err != nil {
			return Plain{}, err
		}
	}
	reader := filepath.Join(s.Scratch, "test2json")
	if err := s.goCommand(ctx, "build", "-o", reader, "cmd/test2json"); err != nil {
		return Plain{}, err
	}
	binary := filepath.Join(s.Scratch, "tests")
	if err := s.goCommand(ctx, append(append([]string{"test", "-c", "-vet=off", "-o", binary}, s.Args...), ".")...); err != nil {
		return Plain{}, err
	}
	command := []string{reader, binary, "-test.v=test2json", "-test.paniconexit0", goTimeout}
	r := goRun{Suite: s, command: command, names: s.listGo(ctx, binary)}
	plain, err := s.repeat(ctx, r.others)
	for _, suspect := range r.suspects {
		if err != nil {
			break
		}
		var alone *goSession
		alone, err = r.run(ctx, []string{suspect}, "-test.run=^"+suspect+"$")
		plain.add(alone, false)
	}
	return plain, err
}

// goTimeout is that of `go test`. With it a timer waits, so that the runtime never finds all
// goroutines asleep: tests that wait for each other do so until a limit.
const goTimeout = "-test.timeout=10m"

// goRun runs a test binary as often as it takes.
type goRun struct {
	Suite
	command []string
	names   []string // of all tests, without subtests
	// suspects ran in parallel when a run ended. Each is run alone in the end, as one of
	// them may have ended it.
	suspects []string
}

// others runs the tests but those of the given names.
func (r *goRun) others(ctx context.Context, ran []string) (attempt, error) {
	var args []string
	if len(ran) > 0 {
		args = append(args, "-test.skip=^("+strings.Join(ran, "|")+")$")
	}
	names := slices.DeleteFunc(slices.Clone(r.names), func(name string) bool { return slices.Contains(ran, name) })
	session, err := r.run(ctx, names, args...)
	r.suspects = append(r.suspects, session.setAside()...)
	return session, err
}

// run runs the tests of the given names, which the arguments choose.
func (r *goRun) run(ctx context.Context, names []string, args ...string) (*goSession, error) {
	session := goSession{names: names, parallel: map[string]bool{}}
	program := contained{folder: r.Folder, args: slices.Concat(r.command, args), env: r.Env, limit: r.Limit, stdout: true}
	end, err := program.run(ctx, session.read)
	session.code, session.said = end.code, end.output
	return &session, err
}

func (s Suite) goCommand(ctx context.Context, args ...string) error {
	command := exec.CommandContext(ctx, "go", args...)
	command.Dir = s.Folder
	command.Env = append(ownEnviron(), s.Env...)
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("go %s in %s: %w\n%s", args[0], s.Folder, err, output)
	}
	return nil
}

var testName = regexp.MustCompile(`^(Test|Example|Fuzz)`)

// listGo returns the names of all tests; none, if the binary cannot list them.
func (s Suite) listGo(ctx context.Context, binary string) []string {
	command := exec.CommandContext(ctx, binary, "-test.list=.")
	command.Dir = s.Folder
	command.Env = append(ownEnviron(), s.Env...)
	output, err := command.Output()
	if err != nil {
		return nil
	}
	var names []string
	for _, line := range strings.Split(string(output), "\n") {
		if testName.MatchString(line) && token.IsIdentifier(line) && !slices.Contains(names, line) {
			names = append(names, line)
		}
	}
	return names
}

// goSession is what one process of a test binary did.
type goSession struct {
	names   []string // of the tests that are to run, without subtests
	running []string // these and the following also have subtests
	done    []junitxml.Case
	latest  string // the last that began or was done
	// parallel are the tests that run, or wait to run, beside others.
	parallel map[string]bool
	// aside are those of them that were to be run again.
	aside []string
	ended bool
	code  int
	said  string
}

// goEvent is an event of test2json.
type goEvent struct {
	Action, Test string
	Elapsed      float64
}

// read takes an event, and returns whether it is the last one.
func (s *goSession) read(line string) bool {
	var e goEvent
	if json.NewDecoder(bytes.NewBufferString(line)).Decode(&e) != nil {
		return false
	}
	outcome, isEnd := map[string]junitxml.Outcome{"pass": junitxml.Passed, "fail": junitxml.Failed, "skip": junitxml.Skipped}[e.Action]
	switch {
	case e.Test == "":
		s.ended = s.ended || isEnd
	case !slices.Contains(s.names, topLevel(e.Test)):
		// Output of a test that looks like another one.
	case e.Action == "run":
		s.running = append(s.running, e.Test)
		s.latest = e.Test
	case e.Action == "pause":
		s.parallel[topLevel(e.Test)] = true
	case isEnd && (slices.Contains(s.running, e.Test) || e.Test == s.latest):
		// Where a test printed what looks like its result, the real one follows.
		s.finish(junitxml.Case{NodeID: e.Test, Outcome: outcome, Seconds: e.Elapsed})
	}
	return s.ended
}

// finish takes the result of a test. Of several the last one counts, as for a TestMain that
// runs the tests twice.
func (s *goSession) finish(test junitxml.Case) {
	same := func(other junitxml.Case) bool { return other.NodeID == test.NodeID }
	s.done = append(slices.DeleteFunc(s.done, same), test)
	s.latest = test.NodeID
	s.running = slices.DeleteFunc(s.running, func(name string) bool { return name == test.NodeID })
}

// doubtLast has the last test that finished run again if it failed beside others: where
// the process dies, test2json calls the last test failed even if it passed.
func (s *goSession) doubtLast() {
	if i := len(s.done) - 1; i >= 0 && s.done[i].Outcome == junitxml.Failed && s.parallel[topLevel(s.done[i].NodeID)] {
		s.running = append(s.running, s.done[i].NodeID)
	}
}

// setAside takes the parallel tests that ran at the end out of the session, and returns
// their names.
func (s *goSession) setAside() []string {
	s.doubtLast()
	for _, test := range s.running {
		if name := topLevel(test); s.parallel[name] && !slices.Contains(s.aside, name) {
			s.aside = append(s.aside, name)
		}
	}
	isAside := func(test string) bool { return slices.Contains(s.aside, topLevel(test)) }
	s.running = slices.DeleteFunc(s.running, isAside)
	s.done = slices.DeleteFunc(s.done, func(test junitxml.Case) bool { return isAside(test.NodeID) })
	return s.aside
}

func topLevel(test string) string {
	name, _, _ := strings.Cut(test, "/")
	return name
}

func (s *goSession) finished() []junitxml.Case  { return s.done }
func (s *goSession) cut() []string              { return s.running }
func (s *goSession) uncollectedFiles() []string { return nil }
func (s *goSession) root() string               { return "" }
func (s *goSession) exitCode() int              { return s.code }
func (s *goSession) output() string             { return s.said }
func (s *goSession) left() bool                 { return len(s.begun()) < len(s.names) }

// Nothing but a test, or the time limit, keeps a binary from its other tests.
func (s *goSession) died() bool { return true }

func (s *goSession) begun() []string {
	names := slices.Clone(s.aside)
	for _, test := range s.done {
		names = append(names, topLevel(test.NodeID))
	}
	for _, test := range s.running {
		names = append(names, topLevel(test))
	}
	slices.Sort(names)
	return slices.Compact(names)
}
