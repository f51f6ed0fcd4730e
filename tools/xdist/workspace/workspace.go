// Package workspace finds the Bazel workspace that a command is about, the
// Bazel to run there, and the targets that a person means by a path.
//
// It looks at the file system only: it runs nothing, and whether a target
// exists is Bazel's to say.
package workspace

import (
	"bufio"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Variables of the environment that `bazel run` and Bazelisk set.
const (
	rootVariable  = "BUILD_WORKSPACE_DIRECTORY"
	dirVariable   = "BUILD_WORKING_DIRECTORY"
	bazelVariable = "BAZEL_REAL"
)

// wrapper is where Bazelisk looks for a workspace's own entry script.
const wrapper = "tools/bazel"

// markers are the files that make a folder the root of a workspace.
var markers = []string{"MODULE.bazel", "REPO.bazel", "WORKSPACE.bazel", "WORKSPACE"}

// System is what a workspace is found by. Lookup finds a variable of the
// environment, LookPath a program on the PATH.
type System struct {
	Lookup   func(variable string) (string, bool)
	LookPath func(program string) (string, error)
	Dir      string // the current folder
}

// Workspace is a workspace and the folder in it from which paths are given.
type Workspace struct {
	Root, Dir string
}

// Find finds the workspace that `bazel run` was called in, or else that of the
// current folder.
func Find(s System) (Workspace, error) {
	if root, ok := s.Lookup(rootVariable); ok {
		w := Workspace{Root: root, Dir: root}
		if dir, ok := s.Lookup(dirVariable); ok {
			w.Dir = dir
		}
		return w, nil
	}
	for root := s.Dir; ; root = filepath.Dir(root) {
		if hasAny(root, markers) {
			return Workspace{Root: root, Dir: s.Dir}, nil
		}
		if root == filepath.Dir(root) {
			return Workspace{}, fmt.Errorf("%s: not in a Bazel workspace: neither it nor a folder above has a %s", s.Dir, markers[0])
		}
	}
}

// Bazel finds the program to run in the workspace. The workspace's own entry
// script goes before what is on the PATH, as under Bazelisk.
func (w Workspace) Bazel(s System) (string, error) {
	if real, ok := s.Lookup(bazelVariable); ok && real != "" {
		return real, nil
	}
	script := filepath.Join(w.Root, wrapper)
	if info, err := os.Stat(script); err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0 {
		return script, nil
	}
	for _, program := range []string{"bazel", "bazelisk"} {
		if path, err := s.LookPath(program); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("%s: no Bazel: it has no executable %s, and neither bazel nor bazelisk is on the PATH; install Bazelisk, or name a Bazel by %s", w.Root, wrapper, bazelVariable)
}

// Invisible lists the entries of the root in which Bazel sees no package: what
// .bazelignore names, and the links to Bazel's own output.
func (w Workspace) Invisible() ([]string, error) {
	entries, err := os.ReadDir(w.Root)
	if err != nil {
		return nil, err
	}
	var invisible []string
	for _, entry := range entries {
		if entry.Type()&fs.ModeSymlink != 0 && strings.HasPrefix(entry.Name(), "bazel-") {
			invisible = append(invisible, entry.Name())
		}
	}
	ignored, err := os.Open(filepath.Join(w.Root, ".bazelignore"))
	if os.IsNotExist(err) {
		return invisible, nil
	}
	if err != nil {
		return nil, err
	}
	defer ignored.Close()
	lines := bufio.NewScanner(ignored)
	for lines.Scan() {
		if line := strings.TrimSpace(lines.Text()); line != "" && !strings.HasPrefix(line, "#") {
			invisible = append(invisible, line)
		}
	}
	return invisible, lines.Err()
}

// Environ returns the environment without what `bazel run` tells a program
// about itself: a Bazel or another program started from here would take it for
// its own.
func Environ(environ []string) []string {
	private := map[string]bool{
		rootVariable: true, dirVariable: true, "BUILD_EXECROOT": true, "BUILD_ID": true,
		"RUNFILES_DIR": true, "RUNFILES_MANIFEST_FILE": true, "RUNFILES_MANIFEST_ONLY": true,
		"JAVA_RUNFILES": true, "PYTHON_RUNFILES": true,
	}
	var kept []string
	for _, entry := range environ {
		if name, _, _ := strings.Cut(entry, "="); !private[name] {
			kept = append(kept, entry)
		}
	}
	return kept
}

func hasAny(folder string, names []string) bool {
	for _, name := range names {
		if info, err := os.Stat(filepath.Join(folder, name)); err == nil && info.Mode().IsRegular() {
			return true
		}
	}
	return false
}
