// Package queue is the cluster's scheduler: Buildbarn's in-memory build queue, with a queue for
// each pool of workers.
package queue

import (
	"context"
	"time"

	remoteexecution "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	re_blobstore "github.com/buildbarn/bb-remote-execution/pkg/blobstore"
	"github.com/buildbarn/bb-remote-execution/pkg/scheduler"
	"github.com/buildbarn/bb-remote-execution/pkg/scheduler/initialsizeclass"
	"github.com/buildbarn/bb-remote-execution/pkg/scheduler/invocation"
	"github.com/buildbarn/bb-remote-execution/pkg/scheduler/platform"
	"github.com/buildbarn/bb-remote-execution/pkg/scheduler/routing"
	"github.com/buildbarn/bb-storage/pkg/auth"
	"github.com/buildbarn/bb-storage/pkg/blobstore"
	"github.com/buildbarn/bb-storage/pkg/clock"
	"github.com/buildbarn/bb-storage/pkg/digest"
	"github.com/google/uuid"

	"github.com/rules-xdist/rules_xdist/tools/buildbarn/store"
)

// DefaultPool takes the actions whose execution properties name no pool.
const DefaultPool = "default"

const poolProperty = "pool"

// Pool is a number of workers that take the same actions.
type Pool struct {
	Name string
	// Concurrency is how many actions the pool runs at one time.
	Concurrency int
}

// Platform is what a pool's workers say that they are.
func (p Pool) Platform() *remoteexecution.Platform { return platformOf(p.Name) }

func platformOf(pool string) *remoteexecution.Platform {
	return &remoteexecution.Platform{
		Properties: []*remoteexecution.Platform_Property{{Name: poolProperty, Value: pool}},
	}
}

// byPool routes an action by its property "pool" alone. Buildbarn's own extractors match all
// properties, so that any other one would find no workers.
type byPool struct{}

func (byPool) ExtractKey(ctx context.Context, function digest.Function, action *remoteexecution.Action) (platform.Key, error) {
	return platform.NewKey(function.GetInstanceName(), platformOf(PoolOf(action.GetPlatform())))
}

// PoolOf is the name of the pool that a platform asks for, or offers.
func PoolOf(platform *remoteexecution.Platform) string {
	pool := DefaultPool
	for _, property := range platform.GetProperties() {
		if property.Name == poolProperty {
			pool = property.Value
		}
	}
	return pool
}

const (
	// Of actions that do not say how long they may take, as those that are no tests.
	defaultActionTimeout = time.Hour
	maximumActionTimeout = 24 * time.Hour
)

// New makes a scheduler whose pools exist from the start: an action waits for workers of
// theirs, and one for any other pool is refused at once.
func New(cas blobstore.BlobAccess, pools []Pool) (*scheduler.InMemoryBuildQueue, error) {
	everyone := auth.NewStaticAuthorizer(func(digest.InstanceName) bool { return true })
	router := routing.NewSimpleActionRouter(
		byPool{},
		// Builds that run at the same time get the same share of the workers.
		[]invocation.KeyExtractor{invocation.ToolInvocationIDKeyExtractor},
		initialsizeclass.NewFallbackAnalyzer(
			initialsizeclass.NewActionTimeoutExtractor(defaultActionTimeout, maximumActionTimeout)))
	queue := scheduler.NewInMemoryBuildQueue(
		// Tells Bazel to upload again what was evicted meanwhile.
		re_blobstore.NewExistencePreconditionBlobAccess(cas),
		clock.SystemClock,
		uuid.NewRandom,
		configuration(),
		store.MaxMessageBytes,
		router,
		everyone, everyone, everyone, everyone)
	for _, pool := range pools {
		if err := queue.RegisterPredeclaredPlatformQueue(digest.EmptyInstanceName, pool.Platform(), nil, 0, 0, []uint32{0}); err != nil {
			return nil, err
		}
	}
	return queue, nil
}

// configuration is Buildbarn's own, but for intervals that are those of one machine: what
// happened is noticed within seconds.
func configuration() *scheduler.InMemoryBuildQueueConfiguration {
	return &scheduler.InMemoryBuildQueueConfiguration{
		ExecutionUpdateInterval: 10 * time.Second,
		// A build that is interrupted leaves no action running, one whose connection is cut
		// has time to come back.
		OperationWithNoWaitersTimeout:        10 * time.Second,
		PlatformQueueWithNoWorkersTimeout:    time.Minute,
		BusyWorkerSynchronizationInterval:    time.Second,
		GetIdleWorkerSynchronizationInterval: func() time.Duration { return 30 * time.Second },
		WorkerTaskRetryCount:                 3,
		WorkerWithNoSynchronizationsTimeout:  10 * time.Second,
	}
}
