// Package network lets an action ask for the host's network: by the execution property
// "network", which an action carries to the worker, and a request's metadata, which carry it
// from the worker to the runner.
package network

import (
	"context"
	"slices"

	remoteexecution "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"github.com/buildbarn/bb-remote-execution/pkg/builder"
	"github.com/buildbarn/bb-remote-execution/pkg/filesystem/access"
	"github.com/buildbarn/bb-remote-execution/pkg/filesystem/pool"
	"github.com/buildbarn/bb-remote-execution/pkg/proto/remoteworker"
	"github.com/buildbarn/bb-storage/pkg/digest"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

const (
	// Property is the execution property, of which other services know "off" as well.
	Property = "network"
	on       = "on"
	off      = "off"

	metadataKey = "rules-xdist-network"
)

// NewBuildExecutor has the runner know which actions ask for the network. An action with a
// value of the property other than "on" and "off" is not run.
func NewBuildExecutor(base builder.BuildExecutor) builder.BuildExecutor {
	return executor{base}
}

type executor struct {
	builder.BuildExecutor
}

func (e executor) Execute(ctx context.Context, files pool.FilePool, monitor access.UnreadDirectoryMonitor, function digest.Function, request *remoteworker.DesiredState_Executing, updates chan<- *remoteworker.CurrentState_Executing) *remoteexecution.ExecuteResponse {
	for _, property := range request.GetAction().GetPlatform().GetProperties() {
		if property.Name != Property {
			continue
		}
		switch property.Value {
		case on:
			ctx = metadata.AppendToOutgoingContext(ctx, metadataKey, on)
		case off:
		default:
			response := builder.NewDefaultExecuteResponse(request)
			response.Status = status.Newf(codes.InvalidArgument,
				"execution property %q: %q: must be %q or %q", Property, property.Value, on, off).Proto()
			return response
		}
	}
	return e.BuildExecutor.Execute(ctx, files, monitor, function, request, updates)
}

// IsOn says, in the runner, whether the action of a request asks for the network.
func IsOn(ctx context.Context) bool {
	return slices.Contains(metadata.ValueFromIncomingContext(ctx, metadataKey), on)
}
