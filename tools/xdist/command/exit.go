package command

import (
	"fmt"
	"strings"
)

// Exit codes of the command's own. Bazel's are passed on, so none of these may
// mean something else there.
const (
	codeSuccess     = 0
	codeFindings    = 1
	codeUsage       = 2
	codeEnvironment = 36
)

// exitCodes documents the exit codes, in --help and for the tests.
var exitCodes = []struct {
	code    int
	meaning string
}{
	{codeSuccess, "all tests passed; verify: each test is in exactly one target"},
	{codeFindings, "Gazelle or the build failed; shards of a target collected different tests, or a group that no BUILD file names came up in several targets; verify: the targets and pytest's collection disagree"},
	{codeUsage, "wrong usage, of xdist or of Bazel"},
	{3, "tests failed, or timed out"},
	{4, "no test was selected"},
	{8, "interrupted"},
	{codeEnvironment, "something here is missing or broken: the workspace, Bazel, a file or a program"},
}

func exitTable() string {
	var b strings.Builder
	b.WriteString("Exit codes:\n")
	for _, e := range exitCodes {
		fmt.Fprintf(&b, "  %2d  %s\n", e.code, e.meaning)
	}
	b.WriteString("Any other is that of the program that failed, Bazel or Gazelle.")
	return b.String()
}

// exit ends the command with a code and, unless all has been said, an error.
type exit struct {
	code int
	err  error
}

func (e *exit) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

func (e *exit) Unwrap() error { return e.err }

func usage(err error) error { return &exit{codeUsage, err} }

func environment(err error) error { return &exit{codeEnvironment, err} }
