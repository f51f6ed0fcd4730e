package gazelle_ext

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/bazelbuild/bazel-gazelle/config"
	"github.com/bazelbuild/bazel-gazelle/rule"
	"github.com/rules-xdist/rules_xdist/internal/model"
	"github.com/rules-xdist/rules_xdist/internal/plan"
)

// settings are what directives decide, in force for a folder and all below it.
type settings struct {
	enabled      bool
	dist         string
	shards       plan.ShardSetting
	testPatterns []string
	// project is the folder whose one library holds all modules below it that are in
	// no package of their own; nil where each folder has its own library.
	project *string
	// noTests: pytest does not look for tests here. updateOnly: Gazelle makes no new
	// BUILD files here.
	noTests, updateOnly bool
	// hasOther: rules_python's own extension runs before this one. otherDisabled: but
	// not here.
	hasOther, otherDisabled bool
}

func defaultSettings() settings {
	return settings{
		enabled:      true,
		dist:         model.LoadGroup,
		shards:       plan.Auto,
		testPatterns: []string{"*_test.py", "test_*.py"},
	}
}

// directive is a comment `# gazelle:KEY VALUE` in a BUILD file.
type directive struct {
	key string
	// values says which values it takes, for the documentation and for errors.
	values string
	doc    string
	// apply changes the settings of folder rel; false means that value is none of
	// those that it takes.
	apply func(s *settings, rel, value string) bool
}

// directives is the one list of directives: which are known, how they are read and
// how they are documented all derive from it.
var directives = []directive{
	{
		key:    "xdist_extension",
		values: "enabled | disabled",
		doc:    "Whether this extension makes targets here.",
		apply: func(s *settings, _, value string) bool {
			s.enabled = value == "enabled"
			return s.enabled || value == "disabled"
		},
	},
	{
		key:    "xdist_dist",
		values: strings.Join(model.Modes, " | "),
		doc:    "What a shard never splits, as pytest-xdist's --dist. Default: loadgroup.",
		apply: func(s *settings, _, value string) bool {
			s.dist = value
			return slices.Contains(model.Modes, value)
		},
	},
	{
		key:    "xdist_shard_count",
		values: "auto | a number from 1 to 50",
		doc:    "How many shards a target gets, at most one for each of its units. Default: auto, from the number of units.",
		apply: func(s *settings, _, value string) bool {
			if value == "auto" {
				s.shards = plan.Auto
				return true
			}
			n, err := strconv.Atoi(value)
			s.shards = plan.ShardSetting(n)
			// Bazel itself takes no shard_count above 50.
			return err == nil && n >= 1 && n <= 50
		},
	},
	{
		key:    "python_test_file_pattern",
		values: "file names with *, separated by commas",
		doc:    "Which files are test files. Default: *_test.py,test_*.py.",
		apply: func(s *settings, _, value string) bool {
			s.testPatterns = nil
			for _, pattern := range strings.Split(value, ",") {
				pattern = strings.TrimSpace(pattern)
				// The census matches by Bazel's glob, which knows no other wildcard.
				if pattern == "" || strings.ContainsAny(pattern, `/?[]{}\`) {
					return false
				}
				s.testPatterns = append(s.testPatterns, pattern)
			}
			return true
		},
	},
	{
		key:    "python_generation_mode",
		values: "package | project",
		doc:    "One library for each folder, or one for this folder and all below it, for modules that import each other in cycles. Default: package. Beside rules_python's extension also `file`.",
		apply: func(s *settings, rel, value string) bool {
			s.project = nil
			if value == "project" {
				s.project = &rel
			}
			return s.project != nil || value == "package" || value == "file" && s.beside()
		},
	},
	{
		key:    "python_extension",
		values: "enabled | disabled",
		doc:    "Beside rules_python's extension: whether that one makes the libraries and test targets here, or this one.",
		apply: func(s *settings, _, value string) bool {
			s.otherDisabled = value == "disabled"
			return s.otherDisabled || value == "enabled"
		},
	},
}

func (*xdist) KnownDirectives() []string {
	keys := make([]string, len(directives))
	for i, d := range directives {
		keys[i] = d.key
	}
	return keys
}

// withDirectives returns the settings of the folder rel, whose parent has the
// settings s and whose BUILD file is f (nil: none).
func (s settings) withDirectives(rel string, f *rule.File) (settings, []error) {
	if f == nil {
		return s, nil
	}
	var errs []error
	for _, found := range f.Directives {
		if found.Key == "generation_mode" {
			s.updateOnly = found.Value == "update_only"
		}
		for _, d := range directives {
			if d.key == found.Key && !d.apply(&s, rel, strings.TrimSpace(found.Value)) {
				errs = append(errs, fmt.Errorf("%s: directive %q: value %q; must be %s", directivePosition(rel, f, found), d.key, found.Value, d.values))
			}
		}
	}
	return s, errs
}

// directivePosition returns "path:line" of a directive. Gazelle keeps no positions of
// directives, so the line is looked for in the file's comments.
func directivePosition(rel string, f *rule.File, d rule.Directive) string {
	file := path.Join(rel, path.Base(f.Path))
	for i, line := range strings.Split(string(f.Content), "\n") {
		text, ok := strings.CutPrefix(strings.TrimSpace(line), "#")
		if !ok {
			continue
		}
		text, ok = strings.CutPrefix(strings.TrimSpace(text), "gazelle:"+d.Key)
		if ok && strings.TrimSpace(text) == strings.TrimSpace(d.Value) {
			return fmt.Sprintf("%s:%d", file, i+1)
		}
	}
	return file
}

// Configure is called for each folder, a parent before its children. The survey
// happens with the first, the root: it sees all folders' directives by itself.
func (x *xdist) Configure(c *config.Config, rel string, f *rule.File) {
	if rel == "" {
		x.survey = newSurvey(c.RepoRoot, configuredByOther(c), &x.report)
	}
	mapKinds(c, x.survey.beside(rel))
}
