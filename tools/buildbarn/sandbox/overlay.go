//go:build linux

package sandbox

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/unix"
)

// Where the server is an ordinary user, its actions are the same user, and no mode keeps them
// from writing to their inputs. There an action writes to a layer above the input root
// (overlayfs), and what it wrote is moved into the input root when it has ended.

// layersFolder is in the server's folder, and so on the input roots' file system. An own
// folder has the next server find what a killed one leaves: the server's own way to empty
// its folder may not get into the kernel's.
const layersFolder = "layers"

func makeLayers(dir string) error {
	layers := filepath.Join(dir, layersFolder)
	return firstError(removeFolder(layers), os.Mkdir(layers, 0o755))
}

func makeOverlay(dir string) (string, error) {
	layer, err := os.MkdirTemp(filepath.Join(dir, layersFolder), "")
	if err != nil {
		return "", err
	}
	return layer, firstError(os.Mkdir(filepath.Join(layer, "upper"), 0o755), os.Mkdir(filepath.Join(layer, "work"), 0o755))
}

// removeFolder also removes what its owner may not read, as the kernel leaves it in workdir.
func removeFolder(dir string) error {
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, _ error) error {
		if entry == nil || !entry.IsDir() {
			return nil
		}
		// Before it is read.
		return os.Chmod(path, 0o700)
	})
	if errors.Is(err, os.ErrNotExist) {
		err = nil
	}
	return firstError(err, os.RemoveAll(dir))
}

// openOverlay returns the overlay as a mount that is nowhere yet.
func openOverlay(root, layer string) (int, error) {
	// In options, some characters of paths would have another meaning.
	lower, err := unix.Open(root, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return 0, err
	}
	defer unix.Close(lower)
	if err := os.Chdir(layer); err != nil {
		return 0, err
	}
	configured, err := unix.Fsopen("overlay", unix.FSOPEN_CLOEXEC)
	if err != nil {
		return 0, err
	}
	defer unix.Close(configured)
	for _, option := range [][2]string{
		{"lowerdir", fmt.Sprintf("/proc/self/fd/%d", lower)},
		{"upperdir", "upper"},
		{"workdir", "work"},
	} {
		if err := unix.FsconfigSetString(configured, option[0], option[1]); err != nil {
			return 0, fmt.Errorf("%s: %w", option[0], err)
		}
	}
	// volatile: what is lost with the machine need not be synced to its disk.
	for _, flag := range []string{"userxattr", "volatile"} {
		if err := unix.FsconfigSetFlag(configured, flag); err != nil {
			return 0, err
		}
	}
	if err := unix.FsconfigCreate(configured); err != nil {
		return 0, err
	}
	return unix.Fsmount(configured, unix.FSMOUNT_CLOEXEC, 0)
}

// mergeOverlay moves what the action has written into its input root.
func mergeOverlay(layer, root string) error {
	return mergeFolder(filepath.Join(layer, "upper"), root)
}

func mergeFolder(upper, lower string) error {
	info, err := os.Lstat(upper)
	if err != nil {
		return err
	}
	// An action may have made its own folder unreadable.
	if err := os.Chmod(upper, info.Mode().Perm()|0o700); err != nil {
		return err
	}
	entries, err := os.ReadDir(upper)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		name := entry.Name()
		if err := mergeEntry(filepath.Join(upper, name), filepath.Join(lower, name)); err != nil {
			return err
		}
	}
	return nil
}

// mergeEntry follows the kernel's Documentation/filesystems/overlayfs.rst.
func mergeEntry(upper, lower string) error {
	above, err := os.Lstat(upper)
	if err != nil {
		return err
	}
	below, err := os.Lstat(lower)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	exists := err == nil
	switch {
	case isWhiteout(above):
		return removeFolder(lower)
	case exists && above.IsDir() && below.IsDir() && !isOpaque(upper):
		if err := mergeFolder(upper, lower); err != nil {
			return err
		}
		return os.Chmod(lower, above.Mode().Perm())
	case exists && (above.IsDir() || below.IsDir()):
		if err := removeFolder(lower); err != nil {
			return err
		}
	}
	return move(upper, lower, above)
}

// move renames, also a folder that its owner may not write to: its parent changes.
func move(upper, lower string, info os.FileInfo) error {
	if !info.IsDir() || info.Mode()&0o700 == 0o700 {
		return os.Rename(upper, lower)
	}
	if err := os.Chmod(upper, 0o700); err != nil {
		return err
	}
	if err := os.Rename(upper, lower); err != nil {
		return err
	}
	return os.Chmod(lower, info.Mode().Perm())
}

// isWhiteout says whether this stands for something that was removed.
func isWhiteout(info os.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && info.Mode()&os.ModeCharDevice != 0 && stat.Rdev == 0
}

// isOpaque says whether a folder hides the one below, rather than adding to it.
func isOpaque(dir string) bool {
	value := make([]byte, 1)
	n, err := unix.Lgetxattr(dir, "user.overlay.opaque", value)
	return err == nil && n == 1 && value[0] == 'y'
}
