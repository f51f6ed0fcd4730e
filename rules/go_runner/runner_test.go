package main

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rules-xdist/rules_xdist/internal/goscan"
	"github.com/rules-xdist/rules_xdist/internal/junitxml"
	"github.com/rules-xdist/rules_xdist/internal/model"
)

// These tests run the runner on a real test binary, that of testdata/subject. Bazel
// has built it before; otherwise go does now.
var subject, subjectMarks string

func TestMain(m *testing.M) {
	os.Exit(withSubject(m.Run))
}

func withSubject(run func() int) int {
	dir, err := os.MkdirTemp("", "go_runner")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	subject = filepath.Join(dir, "subject.test")
	if built := os.Getenv("SUBJECT"); built != "" {
		subject = filepath.Join(os.Getenv("TEST_SRCDIR"), os.Getenv("TEST_WORKSPACE"), built)
	} else if output, err := exec.Command("go", "test", "-c", "-o", subject, "./testdata/subject").CombinedOutput(); err != nil {
		panic(string(output))
	}
	const source = "testdata/subject/subject_test.go"
	content, err := os.ReadFile(source)
	if err != nil {
		panic(err)
	}
	tests, errs := goscan.Scan(source, content)
	if len(errs) > 0 {
		panic(errs)
	}
	subjectMarks = filepath.Join(dir, "marks.json")
	writeJSON(subjectMarks, tests)
	return run()
}

func writeJSON(file string, value any) {
	content, err := json.Marshal(value)
	if err == nil {
		err = os.WriteFile(file, content, 0o644)
	}
	if err != nil {
		panic(err)
	}
}

// outcome of a run of the runner.
type ran struct {
	t     *testing.T
	code  int
	log   string
	cases map[string]junitxml.Case
	names []string // in the report's order
	took  time.Duration
}

// options are the environment that is not the same for all runs.
type options map[string]string

// terminateAt is the option to do to the runner what Bazel does to it at a timeout, when
// the log holds this.
const terminateAt = "TERMINATE_AT"

// noLog is the option that the log is not kept.
const noLog = "NO_LOG"

type runLog struct {
	bytes.Buffer
	terminateAt string
	discard     bool
}

func (l *runLog) Write(p []byte) (int, error) {
	if l.discard {
		return len(p), nil
	}
	if at := l.terminateAt; at != "" && bytes.Contains(p, []byte(at)) {
		_ = syscall.Kill(os.Getpid(), syscall.SIGTERM)
	}
	return l.Buffer.Write(p)
}

func runTests(t *testing.T, filter string, o options, args ...string) ran {
	t.Helper()
	return runSelection(t, selection{
		Target: "//some/pkg:pkg_test", Binary: subject, Marks: subjectMarks, Dist: model.LoadGroup,
		Runs: []model.Part{model.Rest}, Elsewhere: []model.Part{model.Serial},
	}, filter, o, args...)
}

func runSelection(t *testing.T, s selection, filter string, o options, args ...string) ran {
	t.Helper()
	dir := t.TempDir()
	status, premature := filepath.Join(dir, "status"), filepath.Join(dir, "premature")
	writeJSON(filepath.Join(dir, "selection.json"), s)
	environ := map[string]string{
		"RULES_XDIST_SELECTION":    filepath.Join(dir, "selection.json"),
		"XML_OUTPUT_FILE":          filepath.Join(dir, "test.xml"),
		"TEST_SHARD_STATUS_FILE":   status,
		"TEST_PREMATURE_EXIT_FILE": premature,
		"TESTBRIDGE_TEST_ONLY":     filter,
		"PATH":                     os.Getenv("PATH"),
	}
	maps.Copy(environ, o)
	lookup := func(name string) (string, bool) { value, ok := environ[name]; return value, ok }
	var entries []string
	for name, value := range environ {
		entries = append(entries, name+"="+value)
	}
	log := runLog{terminateAt: o[terminateAt], discard: o[noLog] != ""}
	began := time.Now()
	r := ran{t: t, code: run(args, lookup, entries, &log), cases: map[string]junitxml.Case{}}
	r.took, r.log = time.Since(began), log.String()
	if _, err := os.Stat(status); err != nil {
		t.Error("the shard status file was not touched")
	}
	if _, err := os.Stat(premature); err == nil {
		t.Error("the premature exit file is left")
	}
	r.read(environ["XML_OUTPUT_FILE"])
	return r
}

