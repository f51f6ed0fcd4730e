package gazelle_ext

import (
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bazelbuild/bazel-gazelle/rule"
	"github.com/rules-xdist/rules_xdist/internal/plan"
	"github.com/rules-xdist/rules_xdist/internal/pyscan"
	"github.com/rules-xdist/rules_xdist/internal/pytestini"
)

// isTestRoot says whether a folder has a pytest configuration file of its own.
func isTestRoot(rel string, build *rule.File) bool {
	return rel == "" || build != nil && slices.ContainsFunc(build.Directives, func(d rule.Directive) bool {
		return d.Key == testRootDirective
	})
}

// settingsOfTestRoot are the settings in a test root before its own directives. The file
// by which a plain pytest, started there, is configured says which files are test files,
// as far as directives can.
func (s *survey) settingsOfTestRoot(rel string, inherited settings, report *report) settings {
	config, err := pytestini.Find(func(name string) ([]byte, bool) {
		content, err := os.ReadFile(filepath.Join(s.root, rel, name))
		return content, err == nil
	})
	if config.File != "" {
		config.File = path.Join(rel, config.File)
	}
	settings := inherited
	settings.pytest = config
	settings.wrongOfRoot = nil
	if err != nil {
		settings.wrongOfRoot = []error{errors.New(path.Join(rel, err.Error()))}
	}
	patterns, ok := config.Args("python_files")
	switch {
	case !ok || len(patterns) == 0:
	case slices.ContainsFunc(patterns, func(p string) bool { return !isFilePattern(p) }):
		report.warn(fmt.Errorf("%s: python_files = %s: a pattern with /, ? or [...] cannot be followed here; say which files are test files by # gazelle:%s",
			config.Place("python_files"), strings.Join(patterns, " "), testFilePattern))
	default:
		settings.testPatterns = nil
		for _, p := range patterns {
			if strings.HasSuffix(p, "*") {
				p += ".py" // pytest collects no others
			}
			settings.testPatterns = append(settings.testPatterns, p)
		}
	}
	return settings
}

// configOf returns the configuration file of a test root, relative to the repository's
// root, or "".
func (s *survey) configOf(testRoot string) string { return s.folders[testRoot].settings.pytest.File }

// scanOptions are the names by which pytest knows tests in a folder, and what they all use.
func (s *survey) scanOptions(rel string) pyscan.Options {
	config := s.folders[rel].settings.pytest
	classes, _ := config.Args("python_classes")
	functions, _ := config.Args("python_functions")
	usefixtures, _ := config.Args("usefixtures")
	return pyscan.Options{Classes: classes, Functions: functions, Usefixtures: usefixtures}
}

// checkLeftOut tells of test files that a plain pytest, started in their test root, does
// not come to, while rules_python's extension makes targets of them.
func (s *survey) checkLeftOut(report *report) {
	for rel, f := range s.folders {
		if f.isTestRoot() {
			s.checkLeftOutOf(rel, f.settings.pytest, report)
		}
	}
}

func (s *survey) checkLeftOutOf(root string, config pytestini.Config, report *report) {
	for _, check := range []struct {
		option string
		leaves func(rel string, values []string) bool
	}{
		{"testpaths", outsideOf},
		{"norecursedirs", within},
	} {
		values, ok := config.Args(check.option)
		if !ok || len(values) == 0 {
			continue
		}
		var left []string
		for _, f := range s.folders {
			if f.settings.testRoot == root && f.settings.beside() && check.leaves(relative(root, f.rel), values) {
				for _, name := range f.tests {
					left = append(left, path.Join(f.rel, name))
				}
			}
		}
		if len(left) > 0 {
			report.warn(fmt.Errorf("%s: %s leaves out test files, %s the first of %d: a plain pytest does not run them, and their targets do; say so here, too, by # gazelle:xdist_extension disabled or # gazelle:exclude",
				config.Place(check.option), check.option, slices.Min(left), len(left)))
		}
	}
}

// outsideOf says whether a folder is below none of the paths, which may hold
// wildcards. Test files may be named as well.
func outsideOf(rel string, paths []string) bool {
	return !slices.ContainsFunc(parents(rel), func(parent string) bool {
		return slices.ContainsFunc(paths, func(pattern string) bool {
			pattern = path.Clean(pattern)
			matched, _ := path.Match(pattern, parent)
			return matched || pattern == "." || path.Ext(pattern) == ".py" && plan.PackageOf(pattern) == rel
		})
	})
}

// within says whether a folder is one of those names, or lies in one.
func within(rel string, names []string) bool {
	return slices.ContainsFunc(parents(rel), func(parent string) bool {
		return parent != "" && slices.ContainsFunc(names, func(pattern string) bool {
			matched, _ := path.Match(pattern, path.Base(parent))
			return matched
		})
	})
}
