//go:build e2e

package e2e

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rules-xdist/rules_xdist/internal/outcomes"
)

// The suite's sizes: many tests that may run at the same time as each other, and some that
// may not, a file each.
const (
	parallelFiles, parallelTests = 8, 8
	serialFiles, serialTests     = 4, 3
)

const faultConftest = `import time

import pytest


@pytest.fixture(autouse=True)
def recorded(record_property, request):
    """When the test ran, by a clock that all processes of a machine share."""
    record_property("serial", request.node.get_closest_marker("serial") is not None)
    record_property("begin", time.clock_gettime_ns(time.CLOCK_MONOTONIC))
    yield
    record_property("end", time.clock_gettime_ns(time.CLOCK_MONOTONIC))
`

const outcomesOfAllKinds = `import pytest


@pytest.fixture
def broken():
    raise RuntimeError("no such thing")


def test_passes():
    pass


def test_fails():
    assert 1 == 2


def test_skips():
    pytest.skip("not here")


@pytest.mark.xfail
def test_xfails():
    assert 1 == 2


@pytest.mark.xfail(strict=True)
def test_passes_though_it_must_not():
    pass


def test_errs(broken):
    pass
`

const crashingTests = `import os
import signal


def test_before():
    pass


def test_crashes():
    os.kill(os.getpid(), signal.SIGKILL)
`

// writeFaultSuite adds tests of known outcomes, and of known places in time, to a workspace.
func (w workspace) writeFaultSuite() {
	w.t.Helper()
	w.haveTestsIn("faults")
	w.write("faults/conftest.py", faultConftest)
	w.write("faults/test_outcomes.py", outcomesOfAllKinds)
	w.write("faults/test_crash.py", crashingTests)
	for i := range parallelFiles {
		w.write(fmt.Sprintf("faults/test_parallel_%d.py", i), "import time\n"+sleepers(parallelTests, "0.25"))
	}
	for i := range serialFiles {
		w.write(fmt.Sprintf("faults/test_serial_%d.py", i), "import time\n\nimport pytest\n\npytestmark = pytest.mark.serial\n"+sleepers(serialTests, "0.1"))
	}
	w.mustPass("run", "//:gazelle")
}

func sleepers(n int, seconds string) string {
	var text strings.Builder
	for i := range n {
		fmt.Fprintf(&text, "\n\ndef test_%d():\n    time.sleep(%s)\n", i, seconds)
	}
	return text.String()
}

// tests returns the outcomes of all tests of a build, by node id.
func (r result) tests(t *testing.T) outcomes.Outcomes {
	t.Helper()
	byTarget, err := outcomes.ByTarget(r.build)
	if err != nil {
		t.Fatalf("%v\n%s", err, r.output)
	}
	return outcomes.Together(byTarget)
}

// faultSuite is a workspace, what its tests give without a cluster, and a cluster that
// suffers.
type faultSuite struct {
	workspace
	cluster *cluster
	plain   outcomes.Outcomes
	pairs   int
}

const suiteTests = "//faults/..."

// The example's tests, but for those that Go's toolchain would be compiled for, and the suite.
var faultTests = []string{suiteTests, "//tests/..."}

func newFaultSuite(t *testing.T) *faultSuite {
	t.Helper()
	w := newWorkspaceAt(t, "faults")
	w.writeFaultSuite()
	// It is there beside the tests, for minutes at most.
	w.startup = []string{"--max_idle_secs=60"}
	local := w.bazel(slices.Concat([]string{"test", "--keep_going"}, faultTests)...)
	if local.code != 3 {
		t.Fatalf("without a cluster: exit code %d, want 3\n%s", local.code, local.output)
	}
	s := &faultSuite{plain: local.tests(t), cluster: startCluster(t, faultPools...)}
	s.workspace = w.on(s.cluster)
	return s
}

// mark is a new one for a test's build.
func mark(t *testing.T) string {
	return fmt.Sprintf("%s-%d", t.Name(), time.Now().UnixNano())
}

// judge demands of a build that went through a fault what one without it gives, that its
// serial tests were alone, and that nothing of it is left.
func (s *faultSuite) judge(t *testing.T, b *background, want outcomes.Outcomes) {
	t.Helper()
	r := judgeOutcomes(t, b, want)
	all := r.intervals(t)
	pairs, found := overlaps(all)
	for _, pair := range found {
		t.Errorf("ran at the same time: %s", pair)
	}
	if got := together(all); got < 2 {
		t.Errorf("at most %d tests ran at one time, so that none could have overlapped", got)
	}
	s.pairs += pairs
}

// judgeOutcomes demands outcomes of a build.
func judgeOutcomes(t *testing.T, b *background, want outcomes.Outcomes) result {
	t.Helper()
	r := b.wait()
	code := 0
	if want.Failures() > 0 {
		code = 3
	}
	if r.code != code {
		t.Fatalf("exit code %d, want %d\n%s", r.code, code, r.output)
	}
	for _, difference := range outcomes.Compare(want, r.tests(t)) {
		t.Error(difference)
	}
	wantNone(t, "the build's end", func() []process { return marked(b.mark) })
	if t.Failed() {
		t.Logf("Bazel:\n%s", r.output)
	}
	return r
}

// plainOf returns the plain outcomes of a folder's tests.
func (s *faultSuite) plainOf(folder string) outcomes.Outcomes {
	some := outcomes.Outcomes{}
	for id, cases := range s.plain {
		if strings.HasPrefix(id, folder+"/") {
			some[id] = cases
		}
	}
	return some
}
