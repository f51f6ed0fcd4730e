// bb_storage as one half of a shard: keeps blobs and action results on its disk, in files of
// fixed size. The oldest goes when there is no room.
local buildbarn = import 'buildbarn.libsonnet';
local cluster = import 'cluster.libsonnet';
local topology = import 'topology.libsonnet';

// The size of an entry of the index: BlockDeviceBackedLocationRecordSize of bb-storage. There
// is room for four times the expected objects (two to ten are recommended), so that entries
// are hardly ever displaced.
local keysBytes(size) = std.floor(size.sizeBytes / size.meanObjectBytes) * 4 * 66;

local onDisk(name, size, newBlocks) = {
  'local': {
    keyLocationMapOnBlockDevice: {
      file: { path: '/storage/%s-keys' % name, sizeBytes: keysBytes(size) },
    },
    keyLocationMapMaximumGetAttempts: 16,
    keyLocationMapMaximumPutAttempts: 64,
    oldBlocks: 8,
    currentBlocks: 24,
    newBlocks: newBlocks,
    blocksOnBlockDevice: {
      source: { file: { path: '/storage/%s-blocks' % name, sizeBytes: size.sizeBytes } },
      spareBlocks: 3,
    },
    persistent: {
      stateDirectoryPath: '/storage/%s-state' % name,
      minimumEpochInterval: '300s',
    },
  },
};

{
  global: buildbarn.global,
  maximumMessageSizeBytes: cluster.maximumMessageSizeBytes,
  grpcServers: [buildbarn.internalServer(8981)],

  contentAddressableStorage: {
    backend: onDisk('cas', topology.contentAddressableStorage, 3),
    getAuthorizer: buildbarn.services(['frontend', 'scheduler', 'worker']),
    putAuthorizer: buildbarn.services(['frontend', 'worker']),
    findMissingAuthorizer: buildbarn.services(['frontend', 'worker']),
  },
  actionCache: {
    backend: onDisk('ac', topology.actionCache, 1),
    getAuthorizer: buildbarn.services(['frontend', 'worker']),
    // The frontend writes for CI only.
    putAuthorizer: buildbarn.services(['frontend', 'worker']),
  },
}
