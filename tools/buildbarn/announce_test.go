package main

import (
	"testing"

	"github.com/rules-xdist/rules_xdist/tools/buildbarn/queue"
)

func TestAnnouncement(t *testing.T) {
	ready := announcement{
		url: "grpc://127.0.0.1:8980", toolchain: "0123", status: "http://127.0.0.1:8981",
		pools: []queue.Pool{{Name: "default", Concurrency: 4}, {Name: "serial", Concurrency: 1}},
	}
	line := "buildbarn: ready: bazel test --config=remote --remote_executor=grpc://127.0.0.1:8980 " +
		"--remote_default_exec_properties=toolchain=0123 //... (pools: default=4, serial=1; status: http://127.0.0.1:8981)"
	if got := ready.line(); got != line {
		t.Errorf("%s\nnot\n%s", got, line)
	}
	file := `# Written by buildbarn, for as long as it runs.
common:remote --remote_executor=grpc://127.0.0.1:8980
common:remote-cache --remote_cache=grpc://127.0.0.1:8980
common:remote --remote_default_exec_properties=toolchain=0123
common:remote-cache --remote_default_exec_properties=toolchain=0123
`
	if got := ready.bazelrc(); got != file {
		t.Errorf("%s\nnot\n%s", got, file)
	}
}
