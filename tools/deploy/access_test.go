package deploy

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	remoteexecution "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"github.com/buildbarn/bb-remote-execution/pkg/proto/remoteworker"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/emptypb"
)

const (
	frontend = "frontend.buildbarn.svc:8980"
	clients  = "scheduler.buildbarn.svc:8982"
	workers  = "scheduler.buildbarn.svc:8983"
)

func storageHost(half string, shard int) string {
	return fmt.Sprintf("storage-%s-%d.storage-%s.buildbarn.svc", half, shard, half)
}

func startCluster(t testing.TB) *cluster {
	t.Helper()
	c := newCluster(t)
	for _, half := range []string{"a", "b"} {
		for shard := range 2 {
			c.startStorage("storage", "storage.jsonnet", storageHost(half, shard))
		}
	}
	c.startScheduler("scheduler.buildbarn.svc")
	c.startStorage("frontend", "frontend.jsonnet", "frontend.buildbarn.svc")
	return c
}

// dial connects to a port with the certificate of a service, or none.
func (c *cluster) dial(address, service string) *grpc.ClientConn {
	c.t.Helper()
	secrets := secretsFolder(c.t)
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		c.t.Fatal(err)
	}
	config := &tls.Config{ServerName: host, RootCAs: x509.NewCertPool()}
	config.RootCAs.AppendCertsFromPEM(readFile(c.t, filepath.Join(secrets, "ca.crt")))
	if service != "" {
		pair, err := tls.LoadX509KeyPair(filepath.Join(secrets, service, "tls.crt"), filepath.Join(secrets, service, "tls.key"))
		if err != nil {
			c.t.Fatal(err)
		}
		config.Certificates = []tls.Certificate{pair}
	}
	connection, err := grpc.NewClient("unix://"+c.socket(address), grpc.WithTransportCredentials(credentials.NewTLS(config)))
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() { connection.Close() })
	return connection
}

// as returns a context that sends a token: of "ci", "developer", or nobody's.
func (c *cluster) as(who string) context.Context {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), 20*time.Second)
	c.t.Cleanup(cancel)
	if who == "" {
		return ctx
	}
	token := strings.TrimSpace(string(readFile(c.t, filepath.Join(secretsFolder(c.t), strings.TrimSuffix(who, "+forged")+".token"))))
	if strings.HasSuffix(who, "+forged") {
		// The payload of one token, the signature of another.
		other := strings.TrimSpace(string(readFile(c.t, filepath.Join(secretsFolder(c.t), "developer.token"))))
		token = token[:strings.LastIndex(token, ".")] + other[strings.LastIndex(other, "."):]
	}
	return metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer "+token)
}

func digestOf(content []byte) *remoteexecution.Digest {
	sum := sha256.Sum256(content)
	return &remoteexecution.Digest{Hash: hex.EncodeToString(sum[:]), SizeBytes: int64(len(content))}
}

func updateActionResult(ctx context.Context, connection *grpc.ClientConn, action string) error {
	_, err := remoteexecution.NewActionCacheClient(connection).UpdateActionResult(ctx, &remoteexecution.UpdateActionResultRequest{
		ActionDigest: digestOf([]byte(action)),
		ActionResult: &remoteexecution.ActionResult{StdoutRaw: []byte(action)},
	})
	return err
}

func getActionResult(ctx context.Context, connection *grpc.ClientConn, action string) error {
	_, err := remoteexecution.NewActionCacheClient(connection).GetActionResult(ctx, &remoteexecution.GetActionResultRequest{
		ActionDigest: digestOf([]byte(action)),
	})
	return err
}

func upload(ctx context.Context, connection *grpc.ClientConn, content []byte) error {
	response, err := remoteexecution.NewContentAddressableStorageClient(connection).BatchUpdateBlobs(ctx, &remoteexecution.BatchUpdateBlobsRequest{
		Requests: []*remoteexecution.BatchUpdateBlobsRequest_Request{{Digest: digestOf(content), Data: content}},
	})
	if err != nil {
		return err
	}
	return status.ErrorProto(response.Responses[0].Status)
}

func has(ctx context.Context, connection *grpc.ClientConn, content []byte) (bool, error) {
	response, err := remoteexecution.NewContentAddressableStorageClient(connection).FindMissingBlobs(ctx, &remoteexecution.FindMissingBlobsRequest{
		BlobDigests: []*remoteexecution.Digest{digestOf(content)},
	})
	if err != nil {
		return false, err
	}
	return len(response.MissingBlobDigests) == 0, nil
}

