package plainrun

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/rules-xdist/rules_xdist/internal/junitxml"
)

// internalError is pytest's exit status when it could not go on.
const internalError = 3

// pytestSession is what one process of pytest did, by the events that it wrote. Tests are
// named as these name them.
type pytestSession struct {
	rootdir                string // from where pytest was started
	collected, uncollected []string
	due                    map[string]int     // how many results a test has yet to have
	phases                 map[string]*phases // of the tests that run
	running                []string           // in their order
	done                   []doneTest
	events                 int
	ended                  bool
	status                 int // pytest's own exit status, once it has ended
	code                   int // of the process
	said                   string
}

func newPytestSession() *pytestSession {
	return &pytestSession{due: map[string]int{}, phases: map[string]*phases{}}
}

type doneTest struct {
	name string
	junitxml.Case
}

// read takes an event, and returns whether it is the last one.
func (s *pytestSession) read(line string) bool {
	words := strings.Fields(line)
	if len(words) == 0 {
		return false
	}
	s.events++
	event, words := words[0], words[1:]
	switch {
	case event == "root" && len(words) == 1:
		s.rootdir = nodeID(words[0])
	case event == "collected":
		s.collected = words
		for _, name := range words {
			s.due[name]++
		}
	case event == "uncollected" && len(words) == 1:
		s.uncollected = append(s.uncollected, words[0])
	case event == "started" && len(words) == 1:
		s.start(words[0])
	case event == "phase" && len(words) == 6:
		s.start(words[0])
		s.phases[words[0]].add(words[1:])
	case event == "finished" && len(words) == 1:
		s.finish(words[0])
	case event == "ended" && len(words) == 1:
		s.status, _ = strconv.Atoi(words[0])
		s.ended = true
	}
	return s.ended
}

func (s *pytestSession) start(name string) {
	if s.phases[name] == nil {
		s.phases[name] = &phases{}
		s.running = append(s.running, name)
	}
}

// finish takes a test's result. A test that a plugin runs again finishes several times, and
// the last one counts; there are as many tests of one name as were collected.
func (s *pytestSession) finish(name string) {
	s.start(name)
	p := s.phases[name]
	if s.due[name]--; s.due[name] < 0 {
		if i := slices.IndexFunc(s.done, func(test doneTest) bool { return test.name == name }); i >= 0 {
			s.done = slices.Delete(s.done, i, i+1)
		}
	}
	s.done = append(s.done, doneTest{name, junitxml.Case{NodeID: nodeID(name), Outcome: p.outcome(), Seconds: p.seconds}})
	delete(s.phases, name)
	s.running = slices.DeleteFunc(s.running, func(other string) bool { return other == name })
}

// died reports whether a test ended the process, or kept pytest from going on.
func (s *pytestSession) died() bool {
	return !s.ended || s.status == internalError && len(s.running) > 0
}

// begun are the tests that came to run.
func (s *pytestSession) begun() []string {
	names := slices.Clone(s.running)
	for _, test := range s.done {
		names = append(names, test.name)
	}
	return names
}

// left returns whether tests were collected that did not come to run.
func (s *pytestSession) left() bool { return len(s.begun()) < len(s.collected) }

func (s *pytestSession) finished() []junitxml.Case {
	var all []junitxml.Case
	for _, test := range s.done {
		all = append(all, test.Case)
	}
	return all
}

func (s *pytestSession) cut() []string              { return nodeIDs(s.running) }
func (s *pytestSession) uncollectedFiles() []string { return nodeIDs(s.uncollected) }
func (s *pytestSession) root() string               { return s.rootdir }
func (s *pytestSession) exitCode() int              { return s.code }
func (s *pytestSession) output() string             { return s.said }

// phases are what is known of a test that runs.
type phases struct {
	failed, errored, skipped, xfailed bool
	seconds                           float64
}

// add takes the words of an event: when, outcome, whether it was expected to fail, whether
// it is of a part of the test, and the seconds.
func (p *phases) add(words []string) {
	when, outcome, whole := words[0], words[1], words[3] == "whole"
	if when == "setup" && whole {
		*p = phases{seconds: p.seconds} // a further attempt, which counts instead
	}
	took, _ := strconv.ParseFloat(words[4], 64)
	p.seconds += took
	switch {
	case outcome == "failed" && when == "call":
		p.failed = true
	case outcome == "failed":
		p.errored = true
	case outcome == "skipped" && words[2] == "xfail":
		p.xfailed = true
	case outcome == "skipped" && whole:
		p.skipped = true
	}
}

func (p *phases) outcome() junitxml.Outcome {
	switch {
	case p.failed:
		return junitxml.Failed
	case p.errored:
		return junitxml.Error
	case p.xfailed:
		return junitxml.XFailed
	case p.skipped:
		return junitxml.Skipped
	}
	return junitxml.Passed
}

// nodeID is the node id that an event's name stands for, as a JUnit file can have it.
func nodeID(name string) string {
	points, _ := hex.DecodeString(name)
	var id strings.Builder
	for ; len(points) >= 4; points = points[4:] {
		point := rune(points[0])<<24 | rune(points[1])<<16 | rune(points[2])<<8 | rune(points[3])
		if inXML(point) {
			id.WriteRune(point)
		} else {
			fmt.Fprintf(&id, "#x%02X", point)
		}
	}
	return id.String()
}

func nodeIDs(names []string) []string {
	var ids []string
	for _, name := range names {
		ids = append(ids, nodeID(name))
	}
	return ids
}

// inXML reports whether XML 1.0 can have the character, be it escaped.
func inXML(point rune) bool {
	return point == '\t' || point == '\n' || point == '\r' || point >= 0x20 && point <= 0xd7ff ||
		point >= 0xe000 && point <= 0xfffd || point >= 0x10000 && point <= 0x10ffff
}
