package deploy

import (
	"context"
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	remoteexecution "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"github.com/buildbarn/bb-remote-execution/pkg/proto/configuration/bb_scheduler"
	"github.com/buildbarn/bb-remote-execution/pkg/proto/remoteworker"
	"github.com/buildbarn/bb-remote-execution/pkg/scheduler"
	"github.com/buildbarn/bb-remote-execution/pkg/scheduler/routing"
	"github.com/buildbarn/bb-storage/pkg/auth"
	auth_configuration "github.com/buildbarn/bb-storage/pkg/auth/configuration"
	"github.com/buildbarn/bb-storage/pkg/blobstore"
	blobstore_configuration "github.com/buildbarn/bb-storage/pkg/blobstore/configuration"
	"github.com/buildbarn/bb-storage/pkg/blobstore/grpcservers"
	"github.com/buildbarn/bb-storage/pkg/builder"
	"github.com/buildbarn/bb-storage/pkg/clock"
	bb_grpc "github.com/buildbarn/bb-storage/pkg/grpc"
	"github.com/buildbarn/bb-storage/pkg/program"
	auth_pb "github.com/buildbarn/bb-storage/pkg/proto/configuration/auth"
	"github.com/buildbarn/bb-storage/pkg/proto/configuration/bb_storage"
	grpc_pb "github.com/buildbarn/bb-storage/pkg/proto/configuration/grpc"
	"github.com/buildbarn/bb-storage/pkg/zstd"
	"github.com/google/uuid"
	"google.golang.org/genproto/googleapis/bytestream"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

// A cluster is Buildbarn's libraries, put together as its programs do (they are not built from
// the module, see doc.go), with the configurations of this folder. Services listen on sockets in
// a folder instead of their ports, and otherwise are what the configurations say: certificates,
// tokens, authorizers, shards and halves.
type cluster struct {
	t       testing.TB
	sockets string
	storage string
}

func newCluster(t testing.TB) *cluster {
	t.Helper()
	// A socket's path has 108 bytes at most.
	sockets, err := os.MkdirTemp("", "bb")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(sockets) })
	return &cluster{t: t, sockets: sockets, storage: t.TempDir()}
}

// start runs a service and returns what ends it.
func (c *cluster) start(routine program.Routine) (stop func()) {
	ctx, cancel := context.WithCancel(c.t.Context())
	ended, ready := make(chan struct{}), make(chan struct{})
	var err error
	go func() {
		defer close(ended)
		err = program.RunLocal(ctx, func(ctx context.Context, siblings, dependencies program.Group) error {
			if err := routine(ctx, siblings, dependencies); err != nil {
				return err
			}
			close(ready)
			<-ctx.Done()
			return nil
		})
	}()
	stop = func() { cancel(); <-ended }
	c.t.Cleanup(stop)
	select {
	case <-ready:
	case <-ended:
		c.t.Fatal(err)
	}
	return stop
}

// socket is what stands for a port of a host.
func (c *cluster) socket(hostAndPort string) string {
	return filepath.Join(c.sockets, hostAndPort)
}

// relocate moves a configuration of a container at host out of the container.
func (c *cluster) relocate(message proto.Message, root, host string) {
	c.t.Helper()
	marshalled, err := protojson.Marshal(message)
	if err != nil {
		c.t.Fatal(err)
	}
	for _, folder := range []string{"tls", "jwt"} {
		marshalled = []byte(strings.ReplaceAll(string(marshalled), `"/`+folder+`/`, `"`+filepath.Join(root, folder)+"/"))
	}
	marshalled = []byte(strings.ReplaceAll(string(marshalled), `"/storage/`, `"`+filepath.Join(c.storage, host)+"/"))
	var fields any
	if err := json.Unmarshal(marshalled, &fields); err != nil {
		c.t.Fatal(err)
	}
	c.relocatePorts(fields, host)
	if marshalled, err = json.Marshal(fields); err == nil {
		err = protojson.Unmarshal(marshalled, message)
	}
	if err != nil {
		c.t.Fatal(err)
	}
}

