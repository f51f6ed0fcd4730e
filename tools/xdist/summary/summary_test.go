package summary

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rules-xdist/rules_xdist/internal/bep"
	"github.com/rules-xdist/rules_xdist/internal/junitxml"
)

// files is a Reader of files made up by a test.
type files map[string]junitxml.File

func (f files) read(uri string) (junitxml.File, error) {
	if file, ok := f[uri]; ok {
		return file, nil
	}
	return junitxml.File{}, errors.New("no such file")
}

func file(cases ...junitxml.Case) junitxml.File { return junitxml.File{Cases: cases} }

func test(nodeID string, outcome junitxml.Outcome, message string) junitxml.Case {
	return junitxml.Case{NodeID: nodeID, Outcome: outcome, Message: message}
}

// target is a target of n shards, each with one attempt.
func target(label string, attempts ...bep.Attempt) bep.Target {
	t := bep.Target{Label: label, Runs: 1, ShardCount: len(attempts)}
	for i, a := range attempts {
		a.Number = 1
		t.Shards = append(t.Shards, bep.Shard{Index: i + 1, Run: 1, Attempts: []bep.Attempt{a}})
	}
	return t
}

func attempt(status bep.Status, xml string) bep.Attempt {
	return bep.Attempt{Status: status, XML: xml, Log: "file:///logs/test.log", Duration: 840 * time.Millisecond}
}

func cached(xml string, by bep.Cache) bep.Attempt {
	a := attempt(bep.Passed, xml)
	a.Cache = by
	return a
}

