package junitxml

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func readFile(t *testing.T, name string) File {
	t.Helper()
	r, err := os.Open(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	file, err := Read(r)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// TestPytest reads what pytest 9.1 wrote, with a nodeid property recorded by a
// fixture: the skipped test, which no fixture reached, has none.
func TestPytest(t *testing.T) {
	const path, class = "tests/unit/test_a.py::", "tests.unit.test_a"
	want := []Case{
		{path + "test_ok", path + "test_ok", class, "test_ok", Passed, "", 0.001, false, ""},
		{path + "test_fail", path + "test_fail", class, "test_fail", Failed, "AssertionError: one is\n  not two <&>\nassert 1 == 2", 0.001, false, ""},
		{path + "test_err", path + "test_err", class, "test_err", Error, `failed on setup with "RuntimeError: no fixture"`, 0.001, false, ""},
		{path + "test_tear", path + "test_tear", class, "test_tear", Error, `failed on teardown with "RuntimeError: tear"`, 0.001, false, ""},
		{path + "test_failtear", path + "test_failtear", class, "test_failtear", Failed, "assert 0", 0.001, false, ""},
		{path + "test_failtear", path + "test_failtear", class, "test_failtear", Error, `failed on teardown with "RuntimeError: tear"`, 0, false, ""},
		{"", "", class, "test_skip", Skipped, "later", 0, false, ""},
		{path + "test_xfail", path + "test_xfail", class, "test_xfail", XFailed, "known", 0.001, false, ""},
		{path + "test_xpass", path + "test_xpass", class, "test_xpass", Passed, "", 0.001, false, ""},
		{path + "test_xpass_strict", path + "test_xpass_strict", class, "test_xpass_strict", Failed, "[XPASS(strict)] strict one", 0.001, false, ""},
		{path + "test_p[a b]", path + "test_p[a b]", class, "test_p[a b]", Passed, "", 0.001, false, ""},
		{path + `test_p[\xfc]`, path + `test_p[\xfc]`, class, `test_p[\xfc]`, Passed, "", 0.001, false, ""},
		{path + "TestX::test_m", path + "TestX::test_m", class + ".TestX", "test_m", Failed, "assert False", 0.001, false, ""},
	}
	got := readFile(t, "pytest.xml")
	if got.ByBazel {
		t.Error("taken for Bazel's own file")
	}
	if len(got.Cases) != len(want) {
		t.Fatalf("%d cases, want %d", len(got.Cases), len(want))
	}
	for i := range want {
		if got.Cases[i] != want[i] {
			t.Errorf("case %d:\ngot  %+v\nwant %+v", i, got.Cases[i], want[i])
		}
	}
}

func TestBazel(t *testing.T) {
	want := File{
		Cases:   []Case{{Name: "tests/unit/test_fail", Outcome: Error, Message: "exited with error code 7"}},
		ByBazel: true,
	}
	if got := readFile(t, "bazel.xml"); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestShapes(t *testing.T) {
	tests := []struct {
		name, text string
		cases      int
		wrong      bool
	}{
		{name: "one suite as the root", text: `<testsuite><testcase name="a"/></testsuite>`, cases: 1},
		{name: "suites within suites", text: `<testsuites><testsuite><testcase name="a"/><testsuite><testcase name="b"/></testsuite></testsuite></testsuites>`, cases: 2},
		{name: "times that are no numbers", text: `<testsuite><testcase time=""/><testcase time="1,5"/></testsuite>`, cases: 2},
		{name: "no case", text: `<testsuites><testsuite/></testsuites>`},
		{name: "cut off", text: `<testsuites><testsuite><testcase name="a"/>`, wrong: true},
		{name: "empty", wrong: true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			file, err := Read(strings.NewReader(test.text))
			if (err != nil) != test.wrong || len(file.Cases) != test.cases {
				t.Errorf("got %d cases, error %v", len(file.Cases), err)
			}
		})
	}
}

func TestCollected(t *testing.T) {
	const text = `<testsuites><testsuite><properties><property name="dist" value="load"/><property name="collected" value="1a2b"/></properties></testsuite></testsuites>`
	file, err := Read(strings.NewReader(text))
	if err != nil || file.Collected != "1a2b" {
		t.Errorf("got %+v, %v", file, err)
	}
}

func TestFlaky(t *testing.T) {
	const text = `<testsuite><testcase name="a"><flakyFailure message="no"/><flakyError message="late"/></testcase>` +
		`<testcase name="b"><flakyError message="setup"/></testcase>` +
		`<testcase name="c"><failure message="last"/><rerunFailure message="first"/></testcase></testsuite>`
	want := []Case{
		{Name: "a", Message: "no", Flaky: true},
		{Name: "b", Message: "setup", Flaky: true},
		{Name: "c", Outcome: Failed, Message: "last"},
	}
	file, err := Read(strings.NewReader(text))
	if err != nil || !reflect.DeepEqual(file.Cases, want) {
		t.Errorf("got %+v, %v", file.Cases, err)
	}
}

func TestEmpty(t *testing.T) {
	const text = `<testsuite><properties><property name="empty" value="why"/></properties></testsuite>`
	file, err := Read(strings.NewReader(text))
	if err != nil || file.Empty != "why" {
		t.Errorf("got %+v, %v", file, err)
	}
}

// TestRoot reads the report of a project in a folder, whose node ids begin there.
func TestRoot(t *testing.T) {
	const report = `<testsuites><testsuite><properties><property name="pytest_root" value="svc"/></properties>
		<testcase classname="tests.test_a" name="test_x"><properties><property name="nodeid" value="tests/test_a.py::test_x"/></properties></testcase>
		<testcase classname="tests" name="test_b"/></testsuite></testsuites>`
	file, err := Read(strings.NewReader(report))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := file.Cases[0].NodeID, "svc/tests/test_a.py::test_x"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := file.Cases[1].NodeID; got != "" {
		t.Errorf("a case that is no test became %q", got)
	}
}
