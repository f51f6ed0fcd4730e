//go:build linux

// Package sandbox runs the command of an action apart from the host and from other actions:
// in Linux namespaces where the kernel allows them, with less where it does not. Probe says
// which. It knows nothing of Buildbarn, and of no other system than Linux.
package sandbox

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/unix"
)

const (
	// ID is the user and the group of an action inside its sandbox, and on the host too
	// where the server is root. No distribution gives it to anyone.
	ID = 65533

	// ExecRoot is where an action sees its input root. It is the same for all, so that no
	// path depends on the server or on the worker.
	ExecRoot = "/execroot"
)

// Limits bound what one action may take. Zero is no limit.
type Limits struct {
	// MemoryBytes of all its processes together. It takes a cgroup.
	MemoryBytes int64
	// Processes, threads included.
	Processes int64
	// OutputBytes is the size of each file that it writes, and of all of /tmp together.
	OutputBytes int64
}

// Options are those of all actions of a server.
type Options struct {
	// Dir is the server's folder, with the input roots in it. One sandbox at a time has it,
	// and in it the folder "layers". Actions see nothing of it but their own input root.
	// Where the server is root, only root should see into it.
	Dir string
	// Init is a program that calls Main first thing. By default it is this program.
	Init string
	// Limits of each action.
	Limits Limits
	// Without has actions run without namespaces, though the kernel may allow them.
	Without bool
}

// Sandbox makes the sandboxes of a server's actions.
type Sandbox struct {
	options      Options
	plan         plan
	groups       *groups
	capabilities Capabilities
}

// Action is what a sandbox is made for.
type Action struct {
	// InputRoot is the host's folder with the inputs. What the action writes ends there.
	InputRoot string
	// WorkingDirectory is relative to the input root.
	WorkingDirectory string
	// Network says whether the action may use the host's network.
	Network bool
	// Arguments are the command's. A first one without a slash is looked for on the PATH
	// of the action's environment.
	Arguments []string
}

// Process is an action's command in its sandbox.
type Process struct {
	// Cmd is for the caller to give the environment, output and error files, and to run.
	*exec.Cmd

	report, reporter *os.File
	group            *group
	layer, inputRoot string // with an overlay
}

// Result is what the exit code does not say.
type Result struct {
	// OutOfMemory says whether a process was killed since the limit was reached.
	OutOfMemory bool
}

// Command makes the sandbox of an action. The command ends with the exit code of the action's
// command, or 128 and the number of the signal that ended that. All processes end with it.
// Close must be called afterwards, in any case.
func (s *Sandbox) Command(ctx context.Context, action Action) (*Process, error) {
	p := &Process{}
	plan := s.plan
	plan.Action = action
	plan.Limits = s.options.Limits
	if err := s.prepare(p, &plan); err != nil {
		return nil, fmt.Errorf("sandbox of %s: %w", action.InputRoot, firstError(err, p.discard()))
	}
	encoded, err := json.Marshal(plan)
	if err != nil {
		return nil, err
	}
	p.Cmd = exec.CommandContext(ctx, s.options.Init)
	p.Args = []string{initName, string(encoded)}
	p.Dir = "/"
	p.ExtraFiles = []*os.File{p.reporter}
	p.SysProcAttr = plan.attributes()
	if !plan.Namespaces {
		// A killed init would leave its descendants to the host's. This one kills them.
		p.Cancel = p.report.Close
	}
	return p, nil
}

func (s *Sandbox) prepare(p *Process, plan *plan) (err error) {
	if p.report, p.reporter, err = os.Pipe(); err != nil {
		return err
	}
	if plan.OwnUser {
		if err := letWrite(plan.Action.InputRoot); err != nil {
			return err
		}
	}
	if plan.Overlay {
		p.layer, err = makeOverlay(s.options.Dir)
		if err != nil {
			return err
		}
		plan.Layer, p.inputRoot = p.layer, plan.Action.InputRoot
	}
	if p.group, err = s.groups.add(plan.Limits); err != nil {
		return err
	}
	plan.Groups = p.group.join()
	return nil
}

// letWrite lets every user write into a folder and those below. A server with umask 0 has
// made them so; else that is changed here. Files stay the server's.
func letWrite(root string) error {
	info, err := os.Stat(root)
	if err != nil || info.Mode()&0o007 == 0o007 {
		return err
	}
	return filepath.WalkDir(root, func(path string, entry os.DirEntry, err error) error {
		if err != nil || !entry.IsDir() {
			return err
		}
		return os.Chmod(path, 0o777)
	})
}

// Close ends what the command needed, when it has ended or was never started. An error says
// that the sandbox failed, whatever the exit code: the command itself may not have run.
func (p *Process) Close() (Result, error) {
	var failed error
	p.reporter.Close()
	// After a cancellation the pipe may be closed, and the report with it.
	if text, err := io.ReadAll(p.report); err == nil && len(text) > 0 {
		failed = decodeReport(text)
	} else if state := p.ProcessState; state != nil && !state.Exited() {
		failed = fmt.Errorf("sandbox: its first process ended: %v", state)
	}
	result := Result{OutOfMemory: p.group.outOfMemory()}
	if p.layer != "" && failed == nil {
		failed = mergeOverlay(p.layer, p.inputRoot)
	}
	return result, firstError(failed, p.discard())
}

func (p *Process) discard() error {
	if p.report != nil {
		p.report.Close()
		p.reporter.Close()
	}
	var err error
	if p.layer != "" {
		err = removeFolder(p.layer)
	}
	return firstError(err, p.group.remove())
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// plan is what the init is told: how to make the sandbox, and for what.
type plan struct {
	// Namespaces says whether the action has its own mounts, processes and so on.
	Namespaces bool
	// OwnUser says whether the action runs as another user of the host.
	OwnUser bool
	// Overlay says whether the action writes to a layer above its inputs.
	Overlay bool
	// Layer is the host's folder of that layer.
	Layer string
	// Hidden is the folder that actions must not see.
	Hidden string
	Action Action
	Limits Limits
	Groups joins
}

// attributes are those that the init is started with.
func (p plan) attributes() *syscall.SysProcAttr {
	if !p.Namespaces {
		return &syscall.SysProcAttr{Setsid: true}
	}
	flags := uintptr(unix.CLONE_NEWUSER | unix.CLONE_NEWNS | unix.CLONE_NEWPID | unix.CLONE_NEWIPC | unix.CLONE_NEWUTS)
	if !p.Action.Network {
		flags |= unix.CLONE_NEWNET
	}
	attributes := &syscall.SysProcAttr{Setsid: true, Pdeathsig: syscall.SIGKILL, Cloneflags: flags}
	if p.OwnUser {
		// All users keep their numbers, so that the init is root towards all files.
		attributes.UidMappings = sameIDs("/proc/self/uid_map")
		attributes.GidMappings = sameIDs("/proc/self/gid_map")
		attributes.GidMappingsEnableSetgroups = true
		return attributes
	}
	attributes.UidMappings = []syscall.SysProcIDMap{{ContainerID: ID, HostID: os.Getuid(), Size: 1}}
	attributes.GidMappings = []syscall.SysProcIDMap{{ContainerID: ID, HostID: os.Getgid(), Size: 1}}
	// A user other than root would lose them when it starts the init.
	for c := range uintptr(unix.CAP_LAST_CAP + 1) {
		if lastCapability() >= c {
			attributes.AmbientCaps = append(attributes.AmbientCaps, c)
		}
	}
	return attributes
}