func render(t *testing.T, s Summary, style Style) string {
	t.Helper()
	var b strings.Builder
	if err := s.Write(&b, style); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

const (
	ledger = "tests/unit/test_ledger.py::"
	api    = "tests/e2e/test_api.py::"
)

func example() (bep.Build, files) {
	flakyTarget := bep.Target{Label: "//tests/e2e:test_flaky", Runs: 1, ShardCount: 1, Shards: []bep.Shard{
		{Index: 1, Run: 1, Attempts: []bep.Attempt{attempt(bep.Failed, "api"), attempt(bep.Passed, "plain")}},
	}}
	unfinished := bep.Target{Label: "//tests/slow:test_big", Runs: 1, ShardCount: 2, Shards: []bep.Shard{{Index: 2, Run: 1}}}
	twice := bep.Target{Label: "//tests/unit:test_twice", Runs: 2, ShardCount: 1, Shards: []bep.Shard{
		{Index: 1, Run: 1, Attempts: []bep.Attempt{attempt(bep.Passed, "plain")}},
		{Index: 1, Run: 2, Attempts: []bep.Attempt{attempt(bep.Passed, "plain")}},
	}}
	build := bep.Build{
		Complete: true,
		Elapsed:  12340 * time.Millisecond,
		Targets: []bep.Target{
			target("//tests/e2e:test_api", attempt(bep.Failed, "api")),
			target("//tests/e2e:test_crash", attempt(bep.Failed, "bazel's")),
			flakyTarget,
			target("//tests/e2e:test_hangs", attempt(bep.Timeout, "gone"), cached("empty", bep.CachedRemotely)),
			unfinished,
			target("//tests/unit:test_ledger", cached("ledger 1", bep.CachedLocally), attempt(bep.Passed, "plain")),
			twice,
		},
		Problems: []bep.Problem{
			{Subject: "//lib:gen", Message: "Executing genrule failed\n  with much detail"},
			{Subject: "//tests/unit:test_gen", Kind: bep.NotRun},
		},
	}
	return build, files{
		"api": file(
			test(api+"test_get", junitxml.Passed, ""),
			test(api+"test_put[a b]", junitxml.Failed, "AssertionError: one is\n  not two"),
			test(api+"test_del", junitxml.Error, `failed on setup with "OSError"`),
			junitxml.Case{Name: "tests.e2e.test_api", Outcome: junitxml.Error, Message: "collection failure"},
		),
		"bazel's":  {Cases: []junitxml.Case{{Outcome: junitxml.Error, Message: "exited with error code 7"}}, ByBazel: true},
		"plain":    file(test("a.py::x", junitxml.Passed, "")),
		"empty":    file(),
		"ledger 1": file(test(ledger+"a", junitxml.Passed, ""), test(ledger+"b", junitxml.Passed, ""), test(ledger+"c", junitxml.Skipped, "later"), test(ledger+"d", junitxml.XFailed, "known")),
	}
}

func TestWrite(t *testing.T) {
	build, read := example()
	got := render(t, New(build, read.read), Style{Width: 80})
	want := strings.TrimPrefix(`
================================= test shards ==================================
//tests/e2e:test_api                 1 failed, 1 passed, 2 errors    0.8s
//tests/e2e:test_crash               1 failed                        0.8s
//tests/e2e:test_flaky               1 passed                        0.8s (flaky, 2 attempts)
//tests/e2e:test_hangs    shard 1/2  1 failed                        0.8s
//tests/e2e:test_hangs    shard 2/2  no tests                        0.8s (cached remotely)
//tests/unit:test_ledger  shard 1/2  2 passed, 1 skipped, 1 xfailed  0.8s (cached)
//tests/unit:test_ledger  shard 2/2  1 passed                        0.8s
//tests/unit:test_twice   run 1/2    1 passed                        0.8s
//tests/unit:test_twice   run 2/2    1 passed                        0.8s
=========================== short test summary info ============================
FAILED tests/e2e/test_api.py::test_put[a b] - AssertionError: one is
FAILED //tests/e2e:test_crash - exited with error code 7; see /logs/test.log
FAILED //tests/e2e:test_hangs shard 1/2 - timed out after 0.8s; see /logs/test.log
ERROR tests/e2e/test_api.py::test_del - failed on setup with "OSError"
ERROR //tests/e2e:test_api tests.e2e.test_api - collection failure
ERROR //lib:gen - not built: Executing genrule failed
NOT RUN //tests/slow:test_big shard 2/2
NOT RUN //tests/unit:test_gen
== 3 failed, 7 passed, 1 skipped, 1 xfailed, 3 errors, 1 flaky, 2 not run in 12.3s; 2 of 9 shards cached ==
`, "\n")
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestShardsAsOneCase(t *testing.T) {
	tests := []struct {
		name    string
		attempt bep.Attempt
		count   string
		remark  string
	}{
		{"passed without a readable file", attempt(bep.Passed, "gone"), "1 passed", ""},
		{"passed, Bazel's own file", attempt(bep.Passed, "bazel's, passed"), "1 passed", ""},
		{"failed without a readable file", attempt(bep.Failed, "gone"), "1 failed", "no readable test.xml; see /logs/test.log"},
		{"the process failed after its tests", attempt(bep.Failed, "plain"), "1 failed, 1 passed", "no test failed, but the process did; see /logs/test.log"},
		{"timed out after tests failed", attempt(bep.Timeout, "api"), "2 failed, 1 passed, 2 errors", "timed out after 0.8s; see /logs/test.log"},
		{"another status of Bazel's", bep.Attempt{Status: "REMOTE_FAILURE", Log: "bytestream://cache/log"}, "1 failed", "remote failure; see bytestream://cache/log"},
		{"no status and no log", bep.Attempt{}, "1 failed", "no status"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, read := example()
			read["bazel's, passed"] = junitxml.File{Cases: []junitxml.Case{{}}, ByBazel: true}
			s := New(bep.Build{Complete: true, Targets: []bep.Target{target("//:t", test.attempt)}}, read.read)
			if got := s.tally.String(); got != test.count {
				t.Errorf("got %s, want %s", got, test.count)
			}
			if got := render(t, s, Style{}); test.remark != "" && !strings.Contains(got, "FAILED //:t - "+test.remark+"\n") {
				t.Errorf("no %q in\n%s", test.remark, got)
			}
		})
	}
}

func TestEnds(t *testing.T) {
	tests := []struct {
		name  string
		build bep.Build
		want  string
	}{
		{"nothing to run", bep.Build{Complete: true, Elapsed: time.Second}, "== no tests ran in 1.0s ==\n"},
		{"no end of the stream", bep.Build{}, "! the build event stream ended early: tests may be missing !!\n== no tests ran ==\n"},
		{"more than a minute", bep.Build{Complete: true, Elapsed: 3725 * time.Second}, "== no tests ran in 3725.0s (1:02:05) ==\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := render(t, New(test.build, nil), Style{}); !strings.HasSuffix(got, test.want) {
				t.Errorf("got %q, want it to end in %q", got, test.want)
			}
		})
	}
}