func (r *ran) read(file string) {
	content, err := os.ReadFile(file)
	if err != nil {
		return
	}
	report, err := junitxml.Read(bytes.NewReader(content))
	if err != nil {
		r.t.Fatalf("%v\n%s", err, content)
	}
	for _, c := range report.Cases {
		if _, ok := r.cases[c.Name]; ok && c.Name != "TestPass1" {
			r.t.Errorf("%s is reported twice", c.Name)
		}
		r.cases[c.Name] = c
		r.names = append(r.names, c.Name)
	}
}

// want compares the outcomes of all reported cases, and the exit code that they make.
func (r ran) want(outcomes map[string]junitxml.Outcome) {
	r.t.Helper()
	got := map[string]junitxml.Outcome{}
	code := passed
	for name, c := range r.cases {
		got[name] = c.Outcome
		if c.Outcome == junitxml.Failed || c.Outcome == junitxml.Error {
			code = failed
		}
	}
	if !maps.Equal(got, outcomes) {
		r.t.Errorf("got  %v\nwant %v\n%s", got, outcomes, r.log)
	}
	if r.code != code {
		r.t.Errorf("exit code %d, want %d", r.code, code)
	}
}

func (r ran) wantMessage(test, part string) {
	r.t.Helper()
	if message := r.cases[test].Message; !strings.Contains(message, part) {
		r.t.Errorf("%s: message %q lacks %q", test, message, part)
	}
}

const (
	pass  = junitxml.Passed
	fail  = junitxml.Failed
	wrong = junitxml.Error
	skip  = junitxml.Skipped
)

type outcomes = map[string]junitxml.Outcome

func TestOutcomes(t *testing.T) {
	r := runTests(t, "^Test(Pass|Fail|Skip|Sub$),Example,Fuzz", nil)
	r.want(outcomes{
		"TestPass1": pass, "TestPass2": pass, "TestPass3": pass, "TestPass4": pass,
		"TestFail": fail, "TestSkip": skip,
		"TestSub": fail, "TestSub/good": pass, "TestSub/bad_one": fail, "TestSub/deep": pass, "TestSub/deep/down": pass,
		"Example": pass, "Example_wrong": fail,
		"FuzzSeeds": fail, "FuzzSeeds/seed#0": pass, "FuzzSeeds/seed#1": fail,
	})
	if n := strings.Count(strings.Join(r.names, "\n")+"\n", "TestPass1\n"); n != 2 {
		t.Errorf("TestPass1 of the package and of its _test package are reported %d times, want 2", n)
	}
	if class := r.cases["TestFail"].Class; class != "some/pkg" {
		t.Errorf("class %q", class)
	}
	if strings.ContainsRune(r.log, frame) {
		t.Error("the log has Go's frames")
	}
}

// A test that ends its process fails by name, and all others run to their end.
func TestDeaths(t *testing.T) {
	r := runTests(t, "^Test(Pass|Die|Fail)", nil)
	r.want(outcomes{
		"TestPass1": pass, "TestPass2": pass, "TestPass3": pass, "TestPass4": pass, "TestFail": fail,
		"TestDiePanic": fail, "TestDiePanicInSub": fail, "TestDiePanicInSub/fine": pass, "TestDiePanicInSub/sub": fail,
		"TestDiePanicElsewhere": fail, "TestDieExit0": fail, "TestDieExit7": fail, "TestDieRawExit": fail,
		"TestDieKill": fail, "TestDieOverflow": fail,
	})
	r.wantMessage("TestDiePanic", "panic: at the disco")
	r.wantMessage("TestDieExit0", "panic: unexpected call to os.Exit(0) during test")
	r.wantMessage("TestDiePanicElsewhere", "the process ended while it ran: exit code 2: panic: in a goroutine")
	r.wantMessage("TestDieExit7", "the process ended while it ran: exit code 7")
	r.wantMessage("TestDieRawExit", "the process ended while it ran: exit code 0")
	r.wantMessage("TestDieKill", "the process ended while it ran: killed by signal 9 (killed)")
}

