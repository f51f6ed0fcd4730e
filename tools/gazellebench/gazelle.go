package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/bazel-contrib/bazel-gazelle/v2/cmd/gazelle/update"
	"github.com/bazelbuild/bazel-gazelle/language"
	"github.com/rules-xdist/rules_xdist/gazelle_ext"
)

// gazelleRun is what one run of Gazelle took.
type gazelleRun struct {
	wall, cpu time.Duration
	maxBytes  int64
	readBytes int64
	// failed are the errors of a run that ended with some.
	failed []string
}

// actAsGazelle is set for a process that is Gazelle, and names a file for what it read.
const actAsGazelle = "GAZELLEBENCH_IS_GAZELLE"

// asGazelle runs Gazelle with this repository's extension if this process is to be that.
func asGazelle() bool {
	statistics := os.Getenv(actAsGazelle)
	if statistics == "" {
		return false
	}
	workspace, err := os.Getwd()
	if err != nil {
		log.Fatal(err)
	}
	err = update.Run(context.Background(), []language.Language{gazelle_ext.NewLanguage()}, workspace, os.Args[1:])
	if err != nil {
		log.Fatal(err)
	}
	// Where there are no such files, nothing is known of what was read and the memory.
	counters, _ := os.ReadFile("/proc/self/io")
	memory, _ := os.ReadFile("/proc/self/status")
	if err := os.WriteFile(statistics, append(counters, memory...), 0o644); err != nil {
		log.Fatal(err)
	}
	return true
}

// gazelle runs Gazelle over the workspace, in a process of its own.
func gazelle(workspace, profile string) (gazelleRun, error) {
	program, err := os.Executable()
	if err != nil {
		return gazelleRun{}, err
	}
	statistics := filepath.Join(filepath.Dir(workspace), "statistics")
	command := exec.Command(program)
	if profile != "" {
		command.Args = append(command.Args, "-cpuprofile="+profile)
	}
	command.Dir = workspace
	command.Env = append(os.Environ(), actAsGazelle+"="+statistics)
	var output bytes.Buffer
	command.Stdout, command.Stderr = &output, &output
	start := time.Now()
	err = command.Run()
	r := gazelleRun{wall: time.Since(start)}
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		r.failed = strings.Split(strings.TrimSpace(output.String()), "\n")
	} else if err != nil {
		return r, err
	}
	r.cpu = command.ProcessState.UserTime() + command.ProcessState.SystemTime()
	counters, _ := os.ReadFile(statistics)
	r.readBytes = counter(string(counters), "rchar:")
	r.maxBytes = counter(string(counters), "VmHWM:") << 10
	return r, nil
}

// counter returns the number behind name, 0 if there is none.
func counter(counters, name string) int64 {
	var value int64
	if _, rest, ok := strings.Cut(counters, name); ok {
		_, _ = fmt.Sscan(rest, &value)
	}
	return value
}