func synchronize(ctx context.Context, connection *grpc.ClientConn, pool string, state *remoteworker.CurrentState) (*remoteworker.SynchronizeResponse, error) {
	return remoteworker.NewOperationQueueClient(connection).Synchronize(ctx, &remoteworker.SynchronizeRequest{
		// Else the scheduler answers when there is something to do.
		PreferBeingIdle: state != idle,
		WorkerId:        map[string]string{"pool": pool},
		Platform:        platformOf([][2]string{{"pool", pool}}),
		CurrentState:    state,
	})
}

var idle = &remoteworker.CurrentState{WorkerState: &remoteworker.CurrentState_Idle{Idle: &emptypb.Empty{}}}

func wantCode(t testing.TB, what string, err error, want codes.Code) {
	t.Helper()
	if status.Code(err) != want {
		t.Errorf("%s: %v (%v), want %v", what, err, status.Code(err), want)
	}
}

func TestOnlyCIWritesActionResults(t *testing.T) {
	c := startCluster(t)
	connection := c.dial(frontend, "")
	for _, attempt := range []struct {
		who         string
		write, read codes.Code
	}{
		{"developer", codes.PermissionDenied, codes.NotFound},
		{"ci+forged", codes.Unauthenticated, codes.Unauthenticated},
		{"", codes.Unauthenticated, codes.Unauthenticated},
		{"ci", codes.OK, codes.OK},
		{"developer", codes.PermissionDenied, codes.OK},
	} {
		wantCode(t, attempt.who+" writes", updateActionResult(c.as(attempt.who), connection, "action"), attempt.write)
		wantCode(t, attempt.who+" reads", getActionResult(c.as(attempt.who), connection, "action"), attempt.read)
	}
	// A service's certificate is no token.
	wantCode(t, "a worker writes through the frontend", updateActionResult(c.as(""), c.dial(frontend, "worker"), "b"), codes.Unauthenticated)
}

func TestServicesDoTheirOwnOnly(t *testing.T) {
	c := startCluster(t)
	storage := storageHost("a", 0) + ":8981"
	for _, attempt := range []struct {
		service                           string
		putResult, putBlob, read, execute codes.Code
		synchronize                       codes.Code
	}{
		{"worker", codes.OK, codes.OK, codes.NotFound, codes.PermissionDenied, codes.OK},
		{"frontend", codes.OK, codes.OK, codes.NotFound, codes.NotFound, codes.PermissionDenied},
		{"scheduler", codes.PermissionDenied, codes.PermissionDenied, codes.PermissionDenied, codes.PermissionDenied, codes.PermissionDenied},
		{"storage", codes.PermissionDenied, codes.PermissionDenied, codes.PermissionDenied, codes.PermissionDenied, codes.PermissionDenied},
		{"", codes.Unauthenticated, codes.Unauthenticated, codes.Unauthenticated, codes.Unauthenticated, codes.Unauthenticated},
	} {
		t.Run(attempt.service, func(t *testing.T) {
			connection := c.dial(storage, attempt.service)
			wantCode(t, "result", updateActionResult(c.as(""), connection, "action"), attempt.putResult)
			wantCode(t, "blob", upload(c.as(""), connection, []byte("blob")), attempt.putBlob)
			wantCode(t, "read", getActionResult(c.as(""), connection, "another"), attempt.read)
			stream, err := remoteexecution.NewExecutionClient(c.dial(clients, attempt.service)).Execute(c.as(""), &remoteexecution.ExecuteRequest{ActionDigest: digestOf(nil)})
			if err == nil {
				_, err = stream.Recv()
			}
			// What may execute is told that there is no such action.
			if attempt.execute != codes.NotFound || status.Code(err) == codes.PermissionDenied {
				wantCode(t, "execute", err, attempt.execute)
			}
			_, err = synchronize(c.as(""), c.dial(workers, attempt.service), "default", &remoteworker.CurrentState{
				WorkerState: &remoteworker.CurrentState_Executing_{Executing: &remoteworker.CurrentState_Executing{
					ActionDigest:   digestOf(nil),
					ExecutionState: &remoteworker.CurrentState_Executing_Started{Started: &emptypb.Empty{}},
				}},
			})
			wantCode(t, "synchronize", err, attempt.synchronize)
		})
	}
}

