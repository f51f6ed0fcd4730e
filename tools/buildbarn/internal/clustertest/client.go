package clustertest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	remoteexecution "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"github.com/buildbarn/bb-remote-execution/pkg/proto/buildqueuestate"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
)

// Client executes actions as Bazel does: it stores what they need, and waits for their end.
type Client struct {
	capabilities remoteexecution.CapabilitiesClient
	storage      remoteexecution.ContentAddressableStorageClient
	results      remoteexecution.ActionCacheClient
	execution    remoteexecution.ExecutionClient
	state        buildqueuestate.BuildQueueStateClient
}

// Action is a command with all that its key is made of.
type Action struct {
	Arguments []string
	// Inputs are files of the folder in which it runs, by their names in it.
	Inputs map[string]string
	// Outputs are names of files below that folder.
	Outputs    []string
	Properties map[string]string
	// Timeout is none for 0.
	Timeout    time.Duration
	DoNotCache bool

	// Target and Mnemonic are told beside the action, and are no part of its key.
	Target, Mnemonic string
}

// Shell is an action of a script.
func Shell(script string) Action { return Action{Arguments: []string{"/bin/sh", "-c", script}} }

// NewClient uses a connection.
func NewClient(connection grpc.ClientConnInterface) Client {
	return Client{
		capabilities: remoteexecution.NewCapabilitiesClient(connection),
		storage:      remoteexecution.NewContentAddressableStorageClient(connection),
		results:      remoteexecution.NewActionCacheClient(connection),
		execution:    remoteexecution.NewExecutionClient(connection),
		state:        buildqueuestate.NewBuildQueueStateClient(connection),
	}
}

// Capabilities is what Bazel asks first.
func (c Client) Capabilities(ctx context.Context) (*remoteexecution.ServerCapabilities, error) {
	return c.capabilities.GetCapabilities(ctx, &remoteexecution.GetCapabilitiesRequest{})
}

// Result looks an action up in the Action Cache.
func (c Client) Result(ctx context.Context, action Action) (*remoteexecution.ActionResult, error) {
	of, err := action.encode()
	if err != nil {
		return nil, err
	}
	return c.results.GetActionResult(ctx, &remoteexecution.GetActionResultRequest{ActionDigest: of.digest})
}

// Execute looks an action up in the Action Cache, and else stores it and has it executed. An
// error is of the cluster; a command that fails has a result with its exit code.
func (c Client) Execute(ctx context.Context, action Action) (*remoteexecution.ExecuteResponse, error) {
	if !action.DoNotCache {
		result, err := c.Result(ctx, action)
		if err == nil {
			return &remoteexecution.ExecuteResponse{Result: result, CachedResult: true}, nil
		}
		if status.Code(err) != codes.NotFound {
			return nil, err
		}
	}
	of, err := action.encode()
	if err != nil {
		return nil, err
	}
	if err := c.store(ctx, of.blobs); err != nil {
		return nil, err
	}
	if ctx, err = action.annotate(ctx); err != nil {
		return nil, err
	}
	stream, err := c.execution.Execute(ctx, &remoteexecution.ExecuteRequest{ActionDigest: of.digest})
	if err != nil {
		return nil, err
	}
	return await(stream)
}

// await skips what the cluster tells before the end.
func await(stream remoteexecution.Execution_ExecuteClient) (*remoteexecution.ExecuteResponse, error) {
	for {
		operation, err := stream.Recv()
		if err != nil {
			return nil, err
		}
		if !operation.GetDone() {
			continue
		}
		response := &remoteexecution.ExecuteResponse{}
		if err := operation.GetResponse().UnmarshalTo(response); err != nil {
			return nil, err
		}
		return response, status.ErrorProto(response.GetStatus())
	}
}

