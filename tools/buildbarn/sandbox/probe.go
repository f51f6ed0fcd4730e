//go:build linux

package sandbox

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// Property is something that a sandbox may isolate or bound.
type Property struct {
	Name string
	// Isolated says whether it does here.
	Isolated bool
	// How says by what means, or why not.
	How string
}

// Capabilities are all properties, in the order in which to show them.
type Capabilities []Property

// Missing are the properties that are not isolated.
func (c Capabilities) Missing() Capabilities {
	var missing Capabilities
	for _, property := range c {
		if !property.Isolated {
			missing = append(missing, property)
		}
	}
	return missing
}

// Isolates says whether a property is isolated.
func (c Capabilities) Isolates(name string) bool {
	for _, property := range c {
		if property.Name == name {
			return property.Isolated
		}
	}
	return false
}

// String has a line for each property.
func (c Capabilities) String() string {
	var text strings.Builder
	for _, property := range c {
		state := "isolated"
		if !property.Isolated {
			state = "NOT isolated"
		}
		fmt.Fprintf(&text, "%s: %s (%s)\n", property.Name, state, property.How)
	}
	return text.String()
}

// The properties' names.
const (
	PropertyUser        = "user"
	PropertyInputs      = "inputs"
	PropertyFiles       = "files of the host"
	PropertyProcesses   = "processes"
	PropertyNetwork     = "network"
	PropertyDescendants = "descendants"
	PropertyMemory      = "memory"
	PropertyCount       = "number of processes"
	PropertyOutput      = "output size"
)

// Beyond it a kernel is not slow, but stuck.
const probeTimeout = 20 * time.Second

// Probe finds out what is isolated, before there is a sandbox.
func Probe(ctx context.Context, options Options) (Capabilities, error) {
	s, err := New(ctx, options)
	if err != nil {
		return nil, err
	}
	return s.Capabilities(), s.Close()
}

// New finds out by trying what this machine allows, and removes what an earlier server of
// the same folder has left. It fails where nothing can be started at all.
func New(ctx context.Context, options Options) (*Sandbox, error) {
	if options.Init == "" {
		options.Init = "/proc/self/exe"
	}
	dir, err := filepath.EvalSymlinks(options.Dir)
	if err != nil {
		return nil, err
	}
	options.Dir = dir
	s := &Sandbox{options: options}
	if err := makeLayers(dir); err != nil {
		return nil, err
	}
	mounted, err := groupsHere()
	if err != nil {
		return nil, err
	}
	groups, noGroups := openGroups(fmt.Sprintf("rules_xdist-%x", sha256.Sum256([]byte(dir)))[:28], mounted)
	s.groups = groups
	reasons, err := s.choose(ctx, dir)
	if err != nil {
		return nil, err
	}
	s.capabilities = describe(s.plan, reasons, noGroups)
	return s, nil
}

func groupsHere() ([]mountedGroup, error) {
	mountinfo, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return nil, err
	}
	own, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return nil, err
	}
	return mountedGroups(string(mountinfo), string(own)), nil
}

// Close removes what the sandboxes had in common. No action may run any more.
func (s *Sandbox) Close() error {
	return firstError(s.groups.remove(), removeFolder(filepath.Join(s.options.Dir, layersFolder)))
}

// Capabilities says what is isolated here, and what is not.
func (s *Sandbox) Capabilities() Capabilities { return s.capabilities }

// Isolates says whether a property is isolated.
func (s *Sandbox) Isolates(name string) bool { return s.capabilities.Isolates(name) }

// failures are why better plans were not taken.
type failures struct {
	namespaces, overlay error
}

