// Command lcov is both tools that `bazel coverage` needs, in place of the Java program
// that Bazel downloads: it merges the tracefiles of one test, and those of all tests into
// the combined report.
//
//	coverage --coverage_output_generator=@rules_xdist//tools/lcov
//	coverage --coverage_report_generator=@rules_xdist//tools/lcov
//
// The flags are those of Bazel's own tool. Tracefiles are in LCOV's format; gcov's and
// LLVM's own, which tests of C++ may write beside it, are named and left out. Exit codes:
//
//	0  the merged tracefile is written; it is empty where there was nothing to merge
//	1  a file cannot be read or written, or a tracefile breaks a rule
//	2  the flags are wrong
package main

import (
	"fmt"
	"io"
	"os"

	"github.com/rules-xdist/rules_xdist/internal/lcov"
)

const (
	merged   = 0
	failed   = 1
	wrongUse = 2
)

func main() {
	os.Exit(run(os.Args[1:], os.Stderr))
}

func run(args []string, log io.Writer) int {
	o, err := parseOptions(args)
	if err != nil {
		say(log, err)
		return wrongUse
	}
	if err := merge(o, log); err != nil {
		say(log, err)
		return failed
	}
	return merged
}

func merge(o options, log io.Writer) error {
	tracefiles, others, err := o.tracefiles()
	if err != nil {
		return err
	}
	for _, other := range others {
		say(log, fmt.Sprintf("%s: not merged: must be a tracefile in LCOV's format", other))
	}
	chosen, err := o.sources()
	if err != nil {
		return err
	}
	report := lcov.NewReport(chosen.path)
	for _, name := range tracefiles {
		if err := read(report, name); err != nil {
			return err
		}
	}
	return write(report, o.outputFile)
}

func read(report *lcov.Report, name string) error {
	in, err := os.Open(name)
	if err != nil {
		return err
	}
	defer in.Close()
	return report.Read(name, in)
}

func write(report *lcov.Report, name string) error {
	out, err := os.Create(name)
	if err != nil {
		return err
	}
	if err := report.Write(out); err != nil {
		_ = out.Close()
		return err
	}
	return out.Close()
}

func say(log io.Writer, what any) { fmt.Fprintln(log, "lcov:", what) }
