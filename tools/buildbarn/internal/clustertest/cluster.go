// Package clustertest runs the cluster as people do, as a program of its own, and talks to it
// as Bazel does, without Bazel. It is for tests alone.
package clustertest

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

// Cluster is a running server.
type Cluster struct {
	*Process
	// Address is HOST:PORT for clients, Status the URL of the status page.
	Address, Status string
	// Dir is the folder of what it keeps.
	Dir string
}

// Process is the program, running.
type Process struct {
	t       testing.TB
	command *exec.Cmd
	log     *output
	ended   chan struct{}
}

// What a start, or an end without actions that run, takes at most on a machine that is busy.
const patience = time.Minute

// Main runs a package's tests with a program that was built for them.
func Main(m *testing.M) int {
	dir, err := os.MkdirTemp("", "buildbarn")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	program = sync.OnceValues(func() (string, error) { return build(dir) })
	return m.Run()
}

var program = func() (string, error) { return "", errors.New("TestMain must call clustertest.Main") }

func build(dir string) (string, error) {
	name := filepath.Join(dir, "buildbarn")
	const module = "github.com/rules-xdist/rules_xdist/tools/buildbarn"
	command := exec.Command("go", "build", "-o", dir+"/", module, module+"/sandboxinit")
	if out, err := command.CombinedOutput(); err != nil {
		return "", errors.New(string(out))
	}
	return name, nil
}

// Command is the program with arguments.
func Command(t testing.TB, args ...string) *exec.Cmd {
	t.Helper()
	name, err := program()
	if err != nil {
		t.Fatalf("the cluster's program: %v", err)
	}
	return exec.Command(name, args...)
}

// Start starts a cluster with a folder of its own, and ends it with the test.
func Start(t testing.TB, args ...string) *Cluster {
	t.Helper()
	return StartIn(t, t.TempDir(), args...)
}

// StartIn starts a cluster on a folder, any free ports and a small cache; later arguments win.
func StartIn(t testing.TB, dir string, args ...string) *Cluster {
	t.Helper()
	args = slices.Concat([]string{"--dir=" + dir, "--listen=127.0.0.1:0", "--status=127.0.0.1:0", "--cache-size=128MiB"}, args)
	c := &Cluster{Process: launch(t, Command(t, args...)), Dir: dir}
	c.waitReady()
	return c
}

// StartWorker starts a process with workers for a cluster, on a folder of its own.
func StartWorker(t testing.TB, args ...string) *Process {
	t.Helper()
	return launch(t, Command(t, slices.Concat([]string{"worker", "--dir=" + t.TempDir()}, args)...))
}

// launch starts the program; what it wrote is shown when the test fails.
func launch(t testing.TB, command *exec.Cmd) *Process {
	t.Helper()
	p := &Process{t: t, command: command, log: &output{}, ended: make(chan struct{})}
	command.Stdout, command.Stderr = p.log, p.log
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		// How it ended is looked up in its state.
		_ = command.Wait()
		close(p.ended)
	}()
	t.Cleanup(func() {
		p.Kill()
		if t.Failed() {
			t.Logf("%s\n%s", strings.Join(command.Args, " "), p.Log())
		}
	})
	return p
}

var readyLine = regexp.MustCompile(`buildbarn: ready: .*--remote_executor=grpcs?://(\S+) .*status: (\S+)\)`)

func (c *Cluster) waitReady() {
	c.t.Helper()
	WaitFor(c.t, "the ready line", func() bool {
		select {
		case <-c.ended:
			c.t.Fatalf("the cluster ended: %s\n%s", c.command.ProcessState, c.Log())
		default:
		}
		found := readyLine.FindStringSubmatch(c.Log())
		if found != nil {
			c.Address, c.Status = found[1], found[2]
		}
		return found != nil
	})
}

// WaitFor fails the test when something does not come true.
func WaitFor(t testing.TB, what string, seen func() bool) {
	t.Helper()
	for begin := time.Now(); !seen(); time.Sleep(20 * time.Millisecond) {
		if time.Since(begin) > patience {
			t.Fatalf("%s: not seen in %s", what, patience)
		}
	}
}

// Client is connected to the cluster, by default without TLS.
func (c *Cluster) Client(options ...grpc.DialOption) Client {
	c.t.Helper()
	if len(options) == 0 {
		options = []grpc.DialOption{grpc.WithTransportCredentials(insecure.NewCredentials())}
	}
	connection, err := grpc.NewClient(c.Address, options...)
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() { _ = connection.Close() })
	return NewClient(connection)
}

// Log is what the process wrote so far.
func (p *Process) Log() string { return p.log.String() }

// Terminate tells the process to end, and does not wait for it.
func (p *Process) Terminate() {
	p.t.Helper()
	if err := p.command.Process.Signal(syscall.SIGTERM); err != nil {
		p.t.Fatal(err)
	}
}

// Wait waits for the process's end, and returns its exit code.
func (p *Process) Wait() int {
	p.t.Helper()
	select {
	case <-p.ended:
	case <-time.After(patience):
		p.t.Fatalf("the process does not end\n%s", p.Log())
	}
	return p.command.ProcessState.ExitCode()
}

// Stop ends the process as a person does.
func (p *Process) Stop() {
	p.t.Helper()
	p.Terminate()
	if code := p.Wait(); code != 0 {
		p.t.Errorf("the process ended with exit code %d\n%s", code, p.Log())
	}
}

// Kill ends the process as a machine that loses its power does. It may have ended before.
func (p *Process) Kill() {
	_ = p.command.Process.Kill()
	<-p.ended
}

// output can be read while a process writes to it.
type output struct {
	mutex sync.Mutex
	bytes bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	return o.bytes.Write(p)
}

func (o *output) String() string {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	return o.bytes.String()
}