func TestColour(t *testing.T) {
	_, read := example()
	passing := New(bep.Build{Complete: true, Targets: []bep.Target{target("//:t", attempt(bep.Passed, "plain"))}}, read.read)
	if got := render(t, passing, Style{}); strings.Contains(got, "\x1b") {
		t.Errorf("colours without being asked: %q", got)
	}
	if got := render(t, passing, Style{Colour: true}); !strings.HasSuffix(got, green+"== 1 passed; 0 of 1 shards cached =="+reset+"\n") {
		t.Errorf("not green: %q", got)
	}
	failing := New(bep.Build{Complete: true, Targets: []bep.Target{target("//:t", attempt(bep.Failed, "api"))}}, read.read)
	if got := render(t, failing, Style{Colour: true}); !strings.Contains(got, red+"FAILED"+reset+" "+api) {
		t.Errorf("not red: %q", got)
	}
	if got := render(t, New(bep.Build{Complete: true}, nil), Style{Colour: true}); !strings.HasPrefix(got, yellow) {
		t.Errorf("not yellow: %q", got)
	}
}

func TestLongMessages(t *testing.T) {
	if got := firstLine("\n  first \nsecond"); got != "first" {
		t.Errorf("got %q", got)
	}
	if got := firstLine(strings.Repeat("ü", 1000)); got != strings.Repeat("ü", maxMessage-3)+"..." {
		t.Errorf("got %q", got)
	}
}

func TestVerbose(t *testing.T) {
	xml := files{"file:///a.xml": file(test(ledger+"test_a", junitxml.Passed, ""), test(ledger+"test_b", junitxml.Skipped, "why"))}
	build := bep.Build{Complete: true, Targets: []bep.Target{target("//:t", attempt(bep.Passed, "file:///a.xml"))}}
	want := "0.8s\n    PASSED " + ledger + "test_a\n    SKIPPED " + ledger + "test_b\n"
	if got := render(t, New(build, xml.read), Style{Verbose: true}); !strings.Contains(got, want) {
		t.Errorf("got:\n%s\nwant in it:\n%s", got, want)
	}
	if got := render(t, New(build, xml.read), Style{}); strings.Contains(got, "PASSED") {
		t.Errorf("not verbose, but lists the cases:\n%s", got)
	}
}

