// Command realsuite runs a real library's test suite through rules_xdist and
// compares it with plain pytest: every node id exactly once, with the same outcome.
//
//	bazel run //tools/realsuite -- networkx
//
// The library is one that is installed beside pytest and ships its tests. It is
// copied into a scratch workspace, where Gazelle writes the targets and Bazel runs
// them with two workers; the times of both are printed. With -startup it is only measured
// what a shard costs before and after its tests, on some of the targets. With -cluster the
// targets also run on a cluster.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"time"

	"github.com/rules-xdist/rules_xdist/internal/durations"
	"github.com/rules-xdist/rules_xdist/internal/outcomes"
	"github.com/rules-xdist/rules_xdist/tools/internal/scratch"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "realsuite:", err)
		os.Exit(1)
	}
}

// options are those of the command line.
type options struct {
	unpack, cluster string
	startup         bool
	library         string
}

func parse(args []string) (options, error) {
	var o options
	flags := flag.NewFlagSet("realsuite", flag.ContinueOnError)
	flags.StringVar(&o.unpack, "unpack", "", "only make the scratch workspace, in this folder, which is emptied first")
	flags.StringVar(&o.cluster, "cluster", "", "compare this machine with a cluster, by the `file` that buildbarn --bazelrc has written")
	flags.BoolVar(&o.startup, "startup", false, "only measure what a shard costs beyond pytest")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if flags.NArg() != 1 {
		return o, errors.New("start it by: bazel run //tools/realsuite -- [--startup] [--cluster=FILE] [--unpack=DIR] PYTHON_PACKAGE")
	}
	o.library = flags.Arg(0)
	return o, nil
}

func run(ctx context.Context, args []string) error {
	options, err := parse(args)
	if err != nil {
		return err
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return err
	}
	w, err := scratch.Open(cmp.Or(options.unpack, filepath.Join(cache, "rules_xdist", "realsuite", options.library)))
	if err != nil {
		return err
	}
	s := suite{name: options.library, Workspace: w}
	if err := s.prepare(ctx); err != nil || options.unpack != "" {
		return err
	}
	switch {
	case options.startup:
		return s.measureStart(ctx)
	case options.cluster != "":
		return s.runOnCluster(ctx, options.cluster)
	}
	return s.run(ctx)
}

// run runs the suite by pytest and, with the targets of two plans, by Bazel.
func (s suite) run(ctx context.Context) error {
	plain, times, err := s.runPlain(ctx)
	if err != nil {
		return err
	}
	counted, err := s.runCold(ctx, "targets by the number of tests")
	if err != nil {
		return err
	}
	if err := plain.Durations().Write(filepath.Join(s.Folder, durations.File)); err != nil {
		return err
	}
	recorded, err := s.runCold(ctx, "targets by recorded durations")
	if err != nil {
		return err
	}
	more, err := s.runAgain(ctx, recorded)
	if err != nil {
		return err
	}
	printTimes(append(append(times, counted.timing, recorded.timing), more...))
	fmt.Printf("\nby the number of tests, %s\nby recorded durations, %s\n", counted.edits, recorded.edits)
	return errors.Join(report(outcomes.Compare(plain, counted.tests), len(plain)), report(outcomes.Compare(plain, recorded.tests), len(plain)))
}

// timing is how long a step took.
type timing struct {
	what  string
	took  time.Duration
	extra string
}

func printTimes(times []timing) {
	// The second is pytest's run with two workers.
	peer := times[1]
	fmt.Printf("\nwall time, two workers, and its ratio to that of %s:\n", peer.what)
	for _, t := range times {
		fmt.Printf("  %-60s %6.1f s  %5.2f  %s\n", t.what, t.took.Seconds(), t.took.Seconds()/peer.took.Seconds(), t.extra)
	}
}

// report prints the differences and is an error when there are any.
func report(found []outcomes.Difference, total int) error {
	for _, d := range found {
		fmt.Println(d)
	}
	if len(found) > 0 {
		return fmt.Errorf("%d differences in %d tests", len(found), total)
	}
	fmt.Printf("\n%d tests: 0 lost, 0 doubled, each with the outcome that plain pytest gives\n", total)
	return nil
}
