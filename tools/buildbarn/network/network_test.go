package network

import (
	"context"
	"strings"
	"testing"

	remoteexecution "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"github.com/buildbarn/bb-remote-execution/pkg/builder"
	"github.com/buildbarn/bb-remote-execution/pkg/filesystem/access"
	"github.com/buildbarn/bb-remote-execution/pkg/filesystem/pool"
	"github.com/buildbarn/bb-remote-execution/pkg/proto/remoteworker"
	"github.com/buildbarn/bb-storage/pkg/digest"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
)

// recorder is the executor below. A request that it gets is what the runner would get.
type recorder struct {
	builder.BuildExecutor
	called, on bool
}

func (r *recorder) Execute(ctx context.Context, _ pool.FilePool, _ access.UnreadDirectoryMonitor, _ digest.Function, _ *remoteworker.DesiredState_Executing, _ chan<- *remoteworker.CurrentState_Executing) *remoteexecution.ExecuteResponse {
	sent, _ := metadata.FromOutgoingContext(ctx)
	r.called, r.on = true, IsOn(metadata.NewIncomingContext(ctx, sent))
	return &remoteexecution.ExecuteResponse{}
}

func TestExecute(t *testing.T) {
	for name, c := range map[string]struct {
		properties map[string]string
		on, fails  bool
	}{
		"none":    {},
		"another": {properties: map[string]string{"pool": "on"}},
		"on":      {properties: map[string]string{"pool": "serial", "network": "on"}, on: true},
		"off":     {properties: map[string]string{"network": "off"}},
		"unknown": {properties: map[string]string{"network": "yes"}, fails: true},
	} {
		t.Run(name, func(t *testing.T) {
			platform := &remoteexecution.Platform{}
			for key, value := range c.properties {
				platform.Properties = append(platform.Properties, &remoteexecution.Platform_Property{Name: key, Value: value})
			}
			below := &recorder{}
			response := NewBuildExecutor(below).Execute(t.Context(), nil, nil, digest.Function{},
				&remoteworker.DesiredState_Executing{Action: &remoteexecution.Action{Platform: platform}}, nil)
			if below.called == c.fails || below.on != c.on {
				t.Errorf("called %v, on %v", below.called, below.on)
			}
			if s := response.Status; c.fails && (codes.Code(s.GetCode()) != codes.InvalidArgument || !strings.Contains(s.Message, `"yes"`)) {
				t.Errorf("status %v", s)
			}
		})
	}
}
