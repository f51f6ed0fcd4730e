package gazelle_ext

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/bazelbuild/bazel-gazelle/config"
	"github.com/bazelbuild/bazel-gazelle/rule"
	"github.com/rules-xdist/rules_xdist/internal/model"
	"github.com/rules-xdist/rules_xdist/internal/plan"
	"github.com/rules-xdist/rules_xdist/internal/pytestini"
)

// settings are what directives decide, in force for a folder and all below it.
type settings struct {
	enabled      bool
	dist         string
	shards       plan.ShardSetting
	worth        plan.BatchSetting
	weighed      bool
	markers      model.Markers
	testPatterns []string
	// dynamicGroups are patterns of test files that keep the groups which only a running
	// pytest shows.
	dynamicGroups []string
	// pytest is the configuration of the test root.
	pytest pytestini.Config
	// testRoot is the folder whose census, pytest configuration, groups and batches the
	// folder's tests belong to.
	testRoot string
	// testKinds are the kinds that stand for py_xdist_test in BUILD files.
	testKinds []string
	// libraryKinds are those that stand for py_library.
	libraryKinds []string
	// project is the folder whose one library holds all modules below it that are in
	// no package of their own; nil where each folder has its own library.
	project *string
	// updateOnly: Gazelle makes no new BUILD files here.
	updateOnly bool
	importSettings
	// strict: a file that cannot be read is an error.
	strict bool
	// wrongHere and wrongOfRoot are what is wrong with the directives and manifests in
	// force, and with the test root's pytest configuration. See unread.go.
	wrongHere, wrongOfRoot []error
	// hasOther: rules_python's own extension runs before this one. otherDisabled: but
	// not here.
	hasOther, otherDisabled bool
}

func defaultSettings() settings {
	return settings{
		enabled:        true,
		dist:           model.LoadGroup,
		shards:         plan.Auto,
		worth:          plan.BatchAuto,
		markers:        model.DefaultMarkers(),
		testPatterns:   []string{"*_test.py", "test_*.py"},
		testKinds:      []string{testKind},
		libraryKinds:   []string{pyLibrary},
		importSettings: importSettings{data: dataSetting{auto: true}},
	}
}

const testRootDirective = "xdist_test_root"

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
var directives = slices.Concat([]directive{
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
		doc:    "How many shards a target gets, at most one for each of its units. Default: auto, one for each 8 s that its tests are expected to take.",
		apply: func(s *settings, _, value string) bool {
			if value == "auto" {
				s.shards = plan.Auto
				return true
			}
			n, err := strconv.Atoi(value)
			s.shards = plan.ShardSetting(n)
			return err == nil && n >= 1 && n <= plan.MaxShards
		},
	},
	{
		key:    "xdist_weights",
		values: "auto | off",
		doc:    "Whether targets of more than one shard get weights of their tests, from recorded durations. Default: off, which leaves them to you.",
		apply: func(s *settings, _, value string) bool {
			s.weighed = value == "auto"
			return s.weighed || value == "off"
		},
	},
	{
		key:    "xdist_batch",
		values: "auto | off | a duration from 0.1s to 1h",
		doc:    "How long a target's tests should take at least; test files that take less share a target. See batches.md. Default: auto, which is 3s.",
		apply: func(s *settings, _, value string) bool {
			switch value {
			case "auto":
				s.worth = plan.BatchAuto
				return true
			case "off":
				s.worth = plan.BatchOff
				return true
			}
			d, err := time.ParseDuration(value)
			s.worth = plan.BatchSetting(d)
			return err == nil && d >= time.Second/10 && d <= time.Hour
		},
	},
	{
		key:    "xdist_serial_marker",
		values: "names of marks",
		doc:    "The marks of tests that run alone. Default: serial.",
		apply: func(s *settings, _, value string) (ok bool) {
			s.markers.Serial, ok = markNames(value)
			return ok
		},
	},
	{
		key:    "xdist_group_marker",
		values: "names of marks",
		doc:    "The marks whose argument names a test's group. Default: xdist_group.",
		apply: func(s *settings, _, value string) (ok bool) {
			s.markers.Group, ok = markNames(value)
			return ok
		},
	},
	{
		key:    "xdist_split_markers",
		values: "names of marks, but none of " + strings.Join(takenTags, ", ") + ", which are tags with a meaning of their own; or none",
		doc:    "The marks by which -m and --test_tag_filters choose tests: tests that bear them get targets of their own, with the marks as tags. Default: none.",
		apply: func(s *settings, _, value string) (ok bool) {
			if value == "none" {
				s.markers.Split = nil
				return true
			}
			s.markers.Split, ok = markNames(value)
			return ok && !slices.ContainsFunc(s.markers.Split, isTakenTag)
		},
	},
	{
		key:    dynamicGroupsDirective,
		values: "file names with *, separated by commas; or none",
		doc:    "Test files whose tests may be in groups that only a running pytest shows, since a hook or plugin adds the mark: each such group stays with its file's own target, as `other_groups`. No other file may have tests of the same group; `xdist` tells if one has. Default: none.",
		apply: func(s *settings, _, value string) (ok bool) {
			s.dynamicGroups = nil
			if value == "none" {
				return true
			}
			s.dynamicGroups, ok = filePatterns(value)
			return ok
		},
	},
	{
		key:    "xdist_unreadable",
		values: "warn | error",
		doc:    "What a Python file is that does not parse or cannot be read: a warning, or an error, with which Gazelle exits with 1. Either way what BUILD files have of it stays, and everything else is written. Default: warn.",
		apply: func(s *settings, _, value string) bool {
			s.strict = value == "error"
			return s.strict || value == "warn"
		},
	},
	{
		key:    testRootDirective,
		values: "empty",
		doc:    "Makes the folder a test root: groups and batches stay within it, and it has a census and a pytest configuration file of its own. The repository's root is one.",
		apply: func(s *settings, rel, value string) bool {
			s.testRoot = rel
			return value == ""
		},
	},
	{
		key:    testFilePattern,
		values: "file names with *, separated by commas",
		doc:    "Which files are test files. Default: python_files of pytest's configuration file in the test root, else *_test.py,test_*.py.",
		apply: func(s *settings, _, value string) (ok bool) {
			s.testPatterns, ok = filePatterns(value)
			return ok
		},
	},
	{
		key:    "python_generation_mode",
		values: "package | project",
		doc:    "One library for each folder, or one for this folder and all below it, for modules that nobody needs apart. Default: package. Beside rules_python's extension also `file`.",
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
}, importDirectives)

