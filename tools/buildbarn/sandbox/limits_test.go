//go:build linux

package sandbox

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestNetwork(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	address := listener.Addr().String()
	f := newFixture(t, Options{})
	f.needs(PropertyNetwork)
	if got := f.run("./helper", "dial", address); got.code == 0 {
		t.Error("closed: the action has reached the host")
	}
	f.sh("./helper listen 127.0.0.1:0; ./helper listen '[::1]:0'; ./helper listen localhost:0")
	f.want("interfaces", f.sh("tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' '"), "lo")
	f.action.Network = true
	f.sh("./helper dial " + address)
}

func TestMemory(t *testing.T) {
	f := newFixture(t, Options{Limits: Limits{MemoryBytes: 100 << 20}})
	f.needs(PropertyMemory)
	f.sh("./helper allocate 20")
	if got := f.run("./helper", "allocate", "200"); got.code != 137 || !got.OutOfMemory || got.err != nil {
		t.Errorf("%+v", got)
	}
	// A hog's end need not be the end of the action, but is told.
	if got := f.run("sh", "-c", "./helper allocate 200; echo survived"); got.code != 0 || !got.OutOfMemory {
		t.Errorf("%+v", got)
	}
	if got := f.run("true"); got.OutOfMemory {
		t.Error("the next one is said to be out of memory")
	}
	if !f.sandbox.Isolates(PropertyFiles) {
		return
	}
	// An own /tmp is memory, too.
	if got := f.run("sh", "-c", "head -c 200M /dev/zero > /tmp/x"); got.code == 0 || !got.OutOfMemory {
		t.Errorf("%+v", got)
	}
}

func TestProcesses(t *testing.T) {
	const script = `i=0; while [ $i -lt 60 ]; do sleep 3 & i=$((i+1)); done; ls -d /proc/[0-9]* | wc -l`
	f := newFixture(t, Options{Limits: Limits{Processes: 20}})
	f.needs(PropertyCount)
	for _, of := range []*groups{f.sandbox.groups, {}} { // with a cgroup, and without
		f.sandbox.groups = of
		if !of.has("pids") && (!f.sandbox.plan.Namespaces || os.Geteuid() == 0 && !f.sandbox.plan.OwnUser) {
			continue // as Capabilities would say
		}
		got := f.run("sh", "-c", "ulimit -u 1000 2>/dev/null; "+script)
		if got.err != nil || got.code == 0 || !strings.Contains(got.output, "fork") {
			t.Errorf("cgroup %v: %+v", of.has("pids"), got)
		}
		f.sh("i=0; while [ $i -lt 10 ]; do sleep 0.1 & i=$((i+1)); done; wait")
	}
}

func TestOutputSize(t *testing.T) {
	eachWay(t, func(f *fixture) {
		f.sandbox.options.Limits = Limits{OutputBytes: 1 << 20}
		f.sh("head -c 1M /dev/zero > out/fits")
		if got := f.run("sh", "-c", "head -c 1G /dev/zero > out/file"); got.code == 0 {
			f.Error("1 GB could be written")
		}
		if info, err := os.Stat(f.path("out/file")); err != nil || info.Size() != 1<<20 {
			f.Errorf("%v, %v", info, err)
		}
		if got := f.run("sh", "-c", "yes"); got.code == 0 || len(got.output) != 1<<20 {
			f.Errorf("%d bytes of output", len(got.output))
		}
		if f.sandbox.plan.Namespaces {
			f.want("many files in /tmp", f.sh("for i in 1 2 3; do head -c 600K /dev/zero > /tmp/$i; done 2>/dev/null; du -sm /tmp | cut -f1"), "1")
		}
		f.want("core", f.sh("ulimit -c; ulimit -Hc"), "0\n0")
	})
}

