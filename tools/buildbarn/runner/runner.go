// Package runner is provisional.
package runner

import (
	"net"
	"syscall"

	runner_pb "github.com/buildbarn/bb-remote-execution/pkg/proto/runner"
	"github.com/buildbarn/bb-remote-execution/pkg/runner"
	"github.com/buildbarn/bb-storage/pkg/filesystem"
	"github.com/buildbarn/bb-storage/pkg/filesystem/path"
	"google.golang.org/grpc"
)

// Serve runs commands in a folder, for whoever asks at a socket.
func Serve(socket, buildDir string) error {
	directory, err := filesystem.NewLocalDirectory(path.LocalFormat.NewParser(buildDir))
	if err != nil {
		return err
	}
	builder, walker := path.EmptyBuilder.Join(path.NewAbsoluteScopeWalker(path.VoidComponentWalker))
	if err := path.Resolve(path.LocalFormat.NewParser(buildDir), walker); err != nil {
		return err
	}
	creator := runner.NewPlainCommandCreator(&syscall.SysProcAttr{Setsid: true, Pdeathsig: syscall.SIGKILL})
	l, err := net.Listen("unix", socket)
	if err != nil {
		return err
	}
	s := grpc.NewServer()
	runner_pb.RegisterRunnerServer(s, runner.NewLocalRunner(directory, builder, creator, true))
	return s.Serve(l)
}
