//go:build linux

package sandbox

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// controllers limit what their names say, in both versions of cgroups.
var controllers = []string{"memory", "pids"}

// How long the kernel may take to let go of a cgroup without processes.
const removalTimeout = 2 * time.Second

// groups are the cgroups of a server, with those of its actions below.
type groups struct {
	hierarchies []hierarchy
	next        atomic.Uint64
}

// hierarchy is a server's cgroup in one hierarchy.
type hierarchy struct {
	dir         string
	controllers []string
	unified     bool
}

// openGroups makes the server's cgroups, wherever this process may, and removes what an
// earlier server of the same name has left. missing says why a controller is not used.
func openGroups(name string, mounted []mountedGroup) (g *groups, missing map[string]error) {
	g = &groups{}
	missing = map[string]error{}
	for _, controller := range controllers {
		i := slices.IndexFunc(mounted, func(m mountedGroup) bool { return slices.Contains(m.controllers, controller) })
		if i < 0 {
			missing[controller] = errors.New("no cgroup file system has it")
			continue
		}
		if err := g.open(name, controller, mounted[i]); err != nil {
			missing[controller] = err
		}
	}
	return g, missing
}

func (g *groups) open(name, controller string, in mountedGroup) error {
	var err error
	for _, parent := range in.parents {
		dir := filepath.Join(parent, name)
		if i := slices.IndexFunc(g.hierarchies, func(h hierarchy) bool { return h.dir == dir }); i >= 0 {
			h := &g.hierarchies[i]
			h.controllers = append(h.controllers, controller)
			return nil
		}
		h := hierarchy{dir: dir, controllers: []string{controller}, unified: in.unified}
		if err = h.make(); err == nil {
			g.hierarchies = append(g.hierarchies, h)
			return nil
		}
	}
	return err
}

func (h hierarchy) make() error {
	if err := h.removeOld(); err != nil {
		return err
	}
	if err := os.Mkdir(h.dir, 0o755); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	if h.unified {
		return delegate(h.dir)
	}
	return writable(filepath.Join(h.dir, "tasks"))
}