// TestServerKilled starts an action from another process, and kills that.
func TestServerKilled(t *testing.T) {
	eachWay(t, func(f *fixture) {
		mark := fmt.Sprintf("%d.1", 3000+os.Getpid()%1000)
		action := f.action
		action.Arguments = []string{"sh", "-c", fmt.Sprintf(daemons, mark) + "echo ready; wait"}
		server := exec.Command("/proc/self/exe", "-test.run=^TestServeOne$")
		server.Env = append(os.Environ(), fmt.Sprintf("SANDBOX_TEST_SERVE=%s\n%v\n%s", f.dir, f.sandbox.options.Without, strings.Join(action.Arguments, "\n")))
		output, err := server.StdoutPipe()
		if err != nil {
			f.Fatal(err)
		}
		if err := server.Start(); err != nil {
			f.Fatal(err)
		}
		for lines := bufio.NewScanner(output); lines.Scan() && lines.Text() != "ready"; {
		}
		if len(alive(mark)) < 5 {
			f.Errorf("only started %v", alive(mark))
		}
		if err := server.Process.Kill(); err != nil {
			f.Fatal(err)
		}
		_ = server.Wait()
		if !settle(func() bool { return len(alive(mark)) == 0 }) {
			f.Errorf("left: %v", alive(mark))
		}
		for _, h := range f.sandbox.groups.hierarchies {
			if left := folders(f.T, h.dir); len(left) == 0 {
				f.Error("no cgroup was left, so this shows nothing")
			}
		}
		if _, err := New(f.Context(), f.sandbox.options); err != nil {
			f.Error(err)
		}
		left := folders(f.T, filepath.Join(f.dir, layersFolder))
		for _, h := range f.sandbox.groups.hierarchies {
			left = append(left, folders(f.T, h.dir)...)
		}
		if len(left) > 0 {
			f.Errorf("still there: %v", left)
		}
	})
}

// TestServeOne is that other process.
func TestServeOne(t *testing.T) {
	serve := strings.SplitN(os.Getenv("SANDBOX_TEST_SERVE"), "\n", 5)
	if len(serve) < 5 {
		t.Skip("no test")
	}
	s, err := New(t.Context(), Options{Dir: serve[0], Without: serve[1] == "true"})
	if err != nil {
		t.Fatal(err)
	}
	p, err := s.Command(t.Context(), Action{
		InputRoot: filepath.Join(serve[0], "build", "1", "root"), WorkingDirectory: "work", Arguments: serve[2:],
	})
	if err != nil {
		t.Fatal(err)
	}
	p.Stdout = os.Stdout
	p.Env = []string{"PATH=/usr/bin:/bin"}
	t.Log(p.Run())
}

func folders(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, entry := range entries {
		if entry.IsDir() {
			found = append(found, entry.Name())
		}
	}
	return found
}

func TestMountedGroups(t *testing.T) {
	unified := t.TempDir()
	if err := os.WriteFile(filepath.Join(unified, "cgroup.controllers"), []byte("cpu memory pids\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ mountinfo, own, want string }{
		"version 1": {
			"35 31 0:32 / /cg/memory rw - cgroup cgroup rw,memory\n36 31 0:33 / /cg/pids rw - cgroup cgroup rw,pids\n",
			"9:name=systemd:/\n8:pids:/\n4:memory:/a/b\n0::/\n",
			"[{[rw memory] false [/cg/memory/a/b]} {[rw pids] false [/cg/pids]}]",
		},
		"version 1, a container's": {
			"35 31 0:32 /docker/1 /cg/memory rw - cgroup cgroup rw,memory\n",
			"4:memory:/docker/1/a\n",
			"[{[rw memory] false [/cg/memory/a]}]",
		},
		"version 2": {
			"41 31 0:38 / " + unified + " rw shared:4 - cgroup2 cgroup2 rw\n",
			"0::/user.slice/a.scope\n",
			"[{[cpu memory pids] true [" + unified + " " + unified + "/user.slice/a.scope]}]",
		},
		"version 2, a container's": {
			"41 31 0:38 / " + unified + " rw - cgroup2 cgroup2 rw\n",
			"0::/\n",
			"[{[cpu memory pids] true [" + unified + "]}]",
		},
		"none": {"23 1 0:1 / /proc rw - proc proc rw\n", "", "[]"},
	} {
		if got := fmt.Sprint(mountedGroups(c.mountinfo, c.own)); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func TestSettings(t *testing.T) {
	limits := Limits{MemoryBytes: 100, Processes: 5}
	for _, c := range []struct {
		controller string
		unified    bool
		limits     Limits
		want       string
	}{
		{"memory", false, limits, "[{memory.limit_in_bytes 100 false} {memory.memsw.limit_in_bytes 100 true}]"},
		{"memory", true, limits, "[{memory.max 100 false} {memory.swap.max 0 true}]"},
		{"pids", false, limits, "[{pids.max 5 false}]"},
		{"pids", true, limits, "[{pids.max 5 false}]"},
		{"memory", true, Limits{}, "[]"},
		{"pids", true, Limits{}, "[]"},
	} {
		if got := fmt.Sprint(settings(c.controller, c.unified, c.limits)); got != c.want {
			t.Errorf("%s, version 2 %v: %s, want %s", c.controller, c.unified, got, c.want)
		}
	}
}
