//go:build linux

package sandbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// The test program is its own init, and, as an input named "helper", what actions run.
func TestMain(m *testing.M) {
	Main()
	if filepath.Base(os.Args[0]) == "helper" {
		if err := help(os.Args[1:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

const asUser = "SANDBOX_TEST_AS_USER"

// TestAsUser runs all tests again as an ordinary user.
func TestAsUser(t *testing.T) {
	if !mayBecome() {
		t.Skip("is one already, or cannot become one")
	}
	dir, err := os.MkdirTemp("", "sandbox")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(dir, "sandbox.test")
	copyFile(t, "/proc/self/exe", program)
	command := exec.Command(program, "-test.v")
	command.Env = []string{"PATH=/usr/bin:/bin", "TMPDIR=" + dir, asUser + "=1"}
	command.Dir = dir
	command.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 1234, Gid: 1234}}
	output, err := command.CombinedOutput()
	t.Logf("%s", output)
	if err != nil {
		t.Fatal(err)
	}
}

func copyFile(t testing.TB, from, to string) {
	t.Helper()
	content, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, content, 0o555); err != nil {
		t.Fatal(err)
	}
}

// fixture is a server's folder with an action's in it.
type fixture struct {
	*testing.T
	dir     string
	sandbox *Sandbox
	action  Action
}

func newFixture(t *testing.T, options Options) *fixture {
	t.Helper()
	f := &fixture{T: t, dir: t.TempDir()}
	options.Dir = f.dir
	s, err := New(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	f.sandbox = s
	all := s.groups
	t.Cleanup(func() {
		s.groups = all // a test may have taken them away
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	root := filepath.Join(f.dir, "build", "1", "root")
	f.action = Action{InputRoot: root, WorkingDirectory: "work"}
	for _, dir := range []string{filepath.Join(root, "work", "out"), filepath.Join(f.dir, "cache")} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	// As Buildbarn does: an input is a link to a file that other actions get as well.
	f.write("cache/input", "good", 0o444)
	f.link("input")
	copyFile(t, "/proc/self/exe", filepath.Join(f.dir, "cache", "helper"))
	f.link("helper")
	f.write("secret", "of the server", 0o644)
	return f
}

func (f *fixture) write(name, content string, mode os.FileMode) {
	f.Helper()
	if err := os.WriteFile(filepath.Join(f.dir, name), []byte(content), mode); err != nil {
		f.Fatal(err)
	}
}

func (f *fixture) link(name string) {
	f.Helper()
	if err := os.Link(filepath.Join(f.dir, "cache", name), f.path(name)); err != nil {
		f.Fatal(err)
	}
}

// path is a file of the action's working directory, on the host.
func (f *fixture) path(name string) string {
	return filepath.Join(f.action.InputRoot, f.action.WorkingDirectory, name)
}

// needs skips the test on a machine that does not isolate a property.
func (f *fixture) needs(property string) {
	f.Helper()
	if !f.sandbox.Isolates(property) {
		f.Skipf("not isolated here:\n%v", f.sandbox.Capabilities())
	}
}

// outcome is what a command did.
type outcome struct {
	code   int
	output string
	Result
	err error
}

func (f *fixture) run(arguments ...string) outcome {
	f.Helper()
	return f.runIn(f.Context(), nil, arguments...)
}

func (f *fixture) runIn(ctx context.Context, started func(), arguments ...string) outcome {
	f.Helper()
	action := f.action
	action.Arguments = arguments
	p, err := f.sandbox.Command(ctx, action)
	if err != nil {
		f.Fatal(err)
	}
	log, err := os.Create(filepath.Join(f.dir, "log"))
	if err != nil {
		f.Fatal(err)
	}
	defer log.Close()
	if err := log.Chmod(0o666); err != nil {
		f.Fatal(err)
	}
	p.Stdout, p.Stderr = log, log
	p.Env = []string{"PATH=/usr/bin:/bin", "B=2", "A=1"}
	if err := p.Start(); err != nil {
		f.Fatal(err)
	}
	if started != nil {
		started()
	}
	_ = p.Wait()
	result, err := p.Close()
	output, readErr := os.ReadFile(log.Name())
	if readErr != nil {
		f.Fatal(readErr)
	}
	return outcome{p.ProcessState.ExitCode(), string(output), result, err}
}

// sh runs a script that must end with code 0, and returns what it printed.
func (f *fixture) sh(script string) string {
	f.Helper()
	got := f.run("sh", "-c", script)
	if got.err != nil || got.code != 0 {
		f.Fatalf("%s\nexit code %d, error %v, output:\n%s", script, got.code, got.err, got.output)
	}
	return strings.TrimSpace(got.output)
}

func (f *fixture) want(what, got, want string) {
	f.Helper()
	if got != want {
		f.Errorf("%s: %q, want %q", what, got, want)
	}
}

func TestCapabilities(t *testing.T) {
	f := newFixture(t, Options{})
	t.Logf("\n%v", f.sandbox.Capabilities())
	if mayBecome() && f.sandbox.Isolates(PropertyProcesses) && !f.sandbox.Isolates(PropertyUser) {
		t.Error("the server is root, and its actions are as well")
	}
	without := newFixture(t, Options{Without: true})
	for _, name := range []string{PropertyUser, PropertyInputs, PropertyFiles, PropertyProcesses, PropertyNetwork} {
		if without.sandbox.Isolates(name) {
			t.Errorf("switched off, but says that it isolates: %s", name)
		}
	}
}

// eachWay runs a test with namespaces and without.
func eachWay(t *testing.T, test func(*fixture)) {
	for name, without := range map[string]bool{"namespaces": false, "without": true} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, Options{Without: without})
			if !without {
				f.needs(PropertyProcesses)
			}
			test(f)
		})
	}
}

