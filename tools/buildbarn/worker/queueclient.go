package worker

import (
	"context"

	"github.com/buildbarn/bb-remote-execution/pkg/proto/remoteworker"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
)

// InProcess reaches a scheduler of the same process without a connection.
func InProcess(scheduler remoteworker.OperationQueueServer) remoteworker.OperationQueueClient {
	return inProcess{scheduler}
}

type inProcess struct {
	scheduler remoteworker.OperationQueueServer
}

// Synchronize copies the messages, since both sides change theirs.
func (q inProcess) Synchronize(ctx context.Context, in *remoteworker.SynchronizeRequest, _ ...grpc.CallOption) (*remoteworker.SynchronizeResponse, error) {
	out, err := q.scheduler.Synchronize(ctx, proto.CloneOf(in))
	if err != nil {
		return nil, err
	}
	return proto.CloneOf(out), nil
}
