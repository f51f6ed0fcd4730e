package main

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/rules-xdist/rules_xdist/tools/internal/scratch"
)

// suite is a Python package with its tests, in a scratch workspace.
type suite struct {
	scratch.Workspace
	name string
}

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
	if err := os.RemoveAll(s.Folder); err != nil {
		return err
	}
	if err := scratch.Copy(source, filepath.Join(s.Folder, s.name), nil); err != nil {
		return err
	}
	files := map[string]string{
		"MODULE.bazel":                       s.ModuleFile("realsuite"),
		"BUILD.bazel":                        scratch.GazelleTarget("[]") + fmt.Sprintf("\n# gazelle:resolve py %[1]s //%[1]s\n", s.name),
		filepath.Join(s.name, "BUILD.bazel"): fmt.Sprintf(dataBuildFile, s.name) + projectMode,
		// A library has no serial tests, so a cluster takes no more than this.
		".bazelrc":   s.Bazelrc() + "common:remote --jobs=64\ncommon:remote --disk_cache=\n",
		"pytest.ini": "[pytest]\naddopts = -p no:cacheprovider\n",
	}
	folders, err := s.testDataFolders()
	if err != nil {
		return err
	}
	for _, folder := range folders {
		files[filepath.Join(folder, "BUILD.bazel")] = fmt.Sprintf(dataBuildFile, filepath.Base(folder))
	}
	return s.Write(files)
}

// testDataFolders returns the folders that have both test files and data files,
// relative to the workspace.
func (s suite) testDataFolders() ([]string, error) {
	tests, data := map[string]bool{}, map[string]bool{}
	err := fs.WalkDir(os.DirFS(s.Folder), s.name, func(path string, entry fs.DirEntry, err error) error {
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
