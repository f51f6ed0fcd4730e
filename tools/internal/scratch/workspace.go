// Package scratch makes Bazel workspaces outside of this repository that use its rules,
// and runs Bazel in them.
//
// It knows nothing of what is tested there: sources and BUILD files are its users'.
package scratch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/rules-xdist/rules_xdist/internal/bep"
	"github.com/rules-xdist/rules_xdist/tools/xdist/workspace"
)

// Workspace is a folder that Bazel runs in.
type Workspace struct {
	Folder     string
	Repository string // this repository
	Bazel      string // the program
	// Startup are Bazel's options before the command.
	Startup []string
	Log     io.Writer // what Bazel says
}

// Open returns a workspace in the folder, for a program that Bazel itself has started in
// this repository by `bazel run`. Nothing is written.
func Open(folder string) (Workspace, error) {
	repository := os.Getenv("BUILD_WORKSPACE_DIRECTORY")
	if repository == "" {
		return Workspace{}, errors.New("BUILD_WORKSPACE_DIRECTORY: not set; start the program by `bazel run`")
	}
	program, err := workspace.Workspace{Root: repository}.Bazel(workspace.System{Lookup: os.LookupEnv, LookPath: exec.LookPath})
	return Workspace{Folder: folder, Repository: repository, Bazel: program, Log: os.Stderr}, err
}

const moduleFile = `module(name = %q)

bazel_dep(name = "rules_xdist", version = "0.1.0")
local_path_override(
    module_name = "rules_xdist",
    path = %q,
)

bazel_dep(name = "gazelle", version = "0.54.0")
bazel_dep(name = "rules_go", version = "0.62.0")
bazel_dep(name = "rules_python", version = "1.9.0")

# The machine's python3, which has pytest.
register_toolchains("@rules_python//python/runtime_env_toolchains:all")
`

// ModuleFile is the text of a MODULE.bazel that takes the rules from this repository.
func (w Workspace) ModuleFile(name string) string {
	return fmt.Sprintf(moduleFile, name, w.Repository)
}

// GazelleTarget is the text of the top of a root BUILD.bazel: //:gazelle, with the named
// languages, which are an expression, and this repository's extension.
func GazelleTarget(languages string) string {
	return `load("@gazelle//:def.bzl", "DEFAULT_LANGUAGES", "gazelle", "gazelle_binary")

gazelle(
    name = "gazelle",
    gazelle = ":gazelle_binary",
)

gazelle_binary(
    name = "gazelle_binary",
    languages = ` + languages + ` + ["@rules_xdist//gazelle_ext"],
)
`
}

// Bazelrc is the text of the .bazelrc that all workspaces need.
func (w Workspace) Bazelrc() string {
	flags := "common --incompatible_strict_action_env\n"
	if strings.HasPrefix(w.Repository, "/tmp/") {
		// Bazel's sandbox hides /tmp, unless the workspace itself is there.
		flags += "common --sandbox_add_mount_pair=" + w.Repository + "\n"
	}
	return flags
}

// Empty removes all that is in the folder, but not the folder: with it, Bazel's server for
// it would go.
func (w Workspace) Empty() error {
	entries, err := os.ReadDir(w.Folder)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	for _, entry := range entries {
		err = errors.Join(err, os.RemoveAll(filepath.Join(w.Folder, entry.Name())))
	}
	return err
}

// Write writes files, given by their paths in the workspace.
func (w Workspace) Write(files map[string]string) error {
	for name, content := range files {
		path := filepath.Join(w.Folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// Result is one finished command of Bazel.
type Result struct {
	Code  int
	Took  time.Duration
	Build bep.Build
}

// Run runs a command of Bazel and reads its event stream. Exit codes are for the caller to
// judge; it is an error if Bazel cannot be started or its events cannot be read.
func (w Workspace) Run(ctx context.Context, command string, args ...string) (Result, error) {
	events := filepath.Join(w.Folder, "events.json")
	if err := os.RemoveAll(events); err != nil {
		return Result{}, err
	}
	args = slices.Concat(w.Startup, []string{command, "--build_event_json_file=" + events, "--nobuild_event_json_file_path_conversion"}, args)
	process := exec.CommandContext(ctx, w.Bazel, args...)
	process.Dir = w.Folder
	process.Stdout, process.Stderr = w.Log, w.Log
	start := time.Now()
	err := process.Run()
	r := Result{Took: time.Since(start)}
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return r, fmt.Errorf("bazel %s: %w", command, err)
	}
	r.Code = process.ProcessState.ExitCode()
	r.Build, err = readEvents(events)
	return r, err
}

// readEvents reads what Bazel told of a build, if it came to one.
func readEvents(path string) (bep.Build, error) {
	file, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return bep.Build{}, nil
	}
	if err != nil {
		return bep.Build{}, err
	}
	defer file.Close()
	return bep.Read(file)
}
