package release

import (
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestRegistryHasTheDependencies(t *testing.T) {
	content, err := os.ReadFile("testdata/registry.json")
	if err != nil {
		t.Fatal(err)
	}
	var seen map[string][]string
	if err := json.Unmarshal(content, &seen); err != nil {
		t.Fatal(err)
	}
	for _, file := range append(examples(t), "MODULE.bazel") {
		for name, version := range readModule(t, file).dependencies {
			if name != "rules_xdist" && !slices.Contains(seen[name], version) {
				t.Errorf("%s: %s %s: not one of the versions that the registry was seen to have, %v; look at "+
					"https://registry.bazel.build/modules/%s, then add it to testdata/registry.json", file, name, version, seen[name], name)
			}
		}
	}
}

// Modules with the same dependency in two versions would warn each user.
func TestExamplesHaveTheSameVersions(t *testing.T) {
	root := readModule(t, "MODULE.bazel")
	want := maps.Clone(root.dependencies)
	want["rules_xdist"] = root.version
	for _, name := range examples(t) {
		for dependency, version := range readModule(t, name).dependencies {
			if want[dependency] != "" && version != want[dependency] {
				t.Errorf("%s: %s %s; here it is %s", name, dependency, version, want[dependency])
			}
		}
	}
}

func examples(t *testing.T) []string {
	t.Helper()
	names, err := filepath.Glob(inRepository("examples/*/MODULE.bazel"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	for i, name := range names {
		names[i] = strings.TrimPrefix(filepath.ToSlash(name), repository+"/")
	}
	return names
}

var documentedDependency = regexp.MustCompile(`bazel_dep\(name = "(\w+)", version = "([^"]+)"`)

func TestDocsHaveTheSameVersions(t *testing.T) {
	root := readModule(t, "MODULE.bazel")
	want := maps.Clone(root.dependencies)
	want["rules_xdist"] = root.version
	pages, err := filepath.Glob(inRepository("docs/*.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range append(pages, inRepository("README.md"), inRepository("WORKSPACE")) {
		content, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range documentedDependency.FindAllStringSubmatch(string(content), -1) {
			if version, known := want[match[1]]; known && match[2] != version {
				t.Errorf("%s: %s %s; MODULE.bazel has %s", page, match[1], match[2], version)
			}
		}
	}
}

// Gazelle and rules_go are modules for Bazel and for Go, and one version of both.
func TestGoModHasTheSameVersions(t *testing.T) {
	dependencies := readModule(t, "MODULE.bazel").dependencies
	for path, name := range map[string]string{
		"github.com/bazelbuild/bazel-gazelle": "gazelle", "github.com/bazelbuild/rules_go": "rules_go",
	} {
		command := exec.Command("go", "list", "-m", "-f", "{{.Version}}", path)
		command.Dir = repository
		output, err := command.Output()
		if version := strings.TrimSpace(string(output)); err != nil || version != "v"+dependencies[name] {
			t.Errorf("go.mod: %s %s; MODULE.bazel has %s: %v", path, version, dependencies[name], err)
		}
	}
}

var changesHeading = regexp.MustCompile(`(?m)^## (\S+) \((unreleased|\d{4}-\d{2}-\d{2})\)$`)

func TestChangesBeginWithTheVersion(t *testing.T) {
	version := readModule(t, "MODULE.bazel").version
	headings := changesHeading.FindAllStringSubmatch(string(read(t, "CHANGELOG.md")), -1)
	if len(headings) == 0 || headings[0][1] != version {
		t.Fatalf("CHANGELOG.md: its topmost heading is not \"## %s (unreleased)\" or with a date: %q", version, headings)
	}
	for _, older := range headings[1:] {
		if older[2] == "unreleased" {
			t.Errorf("CHANGELOG.md: %s has no date, but a version above it", older[1])
		}
	}
}
