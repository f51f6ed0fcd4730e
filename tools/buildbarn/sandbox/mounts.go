//go:build linux

package sandbox

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// The new root is put together here. Every system has this folder, and the action gets
// another one.
const newRoot = "/tmp"

// mountAll makes what the action sees as its file system: all of the host's, read-only,
// with the input root and some folders of its own. It becomes the root.
func (p plan) mountAll() error {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("mounts apart from the host's: %w", err)
	}
	// Its own path may soon be hidden.
	inputs, err := p.openInputs()
	if err != nil {
		return fmt.Errorf("input root: %w", err)
	}
	defer unix.Close(inputs)
	for _, step := range []struct {
		what string
		do   func() error
	}{
		{"host's folders", bindHost},
		{"users", addUser},
		{"name service", p.bindResolver},
		{"server's folder", p.hide},
		{"read-only folders", protect},
		{"own folders", p.mountOwn},
		{"/dev", p.mountDevices},
		{"input root", func() error { return attach(inputs, newRoot+ExecRoot) }},
		{"root", pivot},
	} {
		if err := step.do(); err != nil {
			return fmt.Errorf("%s: %w", step.what, err)
		}
	}
	return nil
}

// openInputs returns a mount of the input root that is nowhere yet.
func (p plan) openInputs() (int, error) {
	if p.Overlay {
		return openOverlay(p.Action.InputRoot, p.Layer)
	}
	return unix.OpenTree(unix.AT_FDCWD, p.Action.InputRoot, unix.OPEN_TREE_CLONE|unix.OPEN_TREE_CLOEXEC)
}

func attach(mount int, path string) error {
	attributes := unix.MountAttr{Attr_set: unix.MOUNT_ATTR_NOSUID | unix.MOUNT_ATTR_NODEV}
	if err := unix.MountSetattr(mount, "", unix.AT_EMPTY_PATH, &attributes); err != nil {
		return err
	}
	return unix.MoveMount(mount, "", unix.AT_FDCWD, path, unix.MOVE_MOUNT_F_EMPTY_PATH)
}

// ownFolders are not the host's. /run has the sockets of the host's services.
var ownFolders = map[string]os.FileMode{
	"dev":        0o755,
	"proc":       0o555,
	"run":        0o755,
	"tmp":        0o755,
	ExecRoot[1:]: 0o755,
}

// bindHost shows the host's top-level folders in the new root.
func bindHost() error {
	entries, err := os.ReadDir("/")
	if err != nil {
		return err
	}
	if err := unix.Mount("tmpfs", newRoot, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, "mode=0755,size=1m"); err != nil {
		return err
	}
	for name, mode := range ownFolders {
		if err := os.Mkdir(filepath.Join(newRoot, name), mode); err != nil {
			return err
		}
	}
	for _, entry := range entries {
		if _, own := ownFolders[entry.Name()]; own {
			continue
		}
		if err := bindEntry(entry); err != nil {
			return fmt.Errorf("/%s: %w", entry.Name(), err)
		}
	}
	return nil
}

func bindEntry(entry os.DirEntry) error {
	source, target := "/"+entry.Name(), filepath.Join(newRoot, entry.Name())
	switch {
	case entry.Type()&os.ModeSymlink != 0:
		link, err := os.Readlink(source)
		if err != nil {
			return err
		}
		return os.Symlink(link, target)
	case entry.IsDir():
		if err := os.Mkdir(target, 0o755); err != nil {
			return err
		}
		return bind(source, target)
	}
	return nil
}

func bind(source, target string) error {
	return unix.Mount(source, target, "", unix.MS_BIND|unix.MS_REC, "")
}

// addUser gives the action's user a name, and a home that it can write to.
func addUser() error {
	id := strconv.Itoa(ID)
	for file, line := range map[string]string{
		"/etc/passwd": "build:x:" + id + ":" + id + ":Bazel action:/tmp:/bin/sh\n",
		"/etc/group":  "build:x:" + id + ":\n",
	} {
		text, err := os.ReadFile(file)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		if !strings.HasSuffix(string(text), "\n") && len(text) > 0 {
			line = "\n" + line
		}
		own := newRoot + "/." + filepath.Base(file)
		// The first line with a number is what counts.
		if err := os.WriteFile(own, append(text, line...), 0o644); err != nil {
			return err
		}
		if err := firstError(bind(own, newRoot+file), os.Remove(own)); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
	}
	return nil
}

