// Package command is xdist's command line: it reads flags, and strings together
// Gazelle, Bazel, the build event stream and the summary.
//
// What is decided on the way is decided elsewhere, by packages that run
// nothing; and the machine is reached through System alone.
package command

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/rules-xdist/rules_xdist/internal/durations"
	"github.com/rules-xdist/rules_xdist/tools/xdist/invocation"
	"github.com/rules-xdist/rules_xdist/tools/xdist/process"
)

// System is the machine and the surroundings that the command is started in.
type System struct {
	Dir            string   // the current folder
	Environ        []string // as of os.Environ
	Stdout, Stderr io.Writer
	Colour         bool // of Stdout
	LookPath       func(program string) (string, error)
	Plugin         func() (string, error) // finds the pytest plugin's collect.py
	Runner         process.Runner
}

// Run runs the command with the arguments and returns its exit code.
func Run(ctx context.Context, system System, args []string) int {
	root := rootCommand(system)
	root.SetArgs(args)
	root.SetOut(system.Stdout)
	root.SetErr(system.Stderr)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return codeSuccess
	}
	if message := err.Error(); message != "" {
		fmt.Fprintln(system.Stderr, "xdist: "+message)
	}
	var e *exit
	if errors.As(err, &e) {
		return e.code
	}
	return codeUsage // found by cobra
}

func rootCommand(system System) *cobra.Command {
	var request testRequest
	c := &cobra.Command{
		Use:   "xdist [paths...] [-- BAZEL_FLAGS...]",
		Short: "Runs pytest suites as Bazel tests, with pytest-xdist's own flags",
		Long: `xdist regenerates the test targets, runs those of the given files and folders
(all, when none is given) by "bazel test", and prints a summary as pytest does.
What stands after -- goes to Bazel as it is.

` + exitTable(),
		Example: `  xdist -n 4 tests/unit
  xdist --dist loadfile -m "unit and not slow"
  xdist tests/unit/test_ledger.py -- --config=remote`,
		Args:          cobra.ArbitraryArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE: func(c *cobra.Command, args []string) error {
			request.paths = args
			if dash := c.ArgsLenAtDash(); dash >= 0 {
				request.paths, request.options.Bazel = args[:dash], args[dash:]
			}
			return request.run(c.Context(), system)
		},
	}
	c.CompletionOptions.DisableDefaultCmd = true
	flags := c.Flags()
	flags.SortFlags = false
	flags.StringVarP(&request.options.Processes, "numprocesses", "n", invocation.Auto, "tests that run at a time: a `number`, 0 for no distribution, or auto for as many as there are CPUs, or as "+invocation.AutoVariable+" says")
	flags.StringVar(&request.options.Dist, "dist", "", "distribution `mode` for all targets, instead of each one's own: load, loadscope, loadfile, loadgroup or no")
	flags.BoolVar(&request.options.Boxed, "boxed", false, "run each pytest test in a process of its own, in all targets")
	flags.BoolVar(&request.options.Boxed, "forked", false, "the same as --boxed, as of pytest-forked")
	flags.StringVarP(&request.options.Marks, "markexpr", "m", "", "run only the tests whose marks match the `expression`, as in \"unit and not slow\"; by tags, so for serial and split markers")
	flags.BoolVar(&request.storeDurations, "store-durations", false, "write how long the tests took to "+durations.File+", for Gazelle")
	flags.BoolVarP(&request.verbose, "verbose", "v", false, "list in the summary which shard ran what")
	flags.StringVar(&request.gazelle, "gazelle", "//:gazelle", "`label` of the target that regenerates the test targets")
	flags.BoolVar(&request.noGazelle, "no-gazelle", false, "leave the test targets as they are")
	c.AddCommand(verifyCommand(system))
	return c
}

func verifyCommand(system System) *cobra.Command {
	var request verifyRequest
	c := &cobra.Command{
		Use:   "verify [-- BAZEL_FLAGS...]",
		Short: "Compares the test targets with what a plain pytest collects",
		Long: `verify has each target collect its tests in its own runfiles, and a plain pytest
those of each test root in the source tree, marks added by hooks included. It names
each test that is in no target, in more than one, in a target but not in pytest's
collection, in a group that several targets share, or serial in targets that run
nothing serial.

` + exitTable(),
		Example: `  xdist verify -- --config=remote`,
		Args:    cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error {
			if dash := c.ArgsLenAtDash(); dash != 0 && len(args) > 0 {
				return usage(fmt.Errorf("verify: %s: takes no files, since only all of them show what is lost; flags for Bazel stand after --", args[0]))
			}
			request.bazel = args
			return request.run(c.Context(), system)
		},
	}
	c.Flags().StringVar(&request.python, "python", "", "Python `interpreter` that has pytest and what the tests import (default: that of the targets, with what they depend on)")
	return c
}
