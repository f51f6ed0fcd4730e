// Package runner spawns the commands of actions, each in a sandbox of its own. It is the
// server's side of Buildbarn's runner protocol, as bb_runner is, and lives in a process of
// its own: a process that also stores files could not spawn what it has just written.
package runner

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"

	runner_pb "github.com/buildbarn/bb-remote-execution/pkg/proto/runner"
	"github.com/buildbarn/bb-remote-execution/pkg/runner"
	"github.com/buildbarn/bb-storage/pkg/filesystem"
	"github.com/buildbarn/bb-storage/pkg/filesystem/path"
	"golang.org/x/sys/unix"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/rules-xdist/rules_xdist/tools/buildbarn/network"
	"github.com/rules-xdist/rules_xdist/tools/buildbarn/sandbox"
)

// Serve runs commands in a folder below options.Dir, for whoever asks at a socket, until the
// context ends.
func Serve(ctx context.Context, socket, buildDir string, options sandbox.Options) error {
	// Actions' output files are opened here and may be opened again by the actions, which
	// can be another user's.
	unix.Umask(0)
	r, err := New(ctx, buildDir, options)
	if err != nil {
		return err
	}
	defer func() {
		if err := r.Close(); err != nil {
			slog.Warn("the sandboxes leave something behind", "error", err)
		}
	}()
	l, err := net.Listen("unix", socket)
	if err != nil {
		return err
	}
	// Whoever can write to it can run commands.
	if err := os.Chmod(socket, 0o600); err != nil {
		return errors.Join(err, l.Close())
	}
	s := grpc.NewServer()
	runner_pb.RegisterRunnerServer(s, r)
	defer context.AfterFunc(ctx, s.Stop)()
	return s.Serve(l)
}

// New returns a runner for commands in a folder below options.Dir.
func New(ctx context.Context, buildDir string, options sandbox.Options) (*Runner, error) {
	s, err := sandbox.New(ctx, options)
	if err != nil {
		return nil, err
	}
	directory, err := filesystem.NewLocalDirectory(path.LocalFormat.NewParser(buildDir))
	if err != nil {
		return nil, err
	}
	builder, walker := path.EmptyBuilder.Join(path.NewAbsoluteScopeWalker(path.VoidComponentWalker))
	if err := path.Resolve(path.LocalFormat.NewParser(buildDir), walker); err != nil {
		return nil, err
	}
	// In a sandbox with its own /tmp, no variable need name another place.
	setTmpdir := !s.Isolates(sandbox.PropertyFiles)
	return &Runner{
		RunnerServer: runner.NewLocalRunner(directory, builder, create, setTmpdir),
		sandbox:      s,
		buildDir:     buildDir,
		limits:       options.Limits,
	}, nil
}

// Runner puts the commands of Buildbarn's local runner into sandboxes.
type Runner struct {
	runner_pb.RunnerServer
	sandbox  *sandbox.Sandbox
	buildDir string
	limits   sandbox.Limits
}

// Close must be called when no action runs any more.
func (r *Runner) Close() error { return r.sandbox.Close() }

// Capabilities says what is isolated from its actions.
func (r *Runner) Capabilities() sandbox.Capabilities { return r.sandbox.Capabilities() }

// Run implements Buildbarn's RunnerServer.
func (r *Runner) Run(ctx context.Context, request *runner_pb.RunRequest) (*runner_pb.RunResponse, error) {
	process, err := r.sandbox.Command(ctx, sandbox.Action{
		InputRoot:        filepath.Join(r.buildDir, filepath.FromSlash(request.InputRootDirectory)),
		WorkingDirectory: request.WorkingDirectory,
		Network:          network.IsOn(ctx),
		Arguments:        request.Arguments,
	})
	if err != nil {
		return nil, status.Error(codes.Internal, err.Error())
	}
	response, runErr := r.RunnerServer.Run(context.WithValue(ctx, processKey{}, process.Cmd), request)
	result, err := process.Close()
	switch {
	case ctx.Err() != nil:
		return nil, status.FromContextError(ctx.Err()).Err()
	case errors.Is(err, sandbox.ErrCommand):
		return nil, status.Error(codes.InvalidArgument, err.Error())
	case err != nil:
		return nil, status.Error(codes.Internal, err.Error())
	case runErr != nil:
		return nil, runErr
	}
	if result.OutOfMemory {
		r.tell(request, fmt.Sprintf("a process was killed: the action's limit of %d MiB of memory was reached", r.limits.MemoryBytes>>20))
	}
	return response, nil
}

// tell adds a line to an action's error output.
func (r *Runner) tell(request *runner_pb.RunRequest, line string) {
	file := filepath.Join(r.buildDir, filepath.FromSlash(request.StderrPath))
	f, err := os.OpenFile(file, os.O_APPEND|os.O_WRONLY|unix.O_NOFOLLOW, 0)
	if err == nil {
		_, err = fmt.Fprintln(f, "\nbuildbarn:", line)
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		slog.Warn("cannot be told to the action's user", "message", line, "error", err)
	}
}

// processKey is the context's key of the command that was made for a request.
type processKey struct{}

// create hands the local runner a request's command. All that it would derive from its
// other arguments is derived in the sandbox.
func create(ctx context.Context, _ []string, _ *path.Builder, _ path.Parser, _ string) (*exec.Cmd, error) {
	command, ok := ctx.Value(processKey{}).(*exec.Cmd)
	if !ok {
		return nil, status.Error(codes.Internal, "no sandbox was made for this request")
	}
	return command, nil
}
