package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/buildbarn/bb-storage/pkg/program"
	"github.com/spf13/cobra"

	"github.com/rules-xdist/rules_xdist/tools/buildbarn/cluster"
)

func newWorker() *cobra.Command {
	var options hostOptions
	var scheduler string
	command := &cobra.Command{
		Use:   "worker --scheduler HOST:PORT",
		Short: "Run workers that take actions from a cluster of another process",
		Args:  noArguments,
		RunE: func(command *cobra.Command, _ []string) error {
			checked, errs := options.check()
			if _, err := cluster.IsLoopback(scheduler); err != nil {
				errs = append(errs, fmt.Errorf("--scheduler %s: %w", scheduler, err))
			}
			if err := errors.Join(errs...); err != nil {
				return usageError{err}
			}
			return runUntilSignal(command.Context(), options, func(ctx context.Context, siblings, dependencies program.Group) error {
				var err error
				if checked.isolated, err = options.isolate(ctx, checked.sandbox); err != nil {
					return err
				}
				stores, queue, err := cluster.Connect(cluster.Server{Address: scheduler, TLS: options.tls}, dependencies)
				if err != nil {
					return err
				}
				return options.launch(checked, stores, queue, siblings, dependencies)
			})
		},
	}
	options.register(command.Flags())
	command.Flags().StringVar(&scheduler, "scheduler", "127.0.0.1:8980", "HOST:PORT of the cluster")
	return command
}
