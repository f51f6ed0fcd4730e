package queue

import (
	"context"
	"log/slog"
	"path"
	"sync"
	"time"

	remoteexecution "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"github.com/buildbarn/bb-remote-execution/pkg/proto/remoteworker"
	"google.golang.org/grpc/codes"
)

// Workers is the scheduler as its workers reach it. It notes what each of them is at, as the
// scheduler's own state tells neither since when nor how far that is, and it logs each action
// that a worker has ended.
type Workers struct {
	remoteworker.OperationQueueServer

	mutex   sync.Mutex
	tasks   map[string]Task
	lastEnd time.Time
}

// Task is an action that a worker is at.
type Task struct {
	// Since is when the worker was given it.
	Since time.Time
	// Phase is how far the worker is.
	Phase string
	// Mnemonic is the client's name for this kind of action, Target that of what it is for.
	// A client may leave both out.
	Mnemonic, Target string

	cacheable bool
}

// NewWorkers wraps a scheduler.
func NewWorkers(scheduler remoteworker.OperationQueueServer) *Workers {
	return &Workers{OperationQueueServer: scheduler, tasks: map[string]Task{}}
}

// WorkerName tells a worker from all others of the cluster.
func WorkerName(id map[string]string) string {
	return path.Join(id["host"], id["process"], id["pool"]+"-"+id["place"])
}

// Task is what a worker is at; there may be none.
func (w *Workers) Task(id map[string]string) (Task, bool) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	task, ok := w.tasks[WorkerName(id)]
	return task, ok
}

// LastEnd is when the last action ended that did; there may be none.
func (w *Workers) LastEnd() time.Time {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	return w.lastEnd
}

// Synchronize is what workers call to tell of their state, and to be given actions.
func (w *Workers) Synchronize(ctx context.Context, request *remoteworker.SynchronizeRequest) (*remoteworker.SynchronizeResponse, error) {
	name := WorkerName(request.GetWorkerId())
	w.report(name, request.GetCurrentState().GetExecuting())
	response, err := w.OperationQueueServer.Synchronize(ctx, request)
	if err == nil {
		w.assign(name, response.GetDesiredState())
	}
	return response, err
}

// report notes what a worker says. It says again that an action ended when its connection was
// cut meanwhile.
func (w *Workers) report(name string, state *remoteworker.CurrentState_Executing) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	task, ok := w.tasks[name]
	if !ok || state == nil {
		return
	}
	if ended := state.GetCompleted(); ended != nil {
		delete(w.tasks, name)
		w.lastEnd = time.Now()
		task.log(name, ended)
		return
	}
	task.Phase = phase(state)
	w.tasks[name] = task
}

func (w *Workers) assign(name string, desired *remoteworker.DesiredState) {
	if desired == nil {
		return
	}
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if executing := desired.GetExecuting(); executing != nil {
		w.tasks[name] = newTask(executing)
	} else {
		delete(w.tasks, name)
	}
}

func newTask(executing *remoteworker.DesiredState_Executing) Task {
	task := Task{Since: time.Now(), Phase: phaseStarted, cacheable: !executing.GetAction().GetDoNotCache()}
	for _, any := range executing.GetAuxiliaryMetadata() {
		metadata := &remoteexecution.RequestMetadata{}
		if any.UnmarshalTo(metadata) == nil {
			task.Target, task.Mnemonic = metadata.GetTargetId(), metadata.GetActionMnemonic()
		}
	}
	return task
}

// A worker that has been given an action waits for its places on the host.
const phaseStarted = "waiting for its place"

func phase(state *remoteworker.CurrentState_Executing) string {
	switch state.GetExecutionState().(type) {
	case *remoteworker.CurrentState_Executing_FetchingInputs:
		return "fetching inputs"
	case *remoteworker.CurrentState_Executing_Running:
		return "running"
	case *remoteworker.CurrentState_Executing_UploadingOutputs:
		return "uploading outputs"
	default:
		return phaseStarted
	}
}

// log tells of an action in one line; of one that could not be run, as a warning.
func (t Task) log(worker string, response *remoteexecution.ExecuteResponse) {
	result := response.GetResult()
	metadata := result.GetExecutionMetadata()
	log := slog.With("target", t.Target, "mnemonic", t.Mnemonic, "worker", worker,
		"duration", metadata.GetWorkerCompletedTimestamp().AsTime().Sub(metadata.GetWorkerStartTimestamp().AsTime()).Round(time.Millisecond))
	if status := response.GetStatus(); status.GetCode() != int32(codes.OK) {
		log.Warn("action failed", "code", codes.Code(status.GetCode()), "error", status.GetMessage())
		return
	}
	log.Info("action ended", "exit", result.GetExitCode(), "cached", t.cacheable && result.GetExitCode() == 0)
}
