//go:build e2e

package e2e

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// hits says of each line, "path:number", whether it ran.
type hits map[string]bool

// What bazel coverage says of all shards and targets is what one plain run of pytest and
// one of go test say, line by line. Lines that nothing but failing tests run are among them.
func TestCoverageIsThatOfPlainRuns(t *testing.T) {
	w := newWorkspace(t)
	w.write("billing/money.py", w.read("billing/money.py")+"\n\ndef for_the_failing_test():\n    return 1\n\n\ndef for_no_test():\n    return 2\n")
	w.write("tests/unit/test_money.py", w.read("tests/unit/test_money.py")+`

def test_failing():
    from billing.money import for_the_failing_test

    assert for_the_failing_test() == 2
`)
	w.write("payout/payout.go", w.read("payout/payout.go")+"\nfunc forTheFailingTest() int {\n\treturn 1\n}\n\nfunc forNoTest() int {\n\treturn 2\n}\n")
	w.write("payout/payout_test.go", w.read("payout/payout_test.go")+"\nfunc TestFailing(t *testing.T) {\n\tif forTheFailingTest() != 2 {\n\t\tt.Fail()\n\t}\n}\n")

	r := w.bazel("coverage", "//...")
	if r.code != 3 {
		t.Fatalf("exit code %d, want 3\n%s", r.code, r.output)
	}
	measured := lcovHits(w.read("bazel-out/_coverage/_coverage_report.dat"))
	plain := w.plainPytest()
	maps.Copy(plain, w.plainGo("payout"))
	for _, path := range []string{"billing/money.py", "payout/payout.go"} {
		if !plain.anyOf(path, true) || !plain.anyOf(path, false) {
			t.Errorf("%s: the plain runs do not have both lines that ran and lines that did not", path)
		}
	}
	compare(t, measured, plain)
}

func (h hits) anyOf(path string, ran bool) bool {
	for line, hit := range h {
		if strings.HasPrefix(line, path+":") && hit == ran {
			return true
		}
	}
	return false
}

func compare(t *testing.T, measured, plain hits) {
	t.Helper()
	for line, ran := range plain {
		switch got, ok := measured[line]; {
		case !ok:
			t.Errorf("%s: is not in Bazel's report", line)
		case got != ran:
			t.Errorf("%s: ran: %t in Bazel's report, %t in the plain run's", line, got, ran)
		}
	}
	for line := range measured {
		if _, ok := plain[line]; !ok {
			t.Errorf("%s: is in no plain run's report", line)
		}
	}
}

// plainPytest runs pytest with pytest-cov on the whole example, by the Python that the
// tests have.
func (w workspace) plainPytest() hits {
	w.t.Helper()
	w.write("plain/BUILD.bazel", `load("@rules_python//python:defs.bzl", "py_binary")

py_binary(
    name = "plain",
    srcs = ["plain.py"],
    deps = ["@rules_xdist//rules:pytest"],
)
`)
	w.write("plain/plain.py", `import os
import subprocess
import sys

subprocess.run(
    [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--cov=billing", "--cov-branch", "--cov-report=lcov:plain.lcov", "tests"],
    cwd=os.environ["BUILD_WORKSPACE_DIRECTORY"],
)
`)
	r := w.mustPass("run", "//plain")
	wantContains(w.t, "plain pytest", r.output, "1 failed", "passed")
	return lcovHits(w.read("plain.lcov"))
}

// plainGo runs go test on one package of the example.
func (w workspace) plainGo(pkg string) hits {
	w.t.Helper()
	profile := filepath.Join(w.t.TempDir(), "cover")
	command := exec.Command("go", "test", "-coverprofile="+profile, "./"+pkg)
	command.Dir = w.dir
	output, err := command.CombinedOutput()
	if err == nil {
		w.t.Errorf("go test: passed, want a failure")
	}
	content, err := os.ReadFile(profile)
	if err != nil {
		w.t.Fatalf("%s\n%s", err, output)
	}
	return profileHits(w.t, string(content))
}

func lcovHits(tracefile string) hits {
	found := hits{}
	path := ""
	for line := range strings.Lines(tracefile) {
		kind, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		switch kind {
		case "SF":
			path = value
		case "DA":
			number, count, _ := strings.Cut(value, ",")
			found[path+":"+number] = found[path+":"+number] || count != "0"
		}
	}
	return found
}

var profileLine = regexp.MustCompile(`(?m)^example\.com/platform/(.+):(\d+)\.\d+,(\d+)\.\d+ \d+ (\d+)$`)

// profileHits reads Go's profile: of each block of statements, where it is and how often it
// ran. A line ran if any block did that it is a line of.
func profileHits(t *testing.T, profile string) hits {
	t.Helper()
	found := hits{}
	for _, block := range profileLine.FindAllStringSubmatch(profile, -1) {
		first, err := strconv.Atoi(block[2])
		check(t, err)
		last, err := strconv.Atoi(block[3])
		check(t, err)
		for number := first; number <= last; number++ {
			line := fmt.Sprintf("%s:%d", block[1], number)
			found[line] = found[line] || block[4] != "0"
		}
	}
	return found
}
