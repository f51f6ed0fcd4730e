// Package worker runs actions: it composes Buildbarn's worker, as bb_worker does, for each of
// a pool's places. The commands themselves are spawned by another process, the runner.
package worker

import (
	"fmt"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"

	re_blobstore "github.com/buildbarn/bb-remote-execution/pkg/blobstore"
	"github.com/buildbarn/bb-remote-execution/pkg/builder"
	"github.com/buildbarn/bb-remote-execution/pkg/cas"
	"github.com/buildbarn/bb-remote-execution/pkg/cleaner"
	"github.com/buildbarn/bb-remote-execution/pkg/filesystem/pool"
	"github.com/buildbarn/bb-remote-execution/pkg/proto/remoteworker"
	runner_pb "github.com/buildbarn/bb-remote-execution/pkg/proto/runner"
	"github.com/buildbarn/bb-storage/pkg/blobstore"
	"github.com/buildbarn/bb-storage/pkg/clock"
	"github.com/buildbarn/bb-storage/pkg/digest"
	"github.com/buildbarn/bb-storage/pkg/eviction"
	"github.com/buildbarn/bb-storage/pkg/filesystem"
	"github.com/buildbarn/bb-storage/pkg/filesystem/path"
	"github.com/buildbarn/bb-storage/pkg/program"
	"golang.org/x/sync/semaphore"

	"github.com/rules-xdist/rules_xdist/tools/buildbarn/network"
	"github.com/rules-xdist/rules_xdist/tools/buildbarn/queue"
	"github.com/rules-xdist/rules_xdist/tools/buildbarn/store"
)

const (
	// How many blobs are fetched or stored at one time, by all workers together.
	transfers = 16

	// Directories, not files, that are kept in memory.
	cachedDirectories     = 10_000
	cachedDirectoriesSize = 32 << 20

	// Uploads hold their files open, so they are not many.
	uploadBatch = 100
)

// Host is a machine, or a part of one, on which workers run.
type Host struct {
	// Dir is the folder for what actions read and write. The host owns it alone.
	Dir string
	// ID tells its workers from those of other hosts.
	ID        map[string]string
	Scheduler remoteworker.OperationQueueClient
	Runner    runner_pb.RunnerClient
	Stores    store.Stores
	// HardLinks lets actions share the files of their inputs. It takes a runner that keeps
	// them from being written to.
	HardLinks bool
	// CacheBytes bounds the shared files.
	CacheBytes int64
}

// BuildDir is the folder below a host's folder in which actions run.
func BuildDir(dir string) string { return filepath.Join(dir, "build") }

// Launch starts the workers of pools. They end with the group, each after the action that it
// is at.
func (h Host) Launch(pools []queue.Pool, group program.Group) error {
	shared, err := h.share(placesOf(pools))
	if err != nil {
		return err
	}
	for _, pool := range pools {
		for place := range pool.Concurrency {
			shared.launch(pool, place, group)
		}
	}
	return nil
}

// shared is what all workers of a host have in common.
type shared struct {
	Host
	cas         blobstore.BlobAccess
	directories cas.DirectoryFetcher
	files       cas.FileFetcher
	build       filesystem.DirectoryCloser
	cleaner     *cleaner.IdleInvoker
	places      places
	nextAction  *atomic.Uint64
	downloads   *semaphore.Weighted
	uploads     *semaphore.Weighted
}

func (h Host) share(places places) (*shared, error) {
	buildDir := BuildDir(h.Dir)
	build, err := openEmpty(buildDir)
	if err != nil {
		return nil, err
	}
	// Tells Bazel to upload again what was evicted meanwhile.
	blobs := re_blobstore.NewExistencePreconditionBlobAccess(h.Stores.ContentAddressableStorage)
	files := cas.NewBlobAccessFileFetcher(blobs)
	if h.HardLinks {
		// Beside the folder of actions: links do not leave a file system.
		kept, err := openEmpty(filepath.Join(h.Dir, "inputs"))
		if err != nil {
			return nil, err
		}
		files = cas.NewHardlinkingFileFetcher(files, kept, 1_000_000, h.CacheBytes, eviction.NewLRUSet[string]())
	}
	return &shared{
		Host: h,
		cas:  blobs,
		directories: cas.NewCachingDirectoryFetcher(
			cas.NewBlobAccessDirectoryFetcher(blobs, store.MaxMessageBytes, 0),
			digest.KeyWithoutInstance, cachedDirectories, cachedDirectoriesSize,
			eviction.NewLRUSet[cas.CachingDirectoryFetcherKey]()),
		files:      files,
		build:      build,
		cleaner:    cleaner.NewIdleInvoker(cleaner.NewDirectoryCleaner(build, buildDir)),
		places:     places,
		nextAction: &atomic.Uint64{},
		downloads:  semaphore.NewWeighted(transfers),
		uploads:    semaphore.NewWeighted(transfers),
	}, nil
}

// openEmpty opens a folder, without what an earlier worker left in it.
func openEmpty(dir string) (filesystem.DirectoryCloser, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	opened, err := filesystem.NewLocalDirectory(path.LocalFormat.NewParser(dir))
	if err != nil {
		return nil, err
	}
	return opened, opened.RemoveAllChildren()
}

// launch starts one worker, which runs one action at a time.
func (s *shared) launch(of queue.Pool, place int, group program.Group) {
	id := maps.Clone(s.ID)
	id["pool"], id["place"] = of.Name, strconv.Itoa(place)
	name := fmt.Sprintf("%s-%d", of.Name, place)
	client := builder.NewBuildClient(s.Scheduler, s.executor(name, of), pool.EmptyFilePool, clock.SystemClock,
		id, digest.EmptyInstanceName, of.Platform(), 0)
	builder.LaunchWorkerThread(group, client, name)
}

// executor is bb_worker's stack of build executors: fetch the inputs, run the command, store
// the outputs, enter the result into the Action Cache.
func (s *shared) executor(name string, of queue.Pool) builder.BuildExecutor {
	writer, flush := re_blobstore.NewBatchedStoreBlobAccess(s.cas, digest.KeyWithoutInstance, uploadBatch, s.uploads)
	directories := builder.NewSharedBuildDirectoryCreator(
		builder.NewCleanBuildDirectoryCreator(
			builder.NewRootBuildDirectoryCreator(
				builder.NewNaiveBuildDirectory(s.build, s.directories, s.files, s.downloads, writer)),
			s.cleaner),
		s.nextAction)
	executor := builder.NewLocalBuildExecutor(writer, directories, s.Runner, clock.SystemClock, 0, nil,
		store.MaxMessageBytes, nil, false, false)
	executor = network.NewBuildExecutor(executor)
	executor = builder.NewStorageFlushingBuildExecutor(executor, flush)
	executor = builder.NewMetricsBuildExecutor(builder.NewTimestampedBuildExecutor(executor, clock.SystemClock, name))
	executor = placedExecutor{executor, s.places, s.places.takenBy(of)}
	// Buildbarn links to its browser in messages; here there is none.
	nowhere := &url.URL{Scheme: "http", Host: "localhost"}
	return builder.NewCachingBuildExecutor(executor, s.cas, s.Stores.ActionCache, nowhere)
}
