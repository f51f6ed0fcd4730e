package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
)

// mergeFailed makes a failed shard's coverage file under `bazel coverage`, which Bazel
// makes only of shards that pass. The test binary has left its tracefiles by then.
func mergeFailed(lookup func(string) (string, bool), log io.Writer) {
	get := func(name string) string { value, _ := lookup(name); return value }
	root := get("ROOT")
	absolute := func(name string) string {
		if path := get(name); path == "" || filepath.IsAbs(path) {
			return path
		}
		return filepath.Join(root, get(name))
	}
	folder, merger := absolute("COVERAGE_DIR"), absolute("LCOV_MERGER")
	if folder == "" || merger == "" {
		return
	}
	command := exec.Command(merger,
		"--coverage_dir="+folder,
		"--output_file="+absolute("COVERAGE_OUTPUT_FILE"),
		"--source_file_manifest="+absolute("COVERAGE_MANIFEST"),
	)
	command.Dir = root
	command.Stdout, command.Stderr = log, log
	// As Bazel does, for its own merger.
	command.Env = append(os.Environ(), "JAVA_RUNFILES=")
	if err := command.Run(); err != nil {
		say(log, fmt.Sprintf("no coverage is reported: %s: %s", merger, err))
	}
}
