package page

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/buildbarn/bb-remote-execution/pkg/proto/buildqueuestate"
	"github.com/docker/go-units"
	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/rules-xdist/rules_xdist/tools/buildbarn/queue"
	"github.com/rules-xdist/rules_xdist/tools/buildbarn/store"
)

// view is the page's content at one time.
type view struct {
	Ending bool
	Pools  []pool
	// Running has those that run for longest, More the number of the others.
	Running []action
	More    int
	Cache   lookups
	Stores  []storage
	Facts   []Fact
}

// pool is a pool of workers.
type pool struct {
	Name                        string
	Queued, Busy, Idle, Workers uint32
}

// action is one that a worker is at.
type action struct {
	Target, Mnemonic string
	// Worker is unique in its Process.
	Worker, Process string
	Phase           string
	For             time.Duration
}

// storage is one of the cluster's stores.
type storage struct {
	Name        string
	Used, Limit string
	Percent     int64
}

const (
	// More rows nobody reads.
	shownActions = 50

	listedWorkers = 10_000
)

// read asks everything for its state.
func (s Source) read(ctx context.Context, now time.Time) (view, error) {
	cache, err := actionCacheLookups(s.Metrics)
	if err != nil {
		return view{}, err
	}
	usages, err := s.Usage()
	if err != nil {
		return view{}, err
	}
	listed, err := s.State.ListPlatformQueues(ctx, &emptypb.Empty{})
	if err != nil {
		return view{}, err
	}
	shown := view{Ending: s.Ending(), Cache: cache, Stores: storages(usages), Facts: s.facts(now)}
	for _, platform := range listed.GetPlatformQueues() {
		for _, class := range platform.GetSizeClassQueues() {
			shown.Pools = append(shown.Pools, poolOf(platform, class))
			name := &buildqueuestate.SizeClassQueueName{PlatformQueueName: platform.GetName(), SizeClass: class.GetSizeClass()}
			actions, err := s.actions(ctx, name, now)
			if err != nil {
				return view{}, err
			}
			shown.Running = append(shown.Running, actions...)
		}
	}
	shown.Running, shown.More = longest(shown.Running)
	return shown, nil
}

func (s Source) facts(now time.Time) []Fact {
	return append(slices.Clone(s.Facts), Fact{"Up for", now.Sub(s.Begin).Truncate(time.Second).String()})
}

func poolOf(platform *buildqueuestate.PlatformQueueState, class *buildqueuestate.SizeClassQueueState) pool {
	root := class.GetRootInvocation()
	queued := root.GetQueuedOperationsCount()
	return pool{
		Name:    queue.PoolOf(platform.GetName().GetPlatform()),
		Queued:  queued.GetDirect() + queued.GetIndirect(),
		Busy:    root.GetExecutingWorkersCount(),
		Idle:    class.GetWorkersCount() - root.GetExecutingWorkersCount(),
		Workers: class.GetWorkersCount(),
	}
}

// actions are what the workers of a queue are at.
func (s Source) actions(ctx context.Context, name *buildqueuestate.SizeClassQueueName, now time.Time) ([]action, error) {
	listed, err := s.State.ListWorkers(ctx, &buildqueuestate.ListWorkersRequest{
		Filter:   &buildqueuestate.ListWorkersRequest_Filter{Type: &buildqueuestate.ListWorkersRequest_Filter_All{All: name}},
		PageSize: listedWorkers,
	})
	if err != nil {
		return nil, err
	}
	var actions []action
	for _, worker := range listed.GetWorkers() {
		if operation := worker.GetCurrentOperation(); operation != nil {
			actions = append(actions, s.action(worker.GetId(), operation, now))
		}
	}
	return actions, nil
}

func (s Source) action(worker map[string]string, operation *buildqueuestate.OperationState, now time.Time) action {
	shown := action{
		Target:  operation.GetTargetId(),
		Worker:  worker["pool"] + "-" + worker["place"],
		Process: worker["host"] + "/" + worker["process"],
	}
	if shown.Target == "" {
		shown.Target = "action " + operation.GetActionDigest().GetHash()
	}
	// The worker may just have been given it, and not have been told.
	if task, ok := s.Workers.Task(worker); ok {
		shown.Mnemonic, shown.Phase = task.Mnemonic, task.Phase
		shown.For = max(0, now.Sub(task.Since)).Truncate(time.Second)
	}
	return shown
}

// longest puts those first that run for longest, and keeps as many as are shown.
func longest(actions []action) (shown []action, more int) {
	slices.SortStableFunc(actions, func(a, b action) int { return cmp.Compare(b.For, a.For) })
	kept := min(len(actions), shownActions)
	return actions[:kept], len(actions) - kept
}

func storages(usages []store.Usage) []storage {
	var shown []storage
	for _, usage := range usages {
		shown = append(shown, storage{
			Name:    usage.Name,
			Used:    units.BytesSize(float64(usage.Bytes)),
			Limit:   units.BytesSize(float64(usage.Limit)),
			Percent: 100 * usage.Bytes / usage.Limit,
		})
	}
	return shown
}

// Rate is the share of hits, for people.
func (l lookups) Rate() string {
	if l.Hits+l.Misses == 0 {
		return "none asked for"
	}
	return fmt.Sprintf("%.1f %%", 100*float64(l.Hits)/float64(l.Hits+l.Misses))
}