func TestParallelSuspectsAreTriedAlone(t *testing.T) {
	r := runTests(t, "^Test(ParallelExits|ParallelInnocent|Pass2)", nil, "-test.parallel=4")
	r.want(outcomes{"TestPass2": pass, "TestParallelExits": fail, "TestParallelInnocent1": pass, "TestParallelInnocent2": pass})
	r.wantMessage("TestParallelExits", "exit code 9")
}

func TestParallelPanicNamesItself(t *testing.T) {
	r := runTests(t, "^Test(ParallelPanics|ParallelInnocent)", nil, "-test.parallel=4")
	r.want(outcomes{"TestParallelPanics": fail, "TestParallelInnocent1": pass, "TestParallelInnocent2": pass})
	r.wantMessage("TestParallelPanics", "panic: in parallel")
}

func TestWhatDiesOnlyTogetherFails(t *testing.T) {
	r := runTests(t, "^TestTogether", nil, "-test.parallel=2")
	r.want(outcomes{"TestTogether1": fail, "TestTogether2": fail})
	r.wantMessage("TestTogether1", "one of [TestTogether1 TestTogether2], which ran in parallel, ended the process: exit code 8")
}

func TestParallelTestsRunAtOnce(t *testing.T) {
	runTests(t, "^TestMeet", nil, "-test.parallel=2").want(outcomes{"TestMeet1": pass, "TestMeet2": pass})
}

func TestShardsRunEachTestOnce(t *testing.T) {
	all := runTests(t, "Pass|Group|^Example$", nil).names
	slices.Sort(all)
	for _, total := range []int{2, 3, 12} {
		var seen []string
		for index := range total {
			r := runTests(t, "Pass|Group|^Example$", options{"TEST_TOTAL_SHARDS": strconv.Itoa(total), "TEST_SHARD_INDEX": strconv.Itoa(index)})
			if groups := strings.Count(strings.Join(r.names, " "), "TestGroup"); groups != 0 && groups != 3 {
				t.Errorf("shard %d of %d has %d tests of the group", index, total, groups)
			}
			if r.code != passed {
				t.Errorf("shard %d of %d: exit code %d", index, total, r.code)
			}
			seen = append(seen, r.names...)
		}
		slices.Sort(seen)
		if !slices.Equal(seen, all) {
			t.Errorf("%d shards ran %v, want %v", total, seen, all)
		}
	}
}

func TestWeights(t *testing.T) {
	s := selection{
		Target: "//p:t", Binary: subject, Marks: subjectMarks, Dist: model.LoadGroup,
		Runs: []model.Part{model.Rest}, Elsewhere: []model.Part{model.Serial},
		Weights: map[string]int{"TestPass2": 1024, "TestGone": 2},
	}
	r := runSelection(t, s, "Pass|Group", options{"TEST_TOTAL_SHARDS": "2", "TEST_SHARD_INDEX": "0"})
	r.want(outcomes{"TestPass2": pass})
	if want := "weights: TestGone: no such test any more: take it out of the weights of //p:t"; !strings.Contains(r.log, want) || strings.Count(r.log, "weights:") != 1 {
		t.Errorf("no %q in\n%s", want, r.log)
	}
}

func TestParts(t *testing.T) {
	s := selection{Target: "//p:t", Binary: subject, Marks: subjectMarks, Dist: model.LoadGroup, Runs: []model.Part{model.Serial}, Elsewhere: []model.Part{model.Rest}}
	runSelection(t, s, "Pass|Serial", nil).want(outcomes{"TestSerial1": pass, "TestSerial2": pass})
	s.Runs, s.Elsewhere = s.Elsewhere, s.Runs
	runSelection(t, s, "Pass2|Serial", nil).want(outcomes{"TestPass2": pass})
	s.Elsewhere = nil
	r := runSelection(t, s, "Pass2|Serial", options{"TEST_TOTAL_SHARDS": "2", "TEST_SHARD_INDEX": "0"})
	r.want(outcomes{"TestPass2": pass, "TestSerial1": wrong, "TestSerial2": wrong})
	runSelection(t, s, "Serial", options{"TEST_TOTAL_SHARDS": "2", "TEST_SHARD_INDEX": "1"}).want(outcomes{})
	r.wantMessage("TestSerial1", `its part "serial" is not run by //p:t, nor does that know a target which runs it; say serial = True, or run Gazelle`)
}

