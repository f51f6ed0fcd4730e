// Command launch is `bazel run //tools/buildbarn`: it has Go build the cluster, a Go module of
// its own, and becomes it. So what the cluster is made of never enters Bazel's module graph,
// and nobody who only uses the rules downloads it.
package main

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "buildbarn: start it by: bazel run @rules_xdist//tools/buildbarn")
		os.Exit(2)
	}
	fmt.Fprintln(os.Stderr, "buildbarn:", launch(os.Args[1], os.Args[2:]))
	os.Exit(1)
}

// launch builds the module of a go.mod among the runfiles; it returns only what went wrong.
func launch(runfile string, args []string) error {
	if err := supports(runtime.GOOS); err != nil {
		return err
	}
	module, err := folderOf(runfile)
	if err != nil {
		return err
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return err
	}
	// Of each checkout its own: one must not start what another has just built.
	checkout := fmt.Sprintf("%x", sha256.Sum256([]byte(module)))[:12]
	programs := filepath.Join(cache, "rules_xdist", "buildbarn_bin", checkout)
	if err := build(module, programs); err != nil {
		return err
	}
	// Relative paths in arguments are the person's.
	if dir := os.Getenv("BUILD_WORKING_DIRECTORY"); dir != "" {
		if err := os.Chdir(dir); err != nil {
			return err
		}
	}
	return syscall.Exec(filepath.Join(programs, "buildbarn"), append([]string{"buildbarn"}, args...), os.Environ())
}

// supports says what else to do on a system that has no cluster, before Go fails to build one.
func supports(system string) error {
	if system == "linux" {
		return nil
	}
	return fmt.Errorf("the cluster needs Linux, not %s: start it on a Linux machine, with --listen and the flags of TLS, "+
		"and give Bazel its address by --remote_executor (docs/platforms.md)", system)
}

// folderOf is where a runfile really is: Bazel starts this in a tree of links, in the folder
// of the main repository.
func folderOf(runfile string) (string, error) {
	file, err := filepath.EvalSymlinks(filepath.Join("..", runfile))
	if err != nil {
		return "", err
	}
	file, err = filepath.Abs(file)
	return filepath.Dir(file), err
}

// build puts the server into a folder, and what starts its sandboxes.
func build(module, dir string) error {
	command := exec.Command("go", "build", "-o", dir+"/", ".", "./sandboxinit")
	command.Dir = module
	command.Env = append(os.Environ(), "CGO_ENABLED=0", "GOWORK=off", "GOFLAGS=-mod=readonly")
	command.Stdout, command.Stderr = os.Stderr, os.Stderr
	err := command.Run()
	if errors.Is(err, exec.ErrNotFound) {
		return errors.New("go: command not found: the cluster is built by the Go on the PATH")
	}
	return err
}
