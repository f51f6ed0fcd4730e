package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// tree writes files below a new folder.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	folder := t.TempDir()
	for name, content := range files {
		if err := write(filepath.Join(folder, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

func TestVersionsAreSortedByNumbers(t *testing.T) {
	versions := []string{"HEAD", "2.3.2", "1.10.0", "1.9.0", "2.3"}
	slices.SortFunc(versions, compareVersions)
	if got := strings.Join(versions, " "); got != "1.9.0 1.10.0 2.3 2.3.2 HEAD" {
		t.Error(got)
	}
}

func TestCheckoutsAreFoundByName(t *testing.T) {
	folder := tree(t, map[string]string{
		"rules_python@1.9.0/MODULE.bazel":  "",
		"rules_python@2.3.2/MODULE.bazel":  "",
		"supply-chain@HEAD/README.md":      "no module",
		"supply-chain@HEAD/m/MODULE.bazel": "",
	})
	if err := os.Symlink("supply-chain@HEAD/m", filepath.Join(folder, "package_metadata@HEAD")); err != nil {
		t.Fatal(err)
	}
	found, err := findCheckouts(folder)
	if err != nil {
		t.Fatal(err)
	}
	if got := found.versions(rulesPython); !slices.Equal(got, []string{"1.9.0", "2.3.2"}) {
		t.Error(got)
	}
	if found.newest("package_metadata") != "HEAD" || len(found) != 2 {
		t.Error(found)
	}
	if _, err := findCheckouts(tree(t, nil)); err == nil || !strings.Contains(err.Error(), "rules_python@VERSION") {
		t.Error(err)
	}
}

// Bazel refuses to override a module that nothing depends on, and asks the registry for any
// that is not overridden.
func TestEveryModuleOfTheGraphIsOverriddenAndNoOther(t *testing.T) {
	modules := tree(t, map[string]string{
		"rules_python@1.0/MODULE.bazel": `bazel_dep(name = "toml.bzl", version = "1")
bazel_dep(name = "platforms", version = "1")
bazel_dep(name = "stardoc", version = "1", dev_dependency = True)`,
		"rules_python@1.0/a.bzl":        "major = native.bazel_version\nbazel_8_or_later = str(bazel_major_version >= 8),\n",
		"rules_python@0.9/MODULE.bazel": `bazel_dep(name = "old")`,
		"toml.bzl@1/MODULE.bazel":       `bazel_dep(name = "lib", version = "1")`,
		"unused@1/MODULE.bazel":         "",
	})
	repository := tree(t, map[string]string{
		"tools/root/bazelrc": "common --override_module=platforms=/usr/share/p\n",
		"MODULE.bazel": `bazel_dep(name = "rules_python", version = "1")
bazel_dep(name = "test_library", version = "1", dev_dependency = True)`,
	})
	found, err := findCheckouts(modules)
	if err != nil {
		t.Fatal(err)
	}
	s := checkouts{options{repository: repository, modules: modules, work: t.TempDir()}, found, "7.7.1"}
	p, err := s.prepare("1.0", configuration{eight: true}, workspace{folder: "."})
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(p.bazelrc)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for line := range strings.Lines(string(text)) {
		names = append(names, strings.Split(line, "=")[1])
	}
	slices.Sort(names)
	if want := []string{"lib", "rules_python", "test_library", "toml.bzl"}; !slices.Equal(names, want) {
		t.Errorf("got %v, want %v", names, want)
	}
	patched, err := os.ReadFile(filepath.Join(filepath.Dir(p.bazelrc), "rules_python/a.bzl"))
	if err != nil {
		t.Fatal(err)
	}
	if want := "major = (native.bazel_version or \"7.7.1\")\nbazel_8_or_later = \"True\",\n"; string(patched) != want {
		t.Errorf("got %s", patched)
	}
}

func TestTheRegistryIsAskedForAVersion(t *testing.T) {
	got := withVersion("bazel_dep(name = \"gazelle\", version = \"1\")\nbazel_dep(name = \"rules_python\", version = \"1.9.0\")\n", "2.3.2")
	if want := "bazel_dep(name = \"gazelle\", version = \"1\")\nbazel_dep(name = \"rules_python\", version = \"2.3.2\")\n"; got != want {
		t.Error(got)
	}
}

func TestACellIsReadFromTheEventStream(t *testing.T) {
	const configured = `{"id":{"targetCompleted":{"label":"//a:broken"}},"completed":{"success":false,"failureDetail":{"message":"no"}}}` + "\n"
	const result = `{"id":{"testResult":{"label":"//a:LABEL","run":1,"shard":1,"attempt":1}},"testResult":{"status":"STATUS"}}` + "\n"
	fill := func(label, status string) string {
		return strings.NewReplacer("LABEL", label, "STATUS", status).Replace(result)
	}
	for _, test := range []struct {
		stream, output string
		want           string
		failed         []string
	}{
		{fill("x", "PASSED"), "", "1 of 1", nil},
		{fill("x", "PASSED") + fill("y", "FAILED"), "", "**1 of 2**", []string{"//a:y"}},
		{fill("x", "PASSED") + configured, "", "**1 of 1**", []string{"//a:broken (not built)"}},
		{"", "INFO: a\nERROR: conflicting actions\n", "**fails**", []string{"ERROR: conflicting actions"}},
	} {
		stream := filepath.Join(t.TempDir(), "events.json")
		if err := write(stream, []byte(test.stream), 0o644); err != nil {
			t.Fatal(err)
		}
		var c cell
		if err := c.read(stream, test.output, len(test.failed) > 0); err != nil {
			t.Fatal(err)
		}
		if c.result() != test.want || !slices.Equal(c.failed, test.failed) {
			t.Errorf("got %s %q, want %s %q", c.result(), c.failed, test.want, test.failed)
		}
	}
}

func TestTable(t *testing.T) {
	got := table([]cell{
		{version: "1.9.0", configuration: "default", workspace: "platform", passed: 3, total: 3},
		{version: "1.9.0", configuration: "default", workspace: "rules", passed: 1, total: 2, failed: []string{"//a:b"}},
		{version: "1.9.0", configuration: "8", workspace: "platform", skipped: true},
	})
	want := `| rules_python | configuration | platform | rules |
|---|---|---|---|
| 1.9.0 | default | 3 of 3 | **1 of 2** |
| 1.9.0 | 8 | not seen |  |

- 1.9.0 default rules: //a:b
`
	if got != want {
		t.Errorf("got\n%s", got)
	}
}
