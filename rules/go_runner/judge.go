package main

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// outsideTests is the name of what no test can be blamed for.
const outsideTests = "TestMain"

// result is how a test, a subtest, or what is outside of them, ended.
type result struct {
	name    string
	outcome outcome
	took    time.Duration
	message string
	output  string
	// earlier are the outputs of failures before it, where TestMain ran the test again.
	earlier []string
}

// verdict is what a process means for the tests that it was to run.
type verdict struct {
	results []result
	// suspects ran when the process died, and one of them is why.
	suspects []string
	// again are the tests of which nothing is known yet.
	again []string
	died  bool
}

// judge reads the story of a process that was to run the tests asked.
func judge(asked []string, s *story, end ending) verdict {
	s.settle(end)
	switch {
	case s.ended, end.succeeded() && len(asked) > 0 && len(missing(asked, s.tops(over))) == 0:
		// A test that sets os.Stdout to nil takes the last line away.
		return judgeEnded(asked, s, end)
	case len(s.cases) == 0 && end.succeeded():
		// `go test` takes such a package for passed: its TestMain found nothing to do.
		return verdict{results: never(asked, testSkipped, "TestMain ended the process before any test")}
	case len(s.cases) == 0 && !end.terminated:
		return verdict{died: true, results: append(
			never(asked, errored, fmt.Sprintf("never ran: the process ended before any test: %s", end)),
			result{name: outsideTests, outcome: errored, message: end.String(), output: s.outside.String()})}
	}
	return judgeDied(asked, s, end)
}

// judgeEnded is for a process in which package testing came to its end.
func judgeEnded(asked []string, s *story, end ending) verdict {
	decided := s.tops(over)
	v := verdict{results: s.results(decided, "its end was not reported"), again: missing(asked, decided)}
	if end.err != nil && !slices.ContainsFunc(v.results, func(r result) bool { return r.outcome == testFailed }) {
		v.results = append(v.results, result{
			name: outsideTests, outcome: errored, output: s.outside.String(),
			message: fmt.Sprintf("%s, although no test failed", end),
		})
	}
	return v
}

// judgeDied is for a process that ended in the middle of its tests, and finds out by
// which one.
func judgeDied(asked []string, s *story, end ending) verdict {
	v := verdict{died: true}
	decided := s.tops(over)
	blamed := s.tops(running)
	cause := fmt.Sprintf("the process ended while it ran: %s", end)
	switch {
	case end.terminated:
		cause = "was running when the shard was told to end, as by a timeout"
	case s.panicked != "":
		// It is over; those that ran beside it are innocent.
		blamed = nil
	case len(blamed) > 1:
		v.suspects, blamed = blamed, nil
	case len(blamed) == 0:
		v.results = append(v.results, result{
			name: outsideTests, outcome: errored, output: s.outside.String(),
			message: fmt.Sprintf("the process ended while no test ran: %s", end),
		})
	}
	decided = append(decided, blamed...)
	v.results = append(s.results(decided, cause), v.results...)
	v.again = missing(asked, append(decided, v.suspects...))
	return v
}

// results returns those of the given top-level tests and of their subtests; cause is why
// some of them are not over.
func (s *story) results(tops []string, cause string) []result {
	var results []result
	wanted := setOf(tops)
	for _, c := range s.cases {
		if !wanted[c.top()] {
			continue
		}
		r := result{name: c.name, outcome: c.outcome, took: c.took}
		if c.state != over {
			r.outcome, r.took, r.message = testFailed, time.Since(c.began), cause
		}
		if r.outcome != testPassed {
			r.output = c.printed.String()
		}
		if panicked := panicMessage(r.output); panicked != "" && (c.state != over || c.top() == s.panicked) {
			r.message = strings.TrimPrefix(r.message+": "+panicked, ": ")
		}
		for _, failure := range c.earlier {
			r.earlier = append(r.earlier, failure.printed.String())
		}
		results = append(results, r)
	}
	return results
}

func panicMessage(output string) string {
	for line := range strings.Lines(output) {
		if strings.HasPrefix(line, "panic: ") {
			return strings.TrimSpace(line)
		}
	}
	return ""
}

func never(tests []string, outcome outcome, why string) []result {
	results := make([]result, len(tests))
	for i, name := range tests {
		results[i] = result{name: name, outcome: outcome, message: why}
	}
	return results
}

func missing(asked, known []string) []string {
	found := setOf(known)
	return slices.DeleteFunc(slices.Clone(asked), func(name string) bool { return found[name] })
}

func setOf(names []string) map[string]bool {
	set := make(map[string]bool, len(names))
	for _, name := range names {
		set[name] = true
	}
	return set
}
