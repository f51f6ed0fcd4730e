package sandbox

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/unix"
)

// Where the server is an ordinary user, its actions are the same user, and no mode keeps them
// from writing to their inputs. There an action writes to a layer above the input root
// (overlayfs), and what it wrote is moved into the input root when it has ended.

const (
	upperExtension = ".upper"
	workExtension  = ".work"
)

func makeOverlay(root string) error {
	return firstError(os.Mkdir(root+upperExtension, 0o755), os.Mkdir(root+workExtension, 0o755))
}

func removeOverlay(root string) error {
	// The kernel leaves a folder there that its owner may not read.
	makeAccessible(filepath.Join(root+workExtension, "work"))
	return errors.Join(os.RemoveAll(root+workExtension), os.RemoveAll(root+upperExtension))
}

func makeAccessible(dir string) {
	// If that fails, so will the removal, which says so.
	_ = os.Chmod(dir, 0o700)
}

// openOverlay returns the overlay as a mount that is nowhere yet.
func openOverlay(root string) (int, error) {
	// Options separate paths by characters that a relative path has not.
	if err := os.Chdir(filepath.Dir(root)); err != nil {
		return 0, err
	}
	base := filepath.Base(root)
	configured, err := unix.Fsopen("overlay", unix.FSOPEN_CLOEXEC)
	if err != nil {
		return 0, err
	}
	defer unix.Close(configured)
	for _, option := range [][2]string{
		{"lowerdir", base},
		{"upperdir", base + upperExtension},
		{"workdir", base + workExtension},
	} {
		if err := unix.FsconfigSetString(configured, option[0], option[1]); err != nil {
			return 0, err
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
func mergeOverlay(root string) error {
	return mergeFolder(root+upperExtension, root)
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
		return os.RemoveAll(lower)
	case exists && above.IsDir() && below.IsDir() && !isOpaque(upper):
		if err := mergeFolder(upper, lower); err != nil {
			return err
		}
		return os.Chmod(lower, above.Mode().Perm())
	case exists && (above.IsDir() || below.IsDir()):
		if err := os.RemoveAll(lower); err != nil {
			return err
		}
	}
	return os.Rename(upper, lower)
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
