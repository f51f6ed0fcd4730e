// Package cluster composes Buildbarn's storage, scheduler and workers into one process.
package cluster

import (
	"context"
	"time"

	remoteexecution "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"github.com/bazelbuild/remote-apis/build/bazel/semver"
	"github.com/buildbarn/bb-remote-execution/pkg/proto/buildqueuestate"
	"github.com/buildbarn/bb-remote-execution/pkg/proto/remoteworker"
	"github.com/buildbarn/bb-remote-execution/pkg/scheduler"
	"github.com/buildbarn/bb-storage/pkg/blobstore/grpcservers"
	"github.com/buildbarn/bb-storage/pkg/capabilities"
	"github.com/buildbarn/bb-storage/pkg/digest"
	bb_grpc "github.com/buildbarn/bb-storage/pkg/grpc"
	"github.com/buildbarn/bb-storage/pkg/program"
	grpc_configuration "github.com/buildbarn/bb-storage/pkg/proto/configuration/grpc"
	"github.com/buildbarn/bb-storage/pkg/zstd"
	"google.golang.org/genproto/googleapis/bytestream"
	"google.golang.org/grpc"

	"github.com/rules-xdist/rules_xdist/tools/buildbarn/queue"
	"github.com/rules-xdist/rules_xdist/tools/buildbarn/store"
)

// Server is where a cluster listens.
type Server struct {
	// Address is for Bazel, and for workers of other processes.
	Address string
	TLS     TLS
}

// Cluster is a storage and a scheduler.
type Cluster struct {
	Stores    store.Stores
	Scheduler *scheduler.InMemoryBuildQueue
	// Workers is the scheduler for those who run actions.
	Workers *queue.Workers
}

// New opens the storage and makes the scheduler for the pools.
func New(dir string, cacheBytes int64, pools []queue.Pool, group program.Group) (Cluster, error) {
	stores, err := store.Open(dir, cacheBytes, group)
	if err != nil {
		return Cluster{}, err
	}
	scheduler, err := queue.New(stores.ContentAddressableStorage, pools)
	return Cluster{stores, scheduler, queue.NewWorkers(scheduler)}, err
}

// How long a client may take to hear that its action ended, when the cluster ends right after.
const answerTime = time.Second

// Serve listens; it returns as soon as it does. The group's end closes all connections, as soon
// as those who waited for the last actions have been told.
func (c Cluster) Serve(server Server, group program.Group) error {
	configured, err := server.TLS.serverConfiguration(server.Address)
	if err != nil {
		return err
	}
	listening := make(chan error)
	group.Go(func(ctx context.Context, _, dependencies program.Group) error {
		listening <- bb_grpc.NewServersFromConfigurationAndServe(
			[]*grpc_configuration.ServerConfiguration{configured}, c.register, dependencies, clients())
		<-ctx.Done()
		time.Sleep(time.Until(c.Workers.LastEnd().Add(answerTime)))
		return nil
	})
	return <-listening
}

func (c Cluster) register(s grpc.ServiceRegistrar) {
	cas, ac := c.Stores.ContentAddressableStorage, c.Stores.ActionCache
	remoteexecution.RegisterContentAddressableStorageServer(s, grpcservers.NewContentAddressableStorageServer(cas, store.MaxMessageBytes))
	// This service's generated code is older than the interface; Buildbarn passes a server.
	bytestream.RegisterByteStreamServer(s.(*grpc.Server), grpcservers.NewByteStreamServer(cas, 1<<16, zstd.NewUnboundedPool(nil, nil)))
	remoteexecution.RegisterActionCacheServer(s, grpcservers.NewActionCacheServer(ac, store.MaxMessageBytes))
	remoteexecution.RegisterExecutionServer(s, c.Scheduler)
	remoteworker.RegisterOperationQueueServer(s, c.Workers)
	buildqueuestate.RegisterBuildQueueStateServer(s, c.Scheduler)
	remoteexecution.RegisterCapabilitiesServer(s, capabilities.NewServer(
		capabilities.NewMergingProvider([]capabilities.Provider{cas, ac, execution{c.Scheduler}, versions})))
}

var versions = capabilities.NewStaticProvider(&remoteexecution.ServerCapabilities{
	LowApiVersion:  &semver.SemVer{Major: 2},
	HighApiVersion: &semver.SemVer{Major: 2, Minor: 12},
})

// execution is what the scheduler can do, without the versions that it gives: it calls 2.0
// deprecated, and Bazel, which speaks that one, would warn at each build.
type execution struct{ capabilities.Provider }

func (e execution) GetCapabilities(ctx context.Context, instance digest.InstanceName) (*remoteexecution.ServerCapabilities, error) {
	all, err := e.Provider.GetCapabilities(ctx, instance)
	if err != nil {
		return nil, err
	}
	return &remoteexecution.ServerCapabilities{ExecutionCapabilities: all.ExecutionCapabilities}, nil
}