var markName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// markNames reads a list of marks: Python identifiers, here of ASCII letters.
func markNames(value string) ([]string, bool) {
	names := strings.Fields(value)
	slices.Sort(names)
	names = slices.Compact(names)
	wrong := func(name string) bool { return !markName.MatchString(name) }
	return names, len(names) > 0 && !slices.ContainsFunc(names, wrong)
}

// takenTags are tags that mean something, to Bazel or to this repository.
// https://bazel.build/reference/be/common-definitions#common.tags
var takenTags = []string{"exclusive", "external", "flaky", "local", "manual", string(model.Serial)}

func isTakenTag(name string) bool { return slices.Contains(takenTags, name) }

const (
	testFilePattern        = "python_test_file_pattern"
	dynamicGroupsDirective = "xdist_dynamic_groups"
)

// filePatterns reads a list of patterns of file names.
func filePatterns(value string) ([]string, bool) {
	var patterns []string
	for _, pattern := range strings.Split(value, ",") {
		pattern = strings.TrimSpace(pattern)
		if !isFilePattern(pattern) {
			return nil, false
		}
		patterns = append(patterns, pattern)
	}
	return patterns, true
}

// isFilePattern says whether a pattern of file names can be used: the census matches
// by Bazel's glob, which knows no other wildcard than *.
func isFilePattern(pattern string) bool {
	return pattern != "" && !strings.ContainsAny(pattern, `/?[]{}\`)
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
	var marking *rule.Directive // the first that gives marks a meaning
	for _, found := range f.Directives {
		if found.Key == "generation_mode" {
			s.updateOnly = found.Value == "update_only"
		}
		for _, d := range directives {
			if d.key != found.Key {
				continue
			}
			next := s
			if !d.apply(&next, rel, strings.TrimSpace(found.Value)) {
				errs = append(errs, fmt.Errorf("%s: directive %q: value %q; must be %s", directivePosition(rel, f, found), d.key, found.Value, d.values))
				continue
			}
			if marking == nil && !next.markers.Equal(s.markers) {
				marking = &found
			}
			s = next
		}
		s.testKinds = withKind(s.testKinds, found)
		s.libraryKinds = withKind(s.libraryKinds, found)
	}
	if err := s.markers.Check(); err != nil && marking != nil {
		errs = append(errs, fmt.Errorf("%s: directive %q: %w", directivePosition(rel, f, *marking), marking.Key, err))
	}
	return s, errs
}

// withKind adds to the kinds that stand for a rule the one by which a map_kind or
// alias_kind directive names one of them.
func withKind(kinds []string, d rule.Directive) []string {
	fields := strings.Fields(d.Value)
	switch {
	case d.Key == "map_kind" && len(fields) > 1 && slices.Contains(kinds, fields[0]):
		return append(slices.Clone(kinds), fields[1])
	case d.Key == "alias_kind" && len(fields) > 1 && slices.Contains(kinds, fields[1]):
		return append(slices.Clone(kinds), fields[0])
	}
	return kinds
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
