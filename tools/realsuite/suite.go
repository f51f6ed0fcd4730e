package main

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// suite is a Python package with its tests, in a scratch workspace.
type suite struct {
	name, repository, workspace, bazelProgram string
	// startup are Bazel's options before the command.
	startup []string
}

const moduleFile = `module(name = "realsuite")

bazel_dep(name = "rules_xdist", version = "0.1.0")
local_path_override(
    module_name = "rules_xdist",
    path = %q,
)

bazel_dep(name = "gazelle", version = "0.54.0")
bazel_dep(name = "rules_python", version = "1.9.0")

# The machine's python3, which has pytest.
register_toolchains("@rules_python//python/runtime_env_toolchains:all")
`

const rootBuildFile = `load("@gazelle//:def.bzl", "gazelle", "gazelle_binary")

# gazelle:resolve py %[1]s //%[1]s

gazelle(
    name = "gazelle",
    gazelle = ":gazelle_binary",
)

gazelle_binary(
    name = "gazelle_binary",
    languages = ["@rules_xdist//gazelle_ext"],
)
`

// What a person writes by hand: that a folder's modules read the data files beside
// them. Gazelle adds the rest to the library of that name.
const dataBuildFile = `load("@rules_python//python:defs.bzl", "py_library")

py_library(
    name = %q,
    data = glob(
        ["**"],
        exclude = [
            "**/*.py",
            "**/BUILD.bazel",
        ],
    ),
)
`

// The modules of a library import each other in cycles, so they are one target.
const projectMode = "\n# gazelle:python_generation_mode project\n"

// prepare makes the scratch workspace anew.
func (s suite) prepare(ctx context.Context) error {
	source, err := s.installedAt(ctx)
	if err != nil {
		return err
	}
	if err := os.RemoveAll(s.workspace); err != nil {
		return err
	}
	if err := copySources(source, filepath.Join(s.workspace, s.name)); err != nil {
		return err
	}
	files := map[string]string{
		"MODULE.bazel":                       fmt.Sprintf(moduleFile, s.repository),
		"BUILD.bazel":                        fmt.Sprintf(rootBuildFile, s.name),
		filepath.Join(s.name, "BUILD.bazel"): fmt.Sprintf(dataBuildFile, s.name) + projectMode,
		".bazelrc":                           s.bazelrc(),
		"pytest.ini":                         "[pytest]\naddopts = -p no:cacheprovider\n",
	}
	folders, err := s.testDataFolders()
	if err != nil {
		return err
	}
	for _, folder := range folders {
		files[filepath.Join(folder, "BUILD.bazel")] = fmt.Sprintf(dataBuildFile, filepath.Base(folder))
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(s.workspace, name), []byte(content), 0o644); err != nil {
			return err
		}
	}
	return nil
}

func (s suite) bazelrc() string {
	// A library has no serial tests, so a cluster takes no more than this.
	flags := "common --incompatible_strict_action_env\ncommon:remote --jobs=64\ncommon:remote --disk_cache=\n"
	if strings.HasPrefix(s.repository, "/tmp/") {
		// Bazel's sandbox hides /tmp, unless the workspace itself is there.
		flags += "common --sandbox_add_mount_pair=" + s.repository + "\n"
	}
	return flags
}

// testDataFolders returns the folders that have both test files and data files,
// relative to the workspace.
func (s suite) testDataFolders() ([]string, error) {
	tests, data := map[string]bool{}, map[string]bool{}
	err := fs.WalkDir(os.DirFS(s.workspace), s.name, func(path string, entry fs.DirEntry, err error) error {
		folder := filepath.Dir(path)
		switch {
		case err != nil || entry.IsDir():
		case filepath.Ext(path) != ".py":
			data[folder] = true
		case strings.HasPrefix(entry.Name(), "test_"):
			tests[folder] = true
		}
		return err
	})
	var folders []string
	for folder := range tests {
		if data[folder] && folder != s.name {
			folders = append(folders, folder)
		}
	}
	return folders, err
}

func (s suite) installedAt(ctx context.Context) (string, error) {
	const find = "import importlib.util, sys; print(*importlib.util.find_spec(sys.argv[1]).submodule_search_locations)"
	out, err := exec.CommandContext(ctx, "python3", "-c", find, s.name).Output()
	if err != nil {
		return "", fmt.Errorf("python package %q: not installed for python3: %w", s.name, err)
	}
	return strings.TrimSpace(string(out)), nil
}

// copySources copies a package without its bytecode.
func copySources(from, to string) error {
	return filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		target := filepath.Join(to, relative)
		switch {
		case entry.IsDir() && entry.Name() == "__pycache__":
			return fs.SkipDir
		case entry.IsDir():
			return os.MkdirAll(target, 0o755)
		}
		// Through a link, if it is one: distributions share data files by links.
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(target, content, 0o644)
	})
}
