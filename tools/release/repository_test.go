package release

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/bazelbuild/buildtools/build"
	"go.yaml.in/yaml/v3"
)

// repository is this repository, from the folder in which its tests run.
const repository = "../.."

func inRepository(name string) string { return filepath.Join(repository, filepath.FromSlash(name)) }

func read(t *testing.T, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(inRepository(name))
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// decodeJSON reads a file as what schemas are applied to.
func decodeJSON(t *testing.T, name string) map[string]any {
	t.Helper()
	var value map[string]any
	if err := json.Unmarshal(read(t, name), &value); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return value
}

func decodeYAML(t *testing.T, name string, into any) {
	t.Helper()
	if err := yaml.Unmarshal(read(t, name), into); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// module is what a MODULE.bazel says of itself and of others.
type module struct {
	name, version string
	// The versions of its dependencies, by their names.
	dependencies map[string]string
}

func readModule(t *testing.T, name string) module {
	t.Helper()
	file, err := build.ParseModule(name, read(t, name))
	if err != nil {
		t.Fatal(err)
	}
	result := module{dependencies: map[string]string{}}
	for _, rule := range file.Rules("module") {
		result.name, result.version = rule.Name(), rule.AttrString("version")
	}
	for _, rule := range file.Rules("bazel_dep") {
		result.dependencies[rule.Name()] = rule.AttrString("version")
	}
	return result
}
