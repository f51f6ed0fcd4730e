//go:build e2e

package e2e

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func wantContains(t *testing.T, what, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%s: does not contain %q:\n%s", what, part, text)
		}
	}
}

func TestGazelleTwiceChangesNothing(t *testing.T) {
	w := newWorkspace(t)
	before := w.buildFiles()
	w.mustPass("run", "//:gazelle")
	after := w.buildFiles()
	if !maps.Equal(before, after) {
		t.Errorf("the example's BUILD files are out of date: run Gazelle in examples/platform")
	}
	w.mustPass("run", "//:gazelle")
	if !maps.Equal(after, w.buildFiles()) {
		t.Errorf("a second run of Gazelle changed BUILD files")
	}
}

// An edit re-runs the targets that contain the file, and a second run nothing.
func TestEditRerunsOnlyWhatContainsTheFile(t *testing.T) {
	w := newWorkspace(t)
	w.mustPass("test", "//...")
	if got := w.mustPass("test", "//...").executed(); len(got) > 0 {
		t.Errorf("nothing changed, but these ran: %v", got)
	}
	for _, edit := range []struct {
		file string
		want []string
	}{
		{"tests/unit/test_money.py", []string{"//tests/unit:test_money"}},
		{"tests/e2e/test_cli.py", []string{"//tests/e2e:test_cli", "//tests/e2e:test_cli_serial"}},
		{"tests/integration/test_billing.py", []string{"//tests:xdist_group_db"}},
		{"tests/e2e/test_api.py", []string{"//tests/e2e:test_api", "//tests:xdist_group_db"}},
	} {
		// Never the same edit twice: the disk cache would have its result.
		w.write(edit.file, w.read(edit.file)+"\n# An edit of "+time.Now().Format(time.RFC3339Nano)+".\n")
		got := w.mustPass("test", "//...").executed()
		slices.Sort(got)
		slices.Sort(edit.want)
		if !slices.Equal(got, edit.want) {
			t.Errorf("after an edit of %s these ran: %v, want %v", edit.file, got, edit.want)
		}
	}
}

// Both targets of a Go package are made of one binary; a group of its tests stays whole.
func TestGoPackage(t *testing.T) {
	w := newWorkspace(t)
	const label = "//payout:payout_test"
	r := w.mustPass("test", "//payout/...", "--test_output=all")
	wantContains(t, "output", r.output, "--- PASS: TestNight", "--- PASS: TestMonthEndIsFast", "--- PASS: FuzzSplit/seed#0", "--- PASS: ExampleSplit")
	w.edit("payout/day_test.go", "//xdist:group day\n", "")
	if r := w.bazel("test", label, "--test_output=errors"); r.code != 3 || !strings.Contains(r.output, "the day was torn apart") {
		t.Errorf("without its marks the group passes: exit code %d\n%s", r.code, r.output)
	}
	w.edit("payout/BUILD.bazel", "serial = True", "serial = False")
	r = w.bazel("test", label, "--test_output=errors")
	wantContains(t, "output", r.output, `TestMonthEndIsFast: day_test.go:`, `its part "serial" is not run by //payout:payout_test`)
	w.edit("payout/day_test.go", "//xdist:serial", "//xdist:serail")
	r = w.bazel("test", label)
	wantContains(t, "output", r.output, `//xdist:serail: unknown word "serail"`)
}

func TestAddedFileFailsTheCensusByName(t *testing.T) {
	w := newWorkspace(t)
	w.write("tests/unit/test_new.py", "def test_new():\n    pass\n")
	w.write("tests/fresh/test_folder.py", "def test_new():\n    pass\n")
	r := w.bazel("test", "//...")
	if r.code != 3 {
		t.Fatalf("exit code %d, want 3\n%s", r.code, r.output)
	}
	wantContains(t, "output", r.output,
		"tests/unit/test_new.py: this test file is in no target",
		"tests/fresh/test_folder.py: this test file is in no target")
	w.mustPass("run", "//:gazelle")
	w.mustPass("test", "//...")
}

// A mark that only a running pytest sees ends as an error by name, not as a lost test.
func TestMarkOfAHookFailsTheShardByName(t *testing.T) {
	w := newWorkspace(t)
	w.write("tests/unit/conftest.py", `import pytest


def pytest_collection_modifyitems(items):
    for item in items:
        if item.name.startswith("test_add"):
            item.add_marker(pytest.mark.serial)
`)
	w.write("tests/unit/test_hooked.py", "def test_add():\n    pass\n")
	w.mustPass("run", "//:gazelle")
	r := w.bazel("test", "//tests/unit:test_hooked")
	if r.code != 3 {
		t.Fatalf("exit code %d, want 3\n%s", r.code, r.output)
	}
	wantContains(t, "output", r.output, "tests/unit/test_hooked.py::test_add", "serial")
}

func TestKilledProcessFailsItsTestByName(t *testing.T) {
	w := newWorkspace(t)
	w.write("tests/unit/test_killed.py", `import os
import signal


def test_before():
    pass


def test_killer():
    os.kill(os.getpid(), signal.SIGKILL)


def test_after():
    pass
`)
	w.mustPass("run", "//:gazelle")
	r := w.bazel("test", "//tests/unit:test_killed")
	if r.code != 3 {
		t.Fatalf("exit code %d, want 3\n%s", r.code, r.output)
	}
	wantContains(t, "output", r.output, "tests/unit/test_killed.py::test_killer", "SIGKILL")
}

