// bb_runner: runs the commands of actions, in the toolchain's image, as a user who can change
// neither inputs nor the worker's cache, and has none of the worker's keys.
{
  buildDirectoryPath: '/worker/build',
  grpcServers: [{
    listenPaths: ['/runner/socket'],
    authenticationPolicy: { allow: {} },
    // The worker next to it still waits for its last actions.
    stopGracefully: true,
  }],
  setTmpdirEnvironmentVariable: true,
  // When no action runs, and so before each one where they run one at a time: what earlier
  // ones left behind is removed or killed.
  cleanTemporaryDirectories: ['/tmp'],
  cleanProcessTable: true,
}
