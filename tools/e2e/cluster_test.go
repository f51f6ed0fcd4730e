//go:build e2e

package e2e

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"syscall"
	"testing"
	"time"
)

// cluster is a running tools/buildbarn on this machine, with storage of its own.
type cluster struct {
	t       *testing.T
	dir     string
	process *exec.Cmd
	log     *bytes.Buffer
	ended   chan error
}

// A first start compiles the cluster.
const clusterStart = 8 * time.Minute

// startCluster starts one whose cache is empty, and stops it when the test ends.
func startCluster(t *testing.T, args ...string) *cluster {
	t.Helper()
	c := newCluster(t)
	c.start(args...)
	return c
}

// newCluster is one that is still to be started.
func newCluster(t *testing.T) *cluster {
	c := &cluster{t: t, dir: t.TempDir()}
	t.Cleanup(func() {
		c.stop()
		if t.Failed() {
			t.Logf("the cluster's log:\n%s", c.log)
		}
	})
	return c
}

// state is the folder of all that the server keeps.
func (c *cluster) state() string { return filepath.Join(c.dir, "state") }

// start starts the server on the same storage as before.
func (c *cluster) start(args ...string) {
	c.t.Helper()
	c.launch(args...)
	c.waitReady()
}

func (c *cluster) launch(args ...string) {
	c.t.Helper()
	check(c.t, os.RemoveAll(c.bazelrc()))
	c.run(slices.Concat([]string{
		"--dir=" + c.state(), "--bazelrc=" + c.bazelrc(), "--listen=127.0.0.1:0", "--status=127.0.0.1:0",
	}, args)...)
}

// run runs the program of the cluster.
func (c *cluster) run(args ...string) {
	c.t.Helper()
	repository, err := filepath.Abs("../..")
	check(c.t, err)
	// Bazel's client becomes the program that it runs, so this is the server itself.
	c.process = exec.Command(filepath.Join(repository, "tools", "bazel"), slices.Concat([]string{"run", "//tools/buildbarn", "--"}, args)...)
	c.process.Dir = repository
	c.log = &bytes.Buffer{}
	c.process.Stdout, c.process.Stderr = c.log, c.log
	c.process.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	check(c.t, c.process.Start())
	c.ended = make(chan error, 1)
	go func() { c.ended <- c.process.Wait() }()
}

func (c *cluster) waitReady() {
	c.t.Helper()
	for begin := time.Now(); time.Since(begin) < clusterStart; time.Sleep(100 * time.Millisecond) {
		select {
		case err := <-c.ended:
			c.t.Fatalf("the cluster ended: %v\n%s", err, c.log)
		default:
		}
		if _, err := os.Stat(c.bazelrc()); err == nil {
			return
		}
	}
	c.t.Fatalf("the cluster is not ready after %s\n%s", clusterStart, c.log)
}

// bazelrc is the file that the cluster writes for Bazel.
func (c *cluster) bazelrc() string { return filepath.Join(c.dir, "cluster.bazelrc") }

// startWorker starts a process of workers for the cluster.
func (c *cluster) startWorker(t *testing.T, args ...string) *cluster {
	t.Helper()
	w := newCluster(t)
	w.run(slices.Concat([]string{"worker", "--scheduler=" + c.address(), "--dir=" + w.state()}, args)...)
	socket := filepath.Join(w.state(), "runner.sock")
	if !eventually(clusterStart, func() bool { _, err := os.Stat(socket); return err == nil || len(w.ended) > 0 }) || len(w.ended) > 0 {
		t.Fatalf("the worker does not start:\n%s", w.log)
	}
	return w
}

// kill ends the server as a crash does.
func (c *cluster) kill() {
	c.t.Helper()
	check(c.t, c.process.Process.Kill())
	<-c.ended
}

// address is where the server listens, HOST:PORT.
func (c *cluster) address() string {
	c.t.Helper()
	content, err := os.ReadFile(c.bazelrc())
	check(c.t, err)
	match := regexp.MustCompile(`--remote_executor=grpc://(\S+)`).FindSubmatch(content)
	if match == nil {
		c.t.Fatalf("%s: no address:\n%s", c.bazelrc(), content)
	}
	return string(match[1])
}

// stop ends the server as a person does.
func (c *cluster) stop() {
	c.t.Helper()
	if c.process == nil || c.process.ProcessState != nil {
		return
	}
	check(c.t, c.process.Process.Signal(syscall.SIGTERM))
	if err := <-c.ended; err != nil {
		c.t.Errorf("the cluster's end: %v\n%s", err, c.log)
	}
}

// on has the workspace's builds execute on the cluster, and take nothing from the machine's
// own cache.
func (w workspace) on(c *cluster) workspace {
	w.startup = append(slices.Clone(w.startup), "--bazelrc="+c.bazelrc())
	w.write(".bazelrc", w.read(".bazelrc")+"common:remote --disk_cache=\ncommon:remote-cache --disk_cache=\n")
	return w
}
