//go:build e2e

package e2e

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

// The example is turned over to an extension that behaves as rules_python's own, with
// this one beside it: the same tests run, each once, and those of a part still apart.
func TestBesideAnotherExtension(t *testing.T) {
	w := newWorkspace(t)
	w.edit("BUILD.bazel", `    name = "gazelle",
`, `    name = "gazelle",
    testonly = True,
`)
	w.edit("BUILD.bazel", `    languages = DEFAULT_LANGUAGES + ["@rules_xdist//gazelle_ext"],
`, `    testonly = True,
    languages = DEFAULT_LANGUAGES + [
        "@rules_xdist//gazelle_ext/standin",
        "@rules_xdist//gazelle_ext",
    ],
`)
	w.write("BUILD.bazel", w.read("BUILD.bazel")+"\n# gazelle:map_kind py_test py_xdist_test @rules_xdist//rules:defs.bzl\n")
	w.mustPass("run", "//:gazelle")
	after := w.buildFiles()
	wantContains(t, "tests/BUILD.bazel", w.read("tests/BUILD.bazel"), "py_xdist_part_test(\n    name = \"xdist_group_db\"")
	wantContains(t, "tests/e2e/BUILD.bazel", w.read("tests/e2e/BUILD.bazel"), "py_xdist_part_test(\n    name = \"test_cli_serial\"")
	w.mustPass("run", "//:gazelle")
	if !maps.Equal(after, w.buildFiles()) {
		t.Errorf("a second run of Gazelle changed BUILD files")
	}
	ran := w.mustPass("test", "//...")
	wantContains(t, "targets", strings.Join(ran.labels(), "\n"), "//tests/e2e:test_cli\n", "//tests/e2e:test_cli_serial", "//tests:xdist_group_db", "//:xdist_census")
	w.mustPass("run", "//:xdist", "--", "verify")

	// The other extension now makes one target of a folder's files.
	w.write("BUILD.bazel", w.read("BUILD.bazel")+"\n# gazelle:python_generation_mode_per_package_require_test_entry_point false\n")
	w.mustPass("run", "//:gazelle")
	ran = w.mustPass("test", "//...")
	wantContains(t, "targets", strings.Join(ran.labels(), "\n"), "//tests/e2e:e2e_test", "//tests/e2e:e2e_test_serial", "//tests:xdist_group_db", "//:xdist_census")
	if slices.Contains(ran.labels(), "//tests/e2e:test_cli") {
		t.Errorf("the target of one file is still there beside that of its folder")
	}
	w.mustPass("run", "//:xdist", "--", "verify")
}

// labels returns the labels of the test targets.
func (r result) labels() []string {
	var labels []string
	for _, target := range r.build.Targets {
		labels = append(labels, target.Label)
	}
	return labels
}
