//go:build linux

package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// initName is the init's name, by which it is known.
const initName = "rules_xdist-sandbox"

// The init tells here what went wrong, before there was a command.
const reporterDescriptor = 3

// Those of the shell.
const (
	exitKilled  = 128 + int(unix.SIGKILL)
	exitFailure = 1
)

// ErrCommand is wrapped by the error of an action whose command cannot be started: the
// action is wrong, not the sandbox.
var ErrCommand = errors.New("command cannot be started")

// Main must be called first thing by the program that Options.Init names. It does nothing,
// unless this process is the init of a sandbox: then it never returns.
func Main() {
	if len(os.Args) != 2 || os.Args[0] != initName {
		return
	}
	// Privileges are a thread's. The commands are started by this one.
	runtime.LockOSThread()
	code, err := runInit(os.Args[1])
	if err != nil {
		encoded, _ := json.Marshal(report{Message: err.Error(), Command: errors.Is(err, ErrCommand)})
		unix.Write(reporterDescriptor, encoded)
		os.Exit(exitFailure)
	}
	os.Exit(code)
}

// report is what the init says of a sandbox that failed.
type report struct {
	Message string
	Command bool
}

func decodeReport(text []byte) error {
	var r report
	if err := json.Unmarshal(text, &r); err != nil {
		return fmt.Errorf("sandbox: report %q: %w", text, err)
	}
	if r.Command {
		return fmt.Errorf("%w: %s", ErrCommand, strings.TrimPrefix(r.Message, ErrCommand.Error()+": "))
	}
	return fmt.Errorf("sandbox: %s", r.Message)
}

func runInit(encoded string) (int, error) {
	var plan plan
	if err := json.Unmarshal([]byte(encoded), &plan); err != nil {
		return 0, err
	}
	// Before the mounts, below which no cgroup can be written to.
	groups, err := plan.Groups.open()
	if err != nil {
		return 0, err
	}
	if err := plan.setUp(); err != nil {
		return 0, err
	}
	go endWithServer(plan)
	if len(plan.Action.Arguments) == 0 { // a trial
		return 0, nil
	}
	pid, err := plan.start(groups)
	if err != nil {
		return 0, err
	}
	forwardSignals(pid)
	return wait(plan, pid)
}

// setUp makes this process one of the sandbox.
func (p plan) setUp() error {
	// What the server has open is no business of the action's.
	if err := unix.CloseRange(reporterDescriptor, math.MaxInt32, unix.CLOSE_RANGE_CLOEXEC); err != nil {
		return fmt.Errorf("close_range: %w", err)
	}
	// The action may be the same user, and must not get at what is open here.
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
		return err
	}
	unix.Umask(0o022)
	if err := limitFiles(p.Limits); err != nil {
		return fmt.Errorf("limits: %w", err)
	}
	if !p.Namespaces {
		if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
			return err
		}
		return os.Chdir(filepath.Join(p.Action.InputRoot, p.Action.WorkingDirectory))
	}
	// Whoever looks up the name of its own host finds it, without a network.
	if err := unix.Sethostname([]byte("localhost")); err != nil {
		return fmt.Errorf("host name: %w", err)
	}
	if !p.Action.Network {
		if err := loopbackUp(); err != nil {
			return fmt.Errorf("loopback: %w", err)
		}
	}
	if err := p.mountAll(); err != nil {
		return err
	}
	return os.Chdir(filepath.Join(ExecRoot, p.Action.WorkingDirectory))
}

