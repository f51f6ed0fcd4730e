package main

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/bazelbuild/buildtools/build"
	"github.com/rules-xdist/rules_xdist/tools/gazellebench/corpus"
	"github.com/rules-xdist/rules_xdist/tools/internal/scratch"
)

const buildFile = "BUILD.bazel"

// writeOurs makes the workspace that Gazelle is to write BUILD files in.
func writeOurs(w scratch.Workspace, c corpus.Corpus) error {
	files := c.Files()
	files["MODULE.bazel"] = w.ModuleFile("generated")
	files[".bazelrc"] = w.Bazelrc()
	return corpus.Write(w.Folder, files)
}

// writePlain makes the same workspace with a plain py_test for each test file. The libraries
// are those that Gazelle has made in the folder ours, so that both have the same.
func writePlain(ours string, w scratch.Workspace, c corpus.Corpus) error {
	if err := scratch.Copy(ours, w.Folder, func(path string, _ fs.DirEntry) bool {
		return filepath.Base(path) == buildFile
	}); err != nil {
		return err
	}
	libraries := plainLibraries{rules: map[string][]string{}, of: map[string]string{}}
	if err := libraries.read(ours); err != nil {
		return err
	}
	for _, test := range c.List() {
		pkg := path.Dir(test.Path)
		libraries.rules[pkg] = append(libraries.rules[pkg], libraries.test(test))
	}
	files := map[string]string{}
	for pkg, rules := range libraries.rules {
		files[path.Join(pkg, buildFile)] = `load("@rules_python//python:defs.bzl", "py_library", "py_test")` + "\n\n" + strings.Join(rules, "\n")
	}
	return corpus.Write(w.Folder, files)
}

// plainLibraries are the libraries of a workspace, and the rules of its packages.
type plainLibraries struct {
	// rules are by package; of are the labels by the sources of the libraries.
	rules map[string][]string
	of    map[string]string
}

// read takes the libraries out of the BUILD files in the workspace.
func (l plainLibraries) read(workspace string) error {
	return filepath.WalkDir(workspace, func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.Name() != buildFile {
			return err
		}
		content, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		parsed, err := build.ParseBuild(file, content)
		if err != nil {
			return err
		}
		folder, err := filepath.Rel(workspace, filepath.Dir(file))
		if folder = filepath.ToSlash(folder); folder == "." {
			folder = ""
		}
		l.add(folder, parsed)
		return err
	})
}

func (l plainLibraries) add(pkg string, file *build.File) {
	l.rules[pkg] = nil
	if pkg == "" {
		l.rules[pkg] = []string{"exports_files([\"pytest.ini\"])\n"}
	}
	for _, rule := range file.Rules("py_library") {
		l.rules[pkg] = append(l.rules[pkg], build.FormatString(rule.Call)+"\n")
		for _, src := range rule.AttrStrings("srcs") {
			l.of[path.Join(pkg, src)] = "//" + pkg + ":" + rule.Name()
		}
	}
}

// test returns the plain py_test of a test file: with the library that it tests, and
// each conftest.py that pytest would load.
func (l plainLibraries) test(test corpus.Test) string {
	deps := []string{l.of[test.Library]}
	for folder := path.Dir(test.Path); folder != "."; folder = path.Dir(folder) {
		if conftest := l.of[path.Join(folder, "conftest.py")]; conftest != "" {
			deps = append(deps, conftest)
		}
	}
	file := path.Base(test.Path)
	return fmt.Sprintf(`py_test(
    name = %q,
    srcs = [%q],
    data = ["//:pytest.ini"],
    deps = ["%s"],
)
`, strings.TrimSuffix(file, ".py"), file, strings.Join(deps, `", "`))
}
