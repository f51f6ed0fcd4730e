package command

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/rules-xdist/rules_xdist/tools/xdist/process"
	"github.com/rules-xdist/rules_xdist/tools/xdist/workspace"
)

// session is a workspace with a Bazel to run in it, and a folder for what the
// command and its programs tell each other.
type session struct {
	System
	workspace workspace.Workspace
	bazel     string
	scratch   string
}

// open starts a session. The caller closes it.
func (s System) open() (*session, error) {
	around := workspace.System{Dir: s.Dir, Lookup: s.lookup, LookPath: s.LookPath}
	w, err := workspace.Find(around)
	if err != nil {
		return nil, environment(err)
	}
	bazel, err := w.Bazel(around)
	if err != nil {
		return nil, environment(err)
	}
	scratch, err := os.MkdirTemp("", "xdist-")
	if err != nil {
		return nil, environment(err)
	}
	return &session{System: s, workspace: w, bazel: bazel, scratch: scratch}, nil
}

func (s *session) close() { os.RemoveAll(s.scratch) }

// file names a file in the session's own folder.
func (s *session) file(name string) string { return filepath.Join(s.scratch, name) }

func (s System) lookup(variable string) (string, bool) {
	for _, entry := range s.Environ {
		if name, value, _ := strings.Cut(entry, "="); name == variable {
			return value, true
		}
	}
	return "", false
}

// run runs a program, with its variables added to the session's environment, and
// returns its exit code.
func (s *session) run(ctx context.Context, c process.Command) (int, error) {
	c.Env = append(workspace.Environ(s.Environ), c.Env...)
	c.Stderr = s.Stderr
	code, err := s.Runner.Run(ctx, c)
	if err != nil {
		return 0, environment(err)
	}
	return code, nil
}

// bazelCommand is Bazel in the workspace's root.
func (s *session) bazelCommand(stdout io.Writer, args []string) process.Command {
	return process.Command{Path: s.bazel, Args: args, Dir: s.workspace.Root, Stdout: stdout}
}

// runBazel runs Bazel with its output on the standard error, and ends the
// command with Bazel's exit code if that is not 0.
func (s *session) runBazel(ctx context.Context, args ...string) error {
	return s.succeed(ctx, s.Stderr, args)
}

// bazelOutput returns the lines that Bazel prints.
func (s *session) bazelOutput(ctx context.Context, args ...string) ([]string, error) {
	var output bytes.Buffer
	if err := s.succeed(ctx, &output, args); err != nil {
		return nil, err
	}
	return strings.FieldsFunc(output.String(), func(r rune) bool { return r == '\n' }), nil
}

func (s *session) succeed(ctx context.Context, stdout io.Writer, args []string) error {
	code, err := s.run(ctx, s.bazelCommand(stdout, args))
	if err == nil && code != 0 {
		err = &exit{code, fmt.Errorf("bazel %s: exit code %d", strings.Join(args, " "), code)}
	}
	return err
}
