package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// A source has the modules of a cell.
type source interface {
	// prepare makes all that a workspace needs for a version of rules_python.
	prepare(version string, c configuration, w workspace) (prepared, error)
}

// prepared is a workspace that can be built.
type prepared struct {
	folder, bazelrc string
}

// errNotHere is the result of a cell that this machine cannot have.
var errNotHere = errors.New("needs checkouts")

// checkouts overrides modules by folders.
type checkouts struct {
	options
	found modules
	bazel string // its version
}

func (s checkouts) prepare(version string, c configuration, w workspace) (prepared, error) {
	if s.found[rulesPython][version] == "" {
		return prepared{}, fmt.Errorf("%s: has no folder %s@%s", s.modules, rulesPython, version)
	}
	private, err := overridden(filepath.Join(s.repository, "tools/root/bazelrc"))
	if err != nil {
		return prepared{}, err
	}
	folder := filepath.Join(s.repository, w.folder)
	roots, err := dependencies(folder, true)
	if err != nil {
		return prepared{}, err
	}
	graph, err := reachable(roots, func(name string) (string, error) {
		return s.original(name, version, private)
	})
	if err != nil {
		return prepared{}, err
	}
	into := filepath.Join(s.work, "modules", version)
	if c.eight {
		into += "-8"
	}
	bazelrc, err := s.overrides(graph, into, patches(s.bazel, c.eight))
	return prepared{folder, bazelrc}, err
}

// original is the folder of a module: a checkout, the private root's own (then it is empty,
// since that root names it to Bazel), or one that stands in for a module of which only
// the name is needed.
func (s checkouts) original(name, version string, private map[string]bool) (string, error) {
	if name == "rules_xdist" {
		return s.repository, nil
	}
	if name != rulesPython {
		version = s.found.newest(name)
	}
	if path := s.found[name][version]; path != "" {
		return path, nil
	}
	if private[name] {
		return "", nil
	}
	ours := filepath.Join(s.repository, "tools/matrix/modules", name)
	if _, err := os.Stat(ours); err == nil {
		return ours, nil
	}
	return standIn(filepath.Join(s.work, "empty", name), name)
}

// standIn makes an empty module.
func standIn(folder, name string) (string, error) {
	files := map[string]string{moduleFile: fmt.Sprintf("module(name = %q)\n", name), "BUILD.bazel": ""}
	for file, content := range files {
		if err := write(filepath.Join(folder, file), []byte(content), 0o644); err != nil {
			return "", err
		}
	}
	return folder, nil
}

// overrides copies the modules of a graph, with changes, and writes a bazelrc that names them.
func (s checkouts) overrides(graph map[string]string, into string, changes *strings.Replacer) (string, error) {
	var lines []string
	for name, from := range graph {
		if from == "" || from == s.repository {
			continue
		}
		to := filepath.Join(into, name)
		if err := copyModule(from, to, changes); err != nil {
			return "", err
		}
		lines = append(lines, fmt.Sprintf("common --override_module=%s=%s\n", name, to))
	}
	bazelrc := filepath.Join(into, "bazelrc")
	return bazelrc, write(bazelrc, []byte(strings.Join(lines, "")), 0o644)
}

// patches are the changes in modules. Debian's Bazel says no version, which modules take
// for the newest of all; and no newer Bazel can be had where there is no Bazelisk, so that
// rules_python is told to be of one.
func patches(bazel string, eight bool) *strings.Replacer {
	changes := []string{"native.bazel_version", fmt.Sprintf("(native.bazel_version or %q)", bazel)}
	if eight {
		changes = append(changes, "str(bazel_major_version >= 8)", `"True"`)
	}
	return strings.NewReplacer(changes...)
}

func copyModule(from, to string, changes *strings.Replacer) error {
	return filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if entry.Name() == ".git" {
				return fs.SkipDir
			}
			return nil
		}
		relative, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		return copyFile(path, filepath.Join(to, relative), changes)
	})
}

func copyFile(from, to string, changes *strings.Replacer) error {
	info, err := os.Lstat(from)
	if err != nil {
		return err
	}
	if info.Mode()&fs.ModeSymlink != 0 {
		return copyLink(from, to)
	}
	content, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	if filepath.Ext(from) == ".bzl" {
		content = []byte(changes.Replace(string(content)))
	}
	return write(to, content, info.Mode().Perm())
}

func copyLink(from, to string) error {
	link, err := os.Readlink(from)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	if err := os.Symlink(link, to); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

// write leaves a file alone that has the content, so that Bazel need not read it again.
func write(path string, content []byte, mode fs.FileMode) error {
	if old, err := os.ReadFile(path); err == nil && string(old) == string(content) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, content, mode)
}
