// Command scandiff holds the scanner against pytest, over the test suites of real
// libraries: which tests there are, and which part each of them is in.
//
//	bazel run //tools/scandiff -- [--list] [SUITE ...]
//
// The suites come out of Debian's packages, which are unpacked into a cache folder
// and collected by the Python and pytest of the private root. Marks are added to a
// copy of each first, as real suites hardly have those of pytest-xdist. Every
// difference is sorted into a kind by facts of the running interpreter; it is an
// error if there is one of no kind that only running can tell.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "scandiff:", err)
		os.Exit(1)
	}
}

// options are what a person asks for.
type options struct {
	list, updateDocs bool
	suites           []suite
}

func parse(args []string) (options, error) {
	var o options
	flags := flag.NewFlagSet("scandiff", flag.ContinueOnError)
	flags.Usage = func() {
		fmt.Fprintf(flags.Output(), "scandiff [FLAG ...] [SUITE ...]\nsuites: %s (default: all)\n", strings.Join(suiteNames(), ", "))
		flags.PrintDefaults()
	}
	flags.BoolVar(&o.list, "list", false, "print each difference, with its kind")
	flags.BoolVar(&o.updateDocs, "update-docs", false, "write the tables to "+docsFile+" (all suites only)")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	for _, name := range flags.Args() {
		i := slices.IndexFunc(suites, func(s suite) bool { return s.name == name })
		if i < 0 {
			return o, fmt.Errorf("suite %q: unknown; one of %s", name, strings.Join(suiteNames(), ", "))
		}
		o.suites = append(o.suites, suites[i])
	}
	if len(o.suites) == 0 {
		o.suites = suites
	} else if o.updateDocs {
		return o, errors.New("--update-docs: takes no suites: the tables are of all")
	}
	return o, nil
}

func run(ctx context.Context, args []string) error {
	o, err := parse(args)
	if err != nil {
		return err
	}
	repository, err := repositoryRoot()
	if err != nil {
		return err
	}
	library, err := openLibrary(ctx, repository)
	if err != nil {
		return err
	}
	syntax, err := compareSyntax(ctx, library)
	if err != nil {
		return err
	}
	results, err := compareAll(ctx, library, o.suites)
	if err != nil {
		return err
	}
	if o.list {
		printDifferences(os.Stdout, results)
	}
	fmt.Print(summaryTable(results), "\n", kindTable(results), "\n", syntax)
	if o.updateDocs {
		if err := updateDocs(filepath.Join(repository, docsFile), results, syntax); err != nil {
			return err
		}
	}
	return errors.Join(unexplained(results), syntax.err())
}

// repositoryRoot returns the folder that holds go.mod.
func repositoryRoot() (string, error) {
	if root := os.Getenv("BUILD_WORKSPACE_DIRECTORY"); root != "" {
		return root, nil
	}
	folder, err := os.Getwd()
	for err == nil {
		if _, missing := os.Stat(filepath.Join(folder, "go.mod")); missing == nil {
			return folder, nil
		}
		if folder == filepath.Dir(folder) {
			err = errors.New("start it by: bazel run //tools/scandiff, or by go run within the repository")
		}
		folder = filepath.Dir(folder)
	}
	return "", err
}

// compareAll compares the suites, as many at once as there are cores.
func compareAll(ctx context.Context, l library, wanted []suite) ([]result, error) {
	results := make([]result, len(wanted))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, s := range wanted {
		group.Go(func() error {
			start := time.Now()
			work := workspace{library: l, suite: s, folder: filepath.Join(l.folder, "work", s.name)}
			found, err := work.compare(ctx)
			if err != nil {
				return fmt.Errorf("suite %s: %w", s.name, err)
			}
			results[i] = found
			fmt.Fprintf(os.Stderr, "scandiff: %s: %d tests in %.1f s\n", s.name, found.tests, time.Since(start).Seconds())
			return nil
		})
	}
	return results, group.Wait()
}

// unexplained is an error if some difference is of no kind.
func unexplained(results []result) error {
	var lines []string
	for _, r := range results {
		for _, d := range r.differences {
			if d.kind == nil {
				lines = append(lines, d.String())
			}
		}
	}
	if len(lines) == 0 {
		return nil
	}
	return fmt.Errorf("%d differences that the source could have told:\n%s", len(lines), strings.Join(lines, "\n"))
}
