package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/buildbarn/bb-storage/pkg/program"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/spf13/cobra"

	"github.com/rules-xdist/rules_xdist/tools/buildbarn/cluster"
	"github.com/rules-xdist/rules_xdist/tools/buildbarn/page"
	"github.com/rules-xdist/rules_xdist/tools/buildbarn/store"
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
		Args:          noArguments,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE: func(command *cobra.Command, _ []string) error {
			checked, err := options.check()
			if err != nil {
				return usageError{err}
			}
			return runUntilSignal(command.Context(), options.hostOptions, func(ctx context.Context, siblings, dependencies program.Group) error {
				return options.serve(ctx, checked, siblings, dependencies)
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
func (o serveOptions) serve(ctx context.Context, checked host, siblings, dependencies program.Group) error {
	listen, err := cluster.Concrete(o.listen)
	if err != nil {
		return err
	}
	// Before the store opens files, which the sandboxes need not see.
	if checked.isolated, err = o.isolate(ctx, checked.sandbox); err != nil {
		return err
	}
	composed, err := cluster.New(o.dir, checked.storeBytes, checked.pools, dependencies)
	if err != nil {
		return err
	}
	if err := o.launch(checked, composed.Stores, worker.InProcess(composed.Workers), siblings, dependencies); err != nil {
		return err
	}
	if err := composed.Serve(cluster.Server{Address: listen, TLS: o.tls}, dependencies); err != nil {
		return err
	}
	id, err := toolchain.Identity(os.DirFS("/"))
	if err != nil {
		return err
	}
	ready := announcement{url: o.url(listen), toolchain: id, pools: checked.pools, isolated: checked.isolated}
	if ready.status, err = o.serveStatus(ctx, composed, ready.facts(), dependencies); err != nil {
		return err
	}
	if err := ready.write(o.bazelrc, siblings); err != nil {
		return err
	}
	fmt.Println(ready.line())
	return nil
}

// serveStatus serves the status page, up to the last action's end, and returns its URL.
func (o serveOptions) serveStatus(ctx context.Context, of cluster.Cluster, facts []page.Fact, group program.Group) (string, error) {
	source := page.Source{
		State:   of.Scheduler,
		Workers: of.Workers,
		Metrics: prometheus.DefaultGatherer,
		Usage:   func() ([]store.Usage, error) { return store.Usages(o.dir) },
		Facts:   facts,
		Begin:   time.Now(),
		Ending:  func() bool { return ctx.Err() != nil },
	}
	url, err := page.Serve(o.status, source.Handler(), group)
	if err != nil {
		return "", fmt.Errorf("--status %s: %w", o.status, err)
	}
	return url, nil
}

func (o serveOptions) url(address string) string {
	if o.tls.Secured() {
		return "grpcs://" + address
	}
	return "grpc://" + address
}
