// bb_scheduler: a queue a pool.
local buildbarn = import 'buildbarn.libsonnet';
local cluster = import 'cluster.libsonnet';

local platform(properties) = {
  // The protocol wants them sorted, as objectFields is.
  properties: [{ name: name, value: properties[name] } for name in std.objectFields(properties)],
};

// Which properties of an action lead to which pool. bb_scheduler compares sets of properties
// as a whole, so each is listed, once without and once with the toolchain.
local routes = [
  { properties: {}, pool: 'default' },
  { properties: { pool: 'default' }, pool: 'default' },
  { properties: { pool: 'serial' }, pool: 'serial' },
  { properties: { network: 'on' }, pool: 'network' },
  { properties: { network: 'on', pool: 'default' }, pool: 'network' },
  // What must be alone in the whole build can be on one worker only, which so has a network.
  { properties: { network: 'on', pool: 'serial' }, pool: 'serial' },
];

local toPool(platformKeyExtractor) = {
  simple: {
    platformKeyExtractor: platformKeyExtractor,
    // Builds get equal shares, and of one that calls Bazel several times, each call.
    invocationKeyExtractors: [{ correlatedInvocationsId: {} }, { toolInvocationId: {} }],
    initialSizeClassAnalyzer: {
      defaultExecutionTimeout: cluster.defaultExecutionTimeout,
      maximumExecutionTimeout: cluster.maximumExecutionTimeout,
    },
  },
};

{
  global: buildbarn.global,
  maximumMessageSizeBytes: cluster.maximumMessageSizeBytes,
  clientGrpcServers: [buildbarn.internalServer(8982)],
  workerGrpcServers: [buildbarn.internalServer(8983)],
  executeAuthorizer: buildbarn.services(['frontend']),
  synchronizeAuthorizer: buildbarn.services(['worker']),

  // The status page, for who may enter the pod: kubectl port-forward deploy/scheduler 7982.
  adminHttpServers: [{
    listenAddresses: ['localhost:7982'],
    authenticationPolicy: { allow: {} },
  }],
  modifyDrainsAuthorizer: buildbarn.anyone,
  killOperationsAuthorizer: buildbarn.anyone,
  browserUrl: cluster.browserUrl,

  // Actions are read from it.
  contentAddressableStorage: buildbarn.blobstore.contentAddressableStorage,

  actionRouter: {
    demultiplexing: {
      platformKeyExtractor: { action: {} },
      backends: [
        {
          platform: platform(route.properties + toolchain),
          actionRouter: toPool({ static: platform({ pool: route.pool }) }),
        }
        for route in routes
        for toolchain in [{}, cluster.toolchain]
      ],
      // Anything else finds no workers, by an error that names its properties.
      defaultActionRouter: toPool({ action: {} }),
    },
  },

  // They are there without workers too: actions wait until the autoscaler has made some.
  predeclaredPlatformQueues: [
    { platform: platform({ pool: pool }), sizeClasses: [0] }
    for pool in std.set([route.pool for route in routes])
  ],
  platformQueueWithNoWorkersTimeout: '900s',
}
