package gazelle_ext

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// importSettings are the settings by which imports and data files become labels.
type importSettings struct {
	// pythonRoot is the folder that modules are named relative to; pythonRootSaid is the
	// one that a directive names, nil where none does.
	pythonRoot     string
	pythonRootSaid *string
	// manifest is the file that a directive names, for the folder of that directive.
	manifest struct{ folder, file string }
	// pipRepository is the repository of third-party packages, "" for the manifest's.
	pipRepository string
	// labelConvention and labelNormalization say how third-party packages are called
	// in that repository; "" for rules_python's defaults.
	labelConvention, labelNormalization string
	// validate says whether an import that nothing provides is an error; nil means
	// where a manifest is in force.
	validate *bool
	// ignored are modules whose imports make no dependencies.
	ignored []string
	// libraries says who makes libraries: librariesAuto, "true" or "false".
	libraries string
	data      dataSetting
}

// dataSetting says which files the sources of a target read: those that they name, if
// auto, and those that patterns match.
type dataSetting struct {
	auto     bool
	patterns []string
}

const distributionName = "$distribution_name$"

// importDirectives are those of importSettings. Where rules_python's extension has a
// directive that means the same, it has the same name.
var importDirectives = []directive{
	{
		key:    "python_root",
		values: "empty",
		doc:    "Modules below are named relative to this folder, which their libraries put on sys.path (`imports`). Default: what pytest's `pythonpath`, the build back end or a `src` folder says, else the repository's root.",
		apply: func(s *settings, rel, value string) bool {
			s.pythonRoot, s.pythonRootSaid = rel, &rel
			return value == ""
		},
	},
	{
		key:    "python_manifest_file_name",
		values: "a path in this folder",
		doc:    "This folder's manifest of third-party modules. Default: gazelle_python.yaml.",
		apply: func(s *settings, rel, value string) bool {
			if value == "" || path.IsAbs(value) {
				return false
			}
			s.manifest.folder, s.manifest.file = rel, path.Join(rel, value)
			return true
		},
	},
	{
		key:    "xdist_pip_repository",
		values: "a repository's name, such as pypi",
		doc:    "The repository of third-party packages, instead of the one that the manifest names.",
		apply: func(s *settings, _, value string) bool {
			s.pipRepository = strings.TrimPrefix(value, "@")
			return s.pipRepository != "" && !strings.ContainsAny(s.pipRepository, "/: @")
		},
	},
	{
		key:    "python_label_convention",
		values: "a name with " + distributionName + " in it",
		doc:    "What a third-party package is called in its repository. Default: " + distributionName + ".",
		apply: func(s *settings, _, value string) bool {
			s.labelConvention = value
			return strings.Contains(value, distributionName)
		},
	},
	{
		key:    "python_label_normalization",
		values: "snake_case | pep503 | none",
		doc:    "How these names are spelt. Default: snake_case.",
		apply: func(s *settings, _, value string) bool {
			s.labelNormalization = value
			return slices.Contains([]string{"snake_case", "pep503", "none"}, value)
		},
	},
	{
		key:    "python_validate_import_statements",
		values: "true | false",
		doc:    "Whether an import that nothing provides is an error. Default: where a manifest is in force.",
		apply: func(s *settings, _, value string) bool {
			validate, err := strconv.ParseBool(value)
			s.validate = &validate
			return err == nil
		},
	},
	{
		key:    "python_ignore_dependencies",
		values: "modules, separated by commas",
		doc:    "Imports of these modules and of what is in them make no dependencies and are no errors. Adds to what folders above say.",
		apply: func(s *settings, _, value string) bool {
			s.ignored = append(slices.Clone(s.ignored), commaSeparated(value)...)
			return value != ""
		},
	},
	{
		key:    "xdist_generate_libraries",
		values: "auto | true | false",
		doc:    "Whether to make py_library rules, those of conftest.py included; without, deps are what the BUILD files have. Default: auto, unless another extension makes them.",
		apply: func(s *settings, _, value string) bool {
			s.libraries = value
			return slices.Contains([]string{librariesAuto, "true", "false"}, value)
		},
	},
	{
		key:    "xdist_data",
		values: "off | auto | globs, separated by spaces | auto and globs",
		doc:    "Which files become `data`: none, those that the sources read, those of each package that match, or both. Default: auto.",
		apply: func(s *settings, _, value string) bool {
			words := strings.Fields(value)
			if len(words) == 0 {
				return false
			}
			s.data = dataSetting{auto: words[0] == "auto"}
			if s.data.auto || value == "off" {
				words = words[1:]
			}
			s.data.patterns = words
			return !slices.ContainsFunc(words, isBadPattern)
		},
	},
}

// isBadPattern says whether Bazel's glob would not take a pattern.
func isBadPattern(pattern string) bool {
	return !doublestar.ValidatePattern(pattern) || strings.ContainsAny(pattern, `?[]{}\:`) ||
		path.Clean(pattern) != pattern || strings.HasPrefix(pattern, "/") || strings.HasPrefix(pattern, "..")
}

// commaSeparated splits a directive's or annotation's value.
func commaSeparated(value string) []string {
	var words []string
	for word := range strings.SplitSeq(value, ",") {
		if word = strings.TrimSpace(word); word != "" {
			words = append(words, word)
		}
	}
	return words
}
