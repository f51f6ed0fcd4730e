package cluster

import (
	"github.com/buildbarn/bb-remote-execution/pkg/proto/remoteworker"
	bb_grpc "github.com/buildbarn/bb-storage/pkg/grpc"
	"github.com/buildbarn/bb-storage/pkg/program"
	"github.com/buildbarn/bb-storage/pkg/proto/configuration/blobstore"

	"github.com/rules-xdist/rules_xdist/tools/buildbarn/store"
)

func clients() bb_grpc.ClientFactory {
	return bb_grpc.NewDeduplicatingClientFactory(bb_grpc.NewBaseClientFactory(bb_grpc.BaseClientDialer, nil, nil, nil))
}

// Connect reaches a server as a worker of another process does. It does not wait for the
// server to be there.
func Connect(server Server, group program.Group) (store.Stores, remoteworker.OperationQueueClient, error) {
	configured, err := server.TLS.clientConfiguration(server.Address)
	if err != nil {
		return store.Stores{}, nil, err
	}
	factory := clients()
	connection, err := factory.NewClientFromConfiguration(configured, group)
	if err != nil {
		return store.Stores{}, nil, err
	}
	stores, err := store.Connect(&blobstore.GrpcBlobAccessConfiguration{Client: configured}, factory, group)
	return stores, remoteworker.NewOperationQueueClient(connection), err
}
