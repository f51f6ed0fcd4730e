//go:build e2e

package e2e

import (
	"strings"
	"testing"
)

// verify runs the command and returns what it found.
func (w workspace) verify() result {
	w.t.Helper()
	return w.bazel("run", "//:xdist", "--", "verify")
}

// mustVerify has verify find nothing.
func (w workspace) mustVerify() {
	w.t.Helper()
	wantContains(w.t, "verify", w.mustPass("run", "//:xdist", "--", "verify").output, "each in exactly one target")
}

// parametrised reads a folder by a name that no scanner follows.
const parametrised = `import pathlib, pytest

CASES = sorted(getattr(pathlib.Path(__file__), "parent").glob("".join(["ca", "ses"]) + "/*.txt"))


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_case(case):
    assert case.read_text()
`

// Verify compares what the targets collect in their own runfiles, and its advice works.
func TestVerifyAdvice(t *testing.T) {
	w := newWorkspaceAt(t, "verify")
	t.Run("data that is no input", func(t *testing.T) {
		w := w.in(t)
		w.write("tests/store/BUILD.bazel", "# gazelle:xdist_data off\n")
		w.write("tests/store/test_cases.py", parametrised)
		for _, name := range []string{"a", "b", "c", "d"} {
			w.write("tests/store/cases/"+name+".txt", name)
		}
		w.mustPass("run", "//:gazelle")
		r := w.verify()
		if r.code != 1 {
			t.Fatalf("exit code %d, want 1\n%s", r.code, r.output)
		}
		wantContains(t, "verify", r.output,
			"tests/store/test_cases.py: 4 tests, such as test_case[a.txt], test_case[b.txt], test_case[c.txt]: lost: //tests/store:test_cases does not collect it",
			"# gazelle:xdist_data auto GLOBS", ", 1 findings")
		w.edit("tests/store/BUILD.bazel", "xdist_data off", "xdist_data cases/*.txt")
		w.mustPass("run", "//:gazelle")
		w.mustVerify()
	})
	t.Run("what Gazelle excludes is not even imported", func(t *testing.T) {
		w := w.in(t)
		w.write("BUILD.bazel", "# gazelle:exclude tests/apps\n"+w.read("BUILD.bazel"))
		w.write("tests/apps/conftest.py", "raise Exception('starts a database')\n")
		w.write("tests/apps/test_app.py", "def test_app(): pass\n")
		w.mustPass("run", "//:gazelle")
		w.mustVerify()
	})
	t.Run("doctests", func(t *testing.T) {
		w := w.in(t)
		w.edit("pytest.ini", "testpaths = tests", "testpaths = tests billing docs")
		w.edit("pytest.ini", "--strict-markers", "--strict-markers --doctest-modules --doctest-glob=*.md")
		w.write("billing/shown.py", "\"\"\"\n>>> from billing import shown\n>>> shown.__name__\n'billing.shown'\n\"\"\"\n")
		w.write("docs/usage.md", "    >>> from billing import shown\n")
		w.write("tests/store/test_shown.py", "def test_shown():\n    \">>> 1 + 1\\n    2\"\n")
		wantContains(t, "verify", w.verify().output, "billing/shown.py::billing.shown: lost", "docs/usage.md::usage.md: lost", "run Gazelle")
		w.mustPass("run", "//:gazelle")
		w.mustVerify()
		w.mustPass("test", "//:xdist_doctests", "//billing:xdist_doctests", "//tests/store:all")
	})
	t.Run("tests of a hook in a conftest.py", func(t *testing.T) {
		w := w.in(t)
		w.write("tests/store/conftest.py", collector)
		w.write("tests/store/test_made.case", "")
		wantContains(t, "gazelle", w.mustPass("run", "//:gazelle").output, "tests/store/conftest.py:14: pytest_collect_file", "write a py_xdist_test with them as srcs")
		const id = "tests/store/test_made.case::made"
		wantContains(t, "verify", w.verify().output, id+": lost", "write a py_xdist_test with the file in srcs", "name it in left_out of the census")
		before := w.read("tests/store/BUILD.bazel")
		w.write("tests/store/BUILD.bazel", before+`
py_xdist_test(
    name = "cases",
    srcs = ["test_made.case"],
    config = "//:pytest.ini",
    deps = [":conftest"],
)
`)
		w.mustPass("run", "//:gazelle")
		w.mustVerify()
		w.mustPass("test", "//tests/store:cases")
		w.write("tests/store/BUILD.bazel", before)
		w.mustPass("run", "//:gazelle")
		w.edit("BUILD.bazel", "xdist_census_test(\n", "xdist_census_test(\n    left_out = {\"tests/store/*.case\": \"run by hand\"},\n")
		w.mustPass("run", "//:gazelle")
		wantContains(t, "BUILD.bazel", w.read("BUILD.bazel"), "run by hand")
		w.mustVerify()
		w.write("tests/store/conftest.py", "")
		wantContains(t, "verify", w.verify().output, `census: left_out: "tests/store/*.case": no test is left out by it any more`)
		w.edit("BUILD.bazel", "run by hand", " ")
		r := w.bazel("test", "//:xdist_census")
		if r.code == 0 || !strings.Contains(r.output, `left_out["tests/store/*.case"]: must have the reason`) {
			t.Errorf("a reason is not asked for: exit code %d\n%s", r.code, r.output)
		}
	})
}

const collector = `import pytest


class Made(pytest.Item):
    def runtest(self):
        pass


class Case(pytest.File):
    def collect(self):
        yield Made.from_parent(self, name="made")


def pytest_collect_file(file_path, parent):
    if file_path.suffix == ".case":
        return Case.from_parent(parent, path=file_path)
`
