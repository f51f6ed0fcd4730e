// Command demo shows the main job on examples/platform: markers in test sources
// become targets, and a sharded test run keeps groups together and serial tests
// alone. It is started by `bazel run //:demo`.
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/rules-xdist/rules_xdist/tools/xdist/workspace"
)

func main() {
	if err := run(os.Getenv("BUILD_WORKSPACE_DIRECTORY")); err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			os.Exit(exit.ExitCode())
		}
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

func run(repository string) error {
	if repository == "" {
		return errors.New("start it by: bazel run //:demo")
	}
	state, err := stateFolder()
	if err != nil {
		return err
	}
	d := demo{workspace: filepath.Join(repository, "examples", "platform")}
	d.bazel, err = workspace.Workspace{Root: repository}.Bazel(workspace.System{Lookup: os.LookupEnv, LookPath: exec.LookPath})
	if err != nil {
		return err
	}
	d.say("1. What the authors of the tests wrote")
	if err := d.run("grep", "-rnE", "--include=test_*.py", `mark\.(xdist_group|serial)`, "tests"); err != nil {
		return err
	}
	d.say("2. Gazelle reads it, without running Python, and writes targets")
	if err := d.run(d.bazel, "run", "//:gazelle"); err != nil {
		return err
	}
	if err := d.run(d.bazel, "query", "--output=label_kind", "tests(//...)"); err != nil {
		return err
	}
	d.say("3. Their shards run: groups in one process, serial tests alone")
	return d.run(d.bazel, "run", "//:xdist", "--",
		"--no-gazelle", "-v", "-n", "2", "--",
		// The suite checks its isolation through files that all of its processes see;
		// without these two flags each test has a /tmp of its own.
		"--test_env=PLATFORM_STATE_DIR="+state, "--sandbox_writable_path="+state)
}

// stateFolder is the same in every run: it is part of the tests' environment, and
// another name would run them all again.
func stateFolder() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache, "rules_xdist", "platform_state")
	return dir, os.MkdirAll(dir, 0o755)
}

// demo runs commands in the example's workspace.
type demo struct{ workspace, bazel string }

func (demo) say(text string) { fmt.Printf("\n=== %s\n", text) }

func (d demo) run(name string, args ...string) error {
	fmt.Printf("$ %s %s\n", filepath.Base(name), strings.Join(args, " "))
	command := exec.Command(name, args...)
	command.Dir = d.workspace
	command.Stdin, command.Stdout, command.Stderr = os.Stdin, os.Stdout, os.Stderr
	return command.Run()
}