func (c *cluster) relocatePorts(value any, host string) {
	switch value := value.(type) {
	case []any:
		for _, element := range value {
			c.relocatePorts(element, host)
		}
	case map[string]any:
		if addresses, ok := value["listenAddresses"].([]any); ok {
			delete(value, "listenAddresses")
			value["listenPaths"] = []any{c.socket(host + addresses[0].(string))}
		}
		if address, ok := value["address"].(string); ok {
			name, _, _ := net.SplitHostPort(address)
			value["tls"].(map[string]any)["serverName"] = name
			value["address"] = "unix://" + c.socket(address)
		}
		for _, element := range value {
			c.relocatePorts(element, host)
		}
	}
}

func newClientFactory() bb_grpc.ClientFactory {
	return bb_grpc.NewBaseClientFactory(bb_grpc.BaseClientDialer, nil, nil, nil)
}

func newAuthorizer(configuration *auth_pb.AuthorizerConfiguration, group program.Group) (auth.Authorizer, error) {
	return auth_configuration.DefaultAuthorizerFactory.NewAuthorizerFromConfiguration(configuration, group, newClientFactory())
}

// startStorage is what bb_storage's main function is, for the parts in use: storage servers and
// frontend.
func (c *cluster) startStorage(service, file, host string) (stop func()) {
	root := container(c.t, service, onKubernetes)
	// Smaller, or all servers together need a disk of their own.
	topology := filepath.Join(root, "config/topology.libsonnet")
	writeFile(c.t, topology, []byte(strings.ReplaceAll(string(readFile(c.t, topology)), "1024 * 1024 * 1024", "1024 * 1024")))
	configuration := read(c.t, root, file, &bb_storage.ApplicationConfiguration{})
	configuration.Global = nil
	c.relocate(configuration, root, host)
	for _, store := range []string{"cas-state", "ac-state"} {
		if err := os.MkdirAll(filepath.Join(c.storage, host, store), 0o755); err != nil {
			c.t.Fatal(err)
		}
	}
	return c.start(func(ctx context.Context, siblings, dependencies program.Group) error {
		return serveStorage(configuration, siblings, dependencies)
	})
}

func serveStorage(configuration *bb_storage.ApplicationConfiguration, siblings, dependencies program.Group) error {
	size := int(configuration.MaximumMessageSizeBytes)
	cas := configuration.ContentAddressableStorage
	casInfo, err := blobstore_configuration.NewBlobAccessFromConfiguration(dependencies, cas.Backend,
		blobstore_configuration.NewCASBlobAccessCreator(newClientFactory(), size, zstd.NewUnboundedPool(nil, nil)))
	if err != nil {
		return err
	}
	authorizedCAS, err := authorized(casInfo.BlobAccess, dependencies, cas.GetAuthorizer, cas.PutAuthorizer, cas.FindMissingAuthorizer)
	if err != nil {
		return err
	}
	ac := configuration.ActionCache
	acInfo, err := blobstore_configuration.NewBlobAccessFromConfiguration(dependencies, ac.Backend,
		blobstore_configuration.NewACBlobAccessCreator(&casInfo, newClientFactory(), size))
	if err != nil {
		return err
	}
	authorizedAC, err := authorized(acInfo.BlobAccess, dependencies, ac.GetAuthorizer, ac.PutAuthorizer, nil)
	if err != nil {
		return err
	}
	var queue builder.BuildQueue
	if len(configuration.Schedulers) > 0 {
		if queue, err = builder.NewDemultiplexingBuildQueueFromConfiguration(configuration.Schedulers, dependencies, newClientFactory()); err != nil {
			return err
		}
		execute, err := newAuthorizer(configuration.ExecuteAuthorizer, dependencies)
		if err != nil {
			return err
		}
		queue = builder.NewAuthorizingBuildQueue(queue, execute)
	}
	return bb_grpc.NewServersFromConfigurationAndServe(configuration.GrpcServers, func(s grpc.ServiceRegistrar) {
		remoteexecution.RegisterContentAddressableStorageServer(s, grpcservers.NewContentAddressableStorageServer(authorizedCAS, int64(size)))
		// What Buildbarn's own build patches to take an interface.
		bytestream.RegisterByteStreamServer(s.(*grpc.Server), grpcservers.NewByteStreamServer(authorizedCAS, 1<<16, zstd.NewUnboundedPool(nil, nil)))
		remoteexecution.RegisterActionCacheServer(s, grpcservers.NewActionCacheServer(authorizedAC, size))
		if queue != nil {
			remoteexecution.RegisterExecutionServer(s, queue)
		}
	}, siblings, newClientFactory())
}

