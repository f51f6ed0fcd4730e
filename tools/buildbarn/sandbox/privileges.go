//go:build linux

package sandbox

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// sameIDs maps each user or group that there is here to the same one, by user_namespaces(7).
func sameIDs(file string) []syscall.SysProcIDMap {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil
	}
	var same []syscall.SysProcIDMap
	lines := bufio.NewScanner(strings.NewReader(string(text)))
	for lines.Scan() {
		var here, outside, size int
		if _, err := fmt.Sscan(lines.Text(), &here, &outside, &size); err == nil {
			same = append(same, syscall.SysProcIDMap{ContainerID: here, HostID: here, Size: size})
		}
	}
	return same
}

// mapped says whether there is such a user or group here.
func mapped(file string, id int) bool {
	for _, ids := range sameIDs(file) {
		if id >= ids.ContainerID && id-ids.ContainerID < ids.Size {
			return true
		}
	}
	return false
}

// mayBecome says whether this process can start others as the user of actions.
func mayBecome() bool {
	return os.Geteuid() == 0 && mapped("/proc/self/uid_map", ID) && mapped("/proc/self/gid_map", ID)
}

// lastCapability is the last one that this kernel knows, which may be newer or older
// than what this was compiled with.
func lastCapability() uintptr {
	text, err := os.ReadFile("/proc/sys/kernel/cap_last_cap")
	if err != nil {
		return unix.CAP_LAST_CAP
	}
	last, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return unix.CAP_LAST_CAP
	}
	return uintptr(last)
}

// dropPrivileges takes from the calling thread's children all ways to have more than an
// ordinary user. The thread itself keeps what it can do now.
func dropPrivileges() error {
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("no_new_privs: %w", err)
	}
	if err := unix.Prctl(unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0); err != nil {
		return fmt.Errorf("ambient capabilities: %w", err)
	}
	for c := range lastCapability() + 1 {
		// Who is no root has none to lose, and may not do this.
		if err := unix.Prctl(unix.PR_CAPBSET_DROP, c, 0, 0, 0); err != nil && err != unix.EPERM {
			return fmt.Errorf("capability %d: %w", c, err)
		}
	}
	return clearInheritable()
}

func clearInheritable() error {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var sets [2]unix.CapUserData
	if err := unix.Capget(&header, &sets[0]); err != nil {
		return fmt.Errorf("capget: %w", err)
	}
	sets[0].Inheritable, sets[1].Inheritable = 0, 0
	if err := unix.Capset(&header, &sets[0]); err != nil {
		return fmt.Errorf("capset: %w", err)
	}
	return nil
}

// loopbackUp makes 127.0.0.1 work in a new network namespace.
func loopbackUp() error {
	socket, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(socket)
	request, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	request.SetUint16(unix.IFF_UP | unix.IFF_RUNNING)
	return unix.IoctlIfreq(socket, unix.SIOCSIFFLAGS, request)
}

// limitFiles sets the limits that the action's processes inherit from the init.
func limitFiles(limits Limits) error {
	if err := unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}); err != nil {
		return err
	}
	if size := uint64(limits.OutputBytes); size > 0 {
		return unix.Setrlimit(unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: size, Max: size})
	}
	return nil
}

// limitProcesses has children of the init inherit a number of processes. The init itself
// keeps its own: it must be able to go on when the action has used up what it may have.
// bound must be called with the child, undo when it was started.
func limitProcesses(limits Limits) (bound func(pid int) error, undo func() error, err error) {
	nothing := func() error { return nil }
	if limits.Processes <= 0 {
		return func(int) error { return nil }, nothing, nil
	}
	var before unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NPROC, &before); err != nil {
		return nil, nil, err
	}
	number := min(uint64(limits.Processes), before.Max)
	if err := unix.Setrlimit(unix.RLIMIT_NPROC, &unix.Rlimit{Cur: number, Max: before.Max}); err != nil {
		return nil, nil, err
	}
	bound = func(pid int) error {
		err := unix.Prlimit(pid, unix.RLIMIT_NPROC, &unix.Rlimit{Cur: number, Max: number}, nil)
		if err == unix.ESRCH {
			return nil
		}
		return err
	}
	return bound, func() error { return unix.Setrlimit(unix.RLIMIT_NPROC, &before) }, nil
}
