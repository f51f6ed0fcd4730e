// Command xdist runs pytest suites as Bazel tests, with the flags of pytest and
// pytest-xdist. Everything but the machine is in package command.
package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"github.com/bazelbuild/rules_go/go/runfiles"

	"github.com/rules-xdist/rules_xdist/tools/xdist/command"
	"github.com/rules-xdist/rules_xdist/tools/xdist/process"
)

// plugin is the runfile of the pytest plugin that collects tests.
const plugin = "rules_xdist/rules/pytest_plugin/rules_xdist/collect.py"

func main() {
	// The terminal sends ctrl-C to the running Bazel too. Bazel decides how to
	// end; what finished by then is still summarised.
	signal.Notify(make(chan os.Signal, 1), os.Interrupt)
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	dir, err := os.Getwd()
	if err != nil {
		fmt.Fprintln(os.Stderr, "xdist: the current folder:", err)
		os.Exit(1)
	}
	code := command.Run(ctx, command.System{
		Dir:      dir,
		Environ:  os.Environ(),
		Stdout:   os.Stdout,
		Stderr:   os.Stderr,
		Colour:   colour(os.Stdout),
		LookPath: exec.LookPath,
		Plugin:   func() (string, error) { return runfiles.Rlocation(plugin) },
		Runner:   process.System{},
	}, os.Args[1:])
	stop()
	os.Exit(code)
}

// colour says whether to colour what is written to the file: only on a terminal,
// and not against the person's wish.
func colour(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0 && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}