func TestExitCode(t *testing.T) {
	eachWay(t, func(f *fixture) {
		for script, want := range map[string]int{
			"exit 0": 0, "exit 1": 1, "exit 77": 77, "exit 255": 255,
			"kill -9 $$": 137, "kill -TERM $$": 143, "kill -SEGV $$": 139,
		} {
			if got := f.run("sh", "-c", script); got.code != want || got.err != nil {
				f.Errorf("%s: exit code %d, error %v, want %d", script, got.code, got.err, want)
			}
		}
	})
}

func TestCommandNotThere(t *testing.T) {
	eachWay(t, func(f *fixture) {
		f.write("build/1/root/work/text", "no program", 0o755)
		for _, name := range []string{"no-such-program", "./no-such-program", "./input", "./text"} {
			if got := f.run(name); !errors.Is(got.err, ErrCommand) || !strings.Contains(got.err.Error(), name[2:]) {
				f.Errorf("%s: error %v", name, got.err)
			}
		}
		f.action.WorkingDirectory = "nowhere"
		if got := f.run("true"); got.err == nil || errors.Is(got.err, ErrCommand) {
			f.Errorf("working directory: error %v", got.err)
		}
	})
}

func TestEnvironment(t *testing.T) {
	eachWay(t, func(f *fixture) {
		f.want("environment", f.run("env").output, "A=1\nB=2\nPATH=/usr/bin:/bin\n")
		f.want("input", f.sh("cat; wc -c </dev/stdin"), "0")
		f.want("open files", f.sh("ls /proc/self/fd | wc -l"), "4") // with that of ls itself
		f.want("umask", f.sh("umask"), "0022")
	})
}

func TestIdentity(t *testing.T) {
	f := newFixture(t, Options{})
	f.needs(PropertyProcesses)
	f.want("user", f.sh("id -u; id -g; id -un; whoami"), "65533\n65533\nbuild\nbuild")
	f.want("host name", f.sh("uname -n"), "localhost")
	f.want("folder", f.sh("pwd"), "/execroot/work")
	status := f.sh("grep -E '^(Cap|NoNewPrivs)' /proc/self/status")
	none := "0000000000000000"
	f.want("privileges", strings.Join(strings.Fields(status), " "), fmt.Sprintf(
		"CapInh: %s CapPrm: %[1]s CapEff: %[1]s CapBnd: %[1]s CapAmb: %[1]s NoNewPrivs: 1", none))
	if f.sandbox.Isolates(PropertyUser) {
		f.want("groups", f.sh("id -G"), "65533")
		f.sh("echo x > out/file")
		info, err := os.Stat(f.path("out/file"))
		if err != nil {
			t.Fatal(err)
		}
		if uid := info.Sys().(*syscall.Stat_t).Uid; uid != ID {
			t.Errorf("on the host outputs belong to user %d", uid)
		}
	}
}

