package worker

import (
	"context"

	remoteexecution "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"github.com/buildbarn/bb-remote-execution/pkg/builder"
	"github.com/buildbarn/bb-remote-execution/pkg/filesystem/access"
	"github.com/buildbarn/bb-remote-execution/pkg/filesystem/pool"
	"github.com/buildbarn/bb-remote-execution/pkg/proto/remoteworker"
	"github.com/buildbarn/bb-storage/pkg/digest"
	"golang.org/x/sync/semaphore"
	"google.golang.org/grpc/status"

	"github.com/rules-xdist/rules_xdist/tools/buildbarn/queue"
)

// AlonePool is the pool whose actions are alone on their host: while one runs, no action of
// any other pool does. The rules send serial tests to it.
const AlonePool = "serial"

// places is the host as a number of places, of which an action takes one, or all. Who asks
// first is served first, so that neither kind starves the other.
type places struct {
	semaphore *semaphore.Weighted
	all       int64
}

func placesOf(pools []queue.Pool) places {
	all := int64(0)
	for _, pool := range pools {
		all += int64(pool.Concurrency)
	}
	return places{semaphore.NewWeighted(all), all}
}

func (p places) takenBy(of queue.Pool) int64 {
	if of.Name == AlonePool {
		return p.all
	}
	return 1
}

// placedExecutor has an action wait for its places on the host. The wait is no part
// of the time that the action may take.
type placedExecutor struct {
	builder.BuildExecutor
	places places
	takes  int64
}

func (e placedExecutor) Execute(ctx context.Context, files pool.FilePool, monitor access.UnreadDirectoryMonitor, function digest.Function, request *remoteworker.DesiredState_Executing, updates chan<- *remoteworker.CurrentState_Executing) *remoteexecution.ExecuteResponse {
	if err := e.places.semaphore.Acquire(ctx, e.takes); err != nil {
		response := builder.NewDefaultExecuteResponse(request)
		response.Status = status.FromContextError(err).Proto()
		return response
	}
	defer e.places.semaphore.Release(e.takes)
	return e.BuildExecutor.Execute(ctx, files, monitor, function, request, updates)
}
