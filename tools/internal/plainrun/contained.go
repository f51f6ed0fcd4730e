package plainrun

import (
	"bufio"
	"context"
	"errors"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"syscall"
	"time"
)

// eventsDescriptor is the file descriptor of the pipe for events, in what is run.
const eventsDescriptor = 3

// grace is how long a program may take to exit after it has said that it is done.
const grace = 5 * time.Second

// contained is a program that may do harm: kill its parent, its process group or what it
// started, leave processes behind, or never end. It runs in a session of its own, below
// a shell that nobody misses.
type contained struct {
	folder string
	args   []string
	env    []string
	limit  time.Duration
	// stdout says that the events are what the program prints, and in no pipe of their own.
	stdout bool
}

// Codes of a program that has no exit code.
const (
	outOfTime = -1 // it was killed at its time limit, or did not exit when it was done
	lost      = -2 // its parent was killed, and nobody knows
)

// ending is how a program ended.
type ending struct {
	code   int
	output string // the last of it
}

// run runs the program and hands each line that it writes to the pipe to read, which
// returns whether the program is done with its tests.
func (c contained) run(ctx context.Context, read func(line string) bool) (ending, error) {
	if c.limit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, c.limit)
		defer cancel()
	}
	reader, writer, err := os.Pipe()
	if err != nil {
		return ending{}, err
	}
	defer reader.Close()
	var output tail
	process := exec.Command("/bin/sh", append([]string{"-c", `"$@"; exit $?`, "sh"}, c.args...)...)
	process.Dir = c.folder
	process.Env = append(ownEnviron(), c.env...)
	process.Stdout, process.Stderr = &output, &output
	process.ExtraFiles = []*os.File{writer}
	if c.stdout {
		process.Stdout, process.ExtraFiles = writer, nil
	}
	process.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	process.WaitDelay = time.Second
	err = process.Start()
	writer.Close()
	if err != nil {
		return ending{}, err
	}
	end := func() { killGroup(process.Process.Pid) }
	inTime := c.follow(ctx, reader, read)
	if !inTime {
		end()
	}
	late := time.AfterFunc(grace, end)
	err = process.Wait()
	inTime = late.Stop() && inTime
	end() // what it left behind in its group
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) && !errors.Is(err, exec.ErrWaitDelay) {
		return ending{}, err
	}
	return ending{codeOf(process.ProcessState, inTime), output.String()}, nil
}

func codeOf(state *os.ProcessState, inTime bool) int {
	switch {
	case !inTime:
		return outOfTime
	case !state.Exited():
		return lost
	}
	return state.ExitCode()
}

// ownEnviron is this process's environment, but for what concerns only it: how Bazel
// started it, and what would change what pytest does.
func ownEnviron() []string {
	foreign := regexp.MustCompile(`^(BUILD_|BAZEL|CI=|COVERAGE|JAVA_RUNFILES|PYTEST|PYTHON|RUNFILES|TEST)`)
	return slices.DeleteFunc(os.Environ(), foreign.MatchString)
}

// follow reads lines until the pipe's end, or one that says that the program is done, or
// the time limit, at which it returns false.
func (c contained) follow(ctx context.Context, reader *os.File, read func(string) bool) bool {
	if deadline, ok := ctx.Deadline(); ok {
		_ = reader.SetReadDeadline(deadline)
	}
	stop := context.AfterFunc(ctx, func() { _ = reader.SetReadDeadline(time.Now()) })
	defer stop()
	lines := bufio.NewReader(reader)
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			return !errors.Is(err, os.ErrDeadlineExceeded)
		}
		if read(line) {
			return true
		}
	}
}

func killGroup(leader int) { _ = syscall.Kill(-leader, syscall.SIGKILL) }

// tail keeps the last of what is written to it.
type tail struct{ kept []byte }

const tailSize = 16 << 10

func (t *tail) Write(p []byte) (int, error) {
	if len(p) > tailSize {
		t.kept = t.kept[:0]
	}
	t.kept = append(t.kept, p[max(0, len(p)-tailSize):]...)
	if over := len(t.kept) - tailSize; over > 0 {
		t.kept = append(t.kept[:0], t.kept[over:]...)
	}
	return len(p), nil
}

func (t *tail) String() string { return string(t.kept) }
