//go:build e2e

package e2e

import (
	"slices"
	"strings"
	"testing"
)

// addTests writes a test file, has Gazelle make its target, and gives that attributes.
func (w workspace) addTests(name, source, attributes string) {
	w.t.Helper()
	w.write("tests/unit/"+name+".py", source)
	w.mustPass("run", "//:gazelle")
	srcs := `    srcs = ["` + name + `.py"],`
	w.edit("tests/unit/BUILD.bazel", srcs, srcs+"\n"+attributes)
	w.mustPass("run", "//:gazelle")
	// Gazelle keeps what a person wrote, if in another order.
	wantContains(w.t, "BUILD file", w.read("tests/unit/BUILD.bazel"), attributes)
}

// All environments run all tests, which to the census, and to verify, are run once.
func TestEach(t *testing.T) {
	w := newWorkspace(t)
	w.addTests("test_backend", `import os


def test_backend():
    assert os.environ["BACKEND"] in ("sqlite", "memory")


def test_other(worker_id):
    pass
`, `    each = {
        "memory": {"env": {"BACKEND": "memory"}},
        "sqlite": {
            "env": {"BACKEND": "sqlite"},
            "shard_count": 2,
        },
        "unset": {"tags": ["manual"]},
    },`)
	const suite = "//tests/unit:test_backend"
	r := w.mustPass("test", suite, "//:xdist_census")
	var labels []string
	for _, target := range r.build.Targets {
		labels = append(labels, target.Label)
	}
	slices.Sort(labels)
	if want := []string{"//:xdist_census", suite + "_memory", suite + "_sqlite"}; !slices.Equal(labels, want) {
		t.Errorf("ran %q, want %q", labels, want)
	}
	wantContains(t, "verify", w.mustPass("run", "//:xdist", "--", "verify").output, "each in exactly one target")
	w.edit("tests/unit/BUILD.bazel", `"memory"}},`, `"paper"}},`)
	r = w.bazel("run", "//:xdist", "--", "-v", "--no-gazelle", "tests/unit/test_backend.py")
	wantContains(t, "xdist", r.output,
		"FAILED tests/unit/test_backend.py::test_backend (//tests/unit:test_backend_memory)",
		"PASSED tests/unit/test_backend.py::test_other")

	// Another target of the same tests is not an environment.
	w.write("tests/unit/BUILD.bazel", strings.Replace(w.read("tests/unit/BUILD.bazel"), `":test_backend",`, `":again", ":test_backend",`, 1)+`
py_xdist_test(
    name = "again",
    srcs = ["test_backend.py"],
    markers = {"split": ["unit"]},
)
`)
	r = w.bazel("test", "//:xdist_census")
	wantContains(t, "census", r.output, "tests/unit/test_backend.py: its rest tests would run 2 times, in //tests/unit:again and "+suite)
}

// What a test does to its process reaches no other.
func TestBoxed(t *testing.T) {
	w := newWorkspace(t)
	w.addTests("test_leaks", `import os

import pytest

# In one shard, of which there are two.
pytestmark = pytest.mark.xdist_group("leaks")

LEFT = []


def test_leaks():
    LEFT.append(1)


def test_dies():
    os.abort()


def test_finds_nothing():
    assert LEFT == []
`, "    boxed = True,")
	check := func(r result) {
		t.Helper()
		wantContains(t, "xdist", r.output,
			"PASSED tests/unit/test_leaks.py::test_leaks",
			"FAILED tests/unit/test_leaks.py::test_dies - killed by signal 6 (SIGABRT)",
			"PASSED tests/unit/test_leaks.py::test_finds_nothing",
			"1 failed, 2 passed")
	}
	run := []string{"run", "//:xdist", "--", "-v", "--no-gazelle", "tests/unit/test_leaks.py"}
	check(w.bazel(run...))
	w.edit("tests/unit/BUILD.bazel", "    boxed = True,\n", "")
	w.edit("tests/unit/test_leaks.py", "    os.abort()", "    pass")
	wantContains(t, "xdist", w.bazel(run...).output, "FAILED tests/unit/test_leaks.py::test_finds_nothing")
	w.mustPass(append(run, "--boxed")...)
}

