package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// folder writes files, and returns a function that gives their paths.
func folder(t *testing.T, files map[string]string) func(string) string {
	t.Helper()
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	for name, content := range files {
		if err := os.MkdirAll(filepath.Dir(path(name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path(name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return path
}

// lcovRun returns the exit code, what was said, and the output file.
func lcovRun(t *testing.T, output string, args ...string) (int, string, string) {
	t.Helper()
	var log strings.Builder
	code := run(append(args, "--output_file="+output), &log)
	content, err := os.ReadFile(output)
	if err != nil && code == merged {
		t.Fatal(err)
	}
	return code, log.String(), string(content)
}

func lineOne(source string) string { return "SF:" + source + "\nDA:1,1\nend_of_record\n" }

func merges(source, count string) string {
	return "SF:" + source + "\nDA:1," + count + "\nLH:1\nLF:1\nend_of_record\n"
}

// As collect_coverage.sh calls it after a test.
func TestOneTest(t *testing.T) {
	path := folder(t, map[string]string{
		"cov/pylcov.dat":          lineOne("pkg/a.py") + lineOne("tests/test_a.py") + lineOne("/usr/lib/python3/os.py"),
		"cov/deep/go.1.dat":       lineOne("pkg/a.py"),
		"cov/coverage.dat.cover":  "mode: set\n",
		"cov/_cc.gcov.json.gz":    "",
		"cov/bin.dat":             lineOne("bin/pkg/made.py"),
		"cov/coverage.dat":        "what was here before\n",
		"manifest":                "pkg/a.py\npkg/made.py\npkg/a.gcno\nexternal/x.py\n/usr/lib/python3/os.py\n",
		"replace":                 "bin/pkg/made.py:pkg/made.py\n",
		"cov/external.dat":        lineOne("external/x.py"),
		"cov/nothing/at/all.dat":  "",
		"cov/without_lines/x.dat": "SF:pkg/a.py\nend_of_record\n",
	})
	// Its folder is a link where the merger runs apart from the test.
	if err := os.Symlink("cov", path("link")); err != nil {
		t.Fatal(err)
	}
	args := []string{
		"--coverage_dir=" + path("link"),
		"--filter_sources=/usr/lib/.+", "--filter_sources=.*external/.+",
		"--source_file_manifest=" + path("manifest"),
		"--sources_to_replace_file=" + path("replace"),
	}
	want := merges("pkg/a.py", "2") + merges("pkg/made.py", "1")
	for range 2 { // The second finds the output of the first.
		code, log, got := lcovRun(t, path("cov/coverage.dat"), args...)
		if code != merged || got != want {
			t.Errorf("exit code %d\n%s\ngot\n%s\nwant\n%s", code, log, got, want)
		}
		if !strings.Contains(log, "_cc.gcov.json.gz: not merged") || strings.Count(log, "\n") != 1 {
			t.Errorf("log:\n%s", log)
		}
	}
}

// As Bazel calls it at the end.
func TestAllTests(t *testing.T) {
	path := folder(t, map[string]string{
		"1.dat": lineOne("b.py"),
		"2.dat": lineOne("a.py") + lineOne("b.py"),
		// What Bazel itself writes of sources that no test may have run.
		"baseline.dat": "SF:b.py\nend_of_record\nSF:c.py\nend_of_record\n",
	})
	list := path("1.dat") + "\n" + path("2.dat") + "\n" + path("baseline.dat") + "\n"
	if err := os.WriteFile(path("list"), []byte(list), 0o644); err != nil {
		t.Fatal(err)
	}
	code, log, got := lcovRun(t, path("out"), "--reports_file="+path("list"))
	want := merges("a.py", "1") + merges("b.py", "2") + "SF:c.py\nLH:0\nLF:0\nend_of_record\n"
	if code != merged || got != want || log != "" {
		t.Errorf("exit code %d\n%s\ngot\n%s\nwant\n%s", code, log, got, want)
	}
}

func TestNoDataIsNoFailure(t *testing.T) {
	path := folder(t, map[string]string{"cov/.keep": "", "list": ""})
	for _, flag := range []string{"--coverage_dir=" + path("cov"), "--reports_file=" + path("list")} {
		if code, log, got := lcovRun(t, path("out"), flag); code != merged || got != "" {
			t.Errorf("%s: exit code %d, %q\n%s", flag, code, got, log)
		}
	}
}

func TestErrors(t *testing.T) {
	path := folder(t, map[string]string{
		"cov/bad.dat": "SF:a.py\nDA:one,1\nend_of_record\n",
		"good/a.dat":  lineOne("a.py"),
		"pairs":       "a:b\nnonsense\n",
		"list":        "gone.dat\n",
	})
	good := "--coverage_dir=" + path("good")
	for _, c := range []struct {
		code int
		args []string
		want string
	}{
		{failed, []string{"--coverage_dir=" + path("cov")}, path("cov/bad.dat") + `:2: "DA:one,1": line "one": must be`},
		{failed, []string{"--coverage_dir=" + path("gone")}, path("gone") + ": no such file"},
		{failed, []string{"--reports_file=" + path("list")}, "gone.dat: no such file"},
		{failed, []string{good, "--sources_to_replace_file=" + path("pairs")}, path("pairs") + `:2: "nonsense": must be REPORTED:ACTUAL`},
		{failed, []string{good, "--source_file_manifest=" + path("gone")}, path("gone") + ": no such file"},
		{failed, []string{good, "--filter_sources=("}, "--filter_sources=(: error parsing regexp"},
		{failed, []string{good, "--output_file=" + path("good")}, path("good") + ": is a directory"},
		{wrongUse, nil, "one of --coverage_dir and --reports_file must be given"},
		{wrongUse, []string{good, "--reports_file=x"}, "and not both"},
		{wrongUse, []string{good, "--output_file="}, "--output_file must be given"},
		{wrongUse, []string{good, "more"}, `"more": must be a flag`},
		{wrongUse, []string{good, "--parse=x"}, "-parse"},
	} {
		var log strings.Builder
		args := append([]string{"--output_file=" + path("out")}, c.args...)
		if code := run(args, &log); code != c.code || !strings.Contains(log.String(), c.want) {
			t.Errorf("%q: exit code %d, want %d\n%swant %s", c.args, code, c.code, log.String(), c.want)
		}
	}
}
