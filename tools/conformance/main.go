// Command conformance runs small test suites of the kinds that other people have, once
// without Bazel and once by the targets that Gazelle writes, and compares: each test once,
// under the same node id, with the same outcome.
//
//	bazel run //tools/conformance -- [--list] [FOLDER ...]
//
// The suites are the corpus, in testdata: a folder is one of its parts (python), or a suite
// of it (python/hook). Deviations that are meant are listed in deviations.toml with their
// reasons; any other is an error, and so is one in the list that is none any more.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "conformance:", err)
		os.Exit(1)
	}
}

// options are those of the command line.
type options struct {
	list    bool
	folders []string
}

func parse(args []string) (options, error) {
	var o options
	flags := flag.NewFlagSet("conformance", flag.ContinueOnError)
	flags.Usage = func() {
		fmt.Fprintln(flags.Output(), "conformance [FLAG ...] [FOLDER ...]\nfolders: of "+corpusFolder+" (default: all)")
		flags.PrintDefaults()
	}
	flags.BoolVar(&o.list, "list", false, "print each deviation, also those that are known")
	err := flags.Parse(args)
	o.folders = flags.Args()
	return o, err
}

func run(ctx context.Context, args []string) error {
	o, err := parse(args)
	if err != nil {
		return err
	}
	b, err := openBench()
	if err != nil {
		return err
	}
	defer b.close()
	fmt.Println("conformance: Bazel's output is in", b.log.Name())
	known, err := readDeviations(b.path(deviationsFile))
	if err != nil {
		return err
	}
	all, err := b.corpus().parts()
	if err != nil {
		return err
	}
	if errs := known.check(b.Repository, all); len(errs) > 0 {
		return fmt.Errorf("%s: %w", deviationsFile, errors.Join(errs...))
	}
	selected, err := choose(all, o.folders)
	if err != nil {
		return err
	}
	var results []result
	for _, p := range selected {
		r, err := b.compare(ctx, p)
		if err != nil {
			return fmt.Errorf("part %s: %w", p.name, err)
		}
		known.divide(&r)
		r.print(os.Stdout, o.list)
		results = append(results, r)
	}
	fmt.Print("\n", table(results))
	return errors.Join(unexplained(results), known.unused(results))
}
