// What every cluster decides for itself. Read this file first; topology.libsonnet says where
// services are and how large they are, and the other files need no change.
{
  // What actions run in: the runner containers' image, by digest. Clients send it with
  // --remote_default_exec_properties=container-image=docker://..., so that it is part of each
  // action's key and another image never gives old results. Other values are refused.
  toolchain: {
    'container-image': 'docker://ghcr.io/catthehacker/ubuntu:act-22.04@sha256:dd7654ffb01d5b7b54b23b9ce928a1f7f2d08c7b3d7e320b6574b55d7ccde78b',
  },

  // Which JSON web tokens the frontend takes, as JMESPath of the token's payload.
  tokens: {
    // Tokens of others are refused. A token must expire: there is no other way to revoke one.
    accepted: |||
      payload.iss == 'https://issuer.example.com' &&
      payload.aud == 'buildbarn' &&
      type(payload.exp) == 'number'
    |||,

    // Those of CI on a protected branch may write to the action cache. Of GitHub, for
    // example: payload.repository == 'org/repo' && payload.ref == 'refs/heads/main'.
    ci: "payload.role == 'ci'",

    // Services refuse to start if the two expressions do not say this of these payloads.
    examples: {
      ci: { iss: 'https://issuer.example.com', aud: 'buildbarn', exp: 4102444800, sub: 'main', role: 'ci' },
      developer: { iss: 'https://issuer.example.com', aud: 'buildbarn', exp: 4102444800, sub: 'ada' },
      refused: [
        { iss: 'https://issuer.example.com', aud: 'buildbarn', sub: 'for-ever', role: 'ci' },
        { iss: 'https://elsewhere.example.com', aud: 'buildbarn', exp: 4102444800, sub: 'eve', role: 'ci' },
      ],
    },
  },

  // Of actions without and with a timeout of their own; Bazel's --test_timeout is one. The
  // grace period of the workers' pods must be longer.
  defaultExecutionTimeout: '1800s',
  maximumExecutionTimeout: '7200s',

  // No directory with its list of files and no command line is larger. For action results
  // gRPC's own limit holds, 4 MiB.
  maximumMessageSizeBytes: 16 * 1024 * 1024,

  // Of one action, all files in directories that it declares as outputs: a larger result is
  // computed anew each time.
  maximumOutputTreeBytes: 256 * 1024 * 1024,

  // Bazel 7 speaks a version of the protocol that Buildbarn dropped on 2026-03-26; this needs
  // images from before: see the README.
  bazel7: false,

  // bb_browser, if there is one: links in build messages lead there.
  browserUrl: '',
}