// authorized puts authorizers, of which the last may be missing, before a store.
func authorized(store blobstore.BlobAccess, group program.Group, configurations ...*auth_pb.AuthorizerConfiguration) (blobstore.BlobAccess, error) {
	authorizers := make([]auth.Authorizer, len(configurations))
	for i, configuration := range configurations {
		if configuration == nil {
			continue
		}
		var err error
		if authorizers[i], err = newAuthorizer(configuration, group); err != nil {
			return nil, err
		}
	}
	return blobstore.NewAuthorizingBlobAccess(store, authorizers[0], authorizers[1], authorizers[2]), nil
}

// startScheduler is what bb_scheduler's main function is, but for the status page.
func (c *cluster) startScheduler(host string) {
	root := container(c.t, "scheduler", onKubernetes)
	configuration := read(c.t, root, "scheduler.jsonnet", &bb_scheduler.ApplicationConfiguration{})
	configuration.Global, configuration.AdminHttpServers = nil, nil
	c.relocate(configuration, root, host+"-clients")
	for i, ports := range [][]*grpc_pb.ServerConfiguration{configuration.ClientGrpcServers, configuration.WorkerGrpcServers} {
		ports[0].ListenPaths = []string{c.socket([]string{host + ":8982", host + ":8983"}[i])}
	}
	c.start(func(ctx context.Context, siblings, dependencies program.Group) error {
		return serveScheduler(configuration, siblings, dependencies)
	})
}

func serveScheduler(configuration *bb_scheduler.ApplicationConfiguration, siblings, dependencies program.Group) error {
	size := int(configuration.MaximumMessageSizeBytes)
	cas, err := blobstore_configuration.NewBlobAccessFromConfiguration(dependencies, configuration.ContentAddressableStorage,
		blobstore_configuration.NewCASBlobAccessCreator(newClientFactory(), size, zstd.NewUnboundedPool(nil, nil)))
	if err != nil {
		return err
	}
	router, err := routing.NewActionRouterFromConfiguration(configuration.ActionRouter, cas.BlobAccess, size, nil, newClientFactory(), dependencies)
	if err != nil {
		return err
	}
	var authorizers []auth.Authorizer
	for _, a := range []*auth_pb.AuthorizerConfiguration{
		configuration.ExecuteAuthorizer, configuration.ModifyDrainsAuthorizer,
		configuration.KillOperationsAuthorizer, configuration.SynchronizeAuthorizer,
	} {
		authorizer, err := newAuthorizer(a, dependencies)
		if err != nil {
			return err
		}
		authorizers = append(authorizers, authorizer)
	}
	queue := scheduler.NewInMemoryBuildQueue(cas.BlobAccess, clock.SystemClock, uuid.NewRandom, &scheduler.InMemoryBuildQueueConfiguration{
		ExecutionUpdateInterval:              time.Minute,
		OperationWithNoWaitersTimeout:        time.Minute,
		PlatformQueueWithNoWorkersTimeout:    configuration.PlatformQueueWithNoWorkersTimeout.AsDuration(),
		BusyWorkerSynchronizationInterval:    10 * time.Second,
		GetIdleWorkerSynchronizationInterval: func() time.Duration { return time.Minute },
		WorkerTaskRetryCount:                 9,
		WorkerWithNoSynchronizationsTimeout:  time.Minute,
	}, size, router, authorizers[0], authorizers[1], authorizers[2], authorizers[3])
	for _, q := range configuration.PredeclaredPlatformQueues {
		if err := queue.RegisterPredeclaredPlatformQueue(sha256Function.GetInstanceName(), q.Platform, nil, 0, 0, q.SizeClasses); err != nil {
			return err
		}
	}
	if err := bb_grpc.NewServersFromConfigurationAndServe(configuration.ClientGrpcServers, func(s grpc.ServiceRegistrar) {
		remoteexecution.RegisterExecutionServer(s, queue)
	}, siblings, newClientFactory()); err != nil {
		return err
	}
	return bb_grpc.NewServersFromConfigurationAndServe(configuration.WorkerGrpcServers, func(s grpc.ServiceRegistrar) {
		remoteworker.RegisterOperationQueueServer(s, queue)
	}, siblings, newClientFactory())
}
