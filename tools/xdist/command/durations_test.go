package command

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rules-xdist/rules_xdist/internal/bep"
	"github.com/rules-xdist/rules_xdist/internal/durations"
	"github.com/rules-xdist/rules_xdist/internal/junitxml"
	"github.com/rules-xdist/rules_xdist/tools/xdist/process"
)

func TestStoreDurations(t *testing.T) {
	f := newFake(t, "tests/e2e/test_api.py", "tests/unit/test_ledger.py")
	f.plays["test"] = f.streams(f.recorded(), 3)
	path := filepath.Join(f.root, durations.File)
	f.write(path, `{"tests/unit/test_gone.py::test_x": 2, "tests/unit/test_ledger.py::test_sum[1-2]": 0.012345}`)
	if code := f.run("--no-gazelle", "--store-durations"); code != 3 {
		t.Errorf("exit code %d, want Bazel's", code)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	// The failed test is not there.
	expect(t, durations.File, string(content), `{
    "tests/e2e/test_api.py::test_put": 0.01,
    "tests/unit/test_ledger.py::test_balance": 0.01,
    "tests/unit/test_ledger.py::test_known": 0.01,
    "tests/unit/test_ledger.py::test_later": 0.01,
    "tests/unit/test_ledger.py::test_sum[1-2]": 0.012345
}
`)
	if want := "\nstored the durations of 5 tests in .test_durations\n"; !strings.HasSuffix(f.stdout.String(), want) {
		t.Errorf("stdout:\n%s", f.stdout.String())
	}
	expect(t, "stderr", f.stderr.String(), "")
}

func TestDurationsAreLeftAlone(t *testing.T) {
	f := newFake(t)
	f.plays["test"] = exits(2) // which writes no stream
	f.run("--no-gazelle", "--store-durations")
	f.plays["test"] = f.streams(f.recorded(), 0)
	f.run("--no-gazelle")
	if _, err := os.Stat(filepath.Join(f.root, durations.File)); err == nil {
		t.Errorf("%s was written", durations.File)
	}
}

func TestBrokenDurations(t *testing.T) {
	f := newFake(t)
	f.write(filepath.Join(f.root, durations.File), "{\n\"a\": -1}")
	f.run("--store-durations")
	if got, want := f.stderr.String(), ".test_durations:2: \"a\": -1: must be seconds, a number from 0 to 86400\n"; !strings.HasSuffix(got, want) {
		t.Errorf("stderr %q", got)
	}
	if len(f.calls) != 0 {
		t.Errorf("ran %q", f.lines())
	}
}

func TestDurationsThatCannotBeWritten(t *testing.T) {
	f := newFake(t)
	stream := f.streams(f.recorded(), 0)
	f.plays["test"] = func(c process.Command) int {
		if err := os.MkdirAll(filepath.Join(f.root, durations.File, "x"), 0o755); err != nil {
			t.Fatal(err)
		}
		return stream(c)
	}
	if code := f.run("--no-gazelle", "--store-durations"); code != codeEnvironment {
		t.Errorf("exit code %d", code)
	}
}

func TestMeasure(t *testing.T) {
	test := func(name string, outcome junitxml.Outcome, seconds float64) junitxml.Case {
		return junitxml.Case{NodeID: name, Outcome: outcome, Seconds: seconds}
	}
	files := map[string]junitxml.File{
		"1": {Cases: []junitxml.Case{
			test("passed", junitxml.Passed, 1),
			test("xfailed", junitxml.XFailed, 2),
			test("failed", junitxml.Failed, 3),
			test("error", junitxml.Error, 4),
			test("skipped, new", junitxml.Skipped, 0),
			test("skipped, known", junitxml.Skipped, 0),
			test("", junitxml.Passed, 5),
		}},
		"flaky, first":  {Cases: []junitxml.Case{test("flaky", junitxml.Passed, 6)}},
		"flaky, second": {Cases: []junitxml.Case{test("flaky", junitxml.Passed, 7)}},
		"environment 1": {Cases: []junitxml.Case{test("of each", junitxml.Passed, 9)}},
		"environment 2": {Cases: []junitxml.Case{test("of each", junitxml.Passed, 8)}},
	}
	build := bep.Build{Targets: []bep.Target{
		{Shards: []bep.Shard{
			{Attempts: []bep.Attempt{{XML: "1", Cache: bep.CachedRemotely}}},
			{Attempts: []bep.Attempt{{XML: "flaky, first"}, {XML: "flaky, second"}}},
		}},
		{Shards: []bep.Shard{{Attempts: []bep.Attempt{{XML: "environment 1"}}}}},
		{Shards: []bep.Shard{{Attempts: []bep.Attempt{{XML: "environment 2"}}}}},
		{Shards: []bep.Shard{{}, {Attempts: []bep.Attempt{{XML: "elsewhere"}}}}},
	}}
	read := func(uri string) (junitxml.File, error) {
		if file, ok := files[uri]; ok {
			return file, nil
		}
		return junitxml.File{}, errors.New("not here")
	}
	got, unread := measure(build, durations.Durations{"skipped, known": 8}, read)
	want := durations.Durations{"passed": 1, "xfailed": 2, "skipped, new": 0, "flaky": 7, "of each": 9}
	if !maps.Equal(got, want) || unread != 1 {
		t.Errorf("got %v, %d unread", got, unread)
	}
}