// KillAll ends all actions that run or wait, as an operator may; their clients are told an error.
func (c Client) KillAll(ctx context.Context) error {
	listed, err := c.state.ListOperations(ctx, &buildqueuestate.ListOperationsRequest{PageSize: math.MaxInt32})
	if err != nil {
		return err
	}
	var errs []error
	for _, operation := range listed.GetOperations() {
		_, err := c.state.KillOperations(ctx, &buildqueuestate.KillOperationsRequest{
			Filter: &buildqueuestate.KillOperationsRequest_Filter{
				Type: &buildqueuestate.KillOperationsRequest_Filter_OperationName{OperationName: operation.GetName()},
			},
			Status: status.New(codes.Aborted, "killed by the test").Proto(),
		})
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// store sends what the cluster does not have.
func (c Client) store(ctx context.Context, blobs [][]byte) error {
	byHash := map[string][]byte{}
	find := &remoteexecution.FindMissingBlobsRequest{}
	for _, blob := range blobs {
		digest := digestOf(blob)
		byHash[digest.GetHash()] = blob
		find.BlobDigests = append(find.BlobDigests, digest)
	}
	missing, err := c.storage.FindMissingBlobs(ctx, find)
	if err != nil {
		return err
	}
	request := &remoteexecution.BatchUpdateBlobsRequest{}
	for _, digest := range missing.GetMissingBlobDigests() {
		request.Requests = append(request.Requests, &remoteexecution.BatchUpdateBlobsRequest_Request{Digest: digest, Data: byHash[digest.GetHash()]})
	}
	response, err := c.storage.BatchUpdateBlobs(ctx, request)
	if err != nil {
		return err
	}
	var errs []error
	for _, blob := range response.GetResponses() {
		errs = append(errs, status.ErrorProto(blob.GetStatus()))
	}
	return errors.Join(errs...)
}

// Output is the content of an action's output file.
func (c Client) Output(ctx context.Context, result *remoteexecution.ActionResult, name string) (string, error) {
	for _, file := range result.GetOutputFiles() {
		if file.GetPath() == name {
			return c.read(ctx, file.GetDigest())
		}
	}
	return "", fmt.Errorf("the action has no output %q", name)
}

// Stdout is what an action wrote there.
func (c Client) Stdout(ctx context.Context, result *remoteexecution.ActionResult) (string, error) {
	if result.GetStdoutDigest() == nil {
		return string(result.GetStdoutRaw()), nil
	}
	return c.read(ctx, result.GetStdoutDigest())
}

func (c Client) read(ctx context.Context, digest *remoteexecution.Digest) (string, error) {
	response, err := c.storage.BatchReadBlobs(ctx, &remoteexecution.BatchReadBlobsRequest{Digests: []*remoteexecution.Digest{digest}})
	if err != nil {
		return "", err
	}
	blob := response.GetResponses()[0]
	return string(blob.GetData()), status.ErrorProto(blob.GetStatus())
}

// encoded is an action as it is stored.
type encoded struct {
	digest *remoteexecution.Digest
	blobs  [][]byte
}

func (e *encoded) add(message proto.Message) (*remoteexecution.Digest, error) {
	blob, err := proto.MarshalOptions{Deterministic: true}.Marshal(message)
	e.blobs = append(e.blobs, blob)
	return digestOf(blob), err
}

func (a Action) encode() (encoded, error) {
	of := encoded{}
	root := &remoteexecution.Directory{}
	for _, name := range slices.Sorted(maps.Keys(a.Inputs)) {
		content := []byte(a.Inputs[name])
		of.blobs = append(of.blobs, content)
		root.Files = append(root.Files, &remoteexecution.FileNode{Name: name, Digest: digestOf(content)})
	}
	rootDigest, err := of.add(root)
	if err != nil {
		return encoded{}, err
	}
	commandDigest, err := of.add(&remoteexecution.Command{Arguments: a.Arguments, OutputPaths: a.Outputs, Platform: a.platform()})
	if err != nil {
		return encoded{}, err
	}
	action := &remoteexecution.Action{
		CommandDigest: commandDigest, InputRootDigest: rootDigest,
		Platform: a.platform(), DoNotCache: a.DoNotCache,
	}
	if a.Timeout > 0 {
		action.Timeout = durationpb.New(a.Timeout)
	}
	of.digest, err = of.add(action)
	return of, err
}

func (a Action) platform() *remoteexecution.Platform {
	platform := &remoteexecution.Platform{}
	for _, name := range slices.Sorted(maps.Keys(a.Properties)) {
		platform.Properties = append(platform.Properties, &remoteexecution.Platform_Property{Name: name, Value: a.Properties[name]})
	}
	return platform
}

// annotate tells what the action is for, in the protocol's header.
func (a Action) annotate(ctx context.Context) (context.Context, error) {
	blob, err := proto.Marshal(&remoteexecution.RequestMetadata{TargetId: a.Target, ActionMnemonic: a.Mnemonic, ToolInvocationId: "clustertest"})
	return metadata.AppendToOutgoingContext(ctx, "build.bazel.remote.execution.v2.requestmetadata-bin", string(blob)), err
}

func digestOf(blob []byte) *remoteexecution.Digest {
	hash := sha256.Sum256(blob)
	return &remoteexecution.Digest{Hash: hex.EncodeToString(hash[:]), SizeBytes: int64(len(blob))}
}
