package main

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// registry asks the registry for a version of rules_python, in a copy of the repository
// whose MODULE.bazel files name it.
type registry struct{ options }

func (s registry) prepare(version string, c configuration, w workspace) (prepared, error) {
	if c.eight {
		return prepared{}, errNotHere // Bazelisk brings a real one: USE_BAZEL_VERSION=8.x.
	}
	into := filepath.Join(s.work, "repositories", version)
	list := exec.Command("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	list.Dir = s.repository
	names, err := list.Output()
	if err != nil {
		return prepared{}, fmt.Errorf("git ls-files: %w", err)
	}
	for name := range strings.SplitSeq(strings.TrimSuffix(string(names), "\x00"), "\x00") {
		if err := copyForVersion(s.repository, into, name, version); err != nil {
			return prepared{}, err
		}
	}
	bazelrc := filepath.Join(into, "matrix.bazelrc")
	return prepared{filepath.Join(into, w.folder), bazelrc}, write(bazelrc, nil, 0o644)
}

func copyForVersion(from, into, name, version string) error {
	source, target := filepath.Join(from, name), filepath.Join(into, name)
	if filepath.Base(name) != moduleFile {
		err := copyFile(source, target, strings.NewReplacer())
		if os.IsNotExist(err) {
			return nil // It is deleted, and not yet committed.
		}
		return err
	}
	text, err := os.ReadFile(source)
	if err != nil {
		return err
	}
	return write(target, []byte(withVersion(string(text), version)), fs.FileMode(0o644))
}

var rulesPythonDep = regexp.MustCompile(`(bazel_dep\(name = "rules_python", version = )"[^"]*"`)

func withVersion(text, version string) string {
	return rulesPythonDep.ReplaceAllString(text, fmt.Sprintf("${1}%q", version))
}
