// Command go_runner runs one shard of a go_xdist_test: it lists the tests of the
// compiled test binary, takes this shard's units of them and runs exactly these, in
// processes of the binary, so that a test that ends its process fails by name and the
// others still run.
//
// Arguments are the test binary's own. Everything else stands in the environment: what
// Bazel says to each test, and RULES_XDIST_SELECTION, which go_xdist_test sets. Exit codes:
//
//	0  all tests of the shard passed, or it has none
//	1  a test failed, or cannot be told from one that failed
//	4  the environment, the arguments or the selection are wrong
package main

import (
	"fmt"
	"io"
	"maps"
	"os"
	"os/signal"
	"slices"
	"syscall"
)

const (
	passed   = 0
	failed   = 1
	wrongUse = 4
)

func main() {
	os.Exit(run(os.Args[1:], os.LookupEnv, os.Environ(), os.Stdout))
}

func run(args []string, lookup func(string) (string, bool), environ []string, log io.Writer) int {
	// First of all: without it Bazel reports its absence over any real error.
	if file, ok := lookup("TEST_SHARD_STATUS_FILE"); ok {
		touch(file)
	}
	s, err := readSettings(args, lookup)
	if err != nil {
		say(log, err)
		return wrongUse
	}
	// Bazel fails a test that leaves this file behind.
	if file := s.prematureExit; file != "" {
		touch(file)
		defer os.Remove(file)
	}
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, syscall.SIGINT)
	program := program{path: s.selection.Binary, env: childEnviron(environ), stop: stop, log: log}
	results := runShard(s, program)
	if err := writeReport(s, results); err != nil {
		say(log, err)
		return failed
	}
	code := conclude(log, results)
	if code != passed {
		mergeFailed(lookup, log)
	}
	return code
}

// runShard returns the result of each of the shard's tests, and of what went wrong
// outside of them.
func runShard(s settings, p program) []result {
	names, err := p.list(s.marks)
	if err != nil {
		return []result{{name: outsideTests, outcome: errored, message: err.Error()}}
	}
	share, err := take(withMarks(s.filter.names(names), s.marks), s)
	if err != nil {
		return []result{{name: outsideTests, outcome: errored, message: err.Error()}}
	}
	say(p.log, fmt.Sprintf("%s: %d of %d tests", s.shard, len(share.tests), share.ofTarget))
	for _, name := range weightless(s.selection.Weights, names) {
		say(p.log, fmt.Sprintf("weights: %s: no such test any more: take it out of the weights of %s", name, s.selection.Target))
	}
	session := session{
		failFast: s.failFast,
		results:  share.strays(s),
		start: func(tests []string) (*story, ending) {
			return p.test(tests, s.testArgs(tests))
		},
	}
	session.run(share.tests)
	return session.results
}

// conclude tells what failed, once more and all of it, and why tests never ran, and
// returns the exit code.
func conclude(log io.Writer, results []result) int {
	code := passed
	skipped := map[string]int{}
	for _, r := range results {
		if r.outcome == testSkipped && r.message != "" {
			skipped[r.message]++
		}
		if r.outcome == testFailed || r.outcome == errored {
			code = failed
			if r.message != "" {
				say(log, fmt.Sprintf("%s: %s", r.name, r.message))
			}
		}
	}
	for _, why := range slices.Sorted(maps.Keys(skipped)) {
		say(log, fmt.Sprintf("%d tests skipped: %s", skipped[why], why))
	}
	return code
}

func say(log io.Writer, what any) { fmt.Fprintln(log, "rules_xdist:", what) }

// touch makes a file for Bazel. That it cannot be made is Bazel's to notice.
func touch(file string) {
	if f, err := os.OpenFile(file, os.O_CREATE|os.O_WRONLY, 0o666); err == nil {
		_ = f.Close()
	}
}
