package main

import (
	"bytes"
	"fmt"
	"strings"
	"time"
)

type outcome int

const (
	testPassed outcome = iota
	testFailed
	testSkipped
	errored // no fault of the test, as far as is known
)

// state is where a test is that has begun.
type state int

const (
	running state = iota
	waiting       // for the other parallel tests, its body interrupted
	over
)

// testCase is a test or a subtest in a process.
type testCase struct {
	name    string
	state   state
	outcome outcome
	began   time.Time
	took    time.Duration
	printed tail
	// round counts the calls of m.Run before the one that ran it.
	round int
	// earlier are failures of the same test in other rounds.
	earlier []*testCase
}

// isGood reports whether it is over and did not fail.
func (c *testCase) isGood() bool { return c.state == over && c.outcome != testFailed }

// top is the name of the top-level test.
func (c *testCase) top() string { return topOf(c.name) }

func topOf(name string) string {
	top, _, _ := strings.Cut(name, "/")
	return top
}

// story is what one process of the test binary told of its tests.
type story struct {
	// asked are the top-level tests that were to run. What a test prints may look like
	// the report of another one.
	asked map[string]bool
	cases []*testCase // in the order of their beginning
	open  map[string]*testCase
	// current is the test that prints; nil: none.
	current *testCase
	outside tail // what was printed outside of all tests
	// panicked is the top-level test that failed just before the process said "panic".
	panicked string
	// ended says that package testing came to its end, whatever it was, and began no
	// further round since.
	ended bool
	round int
}

func newStory(asked []string) *story {
	return &story{asked: setOf(asked), open: map[string]*testCase{}}
}

// started reports whether a test may begin: it was to run, and does not run already.
func (s *story) started(name string) bool {
	if !s.asked[topOf(name)] || s.open[name] != nil {
		return false
	}
	if s.ended {
		s.ended = false
		s.round++
	}
	s.current = &testCase{name: name, began: time.Now(), round: s.round}
	s.cases = append(s.cases, s.current)
	s.open[name] = s.current
	return true
}

func (s *story) paused(name string, paused bool) {
	s.turnTo(name)
	if c := s.open[name]; c != nil {
		c.state = running
		if paused {
			c.state = waiting
		}
	}
}

func (s *story) turnTo(name string) { s.current = s.open[name] }

// finished reports whether a test can have ended: one that runs, or once more the one
// that was the last to. A test that panics is reported twice, and of one that printed what
// looks like its report the last one is real.
func (s *story) finished(name string, outcome outcome, took time.Duration) bool {
	c := s.open[name]
	if c == nil && s.current != nil && s.current.name == name {
		c = s.current
	}
	if c == nil {
		return false
	}
	c.state, c.outcome, c.took = over, outcome, took
	if outcome == testPassed {
		// Nobody asks for it: of thousands of subtests it would be much.
		c.printed = tail{}
	}
	s.current = c
	delete(s.open, name)
	return true
}

func (s *story) output(text []byte) {
	if s.current == nil {
		s.outside.write(text)
		return
	}
	s.current.printed.write(text)
	// Package testing reports a test that panics as failed, and then lets it panic. At
	// -test.timeout it panics whichever test was the last to be reported.
	panics := bytes.HasPrefix(text, []byte("panic: ")) && !bytes.HasPrefix(text, []byte("panic: test timed out"))
	if panics && s.current.state == over && s.current.outcome == testFailed {
		s.panicked = s.current.top()
	}
}

// tops returns the names of the top-level tests that are in a state.
func (s *story) tops(in state) []string {
	var names []string
	for _, c := range s.cases {
		if c.name == c.top() && c.state == in {
			names = append(names, c.name)
		}
	}
	return names
}

// A tail keeps the end of a long text: a test may print more than fits into memory.
type tail struct {
	text    []byte
	dropped int
}

const tailSize = 256 << 10

func (t *tail) write(text []byte) {
	t.text = append(t.text, text...)
	if over := len(t.text) - tailSize; over > tailSize {
		t.text = append(t.text[:0], t.text[over:]...)
		t.dropped += over
	}
}

func (t *tail) String() string {
	if t.dropped == 0 {
		return string(t.text)
	}
	return fmt.Sprintf("[%d bytes are left out; the log has them]\n%s", t.dropped, t.text)
}
