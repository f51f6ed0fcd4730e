package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// A library is a folder into which Debian's packages are unpacked, and the private
// root whose Python they are made for.
type library struct {
	repository string
	root       string // the private root
	folder     string
}

// openLibrary returns the library of the suites' packages. It is made once for each
// list of them: below another name, and renamed when it is complete.
func openLibrary(ctx context.Context, repository string) (library, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return library{}, err
	}
	out, err := output(exec.CommandContext(ctx, filepath.Join(repository, "tools", "root", "make")))
	if err != nil {
		return library{}, err
	}
	l := library{repository: repository, root: strings.TrimSpace(out)}
	packages := packageNames()
	recipe := sha256.Sum256([]byte(l.root + "\n" + strings.Join(packages, "\n")))
	l.folder = filepath.Join(cache, "rules_xdist", "scandiff", fmt.Sprintf("%x", recipe[:6]))
	if _, err := os.Stat(l.folder); err == nil {
		return l, nil
	}
	if err := os.MkdirAll(filepath.Dir(l.folder), 0o755); err != nil {
		return l, err
	}
	making, err := os.MkdirTemp(filepath.Dir(l.folder), "making-")
	if err != nil {
		return l, err
	}
	defer os.RemoveAll(making)
	if err := l.fill(ctx, making, packages); err != nil {
		return l, err
	}
	if err := os.Rename(making, l.folder); err != nil && !os.IsExist(err) {
		return l, err // where two made it at once, the first has won
	}
	return l, nil
}

func packageNames() []string {
	var names []string
	for _, s := range suites {
		names = append(names, s.packages...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// fill downloads the packages, with those that they depend on and the root does not
// have, by the root's own configuration of apt, and unpacks them. Nothing is installed.
func (l library) fill(ctx context.Context, folder string, packages []string) error {
	fmt.Fprintln(os.Stderr, "scandiff: downloading", len(packages), "Debian packages and their dependencies")
	state := filepath.Join(folder, "apt")
	archives := filepath.Join(state, "archives")
	for _, needed := range []string{filepath.Join(archives, "partial"), filepath.Join(state, "lists", "partial")} {
		if err := os.MkdirAll(needed, 0o755); err != nil {
			return err
		}
	}
	// A copy of what the root has installed: apt must change neither the root nor
	// the machine.
	installed, err := os.ReadFile(filepath.Join(l.root, "var", "lib", "dpkg", "status"))
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(state, "status"), installed, 0o644); err != nil {
		return err
	}
	apt := []string{"apt-get", "-qq", "-y", "-o", "Dir::State=" + state, "-o", "Dir::State::status=" + state + "/status",
		"-o", "Dir::Cache=" + state, "-o", "Dir::Log=" + state, "-o", "Dir::Bin::dpkg=/bin/false",
		"-o", "APT::Sandbox::User=root", "-o", "APT::Install-Recommends=false", "--download-only"}
	if _, err := output(l.command(ctx, append(apt, "update")...)); err != nil {
		return err
	}
	// A package that the root has already is downloaded as well.
	if _, err := output(l.command(ctx, append(append(apt, "--reinstall", "install"), packages...)...)); err != nil {
		return err
	}
	files, err := filepath.Glob(filepath.Join(archives, "*.deb"))
	if err != nil {
		return err
	}
	for _, file := range files {
		if _, err := output(l.command(ctx, "dpkg-deb", "-x", file, filepath.Join(folder, "system"))); err != nil {
			return err
		}
	}
	return os.RemoveAll(state)
}

// command returns a command that runs within the private root.
func (l library) command(ctx context.Context, args ...string) *exec.Cmd {
	if !l.entered() {
		args = append([]string{filepath.Join(l.repository, "tools", "root", "enter"), l.root}, args...)
	}
	return exec.CommandContext(ctx, args[0], args[1:]...)
}

// entered says whether this process is in the root already, as under its Bazel.
func (l library) entered() bool {
	here, err := os.Stat("/usr")
	if err != nil {
		return false
	}
	root, err := os.Stat(filepath.Join(l.root, "usr"))
	return err == nil && os.SameFile(here, root)
}

// modules is the folder of the packages' Python modules.
func (l library) modules() string {
	return filepath.Join(l.folder, "system", "usr", "lib", "python3", "dist-packages")
}

// sharedObjects are the folders in which the dynamic linker is to look. What Debian
// chooses by alternatives is in folders of its own.
func (l library) sharedObjects() string {
	var folders []string
	for _, pattern := range []string{"", "blas", "lapack"} {
		found, _ := filepath.Glob(filepath.Join(l.folder, "system", "usr", "lib", "*-linux-gnu*", pattern))
		folders = append(folders, found...)
	}
	return strings.Join(folders, ":")
}

// output runs a command. Its errors have what it said.
func output(command *exec.Cmd) (string, error) {
	var stdout, stderr strings.Builder
	command.Stdout, command.Stderr = &stdout, &stderr
	if err := command.Run(); err != nil {
		said := strings.TrimSpace(stderr.String() + stdout.String())
		if len(said) > 2000 {
			said = "..." + strings.ToValidUTF8(said[len(said)-2000:], "")
		}
		return "", fmt.Errorf("%s: %w\n%s", filepath.Base(command.Path), err, said)
	}
	return stdout.String(), nil
}