// Each blob is in both halves of one shard; what a half has lost comes from the other.
func TestHalves(t *testing.T) {
	c := newCluster(t)
	stops := map[string]func(){}
	for _, half := range []string{"a", "b"} {
		for shard := range 2 {
			host := storageHost(half, shard)
			stops[host] = c.startStorage("storage", "storage.jsonnet", host)
		}
	}
	c.startScheduler("scheduler.buildbarn.svc")
	c.startStorage("frontend", "frontend.jsonnet", "frontend.buildbarn.svc")
	connection := c.dial(frontend, "")
	const blobs = 20
	for i := range blobs {
		if err := upload(c.as("developer"), connection, fmt.Append(nil, "blob", i)); err != nil {
			t.Fatal(err)
		}
	}
	used := map[string]int{}
	for i := range blobs {
		where := c.holders(fmt.Append(nil, "blob", i))
		used[where]++
		if where != "a0 b0" && where != "a1 b1" {
			t.Errorf("blob%d is on %q, want both halves of one shard", i, where)
		}
	}
	if len(used) != 2 {
		t.Errorf("blobs are on %v, want both shards in use", used)
	}

	for shard := range 2 {
		host := storageHost("a", shard)
		stops[host]()
		if err := os.RemoveAll(filepath.Join(c.storage, host)); err != nil {
			t.Fatal(err)
		}
		c.startStorage("storage", "storage.jsonnet", host)
	}
	// Through another frontend, for the first remembers for two minutes what is there.
	c.startStorage("frontend", "frontend.jsonnet", "frontend.buildbarn.svc")
	connection = c.dial(frontend, "")
	for i := range blobs {
		found, err := has(c.as("developer"), connection, fmt.Append(nil, "blob", i))
		if err != nil || !found {
			t.Errorf("blob%d is gone with one half: %v", i, err)
		}
		if where := c.holders(fmt.Append(nil, "blob", i)); where != "a0 b0" && where != "a1 b1" {
			t.Errorf("blob%d was not copied back: it is on %q", i, where)
		}
	}
}

// holders asks each storage server itself.
func (c *cluster) holders(content []byte) string {
	c.t.Helper()
	var holders []string
	for _, half := range []string{"a", "b"} {
		for shard := range 2 {
			found, err := has(c.as(""), c.dial(storageHost(half, shard)+":8981", "worker"), content)
			if err != nil {
				c.t.Fatal(err)
			}
			if found {
				holders = append(holders, fmt.Sprint(half, shard))
			}
		}
	}
	return strings.Join(holders, " ")
}

// An action with the property pool=serial goes from a developer's Bazel to the serial worker,
// and its result back.
func TestSerialActionEndToEnd(t *testing.T) {
	c := startCluster(t)
	connection := c.dial(frontend, "")
	action, err := proto.Marshal(&remoteexecution.Action{
		CommandDigest:   digestOf(nil),
		InputRootDigest: digestOf(nil),
		Platform:        platformOf([][2]string{{"pool", "serial"}}),
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := upload(c.as("developer"), connection, action); err != nil {
		t.Fatal(err)
	}
	executed := make(chan error, 1)
	go func() {
		executed <- execute(c.as("developer"), connection, digestOf(action))
	}()

	worker := c.dial(workers, "worker")
	response, err := synchronize(c.as(""), worker, "serial", idle)
	if err != nil {
		t.Fatal(err)
	}
	desired := response.DesiredState.GetExecuting()
	if !proto.Equal(desired.GetActionDigest(), digestOf(action)) {
		t.Fatalf("the serial worker is to do %v", response)
	}
	checkPlatformLabel(t)
	if _, err := synchronize(c.as(""), worker, "serial", completed(desired.ActionDigest)); err != nil {
		t.Fatal(err)
	}
	if err := <-executed; err != nil {
		t.Fatal(err)
	}
}

func completed(action *remoteexecution.Digest) *remoteworker.CurrentState {
	return &remoteworker.CurrentState{
		WorkerState: &remoteworker.CurrentState_Executing_{Executing: &remoteworker.CurrentState_Executing{
			ActionDigest: action,
			ExecutionState: &remoteworker.CurrentState_Executing_Completed{Completed: &remoteexecution.ExecuteResponse{
				Result: &remoteexecution.ActionResult{},
			}},
		}},
	}
}

func execute(ctx context.Context, connection *grpc.ClientConn, action *remoteexecution.Digest) error {
	stream, err := remoteexecution.NewExecutionClient(connection).Execute(ctx, &remoteexecution.ExecuteRequest{ActionDigest: action})
	for err == nil {
		operation, receiveErr := stream.Recv()
		if err = receiveErr; err == nil && operation.Done {
			var response remoteexecution.ExecuteResponse
			if err := operation.GetResponse().UnmarshalTo(&response); err != nil {
				return err
			}
			return status.ErrorProto(response.Status)
		}
	}
	return err
}