// attacks are ways to change a file's content or description.
var attacks = []string{
	"echo bad > input",
	"echo bad >> input",
	"chmod 666 input; echo bad > input",
	"chmod 777 . ; chmod 666 input; echo bad >| input",
	"truncate -s 0 input",
	"dd if=/dev/zero of=input bs=1 count=1 conv=notrunc",
	"touch -d 2001-01-01 input",
	"chmod 777 input",
	"exec 3<input; echo bad > /proc/self/fd/3",
	"exec 3<input; chmod 666 input; echo bad > /proc/self/fd/3",
	"exec 3<input; chmod 666 /proc/self/fd/3; truncate -s 1 /proc/self/fd/3",
	"ln input out/other; chmod 666 out/other; echo bad > out/other",
	"ln -s ../input out/link; chmod 666 out/link; echo bad > out/link",
	"mv input out/moved; chmod 666 out/moved; echo bad > out/moved",
	"rm -f input; echo bad > input",
	"./helper setxattr input",
	"./helper mmap input",
	"./helper utimes input",
	"echo bad > /proc/1/cwd/input; echo bad > /proc/1/root/execroot/work/input",
	"for f in /proc/1/fd/*; do echo bad > $f/work/input; echo bad > $f/input; done",
	"unshare -Urm sh -c 'mount -o remount,rw / ; chmod 666 input; echo bad > input'",
}

func TestInputsStay(t *testing.T) {
	for _, attack := range attacks {
		t.Run(attack, func(t *testing.T) {
			f := newFixture(t, Options{})
			f.needs(PropertyInputs)
			shared := filepath.Join(f.dir, "cache", "input")
			before, err := os.Stat(shared)
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%+v", f.run("sh", "-c", attack+" 2>&1; true"))
			after, err := os.Stat(shared)
			if err != nil {
				t.Fatal(err)
			}
			content, err := os.ReadFile(shared)
			if err != nil {
				t.Fatal(err)
			}
			f.want("content", string(content), "good")
			if before.Mode() != after.Mode() || !before.ModTime().Equal(after.ModTime()) {
				t.Errorf("is now %v, %v", after.Mode(), after.ModTime())
			}
			if n, err := unix.Lgetxattr(shared, "user.bad", make([]byte, 8)); err == nil {
				t.Errorf("has an attribute of %d bytes", n)
			}
		})
	}
}

// TestInputsNeedIt shows that the attacks would work.
func TestInputsNeedIt(t *testing.T) {
	f := newFixture(t, Options{Without: true})
	f.run("sh", "-c", "chmod 666 input; echo bad > input")
	content, err := os.ReadFile(filepath.Join(f.dir, "cache", "input"))
	if err != nil {
		t.Fatal(err)
	}
	f.want("content", string(content), "bad\n")
}

func TestOutputs(t *testing.T) {
	eachWay(t, func(f *fixture) {
		f.sh(`echo new > out/new && mkdir -p out/a/b && echo deep > out/a/b/c && ln -s ../input out/link
			rm -f input && echo replaced > input && mkdir beside && echo x > beside/x && chmod 0 beside/x
			mkdir locked && echo y > locked/y && chmod 500 locked`)
		for name, want := range map[string]string{"out/new": "new\n", "out/a/b/c": "deep\n", "input": "replaced\n", "locked/y": "y\n"} {
			content, err := os.ReadFile(f.path(name))
			if err != nil {
				f.Error(err)
			}
			f.want(name, string(content), want)
		}
		link, err := os.Readlink(f.path("out/link"))
		if err != nil {
			f.Error(err)
		}
		f.want("link", link, "../input")
		if info, err := os.Stat(f.path("beside/x")); err != nil || info.Mode().Perm() != 0 {
			f.Errorf("beside/x: %v, %v", info, err)
		}
		content, _ := os.ReadFile(filepath.Join(f.dir, "cache", "input"))
		f.want("the input itself", string(content), "good")
		_ = os.Chmod(f.path("locked"), 0o700)
		entries, err := os.ReadDir(filepath.Dir(f.action.InputRoot))
		if err != nil || len(entries) != 1 {
			f.Errorf("beside the input root: %v, %v", entries, err)
		}
	})
}

