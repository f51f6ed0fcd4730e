// Command matrix runs the tests of this repository and of its example with the modules
// that users have: each version of rules_python, as the Bazels of today and of tomorrow
// have it. It prints a table.
//
//	go run ./tools/matrix -modules DIR [-rules_python VERSION,...] [-only REGEXP]
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "matrix:", err)
		os.Exit(1)
	}
}

// options are those of the command line.
type options struct {
	repository, modules, work string
	versions                  []string
	only                      *regexp.Regexp
}

func parse(args []string) (options, error) {
	var o options
	flags := flag.NewFlagSet("matrix", flag.ContinueOnError)
	flags.StringVar(&o.repository, "repository", ".", "this repository")
	flags.StringVar(&o.modules, "modules", "", "the folder of module checkouts, `DIR`/NAME@VERSION; without it the registry is asked")
	flags.StringVar(&o.work, "work", "", "where Bazel's outputs and changed copies of modules are kept (default: in the user's cache)")
	versions := flags.String("rules_python", "", "the `VERSIONS` of rules_python, by commas (default: all checkouts)")
	only := flags.String("only", "", "the cells whose \"VERSION CONFIGURATION WORKSPACE\" matches the `REGEXP`")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	var err error
	o.versions = strings.FieldsFunc(*versions, func(r rune) bool { return r == ',' })
	if o.only, err = regexp.Compile(*only); err != nil {
		return o, fmt.Errorf("-only: %w", err)
	}
	if o.modules == "" && len(o.versions) == 0 {
		return o, errors.New("-rules_python: must name the versions to ask the registry for, or -modules a folder of checkouts")
	}
	return o, o.resolve()
}

// resolve makes the folders absolute.
func (o *options) resolve() error {
	if o.work == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			return err
		}
		o.work = filepath.Join(cache, "rules_xdist", "matrix")
	}
	for _, folder := range []*string{&o.repository, &o.modules, &o.work} {
		if *folder == "" {
			continue
		}
		absolute, err := filepath.Abs(*folder)
		if err != nil {
			return err
		}
		*folder = absolute
	}
	return os.MkdirAll(o.work, 0o755)
}

// bazelVersion is what `bazel --version` says, such as 7.7.1.
func bazelVersion(ctx context.Context, repository string) (string, error) {
	command := exec.CommandContext(ctx, filepath.Join(repository, "tools/bazel"), "--version")
	command.Dir = repository
	output, err := command.Output()
	if err != nil {
		return "", fmt.Errorf("tools/bazel --version: %w", err)
	}
	_, version, _ := strings.Cut(strings.TrimSpace(string(output)), " ")
	version, _, _ = strings.Cut(version, " ")
	return version, nil
}

func run(ctx context.Context, args []string) error {
	o, err := parse(args)
	if err != nil {
		return err
	}
	m := matrix{options: o, source: registry{o}}
	if o.modules != "" {
		found, err := findCheckouts(o.modules)
		if err != nil {
			return err
		}
		bazel, err := bazelVersion(ctx, o.repository)
		if err != nil {
			return err
		}
		m.source = checkouts{options: o, found: found, bazel: bazel}
		if len(o.versions) == 0 {
			m.versions = found.versions(rulesPython)
		}
	}
	cells, err := m.run(ctx)
	fmt.Print(table(cells))
	if err == nil && !allPassed(cells) {
		err = errors.New("not all passed")
	}
	return err
}