// On a cluster serial tests are kept alone by a pool, since the tag would keep them off it.
func TestSerialSettingMovesTagsToExecProperties(t *testing.T) {
	w := newWorkspace(t)
	const serial = "//tests/integration:test_migrations_serial"
	local := w.mustPass("query", "--output=build", serial).output
	wantContains(t, "local", local, `"exclusive"`)
	remote := w.mustPass("query", "--repo_env=RULES_XDIST_SERIAL=pool", "--output=build", serial).output
	wantContains(t, "remote", remote, `"test.pool": "serial"`, `"serial"`)
	if strings.Contains(remote, `"exclusive"`) {
		t.Errorf("remote: has the tag exclusive:\n%s", remote)
	}
	bad := w.bazel("query", "--repo_env=RULES_XDIST_SERIAL=sometimes", serial)
	if bad.code == 0 {
		t.Errorf("RULES_XDIST_SERIAL=sometimes: accepted")
	}
	wantContains(t, "bad", bad.output, "RULES_XDIST_SERIAL=sometimes: must be one of exclusive, pool")
}

func TestVerifyComparesWithPlainPytest(t *testing.T) {
	w := newWorkspace(t)
	r := w.mustPass("run", "//:xdist", "--", "verify")
	wantContains(t, "verify", r.output, "each in exactly one target")
	w.write("tests/unit/test_new.py", "def test_new():\n    pass\n")
	r = w.bazel("run", "//:xdist", "--", "verify")
	if r.code == 0 {
		t.Errorf("verify passed with a test file that is in no target")
	}
	wantContains(t, "verify", r.output, "tests/unit/test_new.py::test_new")
}

// Whatever is wrong with the sources, all of it is told, what it concerns stays, and
// everything else is written.
func TestBadSourcesStopNothingElse(t *testing.T) {
	w := newWorkspace(t)
	w.write("tests/unit/test_broken.py", "def test_broken(:\n    pass\n")
	w.write("tests/elsewhere/test_good.py", "def test_good():\n    pass\n")
	check(t, os.Symlink("test_loop.py", filepath.Join(w.dir, "tests/unit/test_loop.py")))
	check(t, os.Symlink("../unit", filepath.Join(w.dir, "tests/unit/again")))
	before := w.buildFiles()
	r := w.bazel("run", "//:gazelle")
	if r.code == 0 {
		t.Errorf("Gazelle passed, want an error")
	}
	wantContains(t, "gazelle", r.output, "tests/unit/test_broken.py:1:", "tests/unit/test_loop.py:1:", "tests/unit/again: this link leads to a folder above it")
	after := w.buildFiles()
	written := false
	for file, content := range after {
		if strings.HasPrefix(file, w.dir+"/tests/unit/") && content != before[file] {
			t.Errorf("%s was changed", file)
		}
		written = written || strings.Contains(content, "test_good.py")
	}
	if !written {
		t.Errorf("no BUILD file has the new test file of another folder")
	}
}

// -m selects what pytest's does, by actions that a full run has cached.
func TestMarkSelectsTestsOfAFullRun(t *testing.T) {
	w := newWorkspace(t)
	w.mustPass("test", "//...")
	if got := w.mustPass("test", "//...", "--test_tag_filters=unit").executed(); len(got) > 0 {
		t.Errorf("--test_tag_filters=unit after a full run executes %v", got)
	}
	all := w.mustPass("run", "//:xdist", "--", "-v").nodeIDs()
	some := w.mustPass("run", "//:xdist", "--", "-v", "-m", "unit").nodeIDs()
	// All tests of that folder, and no others, are marked so.
	want := slices.DeleteFunc(all, func(id string) bool { return !strings.HasPrefix(id, "tests/unit/") })
	if !slices.Equal(some, want) || len(want) == 0 {
		t.Errorf("-m unit ran\n%q\nwant\n%q", some, want)
	}
	r := w.bazel("run", "//:xdist", "--", "-m", "integration")
	if r.code != 2 {
		t.Errorf("-m with a mark that is no tag: exit code %d, want 2", r.code)
	}
	wantContains(t, "xdist", r.output, "# gazelle:xdist_split_markers integration")
}

// The example's own rules are worth something: cut by tests, its groups are torn.
func TestASplitGroupFailsTheSuite(t *testing.T) {
	w := newWorkspace(t)
	r := w.bazel("test", "//tests/unit:test_fx", "--test_env=RULES_XDIST_DIST=load")
	if r.code != 3 {
		t.Fatalf("exit code %d, want 3\n%s", r.code, r.output)
	}
	wantContains(t, "output", r.output, "fx_rates")
}

func TestCommandRunsWhatItIsAskedFor(t *testing.T) {
	w := newWorkspace(t)
	r := w.mustPass("run", "//:xdist", "--", "-n", "2", "-v", "-m", "not serial", "tests/e2e/test_cli.py", "tests/unit")
	wantContains(t, "xdist", r.output,
		"PASSED tests/e2e/test_cli.py::test_statement",
		"XFAILED tests/unit/test_money.py::",
		"SKIPPED tests/unit/test_tax.py::",
		"shards cached ==")
	for _, other := range []string{"test_cli_serial", "tests/integration"} {
		if strings.Contains(r.output, "PASSED "+other) || strings.Contains(r.output, "//tests/e2e:test_cli_serial  ") {
			t.Errorf("xdist ran %s, which it was not asked for", other)
		}
	}
	r = w.bazel("run", "//:xdist", "--", "--dist", "laod")
	if r.code != 2 {
		t.Errorf("--dist laod: exit code %d, want 2", r.code)
	}
	wantContains(t, "xdist", r.output, "--dist laod: unknown mode; one of load, loadscope, loadfile, loadgroup, no")
}
