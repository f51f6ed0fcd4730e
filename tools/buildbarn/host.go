package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/buildbarn/bb-remote-execution/pkg/proto/remoteworker"
	"github.com/buildbarn/bb-storage/pkg/program"
	"github.com/gofrs/flock"
	"github.com/spf13/cobra"

	"github.com/rules-xdist/rules_xdist/tools/buildbarn/queue"
	"github.com/rules-xdist/rules_xdist/tools/buildbarn/runner"
	"github.com/rules-xdist/rules_xdist/tools/buildbarn/store"
	"github.com/rules-xdist/rules_xdist/tools/buildbarn/worker"
)

// own takes the folder for this process alone, and returns what gives it back.
func (o hostOptions) own() (func() error, error) {
	if err := os.MkdirAll(o.dir, 0o755); err != nil {
		return nil, err
	}
	lock := flock.New(filepath.Join(o.dir, "lock"))
	taken, err := lock.TryLock()
	if err == nil && !taken {
		err = fmt.Errorf("--dir %s: another process uses it", o.dir)
	}
	return lock.Unlock, err
}

// launch starts the workers, and the process that spawns their actions.
func (o hostOptions) launch(pools []queue.Pool, stores store.Stores, scheduler remoteworker.OperationQueueClient, siblings, dependencies program.Group) error {
	socket := filepath.Join(o.dir, "runner.sock")
	client, err := worker.StartRunner(o.drained(siblings), socket, []string{runnerCommand, socket, worker.BuildDir(o.dir)}, dependencies)
	if err != nil {
		return err
	}
	name, err := os.Hostname()
	if err != nil {
		return err
	}
	host := worker.Host{
		Dir:       o.dir,
		ID:        map[string]string{"host": name, "process": strconv.Itoa(os.Getpid())},
		Scheduler: scheduler,
		Runner:    client,
		Stores:    stores,
	}
	return host.Launch(pools, siblings)
}

// drained ends when actions may not go on any more: some time after the group was told to.
func (o hostOptions) drained(group program.Group) context.Context {
	drained, end := context.WithCancel(context.Background())
	group.Go(func(ctx context.Context, _, _ program.Group) error {
		context.AfterFunc(ctx, func() { time.AfterFunc(o.drain, end) })
		return nil
	})
	return drained
}

const runnerCommand = "runner"

func newRunner() *cobra.Command {
	return &cobra.Command{
		Use:    runnerCommand + " SOCKET DIR",
		Short:  "Spawn actions; the server starts it",
		Hidden: true,
		Args:   cobra.ExactArgs(2),
		RunE: func(_ *cobra.Command, args []string) error {
			return runner.Serve(args[0], args[1])
		},
	}
}
