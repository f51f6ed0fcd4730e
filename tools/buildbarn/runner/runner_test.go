package runner

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	runner_pb "github.com/buildbarn/bb-remote-execution/pkg/proto/runner"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/rules-xdist/rules_xdist/tools/buildbarn/sandbox"
)

func TestMain(m *testing.M) {
	sandbox.Main()
	os.Exit(m.Run())
}

// server is a runner that listens, as the worker sees it.
type server struct {
	*testing.T
	build  string
	client runner_pb.RunnerClient
	next   int
}

func serve(t *testing.T, options sandbox.Options) *server {
	t.Helper()
	options.Dir = t.TempDir()
	build := filepath.Join(options.Dir, "build")
	if err := os.Mkdir(build, 0o755); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	socket := filepath.Join(options.Dir, "s")
	served := make(chan error)
	go func() { served <- Serve(ctx, socket, build, options) }()
	connection, err := grpc.NewClient("unix:"+socket, grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.WaitForReady(true)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		connection.Close()
		cancel()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return &server{T: t, build: build, client: runner_pb.NewRunnerClient(connection)}
}

// request prepares the folder of an action, as Buildbarn's worker does.
func (s *server) request(arguments ...string) *runner_pb.RunRequest {
	s.Helper()
	s.next++
	dir := fmt.Sprint(s.next)
	for _, name := range []string{"root/work", "tmp", "server_logs"} {
		if err := os.MkdirAll(filepath.Join(s.build, dir, name), 0o777); err != nil {
			s.Fatal(err)
		}
	}
	return &runner_pb.RunRequest{
		Arguments:            arguments,
		EnvironmentVariables: map[string]string{"PATH": "/usr/bin:/bin", "A": "1"},
		WorkingDirectory:     "work",
		StdoutPath:           dir + "/stdout",
		StderrPath:           dir + "/stderr",
		InputRootDirectory:   dir + "/root",
		TemporaryDirectory:   dir + "/tmp",
		ServerLogsDirectory:  dir + "/server_logs",
	}
}

func (s *server) read(file string) string {
	s.Helper()
	content, err := os.ReadFile(filepath.Join(s.build, file))
	if err != nil {
		s.Fatal(err)
	}
	return string(content)
}

func TestRun(t *testing.T) {
	for name, without := range map[string]bool{"namespaces": false, "without": true} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, sandbox.Options{Without: without})
			request := s.request("sh", "-c", "echo out; echo err >&2; echo x > file; echo $TMPDIR > tmpdir; exit 3")
			response, err := s.client.Run(t.Context(), request)
			if err != nil || response.ExitCode != 3 || len(response.ResourceUsage) != 1 {
				t.Fatalf("%v, %v", response, err)
			}
			if out, text := s.read(request.StdoutPath), s.read(request.StderrPath); out != "out\n" || text != "err\n" {
				t.Errorf("stdout %q, stderr %q", out, text)
			}
			if file := s.read("1/root/work/file"); file != "x\n" {
				t.Errorf("file %q", file)
			}
			want := "\n"
			if without {
				want = filepath.Join(s.build, "1/tmp") + "\n"
			}
			if tmpdir := s.read("1/root/work/tmpdir"); tmpdir != want {
				t.Errorf("TMPDIR %q, want %q", tmpdir, want)
			}
		})
	}
}

func TestNoCommand(t *testing.T) {
	s := serve(t, sandbox.Options{})
	_, err := s.client.Run(t.Context(), s.request("no-such-program"))
	if status.Code(err) != codes.InvalidArgument || !strings.Contains(err.Error(), "no-such-program") {
		t.Error(err)
	}
	_, err = s.client.Run(t.Context(), s.request())
	if status.Code(err) != codes.InvalidArgument {
		t.Error(err)
	}
	request := s.request("true")
	request.WorkingDirectory = "nowhere"
	if _, err = s.client.Run(t.Context(), request); status.Code(err) != codes.Internal || !strings.Contains(err.Error(), "nowhere") {
		t.Error(err)
	}
}

func TestCancel(t *testing.T) {
	s := serve(t, sandbox.Options{Without: true})
	request := s.request("sh", "-c", "trap '' TERM; (while :; do echo x >> ticks; sleep 0.01; done) & wait")
	ctx, cancel := context.WithCancel(t.Context())
	size := func() int64 {
		info, err := os.Stat(filepath.Join(s.build, "1/root/work/ticks"))
		if err != nil {
			return 0
		}
		return info.Size()
	}
	go func() {
		for size() == 0 && ctx.Err() == nil {
			time.Sleep(time.Millisecond)
		}
		cancel()
	}()
	if _, err := s.client.Run(ctx, request); status.Code(err) != codes.Canceled {
		t.Error(err)
	}
	if size() == 0 {
		t.Fatal("it did not run")
	}
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); {
		before := size()
		time.Sleep(200 * time.Millisecond)
		if size() == before {
			return
		}
	}
	t.Error("it still runs")
}

func TestNetwork(t *testing.T) {
	s := serve(t, sandbox.Options{})
	const script = "readlink /proc/self/ns/net"
	own, err := os.Readlink("/proc/self/ns/net")
	if err != nil {
		t.Fatal(err)
	}
	closed, open := s.request("sh", "-c", script), s.request("sh", "-c", script)
	if _, err := s.client.Run(t.Context(), closed); err != nil {
		t.Fatal(err)
	}
	ctx := metadata.AppendToOutgoingContext(t.Context(), "rules-xdist-network", "on")
	if _, err := s.client.Run(ctx, open); err != nil {
		t.Fatal(err)
	}
	if got := s.read(open.StdoutPath); got != own+"\n" {
		t.Errorf("open: %q, want the host's %q", got, own)
	}
	if got := s.read(closed.StdoutPath); got == own+"\n" {
		t.Errorf("closed: %q is the host's", got)
	}
}

func TestOutOfMemory(t *testing.T) {
	s := serve(t, sandbox.Options{Limits: sandbox.Limits{MemoryBytes: 64 << 20}})
	request := s.request("sh", "-c", "head -c 200M /dev/zero | tail")
	response, err := s.client.Run(t.Context(), request)
	if err != nil {
		t.Fatal(err)
	}
	if response.ExitCode == 0 {
		t.Skip("memory is not bounded here")
	}
	if text := s.read(request.StderrPath); response.ExitCode != 137 || !strings.Contains(text, "limit of 64 MiB of memory was reached") {
		t.Errorf("exit code %d, stderr %q", response.ExitCode, text)
	}
}

func TestManyAtOnce(t *testing.T) {
	s := serve(t, sandbox.Options{Limits: sandbox.Limits{Processes: 100}})
	var group sync.WaitGroup
	for i := range 60 {
		request := s.request("sh", "-c", fmt.Sprintf("echo '#!/bin/sh' > run; echo exit %d >> run; chmod +x run; ./run", i))
		group.Go(func() {
			if response, err := s.client.Run(t.Context(), request); err != nil || response.ExitCode != int64(i) {
				t.Errorf("action %d: %v, %v", i, response, err)
			}
		})
	}
	group.Wait()
}
