//go:build e2e

package e2e

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// markVariable is in the environment of all that a build's actions start, wherever they are.
const markVariable = "RULES_XDIST_E2E_BUILD"

// process is one that exists, or did: its number may be given to another.
type process struct {
	pid     int
	started string // since boot, as the kernel counts
	command string
}

func (p process) String() string { return fmt.Sprintf("%d (%s)", p.pid, p.command) }

// alive tells whether it still runs; one that has ended, and whose parent did not ask yet,
// does not.
func (p process) alive() bool {
	fields, ok := statOf(p.pid)
	return ok && fields[0] != "Z" && startOf(fields) == p.started
}

// statOf returns the fields of a process' stat file that follow its name: proc_pid_stat(5).
func statOf(pid int) ([]string, bool) {
	content, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	_, rest, ok := strings.Cut(string(content[bytes.LastIndexByte(content, ')')+1:]), " ")
	return strings.Fields(rest), err == nil && ok
}

func startOf(stat []string) string { return stat[19] }

func parentOf(stat []string) string { return stat[1] }

// processes returns those for which a test of their number and stat is true.
func processes(wanted func(pid int, stat []string) bool) []process {
	var found []process
	folders, _ := filepath.Glob("/proc/[0-9]*")
	for _, folder := range folders {
		pid, err := strconv.Atoi(filepath.Base(folder))
		if err != nil {
			continue
		}
		stat, ok := statOf(pid)
		if !ok || stat[0] == "Z" || !wanted(pid, stat) {
			continue
		}
		command, _ := os.ReadFile(filepath.Join(folder, "cmdline"))
		found = append(found, process{pid, startOf(stat), strings.TrimSpace(strings.ReplaceAll(string(command), "\x00", " "))})
	}
	return found
}

// marked returns the processes of a build's actions.
func marked(mark string) []process {
	entry := []byte(markVariable + "=" + mark + "\x00")
	return processes(func(pid int, _ []string) bool {
		environment, _ := os.ReadFile(fmt.Sprintf("/proc/%d/environ", pid))
		return bytes.Contains(environment, entry)
	})
}

func childrenOf(pid int) []process {
	return processes(func(_ int, stat []string) bool { return parentOf(stat) == strconv.Itoa(pid) })
}

func descendantsOf(pid int) []process {
	children := childrenOf(pid)
	all := children
	for _, child := range children {
		all = append(all, descendantsOf(child.pid)...)
	}
	return all
}

// How long what was killed may take to be gone.
const goneWithin = 5 * time.Second

// wantNone is an error for each process that is still there after some time.
func wantNone(t *testing.T, what string, remaining func() []process) {
	t.Helper()
	var left []process
	if eventually(goneWithin, func() bool { left = remaining(); return len(left) == 0 }) {
		return
	}
	for _, one := range left {
		t.Errorf("%s: left behind: %v", what, one)
	}
}

// eventually waits until something is so, and tells whether it is.
func eventually(limit time.Duration, so func() bool) bool {
	for begin := time.Now(); time.Since(begin) < limit; time.Sleep(50 * time.Millisecond) {
		if so() {
			return true
		}
	}
	return so()
}

// living returns those of some processes that still run.
func living(all []process) func() []process {
	return func() []process {
		var left []process
		for _, one := range all {
			if one.alive() {
				left = append(left, one)
			}
		}
		return left
	}
}
