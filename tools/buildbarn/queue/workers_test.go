package queue

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	remoteexecution "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"github.com/buildbarn/bb-remote-execution/pkg/proto/remoteworker"
	"google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// answers is a scheduler that says what it was told to, once each.
type answers []answer

type answer struct {
	desired *remoteworker.DesiredState
	err     error
}

func (a *answers) Synchronize(context.Context, *remoteworker.SynchronizeRequest) (*remoteworker.SynchronizeResponse, error) {
	next := (*a)[0]
	*a = (*a)[1:]
	return &remoteworker.SynchronizeResponse{DesiredState: next.desired}, next.err
}

var worker = map[string]string{"host": "h", "process": "7", "pool": "default", "place": "0"}

// synchronize tells of a state; nil is that of a worker without an action.
func synchronize(t *testing.T, workers *Workers, executing *remoteworker.CurrentState_Executing) {
	t.Helper()
	state := &remoteworker.CurrentState{WorkerState: &remoteworker.CurrentState_Idle{Idle: &emptypb.Empty{}}}
	if executing != nil {
		state.WorkerState = &remoteworker.CurrentState_Executing_{Executing: executing}
	}
	// Errors are those that a test has the scheduler return.
	_, _ = workers.Synchronize(t.Context(), &remoteworker.SynchronizeRequest{WorkerId: worker, CurrentState: state})
}

// execute is the scheduler's wish to have an action of a target executed.
func execute(t *testing.T, target string) *remoteworker.DesiredState {
	t.Helper()
	metadata, err := anypb.New(&remoteexecution.RequestMetadata{TargetId: target, ActionMnemonic: "TestRunner"})
	if err != nil {
		t.Fatal(err)
	}
	return &remoteworker.DesiredState{WorkerState: &remoteworker.DesiredState_Executing_{Executing: &remoteworker.DesiredState_Executing{
		Action: &remoteexecution.Action{}, AuxiliaryMetadata: []*anypb.Any{metadata},
	}}}
}

func completed(response *remoteexecution.ExecuteResponse) *remoteworker.CurrentState_Executing {
	return &remoteworker.CurrentState_Executing{ExecutionState: &remoteworker.CurrentState_Executing_Completed{Completed: response}}
}

// capture has the log written to memory for the time of a test.
func capture(t *testing.T) *bytes.Buffer {
	t.Helper()
	var log bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	t.Cleanup(func() { slog.SetDefault(before) })
	return &log
}

func TestTaskFollowsItsWorker(t *testing.T) {
	log := capture(t)
	// Who reports the end of an action and loses the connection, reports it again.
	workers := NewWorkers(&answers{{desired: execute(t, "//:a")}, {}, {}, {err: errors.New("cut")}, {desired: execute(t, "//:b")}, {}})
	begin := time.Now()
	synchronize(t, workers, nil)
	if task, ok := workers.Task(worker); !ok || task.Target != "//:a" || task.Mnemonic != "TestRunner" || task.Since.Before(begin) || task.Phase != phaseStarted {
		t.Errorf("given: %+v, %t", task, ok)
	}
	synchronize(t, workers, &remoteworker.CurrentState_Executing{ExecutionState: &remoteworker.CurrentState_Executing_FetchingInputs{}})
	if task, _ := workers.Task(worker); task.Phase != "fetching inputs" {
		t.Errorf("phase %q", task.Phase)
	}
	synchronize(t, workers, &remoteworker.CurrentState_Executing{ExecutionState: &remoteworker.CurrentState_Executing_Running{}})
	if task, _ := workers.Task(worker); task.Phase != "running" {
		t.Errorf("phase %q", task.Phase)
	}
	at := func(seconds int64) *timestamppb.Timestamp { return &timestamppb.Timestamp{Seconds: seconds} }
	ended := completed(&remoteexecution.ExecuteResponse{Result: &remoteexecution.ActionResult{
		ExecutionMetadata: &remoteexecution.ExecutedActionMetadata{WorkerStartTimestamp: at(100), WorkerCompletedTimestamp: at(103)},
	}})
	synchronize(t, workers, ended)
	if task, ok := workers.Task(worker); ok || workers.LastEnd().Before(begin) {
		t.Errorf("ended: %+v, %s", task, workers.LastEnd())
	}
	synchronize(t, workers, ended)
	if task, _ := workers.Task(worker); task.Target != "//:b" {
		t.Errorf("the next: %+v", task)
	}
	want := `level=INFO msg="action ended" target=//:a mnemonic=TestRunner worker=h/7/default-0 duration=3s exit=0 cached=true`
	if strings.Count(log.String(), "\n") != 1 || !strings.Contains(log.String(), want) {
		t.Errorf("%s\nnot once\n%s", log, want)
	}
}

// A build that was interrupted, or a worker that begins anew, leaves no action behind.
func TestTaskIsTakenAway(t *testing.T) {
	log := capture(t)
	idle := &remoteworker.DesiredState{WorkerState: &remoteworker.DesiredState_Idle{Idle: &emptypb.Empty{}}}
	workers := NewWorkers(&answers{{desired: execute(t, "//:a")}, {desired: idle}})
	synchronize(t, workers, nil)
	synchronize(t, workers, &remoteworker.CurrentState_Executing{ExecutionState: &remoteworker.CurrentState_Executing_Running{}})
	if task, ok := workers.Task(worker); ok {
		t.Errorf("%+v", task)
	}
	if log.Len() > 0 {
		t.Errorf("%s", log)
	}
}

func TestActionThatFailedIsAWarning(t *testing.T) {
	log := capture(t)
	workers := NewWorkers(&answers{{desired: execute(t, "//:a")}, {}})
	synchronize(t, workers, nil)
	synchronize(t, workers, completed(&remoteexecution.ExecuteResponse{Status: &status.Status{Code: 14, Message: "the runner is gone"}}))
	want := `level=WARN msg="action failed" target=//:a mnemonic=TestRunner worker=h/7/default-0 duration=0s code=Unavailable error="the runner is gone"`
	if !strings.Contains(log.String(), want) {
		t.Errorf("%s\nnot\n%s", log, want)
	}
}