// choose takes the best plan that works.
func (s *Sandbox) choose(ctx context.Context, dir string) (failures, error) {
	own := mayBecome()
	plans := []plan{{Namespaces: true, OwnUser: own, Overlay: !own, Hidden: dir}}
	if !own {
		plans = append(plans, plan{Namespaces: true, Hidden: dir})
	}
	var failed failures
	if s.options.Without {
		failed.namespaces = errors.New("switched off")
		plans = nil
	}
	for _, p := range append(plans, plan{}) {
		s.plan = p
		err := s.try(ctx, dir)
		switch {
		case err == nil:
			return failed, nil
		case p.Overlay:
			failed.overlay = err
		case p.Namespaces:
		default:
			return failed, err
		}
		failed.namespaces = err
	}
	return failed, errors.New("sandbox: no plan")
}

// try makes a sandbox that runs nothing.
func (s *Sandbox) try(ctx context.Context, dir string) error {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	folder, err := os.MkdirTemp(filepath.Join(dir, layersFolder), "probe")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	root := filepath.Join(folder, "root")
	if err := os.Mkdir(root, 0o755); err != nil {
		return err
	}
	p, err := s.Command(ctx, Action{InputRoot: root})
	if err != nil {
		return err
	}
	var output bytes.Buffer
	p.Stdout, p.Stderr = &output, &output
	p.Env = []string{}
	if err := p.Start(); err != nil {
		_, _ = p.Close()
		return explain(err)
	}
	ran := p.Wait()
	if _, err := p.Close(); err != nil {
		return err
	}
	if ran != nil {
		return fmt.Errorf("%w: %s", ran, bytes.TrimSpace(output.Bytes()))
	}
	return nil
}

// explain says what clone(2) means by an error.
func explain(err error) error {
	switch {
	case errors.Is(err, unix.ENOSPC):
		return fmt.Errorf("the sysctl user.max_user_namespaces, or one like it, allows no more: %w", err)
	case errors.Is(err, unix.EPERM):
		return fmt.Errorf("the kernel, or the container's security profile, does not allow them: %w", err)
	case errors.Is(err, unix.EINVAL):
		return fmt.Errorf("the kernel has not all of them: %w", err)
	}
	return err
}

func describe(p plan, failed failures, noGroups map[string]error) Capabilities {
	namespaced := func(name, how string) Property {
		if p.Namespaces {
			return Property{name, true, how}
		}
		return Property{name, false, fmt.Sprintf("no namespaces: %v", failed.namespaces)}
	}
	user := Property{PropertyUser, p.OwnUser, fmt.Sprintf("the host's user %d", ID)}
	if !p.OwnUser {
		user.How = "towards the host actions are the server's user"
	}
	inputs := Property{PropertyInputs, p.OwnUser || p.Overlay, "they belong to the server's user"}
	switch {
	case p.Overlay:
		inputs.How = "overlay: what is written to them is the action's own"
	case p.OwnUser:
	case p.Namespaces:
		inputs.How = fmt.Sprintf("no overlay: %v", failed.overlay)
	default:
		inputs.How = "the action's user owns them"
	}
	descendants := namespaced(PropertyDescendants, "they end with their process namespace")
	if !p.Namespaces {
		descendants.How = "they are killed at the end, unless one kills the first process before"
	}
	memory := Property{PropertyMemory, noGroups["memory"] == nil, "cgroup"}
	if !memory.Isolated {
		memory.How = noGroups["memory"].Error()
	}
	count := Property{PropertyCount, true, "cgroup"}
	if err := noGroups["pids"]; err != nil {
		count = namespaced(PropertyCount, "RLIMIT_NPROC in its user namespace")
		if !p.OwnUser && os.Geteuid() == 0 {
			count = Property{PropertyCount, false, fmt.Sprintf("RLIMIT_NPROC does not bind root, and there is no cgroup: %v", err)}
		}
	}
	return Capabilities{
		user, inputs,
		namespaced(PropertyFiles, "read-only, without the server's; own /tmp, /dev and /run"),
		namespaced(PropertyProcesses, "own process and IPC namespaces"),
		namespaced(PropertyNetwork, "own network namespace with loopback only, unless the action asks for the network"),
		descendants, memory, count,
		{PropertyOutput, true, "RLIMIT_FSIZE, for each file"},
	}
}
