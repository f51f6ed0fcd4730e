// What the services share: transport security, identities, and access to the store.
local cluster = import 'cluster.libsonnet';
local topology = import 'topology.libsonnet';

// Who issues the certificates of the services. Read when a service starts: a new authority
// needs a restart, a new certificate does not.
local certificateAuthorities = importstr '../tls/ca.crt';
local keyPair = {
  files: {
    certificatePath: '/tls/tls.crt',
    privateKeyPath: '/tls/tls.key',
    refreshInterval: '3600s',
  },
};

// A service is who its certificate says, by a URI.
local identity(name) = 'spiffe://buildbarn/' + name;

local client(address) = {
  address: address,
  tls: { serverCertificateAuthorities: certificateAuthorities, clientKeyPair: keyPair },
  keepalive: { time: '60s', timeout: '20s', permitWithoutStream: true },
};

local server(port, authenticationPolicy) = {
  listenAddresses: [':%d' % port],
  tls: { serverKeyPair: keyPair },
  authenticationPolicy: authenticationPolicy,
  maximumReceivedMessageSizeBytes: cluster.maximumMessageSizeBytes,
  keepaliveEnforcementPolicy: { minTime: '30s', permitWithoutStream: true },
};

// Both halves get every write. What one has lost is copied back from the other when it is
// asked for; the limit keeps a server that comes back empty from being run over.
local mirrored(shard) = {
  local copy = { concurrencyLimiting: { base: { 'local': {} }, maximumConcurrency: 100 } },
  mirrored: {
    backendA: { grpc: { client: client(shard.a) } },
    backendB: { grpc: { client: client(shard.b) } },
    replicatorAToB: copy,
    replicatorBToA: copy,
  },
};

local sharded = {
  sharding: {
    shards: {
      [name]: { backend: mirrored(topology.shards[name]), weight: 1 }
      for name in std.objectFields(topology.shards)
    },
  },
};

{
  client:: client,

  // For other services, which show their certificates.
  internalServer(port):: server(port, {
    tlsClientCertificate: {
      clientCertificateAuthorities: certificateAuthorities,
      validationJmespathExpression: { expression: '`true`' },
      metadataExtractionJmespathExpression: {
        expression: '{"public": {"services": uris}, "private": {"services": uris}}',
      },
    },
  }),

  // For people and CI, who send tokens.
  publicServer(port):: server(port, {
    local examples = cluster.tokens.examples,
    local metadata(payload, ci) = {
      input: { payload: payload },
      expectedOutput: { public: { user: payload.sub }, private: { ci: ci } },
    },
    local accepted(payload, yes) = { input: { payload: payload }, expectedOutput: yes },
    jwt: {
      jwksFile: '/jwt/jwks.json',
      maximumCacheSize: 1000,
      cacheReplacementPolicy: 'LEAST_RECENTLY_USED',
      claimsValidationJmespathExpression: {
        expression: cluster.tokens.accepted,
        testVectors: [accepted(examples.ci, true), accepted(examples.developer, true)] +
                     [accepted(payload, false) for payload in examples.refused],
      },
      metadataExtractionJmespathExpression: {
        expression: '{"public": {"user": payload.sub}, "private": {"ci": %s}}' % cluster.tokens.ci,
        testVectors: [metadata(examples.ci, true), metadata(examples.developer, false)],
      },
    },
  }),

  anyone:: { allow: {} },

  // Of a public server: CI.
  ci:: { jmespathExpression: { expression: 'authenticationMetadata.private.ci' } },

  // Of an internal server: one of these services.
  services(names):: {
    local allowed = std.join(' || ', [
      "contains(authenticationMetadata.private.services, '%s')" % identity(name)
      for name in names
    ]),
    local vector(uri, yes) = {
      input: { authenticationMetadata: { private: { services: [uri] } }, instanceName: '' },
      expectedOutput: yes,
    },
    jmespathExpression: {
      expression: allowed,
      testVectors: [vector(identity(name), true) for name in names] +
                   [vector(identity('nobody'), false)],
    },
  },

  // The store as its clients see it: what two shards of two servers hold together.
  blobstore:: {
    contentAddressableStorage: {
      existenceCaching: {
        backend: sharded,
        // Much shorter than blobs live: see the alert BuildbarnStoreTooSmall.
        existenceCache: {
          cacheSize: 1000 * 1000,
          cacheDuration: '120s',
          cacheReplacementPolicy: 'LEAST_RECENTLY_USED',
        },
      },
    },
    // A result is only given out when all that it refers to is still there.
    actionCache: {
      completenessChecking: {
        backend: sharded,
        maximumTotalTreeSizeBytes: cluster.maximumOutputTreeBytes,
      },
    },
  },

  // Health and metrics, for the kubelet and Prometheus.
  global:: {
    diagnosticsHttpServer: {
      httpServers: [{
        listenAddresses: [':9980'],
        authenticationPolicy: { allow: {} },
        tls: { serverKeyPair: keyPair },
      }],
      enablePrometheus: true,
    },
  },
}
