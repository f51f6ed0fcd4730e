package bep

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// describe writes a build the way the tests below expect it: a line a shard and
// a line a problem.
func describe(b Build) string {
	var lines []string
	for _, t := range b.Targets {
		for _, s := range t.Shards {
			line := fmt.Sprintf("%s shard %d/%d run %d/%d:", t.Label, s.Index, t.ShardCount, s.Run, t.Runs)
			for _, a := range s.Attempts {
				line += fmt.Sprintf(" %d=%s in %s%s", a.Number, a.Status, a.Duration, [...]string{"", " cached", " cached remotely"}[a.Cache])
			}
			lines = append(lines, line)
		}
	}
	for _, p := range b.Problems {
		message, _, _ := strings.Cut(p.Message, "\n")
		lines = append(lines, fmt.Sprintf("%s %s: %s", [...]string{"broken", "not run"}[p.Kind], p.Subject, message))
	}
	return strings.Join(append(lines, fmt.Sprintf("%s, complete: %t", b.Elapsed, b.Complete)), "\n")
}

func TestRead(t *testing.T) {
	tests := map[string]string{
		"outcomes.json": `
			//tests/unit:test_fail shard 1/1 run 1/1: 1=FAILED in 49ms
			//tests/unit:test_flaky shard 1/1 run 1/1: 1=FAILED in 37ms 2=PASSED in 25ms
			//tests/unit:test_ledger shard 1/2 run 1/1: 1=PASSED in 32ms
			//tests/unit:test_ledger shard 2/2 run 1/1: 1=PASSED in 51ms
			//tests/unit:test_timeout shard 1/1 run 1/1: 1=TIMEOUT in 3.017s
			broken //tests/unit:gen: linux-sandbox failed: error executing Genrule command 
			broken //tests/unit:test_nobuild: linux-sandbox failed: error executing Genrule command 
			5.324s, complete: true`,
		"runs_per_test.json": `
			//tests/unit:test_ledger shard 1/2 run 1/2: 1=PASSED in 58ms
			//tests/unit:test_ledger shard 1/2 run 2/2: 1=PASSED in 49ms
			//tests/unit:test_ledger shard 2/2 run 1/2: 1=PASSED in 58ms
			//tests/unit:test_ledger shard 2/2 run 2/2: 1=PASSED in 49ms
			466ms, complete: true`,
		"cached.json": `
			//tests/unit:test_ledger shard 1/2 run 1/1: 1=PASSED in 32ms cached
			//tests/unit:test_ledger shard 2/2 run 1/1: 1=PASSED in 51ms cached
			302ms, complete: true`,
		"interrupted.json": `
			//tests/unit:test_fail shard 1/1 run 1/1: 1=FAILED in 46ms
			//tests/unit:test_flaky shard 1/1 run 1/1: 1=FAILED in 52ms 2=FAILED in 52ms 3=FAILED in 43ms
			//tests/unit:test_ledger shard 1/2 run 1/1: 1=PASSED in 35ms
			//tests/unit:test_ledger shard 2/2 run 1/1: 1=PASSED in 36ms
			//tests/unit:test_timeout shard 1/1 run 1/1:
			broken //tests/unit:gen: linux-sandbox failed: error executing Genrule command 
			broken //tests/unit:test_nobuild: linux-sandbox failed: error executing Genrule command 
			3.929s, complete: true`,
		"fail_fast.json": `
			broken //tests/unit:gen: linux-sandbox failed: error executing Genrule command 
			not run //tests/unit:test_fail: 
			not run //tests/unit:test_flaky: 
			not run //tests/unit:test_ledger: 
			not run //tests/unit:test_nobuild: 
			not run //tests/unit:test_timeout: 
			321ms, complete: true`,
		"bad_pattern.json": `
			//tests/unit:test_ledger shard 1/2 run 1/1: 1=PASSED in 35ms cached
			//tests/unit:test_ledger shard 2/2 run 1/1: 1=PASSED in 36ms cached
			broken //nope/...: no targets found beneath 'nope'
			broken //tests/unit:missing: no such target '//tests/unit:missing': target 'missing' not declared in package 'tests/unit' defined by /workspace/tests/unit/BUILD.bazel
			297ms, complete: true`,
	}
	for name, want := range tests {
		t.Run(name, func(t *testing.T) {
			stream, err := os.Open(filepath.Join("testdata", name))
			if err != nil {
				t.Fatal(err)
			}
			defer stream.Close()
			b, err := Read(stream)
			if err != nil {
				t.Fatal(err)
			}
			want = strings.ReplaceAll(strings.TrimPrefix(want, "\n"), "\t", "")
			if got := describe(b); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func TestOutputs(t *testing.T) {
	b, err := Read(strings.NewReader(`
		{"id":{"testResult":{"label":"//a:t","run":1,"shard":1,"attempt":1}},"testResult":{"status":"PASSED",
		 "executionInfo":{"cachedRemotely":true,"strategy":"remote"},
		 "testActionOutput":[{"name":"test.log","uri":"file:///l"},{"name":"test.xml","uri":"bytestream://host/x"},{"name":"test.outputs__outputs.zip","uri":"file:///z"}]}}`))
	if err != nil {
		t.Fatal(err)
	}
	want := Attempt{Number: 1, Status: Passed, Cache: CachedRemotely, Strategy: "remote", Log: "file:///l", XML: "bytestream://host/x"}
	if got := b.Targets[0].Shards[0].Attempts[0]; got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestDamagedStreams(t *testing.T) {
	const started = `{"id":{"started":{}},"started":{"startTimeMillis":"1000"}}` + "\n"
	const finished = `{"id":{"buildFinished":{}},"finished":{"finishTimeMillis":"3500"},"lastMessage":true}` + "\n"
	const newer = `{"id":{"started":{}},"started":{"startTime":"2026-01-02T03:04:05.5Z"}}` + "\n" +
		`{"id":{"buildFinished":{}},"finished":{"finishTime":"2026-01-02T03:04:08Z"},"lastMessage":true}` + "\n"
	const both = `{"id":{"started":{}},"started":{"startTimeMillis":"1000","startTime":"1970-01-01T00:00:01Z"}}` + "\n" + finished
	tests := []struct {
		name, stream string
		elapsed      time.Duration
		complete     bool
		wrong        string
	}{
		{name: "whole", stream: started + finished, elapsed: 2500 * time.Millisecond, complete: true},
		{name: "a Bazel without the deprecated fields", stream: newer, elapsed: 2500 * time.Millisecond, complete: true},
		{name: "both kinds of fields", stream: both, elapsed: 2500 * time.Millisecond, complete: true},
		{name: "empty"},
		{name: "cut between events", stream: started},
		{name: "cut within an event", stream: started + finished[:20]},
		{name: "an event and fields of a newer Bazel", stream: `{"id":{"new":{"a":[1]}},"new":{"b":"` + strings.Repeat("x", 1<<20) + `"}}` + started + finished, elapsed: 2500 * time.Millisecond, complete: true},
		{name: "a skipped target", stream: `{"id":{"targetCompleted":{"label":"//a"}},"aborted":{"reason":"SKIPPED"}}`},
		{name: "not JSON", stream: started + "oops", wrong: "event 2"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b, err := Read(strings.NewReader(test.stream))
			if (err != nil) != (test.wrong != "") || err != nil && !strings.Contains(err.Error(), test.wrong) {
				t.Errorf("error %v", err)
			}
			if b.Elapsed != test.elapsed || b.Complete != test.complete || len(b.Problems) != 0 {
				t.Errorf("got %+v", b)
			}
		})
	}
}

// The newer field counts, where a Bazel writes it.
func TestDuration(t *testing.T) {
	for content, want := range map[string]time.Duration{
		`{"testAttemptDurationMillis":"51"}`:                              51 * time.Millisecond,
		`{"testAttemptDuration":"1.250s"}`:                                1250 * time.Millisecond,
		`{"testAttemptDuration":"3s","testAttemptDurationMillis":"2999"}`: 3 * time.Second,
		`{"testAttemptDuration":"0.000000001s"}`:                          1,
		`{"status":"NO_STATUS"}`:                                          0,
	} {
		var r testResult
		if err := json.Unmarshal([]byte(content), &r); err != nil {
			t.Fatal(err)
		}
		if got := r.attempt(1).Duration; got != want {
			t.Errorf("%s: %v, want %v", content, got, want)
		}
	}
}