// Environments run tests of one name; a person must know in which of them one failed.
func TestEnvironments(t *testing.T) {
	same := files{
		"passes": file(test(api+"test_get", junitxml.Passed, "")),
		"fails":  file(test(api+"test_get", junitxml.Failed, "boom"), test(api+"test_put", junitxml.Failed, "bang")),
	}
	build := bep.Build{Complete: true, Targets: []bep.Target{
		target("//e2e:api_py311", attempt(bep.Passed, "passes")),
		target("//e2e:api_py312", attempt(bep.Failed, "fails")),
	}}
	got := render(t, New(build, same.read), Style{Width: 80})
	for _, want := range []string{"FAILED tests/e2e/test_api.py::test_get (//e2e:api_py312) - boom\n", "FAILED tests/e2e/test_api.py::test_put - bang\n", "2 failed, 1 passed"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

func TestShardsThatCollectedDifferently(t *testing.T) {
	collected := func(fingerprint string) junitxml.File { return junitxml.File{Collected: fingerprint} }
	read := files{"a": collected("a"), "b": collected("b"), "none": collected("")}
	passed := func(xml string) bep.Attempt { return attempt(bep.Passed, xml) }
	runs := target("//:runs", passed("a"), passed("a"), passed("b"), passed("b"))
	runs.Runs = 2
	runs.Shards[2].Run, runs.Shards[3].Run = 2, 2
	s := New(bep.Build{Complete: true, Targets: []bep.Target{
		target("//:agree", passed("a"), cached("a", bep.CachedLocally), passed("none")),
		target("//:differ", passed("a"), passed("none"), cached("b", bep.CachedLocally), passed("b")),
		runs,
	}}, read.read)
	if got, want := s.Divided(), []string{"//:differ"}; !slices.Equal(got, want) {
		t.Errorf("divided: %v, want %v", got, want)
	}
	if got := render(t, s, Style{}); strings.Count(got, "ERROR //:differ - its shards collected different tests") != 1 {
		t.Errorf("got\n%s", got)
	}
}

func TestGroupsThatNoBuildFileNames(t *testing.T) {
	ran := func(dynamic []string, nodeID, unit string) junitxml.File {
		return junitxml.File{DynamicGroups: dynamic, Cases: []junitxml.Case{{NodeID: nodeID, Unit: unit}}}
	}
	late := []string{"group:late"}
	read := files{
		"a": ran(late, "a.py::x", "group:late"), "b": ran(late, "b.py::x", "group:late"), "c": ran(nil, "c.py::x", "group:late"),
		"other": ran([]string{"group:z"}, "b.py::y", "group:z"), "item": ran(nil, "b.py::z", "b.py::z"), "known": ran(nil, "d.py::z", "group:db"), "known too": ran(nil, "e.py::z", "group:db"),
	}
	sub := ran(late, "sub/b.py::x", "group:late")
	sub.Root = "sub"
	read["sub"] = sub
	passed := func(xml string) bep.Attempt { return attempt(bep.Passed, xml) }
	for _, c := range []struct {
		name string
		want string
		xml  map[string]string
	}{
		{"in one target each", "", map[string]string{"//:a": "a", "//:b": "other", "//:c": "item"}},
		{"in two", "ERROR group:late - one group in several targets, //:a with a.py and //:b with b.py", map[string]string{"//:a": "a", "//:b": "b"}},
		{"also where one BUILD file names it", "ERROR group:late - one group in several targets, //:a with a.py and //:c with c.py", map[string]string{"//:a": "a", "//:c": "c"}},
		{"in two environments", "", map[string]string{"//:a_1": "a", "//:a_2": "a"}},
		{"in two projects", "", map[string]string{"//:a": "a", "//sub:b": "sub"}},
		{"of two test roots, which the census keeps apart", "", map[string]string{"//:a": "known", "//:b": "known too"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			build := bep.Build{Complete: true}
			for _, label := range slices.Sorted(maps.Keys(c.xml)) {
				build.Targets = append(build.Targets, target(label, passed(c.xml[label])))
			}
			got := render(t, New(build, read.read), Style{})
			if strings.Contains(got, "one group in several") != (c.want != "") || !strings.Contains(got, c.want) {
				t.Errorf("want %q in\n%s", c.want, got)
			}
		})
	}
}

func TestFlakyTests(t *testing.T) {
	build := bep.Build{Complete: true, Targets: []bep.Target{target("//:t", attempt(bep.Passed, "t"))}}
	recovered := test("t.py::shaky", junitxml.Passed, "assert 1 == 2\nmore")
	recovered.Flaky = true
	read := files{"t": file(recovered, test("t.py::sound", junitxml.Passed, ""))}
	want := strings.TrimPrefix(`
== test shards ==
//:t  2 passed, 1 flaky  0.8s
== short test summary info ==
FLAKY t.py::shaky - assert 1 == 2
== 2 passed, 1 flaky; 0 of 1 shards cached ==
`, "\n")
	if got := render(t, New(build, read.read), Style{}); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestTargetsWithoutTests: each shard says so, the summary once; what skips as a whole
// is no such target.
func TestTargetsWithoutTests(t *testing.T) {
	build := bep.Build{Complete: true, Targets: []bep.Target{
		target("//:none", attempt(bep.Passed, "none"), attempt(bep.Passed, "none")),
		target("//:skips", attempt(bep.Passed, "skips")),
	}}
	skips := file(junitxml.Case{Name: "t.py", Outcome: junitxml.Skipped})
	skips.Empty = "pytest collected none"
	read := files{"none": {Empty: "a hook deselected all 5"}, "skips": skips}
	got := render(t, New(build, read.read), Style{})
	if strings.Count(got, "NOT RUN") != 1 || !strings.Contains(got, "NOT RUN //:none - it has no tests: a hook deselected all 5\n") {
		t.Errorf("got\n%s", got)
	}
}
