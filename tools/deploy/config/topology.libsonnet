// Where the services of the Kubernetes cluster are, and how large. The volume claims, limits
// and replicas in ../kubernetes must fit; a test compares them.
local GiB = 1024 * 1024 * 1024;

{
  // The name of a shard decides which blobs it holds: keep names when shards come or go.
  // a and b hold the same.
  shards: {
    [std.toString(i)]: {
      a: 'storage-a-%d.storage-a.buildbarn.svc:8981' % i,
      b: 'storage-b-%d.storage-b.buildbarn.svc:8981' % i,
    }
    for i in std.range(0, 1)
  },

  scheduler: 'scheduler.buildbarn.svc',

  // Of each storage server: sizes of the stores, and of the mean object in them, from which
  // follows how many objects the index has room for. See docs/capacity.md.
  contentAddressableStorage: { sizeBytes: 200 * GiB, meanObjectBytes: 16 * 1024 },
  actionCache: { sizeBytes: 2 * GiB, meanObjectBytes: 2 * 1024 },

  // Of each worker: inputs that are kept on its disk for later actions.
  workerCache: { sizeBytes: 20 * GiB, files: 500 * 1000 },
}
