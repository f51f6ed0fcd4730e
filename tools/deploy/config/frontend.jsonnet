// bb_storage as the frontend: what Bazel talks to. It keeps nothing.
local buildbarn = import 'buildbarn.libsonnet';
local cluster = import 'cluster.libsonnet';
local topology = import 'topology.libsonnet';

{
  global: buildbarn.global,
  maximumMessageSizeBytes: cluster.maximumMessageSizeBytes,
  grpcServers: [buildbarn.publicServer(8980)],

  contentAddressableStorage: {
    backend: buildbarn.blobstore.contentAddressableStorage,
    getAuthorizer: buildbarn.anyone,
    // Inputs of remote actions. What is stored here is named by its own hash.
    putAuthorizer: buildbarn.anyone,
    findMissingAuthorizer: buildbarn.anyone,
  },
  // Results of remote actions are written by the workers that ran them, not through here.
  actionCache: {
    backend: buildbarn.blobstore.actionCache,
    getAuthorizer: buildbarn.anyone,
    putAuthorizer: buildbarn.ci,
  },

  schedulers: {
    '': {
      endpoint: buildbarn.client(topology.scheduler + ':8982') {
        // Says which build an action is of, so that builds get equal shares of the workers.
        addMetadataJmespathExpression: {
          expression: |||
            {
              "build.bazel.remote.execution.v2.requestmetadata-bin":
                incomingGRPCMetadata."build.bazel.remote.execution.v2.requestmetadata-bin"
            }
          |||,
        },
      },
    },
  },
  executeAuthorizer: buildbarn.anyone,
}
