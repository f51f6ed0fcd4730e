//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"errors"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// No build of these tests takes as long, whatever happens to its cluster.
const buildLimit = 4 * time.Minute

// background is a `bazel test` that runs while the test does something else.
type background struct {
	t       *testing.T
	mark    string
	command *exec.Cmd
	output  *bytes.Buffer
	events  string
	ended   chan error
}

// inBackground starts tests whose processes bear a mark; a mark that was not there before
// makes them all execute.
func (w workspace) inBackground(t *testing.T, mark string, args ...string) *background {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), buildLimit)
	b := &background{t: t, mark: mark, output: &bytes.Buffer{}, events: filepath.Join(t.TempDir(), "events.json"), ended: make(chan error, 1)}
	args = slices.Concat(w.startup, []string{
		"test", "--config=remote", "--keep_going", "--color=no", "--curses=no", "--test_timeout=60",
		"--build_event_json_file=" + b.events, "--nobuild_event_json_file_path_conversion",
		"--test_env=" + markVariable + "=" + mark,
	}, args)
	b.command = exec.CommandContext(ctx, w.tool, args...)
	b.command.Dir = w.dir
	b.command.Stdout, b.command.Stderr = b.output, b.output
	// An interrupt has Bazel's server end the build; of the client alone it would not.
	b.command.Cancel = func() error { return b.command.Process.Signal(syscall.SIGINT) }
	b.command.WaitDelay = 30 * time.Second
	check(t, b.command.Start())
	go func() {
		defer cancel()
		b.ended <- b.command.Wait()
	}()
	return b
}

// busy waits until some actions of the build run.
func (b *background) busy(actions int) {
	b.t.Helper()
	pythons := func() int {
		n := 0
		for _, one := range marked(b.mark) {
			if strings.Contains(one.command, "python") {
				n++
			}
		}
		return n
	}
	if !eventually(buildLimit/2, func() bool { return pythons() >= actions || len(b.ended) > 0 }) || len(b.ended) > 0 {
		b.t.Fatalf("the build was never at %d actions at one time:\n%s", actions, b.output)
	}
}

// wait returns what the build gave.
func (b *background) wait() result {
	b.t.Helper()
	err := <-b.ended
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		b.t.Fatalf("bazel test: not at its end after %s: %v\n%s", buildLimit, err, b.output)
	}
	r := result{code: b.command.ProcessState.ExitCode(), output: b.output.String()}
	r.build = readEvents(b.t, b.events)
	return r
}