func TestFilters(t *testing.T) {
	for _, c := range []struct {
		filter string
		want   []string
	}{
		{"TestPass2", []string{"TestPass2"}},
		{"TestPass2,TestPass3", []string{"TestPass2", "TestPass3"}},
		{"^TestPass,-3$", []string{"TestPass1", "TestPass1", "TestPass2", "TestPass4"}},
		{"-Test,-Fuzz,-Example_wrong", []string{"Example"}},
		{"TestSub/good", []string{"TestSub", "TestSub/good"}},
		{"TestSub/^good$|TestPass2,TestSub/deep", []string{"TestPass2", "TestSub", "TestSub/deep", "TestSub/deep/down", "TestSub/good"}},
		{"TestSub,-TestSub/bad", []string{"TestSub", "TestSub/deep", "TestSub/deep/down", "TestSub/good"}},
		{"TestNone", nil},
	} {
		r := runTests(t, c.filter, nil)
		slices.Sort(r.names)
		if !slices.Equal(r.names, c.want) || r.code != passed {
			t.Errorf("%s: ran %v with exit code %d, want %v", c.filter, r.names, r.code, c.want)
		}
	}
}

func TestFailFast(t *testing.T) {
	o := options{"TESTBRIDGE_TEST_RUNNER_FAIL_FAST": "1"}
	r := runTests(t, "^Test(Pass4|Fail|Sub)$", o)
	r.want(outcomes{"TestPass4": pass, "TestFail": fail, "TestSub": skip})
	r.wantMessage("TestSub", "--test_runner_fail_fast")
	runTests(t, "^TestDie(Exit7|Kill)$", o).want(outcomes{"TestDieExit7": fail, "TestDieKill": skip})
}

func TestTimeout(t *testing.T) {
	r := runTests(t, "^Test(Pass2|Hang|Unfinished)", options{terminateAt: "=== RUN   TestHang"})
	r.want(outcomes{"TestPass2": pass, "TestHang": fail, "TestUnfinishedLine": wrong})
	r.wantMessage("TestHang", "was running when the shard was told to end")
	r.wantMessage("TestUnfinishedLine", "never ran")
	if !strings.Contains(r.log, "subject.hang(") {
		t.Errorf("no dump of goroutines:\n%s", r.log)
	}
}

func TestTimeoutOfTheBinary(t *testing.T) {
	r := runTests(t, "^Test(Pass2|Hang|Unfinished)", nil, "-test.timeout=1s")
	r.want(outcomes{"TestPass2": pass, "TestHang": fail, "TestUnfinishedLine": pass})
}

func TestMains(t *testing.T) {
	r := runTests(t, "TestPass[23]", options{"SUBJECT_MAIN": "nothing"})
	// It lists no tests either: they are those of the sources.
	r.want(outcomes{"TestPass2": skip, "TestPass3": skip})
	r.wantMessage("TestPass2", "TestMain ended the process before any test")
	if want := "2 tests skipped: TestMain ended the process before any test"; !strings.Contains(r.log, want) {
		t.Errorf("no %q in\n%s", want, r.log)
	}
	r = runTests(t, "TestPass[23]", options{"SUBJECT_MAIN": "fails"})
	r.want(outcomes{outsideTests: wrong})
	r.wantMessage(outsideTests, "exit code 3\nno database")
	r = runTests(t, "TestPass[23]", options{"SUBJECT_MAIN": "only lists"})
	r.want(outcomes{"TestPass2": skip, "TestPass3": skip})
	r.wantMessage("TestPass2", "TestMain ended the process before any test")
	r = runTests(t, "TestPass[23]", options{"SUBJECT_MAIN": "fails to begin"})
	r.want(outcomes{"TestPass2": wrong, "TestPass3": wrong, outsideTests: wrong})
	r = runTests(t, "TestPass[23]", options{"SUBJECT_MAIN": "fails at the end"})
	r.want(outcomes{"TestPass2": pass, "TestPass3": pass, outsideTests: wrong})
	r.wantMessage(outsideTests, "exit code 5, although no test failed")
	runTests(t, "TestPass2|TestFail", options{"SUBJECT_MAIN": "forgives"}).want(outcomes{"TestPass2": pass, "TestFail": fail})
	r = runTests(t, "TestPass[23]|TestGhost", options{"SUBJECT_MAIN": "prints"})
	r.want(outcomes{"TestPass2": pass, "TestPass3": pass})
}

