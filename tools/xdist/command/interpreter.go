package command

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

// location is a file or folder of a repository, the workspace's being "", or of the
// machine that a test ran on.
type location struct {
	Repository *string `json:"repository"`
	Path       string  `json:"path"`
}

// interpreter is a Python, and where else it is to look for modules.
type interpreter struct {
	program string
	path    []string
}

// repositories are where the files of Bazel's repositories are on this machine.
type repositories struct {
	workspace, external string
}

// repositories asks Bazel.
func (s *session) repositories(ctx context.Context) (repositories, error) {
	base, err := s.bazelOutput(ctx, "info", "output_base")
	if err != nil || len(base) != 1 {
		return repositories{}, err
	}
	return repositories{s.workspace.Root, filepath.Join(base[0], "external")}, nil
}

// find returns the location's path on this machine, or "" if there is no such file.
func (r repositories) find(at location) string {
	path := at.Path
	switch {
	case at.Repository == nil:
	case *at.Repository == "":
		path = filepath.Join(r.workspace, path)
	default:
		path = filepath.Join(r.external, *at.Repository, path)
	}
	if _, err := os.Stat(path); err != nil || path == "" {
		return ""
	}
	return path
}

// interpreterOf returns the Python of the targets with all that any of them can import,
// from the sources instead of runfiles. Of several Pythons, it is that of the first
// target, by label.
func (r repositories) interpreterOf(targets map[string]targetCollection) interpreter {
	var python interpreter
	for _, label := range slices.Sorted(maps.Keys(targets)) {
		target := targets[label]
		program := r.find(target.Python)
		if python.program == "" {
			python.program = program
		}
		if program != python.program {
			continue
		}
		for _, entry := range target.Path {
			if folder := r.find(entry); folder != "" && !slices.Contains(python.path, folder) {
				python.path = append(python.path, folder)
			}
		}
	}
	return python
}