// bindResolver shows what /etc/resolv.conf may be a link to.
func (p plan) bindResolver() error {
	const dir = "/run/systemd/resolve"
	if _, err := os.Stat(dir); err != nil || !p.Action.Network {
		return nil
	}
	if err := os.MkdirAll(newRoot+dir, 0o755); err != nil {
		return err
	}
	return bind(dir, newRoot+dir)
}

// hide covers the server's folder, with its stores and other actions.
func (p plan) hide() error {
	if _, err := os.Stat(newRoot + p.Hidden); err != nil {
		return nil
	}
	return unix.Mount("tmpfs", newRoot+p.Hidden, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, "mode=0555,size=4k")
}

// protect makes all that is there by now read-only.
func protect() error {
	attributes := unix.MountAttr{Attr_set: unix.MOUNT_ATTR_RDONLY | unix.MOUNT_ATTR_NOSUID | unix.MOUNT_ATTR_NODEV}
	return unix.MountSetattr(unix.AT_FDCWD, newRoot, unix.AT_RECURSIVE, &attributes)
}

func (p plan) mountOwn() error {
	if err := unix.Mount("proc", newRoot+"/proc", "proc", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, ""); err != nil {
		return fmt.Errorf("/proc: %w", err)
	}
	if err := p.mountTemporary(newRoot + "/tmp"); err != nil {
		return fmt.Errorf("/tmp: %w", err)
	}
	if _, err := os.Stat(newRoot + "/var/tmp"); err == nil {
		return bind(newRoot+"/tmp", newRoot+"/var/tmp")
	}
	return nil
}

func (p plan) mountTemporary(path string) error {
	options := "mode=1777"
	if size := p.Limits.OutputBytes; size > 0 {
		options += ",size=" + strconv.FormatInt(size, 10)
	}
	return unix.Mount("tmpfs", path, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, options)
}

var devices = []string{"null", "zero", "full", "random", "urandom", "tty"}

// mountDevices makes /dev with what every program may expect.
func (p plan) mountDevices() error {
	const dev = newRoot + "/dev"
	if err := unix.Mount("tmpfs", dev, "tmpfs", unix.MS_NOSUID, "mode=0755,size=64k"); err != nil {
		return err
	}
	for _, name := range devices {
		if err := os.WriteFile(filepath.Join(dev, name), nil, 0o666); err != nil {
			return err
		}
		if err := bind("/dev/"+name, filepath.Join(dev, name)); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	for name, target := range map[string]string{
		"fd": "/proc/self/fd", "stdin": "/proc/self/fd/0", "stdout": "/proc/self/fd/1", "stderr": "/proc/self/fd/2",
		"ptmx": "pts/ptmx",
	} {
		if err := os.Symlink(target, filepath.Join(dev, name)); err != nil {
			return err
		}
	}
	for _, name := range []string{"pts", "shm"} {
		if err := os.Mkdir(filepath.Join(dev, name), 0o755); err != nil {
			return err
		}
	}
	if err := unix.Mount("devpts", dev+"/pts", "devpts", unix.MS_NOSUID|unix.MS_NOEXEC, "newinstance,ptmxmode=0666,mode=0620"); err != nil {
		return fmt.Errorf("pts: %w", err)
	}
	if err := p.mountTemporary(dev + "/shm"); err != nil {
		return fmt.Errorf("shm: %w", err)
	}
	return unix.Mount("", dev, "", unix.MS_REMOUNT|unix.MS_BIND|unix.MS_RDONLY|unix.MS_NOSUID, "")
}

// pivot makes the new root the root, and leaves nothing of the old one.
func pivot() error {
	if err := os.Chdir(newRoot); err != nil {
		return err
	}
	if err := unix.PivotRoot(".", "."); err != nil {
		return fmt.Errorf("pivot_root: %w", err)
	}
	if err := unix.Unmount(".", unix.MNT_DETACH); err != nil {
		return err
	}
	return os.Chdir("/")
}
