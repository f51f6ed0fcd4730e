package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/buildbarn/bb-remote-execution/pkg/proto/remoteworker"
	"github.com/buildbarn/bb-storage/pkg/program"
	"github.com/gofrs/flock"
	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"github.com/rules-xdist/rules_xdist/tools/buildbarn/runner"
	"github.com/rules-xdist/rules_xdist/tools/buildbarn/sandbox"
	"github.com/rules-xdist/rules_xdist/tools/buildbarn/store"
	"github.com/rules-xdist/rules_xdist/tools/buildbarn/worker"
)

// own takes the folder for this process alone, and returns what gives it back.
func (o hostOptions) own() (func() error, error) {
	if err := os.MkdirAll(o.dir, 0o700); err != nil {
		return nil, err
	}
	// Others would see into the store, and into the folders of actions.
	if err := os.Chmod(o.dir, 0o700); err != nil {
		return nil, err
	}
	lock := flock.New(filepath.Join(o.dir, "lock"))
	taken, err := lock.TryLock()
	if err == nil && !taken {
		err = fmt.Errorf("--dir %s: another process uses it", o.dir)
	}
	return lock.Unlock, err
}

// isolate finds out how actions are kept apart here, and says what is not.
func (o hostOptions) isolate(ctx context.Context, options sandbox.Options) (sandbox.Capabilities, error) {
	isolated, err := sandbox.Probe(ctx, options)
	if err != nil {
		return nil, err
	}
	missing := isolated.Missing()
	if len(missing) > 0 && o.isolation == isolationFull {
		return nil, fmt.Errorf("--isolation %s: this machine does not allow it:\n%s", o.isolation, missing)
	}
	for _, property := range missing {
		slog.Warn("actions are not isolated", "property", property.Name, "reason", property.How)
	}
	return isolated, nil
}

// launch starts the workers, and the process that spawns their actions.
func (o hostOptions) launch(checked host, stores store.Stores, scheduler remoteworker.OperationQueueClient, siblings, dependencies program.Group) error {
	// Folders of actions are written to by other users. The server's folder keeps them apart.
	unix.Umask(0)
	socket := filepath.Join(o.dir, "runner.sock")
	encoded, err := json.Marshal(checked.sandbox)
	if err != nil {
		return err
	}
	client, err := worker.StartRunner(o.drained(siblings), socket, []string{runnerCommand, socket, string(encoded)}, dependencies)
	if err != nil {
		return err
	}
	name, err := os.Hostname()
	if err != nil {
		return err
	}
	workers := worker.Host{
		Dir:       o.dir,
		ID:        map[string]string{"host": name, "process": strconv.Itoa(os.Getpid())},
		Scheduler: scheduler,
		Runner:    client,
		Stores:    stores,
		// Else an action could write to what others read.
		HardLinks:  checked.isolated.Isolates(sandbox.PropertyInputs),
		CacheBytes: checked.sharedBytes,
	}
	return workers.Launch(checked.pools, siblings)
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
		Use:    runnerCommand + " SOCKET OPTIONS",
		Short:  "Spawn actions; the server starts it",
		Hidden: true,
		Args:   cobra.ExactArgs(2),
		RunE: func(command *cobra.Command, args []string) error {
			var options sandbox.Options
			if err := json.Unmarshal([]byte(args[1]), &options); err != nil {
				return err
			}
			ctx, stop := signal.NotifyContext(command.Context(), syscall.SIGTERM)
			defer stop()
			return runner.Serve(ctx, args[0], worker.BuildDir(options.Dir), options)
		},
	}
}
