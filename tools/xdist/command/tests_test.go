package command

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const bazelTest = "bazel test --build_event_json_file=events.json --nobuild_event_json_file_path_conversion --build_tests_only --test_summary=none "

func TestRunTests(t *testing.T) {
	f := newFake(t)
	f.plays["test"] = f.streams(f.recorded(), 3)
	if code := f.run("-n", "2"); code != 3 {
		t.Errorf("exit code %d, want Bazel's", code)
	}
	want := []string{"bazel run //:gazelle", bazelTest + "--local_resources=cpu=2 --jobs=2 -- //..."}
	if got := f.lines(); !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	for _, c := range f.calls {
		if c.Dir != f.root || c.Stdout != &f.stderr || slices.Contains(c.Env, "RUNFILES_DIR=/outer") || !slices.Contains(c.Env, "PATH=/bin") {
			t.Errorf("wrong surroundings of %v", c)
		}
	}
	expect(t, "stderr", f.stderr.String(), "")
	expect(t, "stdout", f.stdout.String(), strings.TrimPrefix(`
================================= test shards ==================================
//tests/e2e:test_api                 1 failed, 1 passed   1.5s
//tests/unit:test_ledger  shard 1/2  1 passed, 1 skipped  0.8s (cached)
//tests/unit:test_ledger  shard 2/2  1 passed, 1 xfailed  0.3s
=========================== short test summary info ============================
FAILED tests/e2e/test_api.py::test_get - AssertionError: assert 500 == 200
==== 1 failed, 3 passed, 1 skipped, 1 xfailed in 4.2s; 1 of 3 shards cached ====
`, "\n"))
}