// pytest-xdist's workers, within the shards of a target.
func TestWorkers(t *testing.T) {
	w := newWorkspace(t)
	w.addTests("test_workers", `import time

import pytest

SEEN = []


@pytest.mark.parametrize("n", range(8))
def test_many(n, worker_id, xdist_slot):
    time.sleep(0.2)
    print("worker:", worker_id, "slot:", xdist_slot)
    assert False


@pytest.mark.xdist_group("pair")
def test_first():
    SEEN.append("first")


@pytest.mark.xdist_group("pair")
def test_second():
    assert SEEN == ["first"]
`, "    workers = 2,")
	const label = "//tests/unit:test_workers"
	wantContains(t, "target", w.mustPass("query", "--output=build", label).output, `"cpu:2"`)
	r := w.bazel("test", label, "--local_resources=cpu=2", "--test_output=errors")
	if r.code != 3 {
		t.Fatalf("exit code %d, want 3\n%s", r.code, r.output)
	}
	wantContains(t, "output", r.output, "2 workers", "2 passed")
	workers := map[string]bool{}
	for _, line := range strings.Split(r.output, "\n") {
		if id, ok := strings.CutPrefix(line, "worker: "); ok {
			workers[strings.Fields(id)[0]] = true
		}
	}
	if len(workers) != 4 {
		t.Errorf("tests saw these workers: %v, want 2 of each of 2 shards", workers)
	}
	w.edit("tests/unit/test_workers.py", "    assert False\n", "")
	w.mustPass("test", label)
}

// A test's weight decides which shard runs what; one of no test costs none.
func TestWeights(t *testing.T) {
	w := newWorkspace(t)
	w.addTests("test_weights", `import pytest


@pytest.mark.parametrize("n", range(6))
def test_light(n):
    pass


def test_heavy():
    pass
`, `    weights = {
        "test_weights.py::test_gone": 4,
        "test_weights.py::test_heavy": 64,
    },`)
	const label = "//tests/unit:test_weights"
	r := w.mustPass("test", label, "--test_output=all")
	wantContains(t, "output", r.output,
		label+" shard 1 of 2", ": 1 of 7 tests", ": 6 of 7 tests",
		"weights: tests/unit/test_weights.py::test_gone: no such test any more: take it out of the weights of "+label)
	w.edit("tests/unit/BUILD.bazel", "::test_heavy\": 64", "::test_heavy\": 65")
	r = w.bazel("test", label)
	wantContains(t, "output", r.output, `weights["test_weights.py::test_heavy"]: 65: must be a power of two from 1 to 1024`)
	w.edit("tests/unit/BUILD.bazel", "::test_heavy\": 65", "::test_heavy\": 1")
	wantContains(t, "output", w.mustPass("test", label, "--test_output=all").output, ": 4 of 7 tests", ": 3 of 7 tests")

	w.write(".test_durations", `{"tests/unit/test_weights.py::test_heavy": 9.0, "tests/unit/test_weights.py::test_light[0]": 8.0}`)
	w.edit("tests/unit/BUILD.bazel", "py_xdist_test(\n    name = \"test_fx\"", "# gazelle:xdist_weights auto\n\npy_xdist_test(\n    name = \"test_fx\"")
	w.mustPass("run", "//:gazelle")
	if text := w.read("tests/unit/BUILD.bazel"); strings.Contains(text, "weights = {") {
		t.Errorf("tests that take about the same time have weights:\n%s", text)
	}
	w.write(".test_durations", `{"tests/unit/test_weights.py::test_heavy": 9.0, "tests/unit/test_weights.py::test_light[0]": 0.01}`)
	w.mustPass("run", "//:gazelle")
	wantContains(t, "BUILD file", w.read("tests/unit/BUILD.bazel"), `weights = {"test_weights.py::test_heavy": 512}`)
	w.mustPass("test", label)
}
