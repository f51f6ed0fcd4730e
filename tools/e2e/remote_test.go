//go:build e2e

package e2e

import (
	"fmt"
	"slices"
	"testing"

	"github.com/rules-xdist/rules_xdist/internal/bep"
)

// pythonTests are the example's targets but those of Go, whose toolchain a cluster of one
// machine would compile for minutes.
var pythonTests = []string{"//:xdist_census", "//tests/..."}

// The same tests as locally execute on the cluster, and a second build finds all of them in
// its cache.
func TestRemoteExecution(t *testing.T) {
	w := newWorkspace(t)
	local := w.mustPass(slices.Concat([]string{"test"}, pythonTests)...)
	w = w.on(startCluster(t, "--pool=default=4", "--pool=serial=1"))
	remote := w.mustPass(slices.Concat([]string{"test", "--config=remote"}, pythonTests)...)
	if !slices.Equal(local.labels(), remote.labels()) {
		t.Errorf("remotely these targets ran: %v, and locally %v", remote.labels(), local.labels())
	}
	for _, shard := range remote.shards() {
		if shard.where != "remote" {
			t.Errorf("%s: %s, want remote", shard.shard, shard.where)
		}
	}
	w.mustPass("clean")
	again := w.mustPass(slices.Concat([]string{"test", "--config=remote"}, pythonTests)...)
	for _, shard := range again.shards() {
		if shard.where != "remote cache" {
			t.Errorf("a second build: %s: %s, want remote cache", shard.shard, shard.where)
		}
	}
}

// ran says where a shard's result came from.
type ran struct{ shard, where string }

// shards returns the last attempt of each shard, by target and index.
func (r result) shards() []ran {
	var shards []ran
	for _, target := range r.build.Targets {
		for _, shard := range target.Shards {
			name := fmt.Sprintf("%s %d/%d", target.Label, shard.Index, target.ShardCount)
			if n := len(shard.Attempts); n > 0 {
				shards = append(shards, ran{name, whereOf(shard.Attempts[n-1])})
			} else {
				shards = append(shards, ran{name, "did not run"})
			}
		}
	}
	return shards
}

func whereOf(attempt bep.Attempt) string {
	switch attempt.Cache {
	case bep.CachedLocally:
		return "local cache"
	case bep.CachedRemotely:
		return "remote cache"
	default:
		return attempt.Strategy
	}
}

// A person starts the cluster from a repository of their own.
func TestClusterStartsFromAnyRepository(t *testing.T) {
	r := newWorkspace(t).bazel("run", "@rules_xdist//tools/buildbarn", "--", "--pool=none")
	if r.code != 2 {
		t.Errorf("exit code %d, want the cluster's own 2", r.code)
	}
	wantContains(t, "output", r.output, "buildbarn: --pool none: must be NAME=N")
}