// Sources of which a test is not in the binary, as of another system.
func TestSourcesHaveMoreThanTheBinary(t *testing.T) {
	file := filepath.Join(t.TempDir(), "marks.json")
	writeJSON(file, []model.GoTest{{Name: "TestPass2", File: "b_test.go"}, {Name: "TestOnWindows", File: "a_test.go"}})
	s := selection{Target: "//p:t", Binary: subject, Marks: file, Dist: model.LoadGroup, Runs: []model.Part{model.Rest}}
	runSelection(t, s, "", options{"SUBJECT_MAIN": "nothing"}).want(outcomes{"TestPass2": skip})
}

func TestUnruly(t *testing.T) {
	r := runTests(t, "^Test(Noisy|Unfinished|Forger|LongLine|Leaves|Reads|Environment)", options{"TEST_TOTAL_SHARDS": "1", "TEST_SHARD_INDEX": "0"})
	r.want(outcomes{
		"TestNoisy": fail, "TestUnfinishedLine": pass, "TestForger": pass, "TestLongLine": pass,
		"TestLeavesProcess": pass, "TestReadsStdin": pass, "TestEnvironment": pass,
	})
	if r.took > 20*time.Second {
		t.Errorf("took %s: the process that a test left was waited for", r.took)
	}
	// Of this one nothing more is heard: it is not told from one that ended its process.
	r = runTests(t, "^Test(ClosesStdout|Fail|Pass2)", nil)
	if r.cases["TestClosesStdout"].Outcome != fail || r.cases["TestFail"].Outcome != fail || r.cases["TestPass2"].Outcome != pass {
		t.Errorf("got %v", r.cases)
	}
}

func TestStandardOutputTakenAway(t *testing.T) {
	runTests(t, "^Test(Pass2|TakesStdout)$", nil).want(outcomes{"TestPass2": pass, "TestTakesStdout": pass})
}

func TestFlood(t *testing.T) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	r := runTests(t, "^Test(Floods|Pass2)$", options{noLog: "1"})
	runtime.ReadMemStats(&after)
	r.want(outcomes{"TestFloods": fail, "TestPass2": pass})
	// What the runner ever asked of the system, which it does not give back at once.
	if more := (after.Sys - before.Sys) >> 20; more > 64 {
		t.Errorf("took %d MiB", more)
	}
}

func TestWrongUse(t *testing.T) {
	for _, c := range []struct {
		o    options
		args []string
		want string
	}{
		{options{"TEST_TOTAL_SHARDS": "2", "TEST_SHARD_INDEX": "2"}, nil, "TEST_SHARD_INDEX: 2: must be below TEST_TOTAL_SHARDS (2)"},
		{options{"TEST_TOTAL_SHARDS": "many"}, nil, `TEST_TOTAL_SHARDS: "many": must be a whole number`},
		{options{"TESTBRIDGE_TEST_ONLY": "Test("}, nil, "--test_filter=Test(: error parsing regexp"},
		{options{"RULES_XDIST_DIST": "laod"}, nil, `RULES_XDIST_DIST: "laod": must be one of load`},
		{options{"RULES_XDIST_SELECTION": ""}, nil, "RULES_XDIST_SELECTION: not set"},
		{options{"RULES_XDIST_SELECTION": "/nowhere"}, nil, "/nowhere"},
		{nil, []string{"-test.run=X"}, "argument -test.run=X: which tests run is said by --test_filter"},
		{nil, []string{"--test.skip", "X"}, "argument --test.skip"},
	} {
		r := runTests(t, "", c.o, c.args...)
		if r.code != wrongUse || !strings.Contains(r.log, c.want) {
			t.Errorf("exit code %d\ngot  %s\nwant %s", r.code, r.log, c.want)
		}
	}
}
