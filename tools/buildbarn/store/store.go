// Package store is the cluster's storage: Buildbarn's local storage backend on disk, for the
// Content Addressable Storage and the Action Cache. It only writes the configuration that
// bb_storage would be given, and has Buildbarn build it.
package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/buildbarn/bb-storage/pkg/blobstore"
	"github.com/buildbarn/bb-storage/pkg/blobstore/configuration"
	"github.com/buildbarn/bb-storage/pkg/blobstore/local"
	"github.com/buildbarn/bb-storage/pkg/clock"
	"github.com/buildbarn/bb-storage/pkg/grpc"
	"github.com/buildbarn/bb-storage/pkg/program"
	pb "github.com/buildbarn/bb-storage/pkg/proto/configuration/blobstore"
	"github.com/buildbarn/bb-storage/pkg/proto/configuration/blockdevice"
	"github.com/buildbarn/bb-storage/pkg/zstd"
	"google.golang.org/protobuf/types/known/durationpb"
)

const (
	// MaxMessageBytes bounds the messages of the protocol that are held in memory.
	MaxMessageBytes = 16 << 20

	// MinBytes is the smallest size of a store that can be asked for: a blob must fit
	// into a block, and there are a few dozens of those.
	MinBytes = 64 << 20

	// Of the whole, so much is for action results: they are small.
	actionCacheShare = 16

	// What a blob takes in the mean, pessimistically; it sets the size of the index.
	meanBlobBytes        = 4 << 10
	meanActionCacheBytes = 1 << 10

	// Below the cluster's folder.
	casDir     = "cas"
	acDir      = "ac"
	blocksFile = "blocks"

	// What is written since may be lost when the machine loses its power.
	epoch = 10 * time.Second
)

// Stores are the cluster's two data stores.
type Stores struct {
	ContentAddressableStorage, ActionCache blobstore.BlobAccess
}

// Open opens the stores below a folder, which keeps what is in it across restarts. Together
// they take at most as many bytes, and somewhat more for their index; what was not
// used for longest goes first. An action result is only given out as long as all its outputs are
// there.
func Open(dir string, bytes int64, group program.Group) (Stores, error) {
	configured := &pb.BlobstoreConfiguration{}
	var err error
	cas := device{dir: filepath.Join(dir, casDir), bytes: bytes - bytes/actionCacheShare, meanBlobBytes: meanBlobBytes, newBlocks: 3}
	if configured.ContentAddressableStorage, err = cas.configuration(); err != nil {
		return Stores{}, err
	}
	// Results are overwritten, for which Buildbarn allows one new block only.
	ac := device{dir: filepath.Join(dir, acDir), bytes: bytes / actionCacheShare, meanBlobBytes: meanActionCacheBytes, newBlocks: 1}
	results, err := ac.configuration()
	if err != nil {
		return Stores{}, err
	}
	if err := checkRoom(dir, cas, ac); err != nil {
		return Stores{}, err
	}
	if err := errors.Join(cas.reserve(), ac.reserve()); err != nil {
		return Stores{}, fmt.Errorf("storage: %w", err)
	}
	configured.ActionCache = &pb.BlobAccessConfiguration{
		Backend: &pb.BlobAccessConfiguration_CompletenessChecking{
			CompletenessChecking: &pb.CompletenessCheckingBlobAccessConfiguration{
				Backend:                   results,
				MaximumTotalTreeSizeBytes: 4 * MaxMessageBytes,
			},
		},
	}
	stores, err := build(configured, nil, group)
	if err != nil {
		return Stores{}, err
	}
	return Stores{
		ContentAddressableStorage: &complaining{BlobAccess: stores.ContentAddressableStorage, clock: clock.SystemClock},
		ActionCache:               &complaining{BlobAccess: stores.ActionCache, clock: clock.SystemClock},
	}, nil
}

// Connect reaches the stores of a server over its client configuration.
func Connect(backend *pb.GrpcBlobAccessConfiguration, clients grpc.ClientFactory, group program.Group) (Stores, error) {
	remote := &pb.BlobAccessConfiguration{Backend: &pb.BlobAccessConfiguration_Grpc{Grpc: backend}}
	return build(&pb.BlobstoreConfiguration{ContentAddressableStorage: remote, ActionCache: remote}, clients, group)
}

func build(configured *pb.BlobstoreConfiguration, clients grpc.ClientFactory, group program.Group) (Stores, error) {
	cas, ac, err := configuration.NewCASAndACBlobAccessFromConfiguration(
		group, configured, clients, MaxMessageBytes, zstd.NewUnboundedPool(nil, nil))
	if err != nil {
		return Stores{}, fmt.Errorf("storage: %w", err)
	}
	return Stores{ContentAddressableStorage: cas, ActionCache: ac}, nil
}

// device is one store in files: its blobs, their index, and what makes both last.
type device struct {
	dir           string
	bytes         int64
	meanBlobBytes int64
	newBlocks     int32
}

func (d device) indexBytes() int64 {
	return d.bytes / d.meanBlobBytes * local.BlockDeviceBackedLocationRecordSize
}

func (d device) fileBytes() int64 { return d.bytes + d.indexBytes() }

// configuration follows what Buildbarn's documentation recommends, with fewer blocks: one must
// hold the largest blob.
func (d device) configuration() (*pb.BlobAccessConfiguration, error) {
	state := filepath.Join(d.dir, "state")
	if err := os.MkdirAll(state, 0o700); err != nil {
		return nil, err
	}
	return &pb.BlobAccessConfiguration{Backend: &pb.BlobAccessConfiguration_Local{
		Local: &pb.LocalBlobAccessConfiguration{
			KeyLocationMapBackend: &pb.LocalBlobAccessConfiguration_KeyLocationMapOnBlockDevice{
				KeyLocationMapOnBlockDevice: d.file(indexFile, d.indexBytes()),
			},
			KeyLocationMapMaximumGetAttempts: 16,
			KeyLocationMapMaximumPutAttempts: 64,
			OldBlocks:                        4,
			CurrentBlocks:                    12,
			NewBlocks:                        d.newBlocks,
			BlocksBackend: &pb.LocalBlobAccessConfiguration_BlocksOnBlockDevice_{
				BlocksOnBlockDevice: &pb.LocalBlobAccessConfiguration_BlocksOnBlockDevice{
					Source:      d.file(blocksFile, d.bytes),
					SpareBlocks: 2,
				},
			},
			Persistent: &pb.LocalBlobAccessConfiguration_Persistent{
				StateDirectoryPath:   state,
				MinimumEpochInterval: durationpb.New(epoch),
			},
		},
	}}, nil
}

func (d device) file(name string, bytes int64) *blockdevice.Configuration {
	return &blockdevice.Configuration{Source: &blockdevice.Configuration_File{
		File: &blockdevice.FileConfiguration{Path: filepath.Join(d.dir, name), SizeBytes: bytes},
	}}
}
