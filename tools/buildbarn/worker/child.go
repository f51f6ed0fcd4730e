package worker

import (
	"context"
	"log/slog"
	"math"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"

	runner_pb "github.com/buildbarn/bb-remote-execution/pkg/proto/runner"
	"github.com/buildbarn/bb-storage/pkg/program"
	"golang.org/x/sys/unix"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

// A runner that dies at once is not started again more often.
const restartDelay = 100 * time.Millisecond

// StartRunner runs this program again, with other arguments, as the process that spawns
// commands, and again whenever it dies, up to the end of the context or the group. A process
// that also stores files could not spawn them: any fork would hold an executable open for writing.
func StartRunner(ctx context.Context, socket string, arguments []string, group program.Group) (runner_pb.RunnerClient, error) {
	connection, err := grpc.NewClient("unix:"+socket,
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.WaitForReady(true)))
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	group.Go(func(groupCtx context.Context, _, _ program.Group) error {
		context.AfterFunc(groupCtx, cancel)
		// The parent-death signal is that of the thread.
		runtime.LockOSThread()
		for ctx.Err() == nil {
			err := runChild(ctx, socket, arguments)
			if ctx.Err() == nil {
				slog.Warn("the runner ended: starting another", "error", err)
				time.Sleep(restartDelay)
			}
		}
		return connection.Close()
	})
	return runner_pb.NewRunnerClient(connection), nil
}

func runChild(ctx context.Context, socket string, arguments []string) error {
	if err := os.Remove(socket); err != nil && !os.IsNotExist(err) {
		return err
	}
	// Buildbarn opens files that children would inherit, those of the stores among them.
	if err := unix.CloseRange(3, math.MaxInt32, unix.CLOSE_RANGE_CLOEXEC); err != nil {
		return err
	}
	command := exec.CommandContext(ctx, "/proc/self/exe", arguments...)
	command.Stdout, command.Stderr = os.Stdout, os.Stderr
	// A process group of its own: ctrl-C at a terminal is for the server, which then
	// waits for the actions.
	command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
	command.Cancel = func() error { return command.Process.Signal(syscall.SIGTERM) }
	return command.Run()
}
