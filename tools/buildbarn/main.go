// Command buildbarn runs a remote execution cluster for Bazel on one machine: Buildbarn's own
// storage, scheduler and workers in one process, and a child process that spawns the actions.
// `buildbarn worker` adds the workers of another process to it.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/rules-xdist/rules_xdist/tools/buildbarn/sandbox"
)

func main() {
	sandbox.Main()
	logTo(os.Stderr)
	command := newServe()
	command.AddCommand(newWorker(), newRunner())
	command.CompletionOptions.HiddenDefaultCmd = true
	command.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	err := command.ExecuteContext(context.Background())
	if err == nil {
		return
	}
	fmt.Fprintln(os.Stderr, "buildbarn:", err)
	if errors.As(err, &usageError{}) {
		os.Exit(exitUsage)
	}
	os.Exit(exitFailure)
}

// usageError is what is wrong with the command line.
type usageError struct{ error }

func noArguments(command *cobra.Command, args []string) error {
	if err := cobra.NoArgs(command, args); err != nil {
		return usageError{err}
	}
	return nil
}
