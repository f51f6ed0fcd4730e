package deploy

import (
	"context"
	"encoding/binary"
	"fmt"
	"runtime"
	"syscall"
	"testing"
	"time"

	remoteexecution "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"github.com/buildbarn/bb-remote-execution/pkg/proto/remoteworker"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
)

// The figures of docs/capacity.md come from here. All services and their clients share this
// process, and so its CPU time is an upper bound of what frontend, scheduler and storage use.
// Workers are stand-ins, which do an action in no time.

// cpuTime returns what this process has used since it began.
func cpuTime() time.Duration {
	var usage syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// memory returns the bytes in use, of heap and stacks.
func memory() float64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return float64(stats.HeapAlloc + stats.StackInuse)
}

// measure reports the CPU time of each of b.N operations.
func measure(b *testing.B, operation func(i int) error) {
	b.Helper()
	b.ResetTimer()
	before := cpuTime()
	for i := range b.N {
		if err := operation(i); err != nil {
			b.Fatal(err)
		}
	}
	b.StopTimer()
	b.ReportMetric(float64((cpuTime()-before).Microseconds())/float64(b.N)/1000, "cpu-ms/op")
}

func benchmarkContext(c *cluster, who string) context.Context {
	// Without as's deadline, which is for tests.
	return context.WithoutCancel(c.as(who))
}

// An action that is not in the cache, from Execute to its result, with a number of workers that
// wait at the scheduler.
func BenchmarkAction(b *testing.B) {
	for _, slots := range []int{1, 100, 2000} {
		b.Run(fmt.Sprintf("slots=%d", slots), func(b *testing.B) {
			c := startCluster(b)
			connection := c.dial(frontend, "")
			actions := make([]*remoteexecution.Digest, b.N)
			for i := range actions {
				actions[i] = uploadAction(b, c, connection, i)
			}
			before := memory()
			startWorkers(b, c, slots)
			perSlot := (memory() - before) / float64(slots) / 1024
			ctx := benchmarkContext(c, "developer")
			measure(b, func(i int) error { return execute(ctx, connection, actions[i]) })
			b.ReportMetric(perSlot, "KiB/slot")
		})
	}
}

func uploadAction(b testing.TB, c *cluster, connection *grpc.ClientConn, i int) *remoteexecution.Digest {
	b.Helper()
	action, err := proto.Marshal(&remoteexecution.Action{
		Salt:            binary.BigEndian.AppendUint64(nil, uint64(i)),
		CommandDigest:   digestOf(nil),
		InputRootDigest: digestOf(nil),
		DoNotCache:      true,
	})
	if err != nil {
		b.Fatal(err)
	}
	if err := upload(benchmarkContext(c, "developer"), connection, action); err != nil {
		b.Fatal(err)
	}
	return digestOf(action)
}

// startWorkers runs workers, all of them on a few connections, until the end of the benchmark.
func startWorkers(b testing.TB, c *cluster, slots int) {
	b.Helper()
	ctx, cancel := context.WithCancel(b.Context())
	b.Cleanup(cancel)
	before := workersCreated(b)
	const perConnection = 100
	for first := 0; first < slots; first += perConnection {
		connection := c.dial(workers, "worker")
		for slot := first; slot < min(first+perConnection, slots); slot++ {
			go work(ctx, remoteworker.NewOperationQueueClient(connection), fmt.Sprint(slot))
		}
	}
	for workersCreated(b) < before+float64(slots) {
		time.Sleep(10 * time.Millisecond)
	}
}

// workersCreated asks the scheduler's metric, which goes on counting from cluster to cluster.
func workersCreated(b testing.TB) float64 {
	b.Helper()
	sum := 0.0
	for _, metric := range gather(b, "buildbarn_builder_in_memory_build_queue_workers_created_total") {
		sum += metric.GetCounter().GetValue()
	}
	return sum
}

// work is the loop of a worker: telling the end of an action asks for the next one.
func work(ctx context.Context, queue remoteworker.OperationQueueClient, name string) {
	state := idle
	for {
		response, err := queue.Synchronize(ctx, &remoteworker.SynchronizeRequest{
			WorkerId:     map[string]string{"slot": name},
			Platform:     platformOf([][2]string{{"pool", "default"}}),
			CurrentState: state,
		})
		if err != nil {
			return
		}
		state = idle
		if executing := response.DesiredState.GetExecuting(); executing != nil {
			state = completed(executing.ActionDigest)
		}
	}
}

// What a build asks for each action that nothing has changed of, with a number of output files.
func BenchmarkCachedAction(b *testing.B) {
	for _, outputs := range []int{1, 10} {
		b.Run(fmt.Sprintf("outputs=%d", outputs), func(b *testing.B) {
			c := startCluster(b)
			connection := c.dial(frontend, "")
			ci := benchmarkContext(c, "ci")
			result := &remoteexecution.ActionResult{}
			for i := range outputs {
				content := fmt.Append(nil, "output", i)
				if err := upload(ci, connection, content); err != nil {
					b.Fatal(err)
				}
				result.OutputFiles = append(result.OutputFiles, &remoteexecution.OutputFile{Path: fmt.Sprint(i), Digest: digestOf(content)})
			}
			client := remoteexecution.NewActionCacheClient(connection)
			if _, err := client.UpdateActionResult(ci, &remoteexecution.UpdateActionResultRequest{ActionDigest: digestOf(nil), ActionResult: result}); err != nil {
				b.Fatal(err)
			}
			measure(b, func(int) error {
				_, err := client.GetActionResult(ci, &remoteexecution.GetActionResultRequest{ActionDigest: digestOf(nil)})
				return err
			})
		})
	}
}

// A blob into both halves of its shard, through the frontend.
func BenchmarkUpload(b *testing.B) {
	for _, size := range []int{1 << 10, 1 << 20} {
		b.Run(fmt.Sprintf("bytes=%d", size), func(b *testing.B) {
			c := startCluster(b)
			connection := c.dial(frontend, "")
			ctx := benchmarkContext(c, "developer")
			content := make([]byte, size)
			b.SetBytes(int64(size))
			measure(b, func(i int) error {
				binary.BigEndian.PutUint64(content, uint64(i))
				return upload(ctx, connection, content)
			})
		})
	}
}