func TestRemovedFolders(t *testing.T) {
	eachWay(t, func(f *fixture) {
		for _, dir := range []string{"gone", "again", "file"} {
			if err := os.MkdirAll(f.path(dir+"/old"), 0o777); err != nil {
				f.Fatal(err)
			}
		}
		if f.sandbox.plan.OwnUser {
			_ = os.Chmod(f.action.InputRoot, 0o755)
		}
		f.sh("rm -r gone again file && mkdir again && echo new > again/new && echo x > file")
		if _, err := os.Lstat(f.path("gone")); !errors.Is(err, os.ErrNotExist) {
			f.Errorf("gone: %v", err)
		}
		if entries, err := os.ReadDir(f.path("again")); err != nil || len(entries) != 1 || entries[0].Name() != "new" {
			f.Errorf("again: %v, %v", entries, err)
		}
		if info, err := os.Lstat(f.path("file")); err != nil || !info.Mode().IsRegular() {
			f.Errorf("file: %v, %v", info, err)
		}
	})
}

func TestHost(t *testing.T) {
	f := newFixture(t, Options{})
	f.needs(PropertyFiles)
	t.Run("read-only", func(t *testing.T) {
		for _, dir := range []string{"/", "/usr", "/etc", "/run", "/dev", "/sys/fs/cgroup", os.Getenv("HOME"), "/execroot/../home"} {
			if got := f.run("sh", "-c", "echo x > "+dir+"/sandbox-test"); got.code == 0 {
				t.Errorf("%s can be written to", dir)
			}
		}
	})
	t.Run("server hidden", func(t *testing.T) {
		got := f.sh("ls -A " + f.dir + " 2>/dev/null; cat " + f.dir + "/secret 2>/dev/null; ls /execroot; true")
		f.want("its folder", got, "work")
	})
	t.Run("tmp", func(t *testing.T) {
		ours := filepath.Join(os.TempDir(), fmt.Sprintf("sandbox-test-%d", os.Getpid()))
		if err := os.WriteFile(ours, nil, 0o644); err != nil {
			t.Fatal(err)
		}
		defer os.Remove(ours)
		f.want("/tmp", f.sh("ls -A /tmp /var/tmp /dev/shm; mkdir -p "+os.TempDir()+" && echo x > "+ours+"-x; echo y > /dev/shm/y; echo z > /var/tmp/z"), "/dev/shm:\n\n/tmp:\n\n/var/tmp:")
		f.want("/tmp of the next", f.sh("ls -A /tmp /dev/shm"), "/dev/shm:\n\n/tmp:")
		if _, err := os.Stat(ours + "-x"); err == nil {
			t.Error("what it wrote there is on the host")
		}
	})
	t.Run("devices", func(t *testing.T) {
		f.Helper()
		f.sh("echo x > /dev/null && head -c 9 /dev/zero >/dev/null && head -c 9 /dev/urandom > /dev/null && test -e /dev/ptmx && echo to-stdout > /dev/stdout && echo to-fd > /dev/fd/2")
	})
	t.Run("processes", func(t *testing.T) {
		f.want("processes", f.sh("test $(ls -d /proc/[0-9]* | wc -l) -lt 8 && echo few; kill -0 "+fmt.Sprint(os.Getpid())+" 2>/dev/null || echo not there"), "few\nnot there")
	})
}

// settle waits until a condition holds.
func settle(condition func() bool) bool {
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if condition() {
			return true
		}
	}
	return false
}

// alive are the processes of the host that have a text among their arguments.
func alive(text string) []string {
	files, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	var found []string
	for _, file := range files {
		if content, err := os.ReadFile(file); err == nil && bytes.Contains(content, []byte("sleep\x00"+text)) {
			found = append(found, file)
		}
	}
	return found
}

const daemons = "sleep %[1]s & (setsid sleep %[1]s & ) ; setsid sh -c 'trap \"\" TERM HUP INT; (sleep %[1]s &); exec sleep %[1]s' & nohup sleep %[1]s >/dev/null 2>&1 & sleep 0.2; "

func TestDescendantsEnd(t *testing.T) {
	eachWay(t, func(f *fixture) {
		// Numbers of seconds that nobody else sleeps.
		mark := fmt.Sprintf("%d.0%d", 1000+os.Getpid()%1000, time.Now().UnixNano())
		script := fmt.Sprintf(daemons, mark)
		f.sh(script + "true")
		if left := alive(mark); len(left) > 0 {
			f.Errorf("after the end: %v", left)
		}
		ctx, cancel := context.WithCancel(f.Context())
		got := f.runIn(ctx, func() {
			if !settle(func() bool { return len(alive(mark)) >= 5 }) {
				f.Error("the daemons did not start")
			}
			cancel()
		}, "sh", "-c", script+"wait")
		if !settle(func() bool { return len(alive(mark)) == 0 }) {
			f.Errorf("after cancellation, %+v: %v", got, alive(mark))
		}
	})
}
