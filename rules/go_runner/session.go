package main

import (
	"fmt"
	"slices"
)

const (
	// maxDeaths bounds how many processes may die in a shard before it is given up.
	maxDeaths = 20
	// maxPattern bounds the length of -test.run: Linux takes no argument above 128 KiB.
	maxPattern = 100_000
)

// session runs a shard's tests in as many processes as it takes: one, if none dies.
type session struct {
	failFast bool
	// start runs tests in a new process, and waits for its end.
	start   func(tests []string) (*story, ending)
	results []result

	deaths     int
	terminated bool
}

// run gives each of the tests a result.
func (s *session) run(tests []string) {
	for len(tests) > 0 {
		n := fitting(tests)
		again := s.process(tests[:n])
		tests = slices.Concat(again, tests[n:])
		if outcome, why := s.givenUp(); why != "" {
			s.add(never(tests, outcome, why)...)
			return
		}
	}
}

// fitting returns how many of the tests fit into one command.
func fitting(tests []string) int {
	length := 0
	for i, name := range tests {
		if length += len(name) + 1; length > maxPattern && i > 0 {
			return i
		}
	}
	return len(tests)
}

// process runs tests in a new process; returns those to be run in another one.
func (s *session) process(tests []string) []string {
	v, end := s.judged(tests)
	s.add(v.results...)
	if len(v.suspects) > 0 {
		s.isolate(v.suspects, end)
	}
	progress := v.died && len(v.again) < len(tests)
	if _, why := s.givenUp(); why == "" && !progress {
		// To ask again would bring the same answer.
		s.add(never(v.again, errored, fmt.Sprintf("never ran: the process ended without it: %s", end))...)
		return nil
	}
	return v.again
}

// add adds results; of what was wrong outside of the tests the first is enough.
func (s *session) add(results ...result) {
	isOutside := func(r result) bool { return r.name == outsideTests }
	if slices.ContainsFunc(s.results, isOutside) {
		results = slices.DeleteFunc(results, isOutside)
	}
	s.results = append(s.results, results...)
}

func (s *session) judged(tests []string) (verdict, ending) {
	story, end := s.start(tests)
	v := judge(tests, story, end)
	s.terminated = s.terminated || end.terminated
	if v.died {
		s.deaths++
	}
	return v, end
}

// isolate finds out which of the tests that ran in parallel ended their process: each
// runs again, by itself. If all survive that, what they did together failed.
func (s *session) isolate(suspects []string, end ending) {
	var alone []result
	deaths := s.deaths
	for _, name := range suspects {
		if _, why := s.givenUp(); why != "" {
			alone = append(alone, never([]string{name}, errored, fmt.Sprintf("never ran to its end: %s", why))...)
			continue
		}
		v, _ := s.judged([]string{name})
		alone = append(alone, v.results...)
		alone = append(alone, never(v.again, errored, "never ran to its end")...)
	}
	if s.deaths == deaths {
		for i := range alone {
			if slices.Contains(suspects, alone[i].name) {
				alone[i].outcome = testFailed
				alone[i].message = fmt.Sprintf("one of %v, which ran in parallel, ended the process: %s; by itself none does", suspects, end)
			}
		}
	}
	s.add(alone...)
}

// givenUp says why no other process is started, "" if one is, and what that makes of
// the tests that are left.
func (s *session) givenUp() (outcome, string) {
	switch {
	case s.terminated:
		return errored, "never ran: the shard was told to end, as by a timeout"
	case s.stopsEarly():
		return testSkipped, "never ran: another test failed, and --test_runner_fail_fast was given"
	case s.deaths >= maxDeaths:
		return errored, fmt.Sprintf("never ran: %d processes of this shard had died", s.deaths)
	}
	return testPassed, ""
}

// stopsEarly says that a failure ends the session.
func (s *session) stopsEarly() bool {
	return s.failFast && slices.ContainsFunc(s.results, func(r result) bool {
		return r.outcome == testFailed || r.outcome == errored
	})
}
