package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Bazel merges the tracefiles of shards that pass, so the runner does it for the others.
func TestCoverageOfAFailedShard(t *testing.T) {
	root := t.TempDir()
	merger := "#!/bin/sh\nprintf '%s\\n' \"$PWD\" \"$@\" >merged\n"
	if err := os.WriteFile(filepath.Join(root, "merger"), []byte(merger), 0o755); err != nil {
		t.Fatal(err)
	}
	covered := options{
		"ROOT":                 root,
		"COVERAGE_DIR":         filepath.Join(root, "coverage"),
		"COVERAGE_MANIFEST":    filepath.Join(root, "manifest"),
		"COVERAGE_OUTPUT_FILE": filepath.Join(root, "coverage.dat"),
		"LCOV_MERGER":          "merger",
	}
	if ran := runTests(t, "TestPass", covered); ran.code != passed {
		t.Fatalf("exit code %d\n%s", ran.code, ran.log)
	}
	merged := filepath.Join(root, "merged")
	if _, err := os.Stat(merged); err == nil {
		t.Errorf("merged, though the shard passed")
	}
	if ran := runTests(t, "TestFail", covered); ran.code != failed {
		t.Fatalf("exit code %d\n%s", ran.code, ran.log)
	}
	want := strings.Join([]string{
		root, "--coverage_dir=" + root + "/coverage", "--output_file=" + root + "/coverage.dat", "--source_file_manifest=" + root + "/manifest", "",
	}, "\n")
	if got, err := os.ReadFile(merged); err != nil || string(got) != want {
		t.Errorf("merger: %v, got\n%s\nwant\n%s", err, got, want)
	}
	covered["LCOV_MERGER"] = "gone"
	ran := runTests(t, "TestFail", covered)
	if ran.code != failed || !strings.Contains(ran.log, "no coverage is reported: "+root+"/gone") {
		t.Errorf("exit code %d\n%s", ran.code, ran.log)
	}
	ran = runTests(t, "TestFail", nil)
	if ran.code != failed || strings.Contains(ran.log, "coverage") {
		t.Errorf("without coverage: exit code %d\n%s", ran.code, ran.log)
	}
}
