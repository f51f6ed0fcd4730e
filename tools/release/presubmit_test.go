package release

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/bazelbuild/buildtools/build"
	"github.com/bazelbuild/buildtools/labels"
)

// tasks is the part of presubmit.yml that the empty module and the test module have in common.
type tasks struct {
	Matrix struct{ Platform, Bazel []string }
	Tasks  map[string]struct {
		BuildFlags   []string `yaml:"build_flags"`
		BuildTargets []string `yaml:"build_targets"`
		TestTargets  []string `yaml:"test_targets"`
	}
}

type presubmit struct {
	tasks      `yaml:",inline"`
	TestModule struct {
		tasks      `yaml:",inline"`
		ModulePath string `yaml:"module_path"`
	} `yaml:"bcr_test_module"`
}

func readPresubmit(t *testing.T) presubmit {
	t.Helper()
	var result presubmit
	decodeYAML(t, ".bcr/presubmit.yml", &result)
	return result
}

func TestPresubmitNamesTargetsThatExist(t *testing.T) {
	for name, task := range readPresubmit(t).Tasks {
		for _, target := range append(task.BuildTargets, task.TestTargets...) {
			label := labels.Parse(target)
			if label.Repository != "rules_xdist" {
				t.Errorf("%s: %s is not of this module, and an empty module knows no other", name, target)
				continue
			}
			buildFile := strings.TrimPrefix(label.Package+"/BUILD.bazel", "/")
			file, err := build.ParseBuild(buildFile, read(t, buildFile))
			if err != nil {
				t.Fatal(err)
			}
			named := slices.IndexFunc(file.Rules(""), func(r *build.Rule) bool { return r.Name() == label.Target })
			if named < 0 {
				t.Errorf("%s: %s: %s has no such target", name, target, buildFile)
			} else if rule := file.Rules("")[named]; !slices.Contains(rule.AttrStrings("visibility"), "//visibility:public") {
				t.Errorf("%s: %s is not visible to others", name, target)
			}
		}
	}
}

// The test module is part of the archive, and uses the module beside it instead of a version
// that the registry does not have yet.
func TestTestModule(t *testing.T) {
	path := readPresubmit(t).TestModule.ModulePath
	content := string(read(t, path+"/MODULE.bazel"))
	file, err := build.ParseModule(path, []byte(content))
	if err != nil {
		t.Fatal(err)
	}
	var to string
	for _, rule := range file.Rules("local_path_override") {
		if rule.AttrString("module_name") == "rules_xdist" {
			to = rule.AttrString("path")
		}
	}
	above, err := os.Stat(inRepository(path + "/" + to))
	root, rootErr := os.Stat(repository)
	if to == "" || err != nil || rootErr != nil || !os.SameFile(above, root) {
		t.Errorf("%s/MODULE.bazel: its local_path_override of rules_xdist, %q, is not this repository", path, to)
	}
	if strings.Contains(content, "runtime_env_toolchains") {
		t.Errorf("%s: depends on the Python of the registry's machines", path)
	}
}

func TestPresubmitAnalysesPoolMode(t *testing.T) {
	for _, task := range readPresubmit(t).TestModule.Tasks {
		if slices.Contains(task.BuildFlags, "--nobuild") && slices.Contains(task.BuildFlags, "--repo_env=RULES_XDIST_SERIAL=pool") {
			return
		}
	}
	t.Error("no task of the test module analyses it with RULES_XDIST_SERIAL=pool")
}

// What this repository's own CI does not run, the registry would be the first to find.
func TestPresubmitAndCIHaveTheSameBazels(t *testing.T) {
	var ci struct {
		Jobs map[string]struct {
			Strategy struct {
				Matrix struct{ OS, Bazel []string }
			}
		}
	}
	decodeYAML(t, ".github/workflows/ci.yaml", &ci)
	want := ci.Jobs["bazel"].Strategy.Matrix
	p := readPresubmit(t)
	for name, got := range map[string]tasks{"the empty module": p.tasks, "the test module": p.TestModule.tasks} {
		if !slices.Equal(got.Matrix.Bazel, want.Bazel) {
			t.Errorf("%s: Bazel %v; in CI %v", name, got.Matrix.Bazel, want.Bazel)
		}
		for _, system := range []string{"debian", "ubuntu", "macos"} {
			if !slices.ContainsFunc(got.Matrix.Platform, func(p string) bool { return strings.HasPrefix(p, system) }) {
				t.Errorf("%s: not on %s: %v", name, system, got.Matrix.Platform)
			}
		}
	}
}
