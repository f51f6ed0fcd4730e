package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	remoteexecution "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"

	"github.com/rules-xdist/rules_xdist/tools/buildbarn/internal/clustertest"
)

// Of two processes on one folder the second is told, and the first goes on.
func TestFolderIsOwned(t *testing.T) {
	cluster := clustertest.Start(t)
	for _, args := range [][]string{
		{"--dir=" + cluster.Dir, "--listen=127.0.0.1:0", "--status=127.0.0.1:0"},
		{"worker", "--dir=" + cluster.Dir, "--scheduler=" + cluster.Address},
	} {
		command := clustertest.Command(t, args...)
		out, err := command.CombinedOutput()
		if command.ProcessState.ExitCode() != exitFailure || !strings.Contains(string(out), "--dir "+cluster.Dir+": another process uses it") {
			t.Errorf("%s: %v\n%s", args, err, out)
		}
	}
	execute(t, cluster.Client(), clustertest.Shell("true"))
}

// A status page that cannot be served is told with its flag, and nothing stays behind.
func TestPortIsTaken(t *testing.T) {
	cluster := clustertest.Start(t)
	taken := strings.TrimPrefix(cluster.Status, "http://")
	command := clustertest.Command(t, "--dir="+t.TempDir(), "--listen=127.0.0.1:0", "--status="+taken, "--cache-size=128MiB")
	out, err := command.CombinedOutput()
	if command.ProcessState.ExitCode() != exitFailure || !strings.Contains(string(out), "--status "+taken+": ") {
		t.Errorf("%v\n%s", err, out)
	}
	if strings.Contains(string(out), "ready:") {
		t.Errorf("says that it is ready:\n%s", out)
	}
}

// What the Action Cache has outlives the process, and so do the outputs.
func TestCacheOutlivesTheProcess(t *testing.T) {
	dir := t.TempDir()
	action := clustertest.Shell("echo kept >out.txt")
	action.Outputs = []string{"out.txt"}
	first := clustertest.StartIn(t, dir)
	execute(t, first.Client(), action)
	first.Stop()

	client := clustertest.StartIn(t, dir).Client()
	again := execute(t, client, action)
	if !again.GetCachedResult() {
		t.Error("the action was executed again")
	}
	if out, err := client.Output(t.Context(), again.GetResult(), "out.txt"); err != nil || out != "kept\n" {
		t.Errorf("out.txt: %q, %v", out, err)
	}
}

// started is a running action, which has an output in the end.
type started struct {
	action clustertest.Action
	ended  chan error
	result *remoteexecution.ExecuteResponse
}

// start returns as soon as the action runs, which nothing but the cluster itself can tell: the
// action cannot be seen into.
func start(t *testing.T, cluster *clustertest.Cluster, target string, lasts time.Duration) *started {
	t.Helper()
	s := &started{ended: make(chan error, 1)}
	s.action = clustertest.Shell(fmt.Sprintf("sleep %f; echo made >out.txt", lasts.Seconds()))
	s.action.Outputs, s.action.Target, s.action.Mnemonic = []string{"out.txt"}, target, "TestRunner"
	client := cluster.Client()
	go func() {
		var err error
		s.result, err = client.Execute(t.Context(), s.action)
		s.ended <- err
	}()
	clustertest.WaitFor(t, "the action's begin", func() bool {
		_, page := get(t, cluster, "/")
		return strings.Contains(page, target) && strings.Contains(page, "<td>running</td>")
	})
	return s
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return !errors.Is(err, os.ErrNotExist)
}

// A cluster that is told to end lets the action that runs do so, and keeps its result.
func TestEndDrains(t *testing.T) {
	dir := t.TempDir()
	cluster := clustertest.StartIn(t, dir)
	running := start(t, cluster, "//:draining", 3*time.Second)
	cluster.Terminate()
	clustertest.WaitFor(t, "/healthz to say that the cluster ends", func() bool {
		return statusCode(t, cluster, "/healthz") == 503
	})
	if err := <-running.ended; err != nil {
		t.Errorf("who waits for the action is told: %v", err)
	}
	if code := cluster.Wait(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	if log := cluster.Log(); strings.Contains(log, "context canceled") || strings.Contains(log, "terminating") || !strings.Contains(log, "msg=ended") {
		t.Errorf("the log of an end in good order:\n%s", log)
	}
	logged(t, cluster, "target=//:draining")

	client := clustertest.StartIn(t, dir).Client()
	result, err := client.Result(t.Context(), running.action)
	if err != nil {
		t.Fatal(err)
	}
	if out, err := client.Output(t.Context(), result, "out.txt"); err != nil || out != "made\n" {
		t.Errorf("out.txt: %q, %v", out, err)
	}
}

// An action that goes on and on does not keep the cluster from ending.
func TestEndIsBounded(t *testing.T) {
	cluster := clustertest.Start(t, "--drain-timeout=200ms")
	start(t, cluster, "//:endless", time.Hour)
	begin := time.Now()
	cluster.Terminate()
	cluster.Wait()
	// Far from the time that an action may take, which is an hour.
	if took := time.Since(begin); took > 30*time.Second {
		t.Errorf("took %s", took)
	}
}

// A second signal ends the cluster at once.
func TestSecondSignal(t *testing.T) {
	cluster := clustertest.Start(t, "--drain-timeout=1h")
	start(t, cluster, "//:endless", time.Hour)
	cluster.Terminate()
	clustertest.WaitFor(t, "/healthz to say that the cluster ends", func() bool {
		return statusCode(t, cluster, "/healthz") == 503
	})
	cluster.Terminate()
	if code := cluster.Wait(); code != -1 {
		t.Errorf("exit code %d, not the signal %s", code, syscall.SIGTERM)
	}
}

// The file for Bazel is there as soon as it can be used, whole, and as long.
func TestBazelrc(t *testing.T) {
	name := filepath.Join(t.TempDir(), "cluster.bazelrc")
	cluster := clustertest.Start(t, "--bazelrc="+name)
	written, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(written), "common:remote --remote_executor=grpc://"+cluster.Address+"\n") {
		t.Errorf("%s", written)
	}
	if exists(name + ".new") {
		t.Error("a part of the file stays beside it")
	}
	cluster.Stop()
	if exists(name) {
		t.Error("the file is still there")
	}
}
