// Package process runs Gazelle in processes of their own, of the very program that
// measures, and says what each of them took.
package process

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/bazel-contrib/bazel-gazelle/v2/cmd/gazelle/update"
	"github.com/bazelbuild/bazel-gazelle/language"
	"github.com/rules-xdist/rules_xdist/gazelle_ext"
)

// Run is what one run of Gazelle took.
type Run struct {
	Wall, CPU time.Duration
	MaxBytes  int64
	ReadBytes int64
	// Failed are the errors of a run that ended with some.
	Failed []string
}

const (
	// actAsGazelle is set for a process that is Gazelle, and names a file for what it read.
	actAsGazelle = "GAZELLEBENCH_IS_GAZELLE"
	// onlyWalks is set for one that has no extension.
	onlyWalks = "GAZELLEBENCH_ONLY_WALKS"
)

// idle is an extension that makes nothing: Gazelle has to have one.
type idle struct{ language.BaseLang }

func (*idle) Name() string { return "idle" }

func languages() []language.Language {
	if os.Getenv(onlyWalks) != "" {
		return []language.Language{&idle{}}
	}
	return []language.Language{gazelle_ext.NewLanguage()}
}

// Act runs Gazelle if this process is to be that.
func Act() bool {
	statistics := os.Getenv(actAsGazelle)
	if statistics == "" {
		return false
	}
	workspace, err := os.Getwd()
	if err != nil {
		log.Fatal(err)
	}
	err = update.Run(context.Background(), languages(), workspace, os.Args[1:])
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

// Gazelle runs Gazelle with this repository's extension over the workspace. A profile is
// written to the file of that name.
func Gazelle(workspace, profile string) (Run, error) {
	if profile == "" {
		return run(workspace, nil)
	}
	return run(workspace, nil, "-cpuprofile="+profile)
}

// Walk runs Gazelle without extensions: it reads the folders and BUILD files of the
// workspace, and nothing else.
func Walk(workspace string) (Run, error) {
	return run(workspace, []string{onlyWalks + "=1"})
}

func run(workspace string, environment []string, args ...string) (Run, error) {
	program, err := os.Executable()
	if err != nil {
		return Run{}, err
	}
	statistics := filepath.Join(filepath.Dir(workspace), "statistics")
	command := exec.Command(program, args...)
	command.Dir = workspace
	command.Env = slices.Concat(os.Environ(), environment, []string{actAsGazelle + "=" + statistics})
	var output bytes.Buffer
	command.Stdout, command.Stderr = &output, &output
	start := time.Now()
	err = command.Run()
	r := Run{Wall: time.Since(start)}
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		r.Failed = strings.Split(strings.TrimSpace(output.String()), "\n")
	} else if err != nil {
		return r, err
	}
	r.CPU = command.ProcessState.UserTime() + command.ProcessState.SystemTime()
	counters, _ := os.ReadFile(statistics)
	r.ReadBytes = counter(string(counters), "rchar:")
	r.MaxBytes = counter(string(counters), "VmHWM:") << 10
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
