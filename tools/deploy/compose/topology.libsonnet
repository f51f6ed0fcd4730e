// Takes the place of ../config/topology.libsonnet on one host.
local GiB = 1024 * 1024 * 1024;

{
  shards: {
    [std.toString(i)]: { a: 'storage-a-%d:8981' % i, b: 'storage-b-%d:8981' % i }
    for i in std.range(0, 1)
  },
  scheduler: 'scheduler',
  contentAddressableStorage: { sizeBytes: 4 * GiB, meanObjectBytes: 16 * 1024 },
  actionCache: { sizeBytes: GiB / 4, meanObjectBytes: 2 * 1024 },
  workerCache: { sizeBytes: 2 * GiB, files: 100 * 1000 },
}