func writable(file string) error {
	f, err := os.OpenFile(file, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	return f.Close()
}

// delegate makes the controllers available below a cgroup of version 2, and so first in it.
func delegate(dir string) error {
	text := "+" + strings.Join(controllers, " +")
	for _, of := range []string{filepath.Dir(dir), dir} {
		control := filepath.Join(of, "cgroup.subtree_control")
		err := os.WriteFile(control, []byte(text), 0)
		if errors.Is(err, unix.EBUSY) {
			// Only a cgroup without processes may: in a container, the server is in it.
			if err = vacate(of); err == nil {
				err = os.WriteFile(control, []byte(text), 0)
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// vacate moves a cgroup's processes into one below it.
func vacate(dir string) error {
	text, err := os.ReadFile(filepath.Join(dir, "cgroup.procs"))
	if err != nil {
		return err
	}
	below := filepath.Join(dir, "rules_xdist_server")
	if err := os.Mkdir(below, 0o755); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	for _, pid := range strings.Fields(string(text)) {
		err := os.WriteFile(filepath.Join(below, "cgroup.procs"), []byte(pid), 0)
		if err != nil && !errors.Is(err, unix.ESRCH) {
			return err
		}
	}
	return nil
}

// removeOld removes the cgroups of actions that a server had when it was killed.
func (h hierarchy) removeOld() error {
	entries, err := os.ReadDir(h.dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if entry.IsDir() {
			if err := removeGroup(filepath.Join(h.dir, entry.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

// remove removes the server's cgroups, when those of its actions are gone.
func (g *groups) remove() error {
	var errs []error
	for _, h := range g.hierarchies {
		errs = append(errs, removeGroup(h.dir))
	}
	return errors.Join(errs...)
}

// has says whether a controller is used.
func (g *groups) has(controller string) bool {
	return slices.ContainsFunc(g.hierarchies, func(h hierarchy) bool { return slices.Contains(h.controllers, controller) })
}

// group is the cgroup of an action, in each hierarchy.
type group struct {
	members []hierarchy
}

// add makes the cgroup of another action.
func (g *groups) add(limits Limits) (*group, error) {
	added := &group{}
	name := strconv.FormatUint(g.next.Add(1), 10)
	for _, h := range g.hierarchies {
		h.dir = filepath.Join(h.dir, name)
		if err := os.Mkdir(h.dir, 0o755); err != nil {
			return added, err
		}
		added.members = append(added.members, h)
		if err := h.limit(limits); err != nil {
			return added, err
		}
	}
	return added, nil
}

func (h hierarchy) limit(limits Limits) error {
	for _, controller := range h.controllers {
		for _, setting := range settings(controller, h.unified, limits) {
			err := os.WriteFile(filepath.Join(h.dir, setting.file), []byte(strconv.FormatInt(setting.value, 10)), 0)
			if err != nil && !(setting.optional && errors.Is(err, os.ErrNotExist)) {
				return err
			}
		}
	}
	return nil
}

type setting struct {
	file  string
	value int64
	// optional ones are about swap, which kernels may be without.
	optional bool
}

// settings follow the kernel's Documentation/admin-guide/cgroup-v1 and cgroup-v2.rst.
func settings(controller string, unified bool, limits Limits) []setting {
	memory := limits.MemoryBytes
	switch {
	case controller == "pids" && limits.Processes > 0:
		return []setting{{file: "pids.max", value: limits.Processes}}
	case controller != "memory" || memory <= 0:
		return nil
	case unified:
		return []setting{{file: "memory.max", value: memory}, {file: "memory.swap.max", value: 0, optional: true}}
	}
	return []setting{
		{file: "memory.limit_in_bytes", value: memory},
		{file: "memory.memsw.limit_in_bytes", value: memory, optional: true},
	}
}

// outOfMemory says whether the kernel has killed a process for the limit.
func (g *group) outOfMemory() bool {
	for _, m := range g.members {
		file := "memory.oom_control"
		if m.unified {
			file = "memory.events"
		}
		text, err := os.ReadFile(filepath.Join(m.dir, file))
		if err != nil {
			continue
		}
		for line := range strings.Lines(string(text)) {
			if key, value, _ := strings.Cut(strings.TrimSpace(line), " "); key == "oom_kill" && value != "0" {
				return true
			}
		}
	}
	return false
}

// remove kills what is left in the cgroup, and removes it.
func (g *group) remove() error {
	if g == nil {
		return nil
	}
	var errs []error
	for _, m := range g.members {
		errs = append(errs, removeGroup(m.dir))
	}
	return errors.Join(errs...)
}

func removeGroup(dir string) error {
	for end := time.Now().Add(removalTimeout); ; time.Sleep(time.Millisecond) {
		err := unix.Rmdir(dir)
		if err == nil || err == unix.ENOENT {
			return nil
		}
		if err != unix.EBUSY || time.Now().After(end) {
			return &os.PathError{Op: "rmdir", Path: dir, Err: err}
		}
		text, err := os.ReadFile(filepath.Join(dir, "cgroup.procs"))
		if err != nil {
			continue
		}
		for _, field := range strings.Fields(string(text)) {
			// 0 is a process of another namespace, or would be all of this group.
			if pid, err := strconv.Atoi(field); err == nil && pid > 1 {
				_ = unix.Kill(pid, unix.SIGKILL)
			}
		}
	}
}

// joins are the cgroups that an action's first process is started in.
type joins struct {
	// Tasks are files of version 1, each of which moves a thread.
	Tasks []string
	// Directory is a cgroup of version 2.
	Directory string
}

func (g *group) join() joins {
	var j joins
	for _, m := range g.members {
		if m.unified {
			j.Directory = m.dir
		} else {
			j.Tasks = append(j.Tasks, filepath.Join(m.dir, "tasks"))
		}
	}
	return j
}

// members are open cgroups.
type members struct {
	tasks, outside []*os.File
	directory      *os.File
}

func (j joins) open() (members, error) {
	var m members
	for _, file := range j.Tasks {
		inside, err := os.OpenFile(file, os.O_WRONLY, 0)
		if err != nil {
			return m, err
		}
		outside, err := os.OpenFile(filepath.Join(filepath.Dir(filepath.Dir(file)), "tasks"), os.O_WRONLY, 0)
		if err != nil {
			return m, err
		}
		m.tasks, m.outside = append(m.tasks, inside), append(m.outside, outside)
	}
	var err error
	if j.Directory != "" {
		m.directory, err = os.Open(j.Directory)
	}
	return m, err
}

// enter has the next child of the calling thread start in the cgroups. The other threads
// stay out: a Go program cannot live with a limit on its threads.
func (m members) enter(child *syscall.SysProcAttr) error {
	if m.directory != nil {
		child.UseCgroupFD, child.CgroupFD = true, int(m.directory.Fd())
	}
	return moveTo(m.tasks)
}

func (m members) leave() error { return moveTo(m.outside) }

func moveTo(files []*os.File) error {
	for _, file := range files {
		if _, err := file.WriteString("0"); err != nil {
			return fmt.Errorf("%s: %w", file.Name(), err)
		}
	}
	return nil
}

// mountedGroup is a cgroup file system, with the folders in which this process might make
// a cgroup, the best first.
type mountedGroup struct {
	controllers []string
	unified     bool
	parents     []string
}

// mountedGroups reads what /proc/self/mountinfo and /proc/self/cgroup say, by proc(5) and
// cgroups(7).
func mountedGroups(mountinfo, own string) []mountedGroup {
	paths := map[string]string{}
	for line := range strings.Lines(own) {
		if fields := strings.SplitN(strings.TrimSpace(line), ":", 3); len(fields) == 3 {
			for _, controller := range strings.Split(fields[1], ",") {
				paths[controller] = fields[2]
			}
		}
	}
	var found []mountedGroup
	lines := bufio.NewScanner(strings.NewReader(mountinfo))
	for lines.Scan() {
		before, after, _ := strings.Cut(lines.Text(), " - ")
		place, system := strings.Fields(before), strings.Fields(after)
		if len(place) < 5 || len(system) < 3 {
			continue
		}
		root, point := place[3], place[4]
		switch system[0] {
		case "cgroup":
			names := strings.Split(system[2], ",")
			found = append(found, mountedGroup{names, false, []string{below(point, root, paths[names[len(names)-1]])}})
		case "cgroup2":
			text, _ := os.ReadFile(filepath.Join(point, "cgroup.controllers"))
			// The first is what the kernel or a container's cgroup namespace has as its
			// root; the other one may have been delegated to this user.
			parents := slices.Compact([]string{point, below(point, root, paths[""])})
			found = append(found, mountedGroup{strings.Fields(string(text)), true, parents})
		}
	}
	return found
}

// below is where a path of a hierarchy is, of which root is mounted at point.
func below(point, root, path string) string {
	if root == "/" {
		root = ""
	}
	if rest, ok := strings.CutPrefix(path, root); ok {
		return filepath.Join(point, rest)
	}
	return point
}
