package gazelle_ext

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rules-xdist/rules_xdist/internal/plan"
	"github.com/rules-xdist/rules_xdist/internal/pyscan"
	"github.com/rules-xdist/rules_xdist/internal/pytestini"
)

// readPytestConfig reads the file by which a plain pytest, started in the root, is
// configured.
func (s *survey) readPytestConfig(report *report) {
	config, err := pytestini.Find(func(name string) ([]byte, bool) {
		content, err := os.ReadFile(filepath.Join(s.root, name))
		return content, err == nil
	})
	if err != nil {
		report.add(err)
	}
	s.pytest = config
}

// settingsOfPytest are the settings before any directive: python_files says which
// files are test files, as far as directives can.
func (s *survey) settingsOfPytest(report *report) settings {
	settings := defaultSettings()
	patterns, ok := s.pytest.Args("python_files")
	switch {
	case !ok || len(patterns) == 0:
	case slices.ContainsFunc(patterns, func(p string) bool { return !isFilePattern(p) }):
		report.warn(fmt.Errorf("%s: python_files = %s: a pattern with /, ? or [...] cannot be followed here; say which files are test files by # gazelle:%s",
			s.pytest.Place("python_files"), strings.Join(patterns, " "), testFilePattern))
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

// scanOptions are the names by which pytest knows tests.
func (s *survey) scanOptions() pyscan.Options {
	classes, _ := s.pytest.Args("python_classes")
	functions, _ := s.pytest.Args("python_functions")
	return pyscan.Options{Classes: classes, Functions: functions}
}

// checkLeftOut tells of test files that a plain pytest, started in the root, does
// not come to, while here they have targets.
func (s *survey) checkLeftOut(report *report) {
	for _, check := range []struct {
		option string
		leaves func(rel string, values []string) bool
	}{
		{"testpaths", outsideOf},
		{"norecursedirs", within},
	} {
		values, ok := s.pytest.Args(check.option)
		if !ok || len(values) == 0 {
			continue
		}
		var left []string
		for _, f := range s.folders {
			if check.leaves(f.rel, values) {
				for _, name := range f.tests {
					left = append(left, path.Join(f.rel, name))
				}
			}
		}
		if len(left) > 0 {
			report.warn(fmt.Errorf("%s: %s leaves out test files, %s the first of %d: a plain pytest does not run them, and their targets do; say so here, too, by # gazelle:xdist_extension disabled or # gazelle:exclude",
				s.pytest.Place(check.option), check.option, slices.Min(left), len(left)))
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
