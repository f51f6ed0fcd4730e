package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
	"time"
)

const (
	// A SIGTERM mostly goes to the whole process group, and a test binary of rules_go
	// then dumps its goroutines by itself. It has so long before it is asked to.
	courtesy = 500 * time.Millisecond
	// Then so long until it is killed. Bazel kills everything 15 s after its SIGTERM: by
	// then the report has to be written.
	grace = 8 * time.Second
	// A process that a test left behind may keep the output open. It is read for so long
	// after the end of the test binary.
	outputGrace = time.Second
)

// program is the compiled test binary.
type program struct {
	path string
	env  []string
	stop chan os.Signal // Bazel's order to end
	log  io.Writer
}

// ending is how a process ended.
type ending struct {
	err error // of the process; nil for exit code 0
	// terminated says that the runner was told to end.
	terminated bool
}

func (e ending) succeeded() bool { return e.err == nil && !e.terminated }

func (e ending) String() string {
	var exit *exec.ExitError
	switch {
	case e.err == nil:
		return "exit code 0"
	case !errors.As(e.err, &exit):
		return e.err.Error()
	}
	if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return fmt.Sprintf("killed by signal %d (%s)", status.Signal(), status.Signal())
	}
	return fmt.Sprintf("exit code %d", exit.ExitCode())
}

// test runs the tests that args choose and follows them by what package testing prints.
func (p program) test(tests, args []string) (*story, ending) {
	args = append([]string{"-test.v=test2json", "-test.paniconexit0"}, args...)
	s := newStory(tests)
	end := p.run(args, func(r io.Reader) { follow(r, p.log, s) })
	return s, end
}

// run runs the binary in a process of this process's group, as Bazel wants it, and
// passes what it prints to read.
func (p program) run(args []string, read func(io.Reader)) ending {
	output, input, err := os.Pipe()
	if err != nil {
		return ending{err: err}
	}
	defer output.Close()
	command := exec.Command(p.path, args...)
	command.Env = p.env
	// One pipe for both keeps their order, as under `go test`.
	command.Stdout, command.Stderr = input, input
	err = command.Start()
	_ = input.Close()
	if err != nil {
		return ending{err: err}
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		read(output)
	}()
	end := p.wait(command)
	_ = output.SetReadDeadline(time.Now().Add(outputGrace))
	<-done
	return end
}

// wait waits for the end of the process, and brings it about when told to.
func (p program) wait(command *exec.Cmd) ending {
	ended := make(chan error, 1)
	go func() { ended <- command.Wait() }()
	select {
	case err := <-ended:
		return ending{err: err}
	case <-p.stop:
	}
	for _, step := range []struct {
		patience time.Duration
		then     syscall.Signal
	}{
		{courtesy, syscall.SIGQUIT}, // Go programs dump their goroutines
		{grace, syscall.SIGKILL},
	} {
		select {
		case err := <-ended:
			return ending{err: err, terminated: true}
		case <-time.After(step.patience):
			_ = command.Process.Signal(step.then)
		}
	}
	return ending{err: <-ended, terminated: true}
}
