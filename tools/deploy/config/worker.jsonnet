// bb_worker: takes actions of one pool, lays out their inputs, has bb_runner run them, stores
// what they made.
local buildbarn = import 'buildbarn.libsonnet';
local cluster = import 'cluster.libsonnet';
local topology = import 'topology.libsonnet';

{
  // What actions write is made by another user than the worker: see runner.jsonnet.
  global: buildbarn.global { setUmask: { umask: 0 } },
  maximumMessageSizeBytes: cluster.maximumMessageSizeBytes,
  blobstore: buildbarn.blobstore,
  browserUrl: cluster.browserUrl,
  scheduler: buildbarn.client(topology.scheduler + ':8983'),

  buildDirectories: [{
    native: {
      // In one mount, for inputs are hard links from the one to the other.
      buildDirectoryPath: '/worker/build',
      cacheDirectoryPath: '/worker/cache',
      maximumCacheFileCount: topology.workerCache.files,
      maximumCacheSizeBytes: topology.workerCache.sizeBytes,
      cacheReplacementPolicy: 'LEAST_RECENTLY_USED',
    },
    runners: [{
      endpoint: { address: 'unix:///runner/socket' },
      concurrency: std.parseInt(std.extVar('CONCURRENCY')),
      platform: { properties: [{ name: 'pool', value: std.extVar('POOL') }] },
      workerId: { node: std.extVar('NODE_NAME'), pod: std.extVar('POD_NAME') },
      environmentVariables: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' },
    }],
  }],
  inputDownloadConcurrency: 32,
  outputUploadConcurrency: 32,
  directoryCache: {
    maximumCount: 100 * 1000,
    maximumSizeBytes: 100 * 1000 * 1024,
    cacheReplacementPolicy: 'LEAST_RECENTLY_USED',
  },
  // Bazel 7 names outputs in the old way.
  [if cluster.bazel7 then 'supportLegacyOutputFilesAndDirectories']: true,
}
