// Package process starts programs and waits for them.
//
// It decides nothing about what is run, and reads no output.
package process

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"syscall"
	"time"
)

// Command is a program to run. Its standard input is empty.
type Command struct {
	Path           string
	Args           []string // without the program's name
	Dir            string
	Env            []string
	Stdout, Stderr io.Writer
}

// Runner runs a command to its end and returns its exit code. An error means
// that the program did not run.
type Runner interface {
	Run(context.Context, Command) (int, error)
}

// System runs commands on this machine.
type System struct{}

// patience is how long a program may take to end itself after its context has
// ended, before it is killed. Bazel waits for the tests that run.
const patience = 30 * time.Second

// signalled is what a shell adds to the number of the signal that ended a
// program, to make an exit code of it.
const signalled = 128

// Run asks the program to terminate when the context ends.
func (System) Run(ctx context.Context, c Command) (int, error) {
	cmd := exec.CommandContext(ctx, c.Path, c.Args...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = c.Dir, c.Env, c.Stdout, c.Stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = patience
	err := cmd.Run()
	if cmd.ProcessState == nil {
		return 0, fmt.Errorf("%s: %w", c.Path, err)
	}
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) && ctx.Err() == nil {
		return 0, fmt.Errorf("%s: %w", c.Path, err)
	}
	if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return signalled + int(status.Signal()), nil
	}
	return cmd.ProcessState.ExitCode(), nil
}