// start starts the action's command, as an ordinary user.
func (p plan) start(groups members) (int, error) {
	environment := os.Environ()
	slices.Sort(environment)
	program, err := lookUp(p.Action.Arguments[0], os.Getenv("PATH"))
	if err != nil {
		return 0, fmt.Errorf("%w: %w", ErrCommand, err)
	}
	attributes := &syscall.SysProcAttr{Setsid: true}
	if p.OwnUser {
		attributes.Credential = &syscall.Credential{Uid: ID, Gid: ID}
	}
	if err := groups.enter(attributes); err != nil {
		return 0, err
	}
	bound, undo, err := limitProcesses(p.Limits)
	if err != nil {
		return 0, fmt.Errorf("limit of processes: %w", err)
	}
	if err := dropPrivileges(); err != nil {
		return 0, err
	}
	pid, err := syscall.ForkExec(program, p.Action.Arguments, &syscall.ProcAttr{
		Env:   environment,
		Files: []uintptr{0, 1, 2},
		Sys:   attributes,
	})
	if err != nil {
		undo()
		return 0, fmt.Errorf("%w: %s: %w", ErrCommand, program, err)
	}
	return pid, firstError(bound(pid), undo(), groups.leave())
}

// lookUp finds a program as execvp(3) does. Unlike exec.LookPath it takes one that is
// relative to the working directory: that is the action's own.
func lookUp(name, path string) (string, error) {
	if strings.Contains(name, "/") {
		return name, nil
	}
	for _, dir := range filepath.SplitList(path) {
		program := filepath.Join(dir, name)
		if !strings.Contains(program, "/") {
			program = "./" + program
		}
		if _, err := exec.LookPath(program); err == nil {
			return program, nil
		}
	}
	return "", fmt.Errorf("%s: not on the PATH %q", name, path)
}

func forwardSignals(pid int) {
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	go func() {
		for s := range signals {
			syscall.Kill(pid, s.(syscall.Signal))
		}
	}()
}

// endWithServer kills all when the process that waits for this one is gone.
func endWithServer(p plan) {
	poll := []unix.PollFd{{Fd: reporterDescriptor}}
	for {
		if _, err := unix.Poll(poll, -1); err == nil && poll[0].Revents&unix.POLLERR != 0 {
			break
		}
	}
	p.killRest(func() bool { return true })
	os.Exit(exitKilled)
}

// wait waits for the command, and for orphans that ended meanwhile, kills all that is left,
// and returns the exit code.
func wait(p plan, pid int) (int, error) {
	for {
		var status syscall.WaitStatus
		ended, err := syscall.Wait4(-1, &status, 0, nil)
		switch {
		case err == syscall.EINTR:
		case err != nil:
			return 0, fmt.Errorf("wait: %w", err)
		case ended == pid:
			p.killRest(reapAll)
			if status.Signaled() {
				return 128 + int(status.Signal()), nil
			}
			return status.ExitStatus(), nil
		}
	}
}

// reapAll takes what has ended, and says whether there are other children.
func reapAll() bool {
	for {
		pid, err := syscall.Wait4(-1, nil, syscall.WNOHANG, nil)
		if err == syscall.EINTR || err == nil && pid > 0 {
			continue
		}
		return err == nil
	}
}

// killRest kills all descendants. In a process namespace the end of its first process does.
func (p plan) killRest(more func() bool) {
	if p.Namespaces {
		return
	}
	for more() {
		// Children of those that are killed become children of this process.
		killed := false
		for _, child := range children(os.Getpid()) {
			killed = syscall.Kill(child, syscall.SIGKILL) == nil || killed
		}
		if !killed {
			return
		}
		runtime.Gosched()
	}
}

// children are the living children of a process, by proc_pid_stat(5).
func children(parent int) []int {
	files, err := fs.Glob(os.DirFS("/proc"), "[0-9]*/stat")
	if err != nil {
		return nil
	}
	var found []int
	for _, file := range files {
		text, err := os.ReadFile("/proc/" + file)
		if err != nil {
			continue
		}
		// The name, in parentheses, may have any character.
		fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
		if len(fields) < 2 || fields[0] == "Z" || fields[1] != strconv.Itoa(parent) {
			continue
		}
		if pid, err := strconv.Atoi(filepath.Dir(file)); err == nil {
			found = append(found, pid)
		}
	}
	return found
}
