package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/buildbarn/bb-storage/pkg/program"
	"github.com/spf13/cobra"

	"github.com/rules-xdist/rules_xdist/tools/buildbarn/cluster"
	"github.com/rules-xdist/rules_xdist/tools/buildbarn/toolchain"
	"github.com/rules-xdist/rules_xdist/tools/buildbarn/worker"
)

// Exit codes.
const (
	exitFailure = 1
	exitUsage   = 2
)

func newServe() *cobra.Command {
	var options serveOptions
	command := &cobra.Command{
		Use:           "buildbarn",
		Short:         "Run a remote execution cluster for Bazel on this machine",
		Args:          cobra.NoArgs,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE: func(command *cobra.Command, _ []string) error {
			checked, err := options.check()
			if err != nil {
				return usageError{err}
			}
			return runUntilSignal(command.Context(), options.hostOptions, func(_ context.Context, siblings, dependencies program.Group) error {
				return options.serve(checked, siblings, dependencies)
			})
		},
	}
	options.register(command.Flags())
	return command
}

// runUntilSignal owns the folder and runs a routine until SIGTERM or SIGINT. The workers
// then finish what they are at; a second signal ends the process at once.
func runUntilSignal(ctx context.Context, options hostOptions, routine program.Routine) error {
	unlock, err := options.own()
	if err != nil {
		return err
	}
	defer unlock()
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	err = program.RunLocal(ctx, routine)
	slog.Info("ended")
	return err
}

// serve starts everything; it returns as soon as the cluster is ready.
func (o serveOptions) serve(checked served, siblings, dependencies program.Group) error {
	listen, err := cluster.Concrete(o.listen)
	if err != nil {
		return err
	}
	composed, err := cluster.New(o.dir, checked.cacheBytes, checked.pools, dependencies)
	if err != nil {
		return err
	}
	if err := o.launch(checked.pools, composed.Stores, worker.InProcess(composed.Scheduler), siblings, dependencies); err != nil {
		return err
	}
	if err := composed.Serve(cluster.Server{Address: listen, TLS: o.tls}, dependencies); err != nil {
		return err
	}
	id, err := toolchain.Identity(os.DirFS("/"))
	if err != nil {
		return err
	}
	ready := announcement{url: o.url(listen), toolchain: id, pools: checked.pools}
	if err := ready.write(o.bazelrc, siblings); err != nil {
		return err
	}
	fmt.Println(ready.line())
	return nil
}

func (o serveOptions) url(address string) string {
	if o.tls.Secured() {
		return "grpcs://" + address
	}
	return "grpc://" + address
}