func TestSelection(t *testing.T) {
	files := []string{"tests/BUILD.bazel", "tests/unit/BUILD.bazel", "tests/unit/test_a.py", "tests/unit/test_b.py"}
	tests := []struct {
		args []string
		want []string
	}{
		{[]string{"--no-gazelle"}, []string{bazelTest + "-- //..."}},
		{
			[]string{"--no-gazelle", "tests", "tests/unit/", "tests"},
			[]string{
				`bazel query kind("_test rule$", attr("srcs", "[\[ ]@*//tests/unit[:/]", //tests:all))`,
				bazelTest + "-- //tests/... //tests/unit/... //tests/unit:test_a //tests:xdist_group_db",
			},
		},
		{[]string{"--gazelle", "//tools:gazelle", "tests"}, []string{"bazel run //tools:gazelle", bazelTest + "-- //tests/..."}},
		{
			[]string{"tests/unit/test_a.py"},
			[]string{
				"bazel run //:gazelle",
				`bazel query kind("_test rule$", attr("srcs", "[\[ ]@*//tests/unit:test_a\.py[,\]]", //...))`,
				bazelTest + "-- //tests/unit:test_a //tests:xdist_group_db",
			},
		},
		{
			[]string{"--no-gazelle", "--dist", "no", "tests", "--", "--config=remote", "-k"},
			[]string{bazelTest + "--test_env=RULES_XDIST_DIST=no --test_sharding_strategy=disabled --config=remote -k -- //tests/..."},
		},
	}
	for _, test := range tests {
		t.Run(strings.Join(test.args, " "), func(t *testing.T) {
			f := newFake(t, files...)
			f.plays["query"] = prints("//tests:xdist_group_db\n//tests/unit:test_a\n")
			if code := f.run(test.args...); code != 0 {
				t.Errorf("exit code %d: %s", code, f.stderr.String())
			}
			if got := f.lines(); !slices.Equal(got, test.want) {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
		})
	}
}

// TestUsageErrors are found before anything is run.
func TestUsageErrors(t *testing.T) {
	tests := []struct {
		args []string
		want string
	}{
		{[]string{"-n", "some"}, "xdist: -n some: must be a number"},
		{[]string{"--dist", "each"}, "xdist: --dist each: which environments there are is said by each = {...}"},
		{[]string{"-m", "a and"}, "xdist: -m a and: column 6"},
		{[]string{"tests/nope"}, "xdist: tests/nope: no such file or folder"},
		{[]string{"tests/test_a.py::test_x"}, "xdist: tests/test_a.py::test_x: node ids are not offered yet"},
		{[]string{"--", "--build_event_json_file=x"}, "xdist: --build_event_json_file=x: xdist sets this flag itself"},
		{[]string{"--unknown"}, "xdist: unknown flag: --unknown"},
		{[]string{"verify", "tests"}, "xdist: verify: tests: takes no files"},
	}
	for _, test := range tests {
		t.Run(strings.Join(test.args, " "), func(t *testing.T) {
			f := newFake(t)
			if code := f.run(test.args...); code != codeUsage {
				t.Errorf("exit code %d", code)
			}
			if got := f.stderr.String(); !strings.HasPrefix(got, test.want) || strings.Count(got, "\n") != 1 {
				t.Errorf("got %q", got)
			}
			if len(f.calls) != 0 {
				t.Errorf("ran %q", f.lines())
			}
		})
	}
}

func TestDamagedStream(t *testing.T) {
	f := newFake(t)
	f.plays["test"] = f.streams(`{"id":{}} oops`, 0)
	if code := f.run("--no-gazelle"); code != 0 {
		t.Errorf("exit code %d, want Bazel's", code)
	}
	if got := f.stderr.String(); !strings.HasPrefix(got, "xdist: the summary is incomplete: event 2: ") {
		t.Errorf("stderr %q", got)
	}
	if got := f.stdout.String(); !strings.Contains(got, "tests may be missing") {
		t.Errorf("stdout %q", got)
	}
}

// TestInterrupted still says what finished before ctrl-C.
func TestInterrupted(t *testing.T) {
	f := newFake(t)
	events := strings.SplitAfter(f.recorded(), "\n")
	f.plays["test"] = f.streams(strings.Join(events[:4], "")+events[4][:40], 8)
	if code := f.run("--no-gazelle"); code != 8 {
		t.Errorf("exit code %d", code)
	}
	for _, want := range []string{
		"//tests/unit:test_ledger  shard 2/2  1 passed, 1 xfailed  0.3s\n",
		"NOT RUN //tests/unit:test_ledger shard 1/2\n",
		" 1 passed, 1 xfailed, 1 not run; 0 of 1 shards cached ",
	} {
		if !strings.Contains(f.stdout.String(), want) {
			t.Errorf("no %q in\n%s", want, f.stdout.String())
		}
	}
}

func TestWidth(t *testing.T) {
	for columns, want := range map[string]int{"COLUMNS=120": 120, "COLUMNS=": defaultWidth, "COLUMNS=x": defaultWidth, "OTHER=1": defaultWidth} {
		s := session{System: System{Environ: []string{columns}}}
		if got := s.style().Width; got != want {
			t.Errorf("%s: got %d", columns, got)
		}
	}
}

// TestDividedShardsFailTheRun whatever Bazel says, which sees each shard by itself.
func TestDividedShardsFailTheRun(t *testing.T) {
	f := newFake(t)
	logs := t.TempDir()
	if err := os.CopyFS(logs, os.DirFS("testdata/testlogs")); err != nil {
		t.Fatal(err)
	}
	const suite = `<testsuite name="pytest">`
	for _, shard := range []string{"1", "2"} {
		path := filepath.Join(logs, "tests/unit/test_ledger/shard_"+shard+"_of_2/test.xml")
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		// Where Bazel runs this test, the copy is of links.
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		f.write(path, strings.Replace(string(content), suite, suite+`<properties><property name="collected" value="`+shard+`"/></properties>`, 1))
	}
	there, err := filepath.Abs("testdata/testlogs")
	if err != nil {
		t.Fatal(err)
	}
	f.plays["test"] = f.streams(strings.ReplaceAll(f.recorded(), there, logs), 0)
	if code := f.run("--no-gazelle"); code != codeFindings {
		t.Errorf("exit code %d", code)
	}
	expect(t, "stderr", f.stderr.String(), "xdist: //tests/unit:test_ledger: shards of one target collected different tests\n")
}
