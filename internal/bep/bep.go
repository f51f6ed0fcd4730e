// Package bep reads Bazel's build event stream, as --build_event_json_file
// writes it, and keeps what a report on tests needs: which shards ran and how
// each attempt ended, what could not be built, and how the build ended.
//
// It ignores events and fields that it does not know, so that newer versions of
// Bazel can be read, and it opens none of the files that the stream names.
package bep

import "time"

// Status is how an attempt at a test ended, in Bazel's own words. An absent
// status is NoStatus.
type Status string

// The statuses that a reader has to tell apart; a failure has many others.
const (
	NoStatus Status = ""
	Passed   Status = "PASSED"
	Failed   Status = "FAILED"
	Timeout  Status = "TIMEOUT"
)

// Cache says where an attempt's result came from.
type Cache int

// A result is either new, or from this machine's or a remote cache.
const (
	NotCached Cache = iota
	CachedLocally
	CachedRemotely
)

// Build is one invocation of Bazel.
type Build struct {
	Targets  []Target      // the tests that were to run, by label
	Problems []Problem     // what was not built or not run, by subject
	Elapsed  time.Duration // zero when the end is missing
	Complete bool          // the stream's last event was there
}

// Target is a test target whose tests were to run.
type Target struct {
	Label      string
	Runs       int // of each shard, by --runs_per_test
	ShardCount int
	Shards     []Shard // by index, then run; each run of each shard that was announced
}

// Shard is one run of one shard of a target.
type Shard struct {
	Index    int       // from 1; an unsharded test has the one shard 1
	Run      int       // from 1
	Attempts []Attempt // in their order; none when the shard did not finish
}

// Passed reports whether the last attempt of the shard passed; without one it did not.
func (s Shard) Passed() bool {
	n := len(s.Attempts)
	return n > 0 && s.Attempts[n-1].Status == Passed
}

// Attempt is one try at a shard; there are several when a target is flaky.
type Attempt struct {
	Number   int
	Status   Status
	Cache    Cache
	Duration time.Duration
	Strategy string // where it ran, by Bazel's name: remote, linux-sandbox, ...
	Log, XML string // URIs, empty when there is no such file
}

// Problem is something that was asked for and did not come.
type Problem struct {
	Subject string // a label, or a target pattern
	Kind    ProblemKind
	Message string // may be empty, may have many lines
}

// ProblemKind tells what broke from what was merely not reached.
type ProblemKind int

const (
	// Broken could not be loaded, analysed or built.
	Broken ProblemKind = iota
	// NotRun was given up, because something else broke or someone interrupted.
	NotRun
)
