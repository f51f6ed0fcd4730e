// Package pytestini reads the options of pytest's configuration file that decide
// what a test is. It looks for the file as pytest does, and reads no other options,
// no command line and no conftest.py. It opens no files itself.
package pytestini

import (
	"fmt"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
	"gopkg.in/ini.v1"
)

// A Config is what pytest's configuration file says. The zero value is that of a
// repository without one.
type Config struct {
	// File is the name of the file, empty if there is none.
	File    string
	options map[string][]string
	lines   []string
}

// candidates are the files that may configure pytest, the first that does is it.
// https://docs.pytest.org/en/stable/reference/customize.html
var candidates = []struct {
	name string
	// alone: the file is pytest's own and counts even if it says nothing.
	alone bool
	read  func(content []byte) (options map[string][]string, found bool, err error)
}{
	{"pytest.toml", true, tomlTable("pytest")},
	{".pytest.toml", true, tomlTable("pytest")},
	{"pytest.ini", true, iniSection("pytest")},
	{".pytest.ini", true, iniSection("pytest")},
	{"pyproject.toml", false, pyproject},
	{"tox.ini", false, iniSection("pytest")},
	{"setup.cfg", false, iniSection("tool:pytest")},
}

// Find returns the configuration of a folder. The function returns a file's content,
// and false if there is none of the name. An error begins with the file's name.
func Find(read func(name string) ([]byte, bool)) (Config, error) {
	for _, candidate := range candidates {
		content, ok := read(candidate.name)
		if !ok {
			continue
		}
		options, found, err := candidate.read(content)
		if err != nil {
			return Config{}, fmt.Errorf("%s:%w", candidate.name, err)
		}
		if found || candidate.alone {
			return Config{File: candidate.name, options: options, lines: strings.Split(string(content), "\n")}, nil
		}
	}
	return Config{}, nil
}

// Args returns the words of an option, and whether it is set.
func (c Config) Args(option string) ([]string, bool) {
	args, ok := c.options[option]
	return args, ok
}

// Flags returns the values of a flag in addopts, in their order: of -p those of -p VALUE,
// -pVALUE and -p=VALUE, of --ignore those of --ignore VALUE and --ignore=VALUE.
func (c Config) Flags(name string) []string {
	var values []string
	words := c.options["addopts"]
	for i, word := range words {
		value, attached := strings.CutPrefix(word, name)
		switch {
		case !attached:
		case value == "" && i+1 < len(words):
			values = append(values, words[i+1])
		case strings.HasPrefix(value, "="):
			values = append(values, value[1:])
		case value != "" && !strings.HasPrefix(name, "--"):
			values = append(values, value)
		}
	}
	return values
}

// Plugins returns the modules that -p in addopts has pytest load as plugins.
func (c Config) Plugins() []string {
	return slices.DeleteFunc(c.Flags("-p"), func(name string) bool { return strings.HasPrefix(name, "no:") })
}

// HasFlag says whether addopts has a flag without a value.
func (c Config) HasFlag(name string) bool { return slices.Contains(c.options["addopts"], name) }

// Place returns "file:line" of an option.
func (c Config) Place(option string) string {
	return fmt.Sprintf("%s:%d", c.File, c.Line(option))
}

// Line returns the line of an option, from 1.
func (c Config) Line(option string) int {
	line := slices.IndexFunc(c.lines, func(line string) bool {
		if strings.HasSuffix(c.File, ".toml") {
			line = strings.TrimSpace(line) // in an INI file, an indented line goes on with the one before
		}
		rest, ok := strings.CutPrefix(line, option)
		rest = strings.TrimSpace(rest)
		return ok && (strings.HasPrefix(rest, "=") || strings.HasPrefix(rest, ":"))
	})
	return line + 1
}

// names are the options that are read: lists of words, in pytest's terms.
// DJANGO_SETTINGS_MODULE is pytest-django's.
var names = []string{
	"addopts", "python_files", "python_classes", "python_functions", "testpaths", "norecursedirs", "pythonpath",
	"required_plugins", "usefixtures", "DJANGO_SETTINGS_MODULE", "bdd_features_base_dir",
}

func iniSection(name string) func([]byte) (map[string][]string, bool, error) {
	return func(content []byte) (map[string][]string, bool, error) {
		file, err := ini.LoadSources(ini.LoadOptions{
			AllowPythonMultilineValues: true,
			AllowBooleanKeys:           true,
			IgnoreContinuation:         true,
			IgnoreInlineComment:        true,
			SkipUnrecognizableLines:    true,
			PreserveSurroundedQuote:    true,
		}, content)
		if err != nil {
			return nil, false, fmt.Errorf("1: %w", err)
		}
		if !file.HasSection(name) {
			return nil, false, nil
		}
		options := map[string][]string{}
		for _, option := range names {
			if section := file.Section(name); section.HasKey(option) {
				options[option] = words(withoutComments(section.Key(option).Value()))
			}
		}
		return options, true, nil
	}
}

// withoutComments drops the comment lines between those of a value.
func withoutComments(value string) string {
	var b strings.Builder
	for line := range strings.Lines(value) {
		if text := strings.TrimSpace(line); !strings.HasPrefix(text, "#") && !strings.HasPrefix(text, ";") {
			b.WriteString(line)
		}
	}
	return b.String()
}

// pyproject reads pytest's own table, or the older one that mirrors the INI file.
func pyproject(content []byte) (map[string][]string, bool, error) {
	for _, path := range [][]string{{"tool", "pytest", "ini_options"}, {"tool", "pytest"}} {
		options, found, err := tomlTable(path...)(content)
		if found || err != nil {
			return options, found, err
		}
	}
	return nil, false, nil
}

func tomlTable(path ...string) func([]byte) (map[string][]string, bool, error) {
	return func(content []byte) (map[string][]string, bool, error) {
		var table map[string]any
		if err := toml.Unmarshal(content, &table); err != nil {
			line := 1
			if parsing, ok := err.(toml.ParseError); ok {
				line = parsing.Position.Line
				err = fmt.Errorf("not TOML: %s", parsing.Message)
			}
			return nil, false, fmt.Errorf("%d: %w", line, err)
		}
		for _, name := range path {
			inner, ok := table[name].(map[string]any)
			if !ok {
				return nil, false, nil
			}
			table = inner
		}
		options := map[string][]string{}
		for _, option := range names {
			if value, ok := table[option]; ok {
				options[option] = tomlWords(value)
			}
		}
		return options, true, nil
	}
}

// tomlWords reads a list of strings, or one string of words.
func tomlWords(value any) []string {
	switch value := value.(type) {
	case string:
		return words(value)
	case []any:
		list := make([]string, 0, len(value))
		for _, element := range value {
			list = append(list, fmt.Sprint(element))
		}
		return list
	}
	return nil
}

// words splits as a shell does, as far as quotes go.
func words(text string) []string {
	var list []string
	var word strings.Builder
	open, inWord := rune(0), false
	for _, r := range text + " " {
		switch {
		case open != 0 && r == open:
			open = 0
		case open == 0 && (r == '"' || r == '\''):
			open, inWord = r, true
		case open == 0 && strings.ContainsRune(" \t\r\n", r):
			if inWord {
				list = append(list, word.String())
			}
			word.Reset()
			inWord = false
		default:
			word.WriteRune(r)
			inWord = true
		}
	}
	return list
}
