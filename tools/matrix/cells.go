package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/rules-xdist/rules_xdist/internal/bep"
)

// matrix is all versions, in all configurations, of all workspaces.
type matrix struct {
	options
	source source
}

// A cell is one of them and how it went.
type cell struct {
	version       string
	configuration string
	workspace     string
	passed, total int
	failed        []string // labels, and what was wrong with the build
	skipped       bool
}

func (c cell) name() string { return c.version + " " + c.configuration + " " + c.workspace }

func (c cell) ok() bool { return c.skipped || c.total > 0 && len(c.failed) == 0 }

func allPassed(cells []cell) bool {
	for _, c := range cells {
		if !c.ok() {
			return false
		}
	}
	return true
}

func (m matrix) run(ctx context.Context) ([]cell, error) {
	var cells []cell
	for _, version := range m.versions {
		for _, c := range configurations {
			for _, w := range workspaces {
				one := cell{version: version, configuration: c.name, workspace: w.name}
				if !m.only.MatchString(one.name()) {
					continue
				}
				start := time.Now()
				if err := m.runCell(ctx, &one, c, w); err != nil {
					return cells, fmt.Errorf("%s: %w", one.name(), err)
				}
				cells = append(cells, one)
				fmt.Fprintf(os.Stderr, "%s: %s (%.0f s)\n", one.name(), one.result(), time.Since(start).Seconds())
			}
		}
	}
	return cells, nil
}

func (m matrix) runCell(ctx context.Context, one *cell, c configuration, w workspace) error {
	p, err := m.source.prepare(one.version, c, w)
	if errors.Is(err, errNotHere) {
		one.skipped = true
		return nil
	}
	if err != nil {
		return err
	}
	stream := filepath.Join(m.work, "events.json")
	args := []string{
		"--output_base=" + filepath.Join(m.work, "outputs", w.name),
		"--bazelrc=" + p.bazelrc,
		"test", "--keep_going", "--color=no", "--noshow_progress", "--build_event_json_file=" + stream,
	}
	command := exec.CommandContext(ctx, filepath.Join(m.repository, "tools/bazel"), append(append(args, c.flags...), w.patterns...)...)
	command.Dir = p.folder
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	output, err := m.logged(command, one)
	if exit := new(exec.ExitError); err != nil && !errors.As(err, &exit) {
		return err
	}
	return one.read(stream, output, err != nil)
}

// logged runs a command, whose output it keeps and gives back.
func (m matrix) logged(command *exec.Cmd, one *cell) (string, error) {
	log, err := os.Create(filepath.Join(m.work, strings.ReplaceAll(one.name(), " ", "-")+".log"))
	if err != nil {
		return "", err
	}
	defer log.Close()
	var output strings.Builder
	command.Stdout = io.MultiWriter(log, &output)
	command.Stderr = command.Stdout
	err = command.Run()
	return output.String(), err
}

var errorLine = regexp.MustCompile(`(?m)^ERROR: .*$`)

// read takes the cell's results from the event stream, and where that names nothing that
// went wrong, from the output.
func (c *cell) read(stream, output string, failed bool) error {
	file, err := os.Open(stream)
	if err != nil {
		return err
	}
	defer file.Close()
	b, err := bep.Read(file)
	if err != nil {
		return err
	}
	for _, target := range b.Targets {
		c.total++
		if passed(target) {
			c.passed++
		} else {
			c.failed = append(c.failed, target.Label)
		}
	}
	for _, problem := range b.Problems {
		if problem.Kind == bep.Broken {
			c.failed = append(c.failed, problem.Subject+" (not built)")
		}
	}
	if first := errorLine.FindString(output); failed && (len(c.failed) == 0 || c.total == 0) {
		c.failed = append(c.failed, first)
	}
	return nil
}

func passed(target bep.Target) bool {
	for _, shard := range target.Shards {
		if !shard.Passed() {
			return false
		}
	}
	return len(target.Shards) > 0
}
