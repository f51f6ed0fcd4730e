package plan

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/rules-xdist/rules_xdist/internal/model"
)

// oddInName is what must not be in a target's name here. Bazel takes more, but Make
// variables such as $(rootpath) are quoted for a shell where there is more.
var oddInName = regexp.MustCompile(`[^\p{L}\p{N}_.+=,@~-]`)

// madeSuffix ends the names of the targets that py_xdist_test makes beside its own.
var madeSuffix = regexp.MustCompile(`\.(selection|bytecode)$`)

// testSuffix follows a name that a target cannot have.
const testSuffix = "_test"

// AssignNames returns the names of a package's targets, in their order: the planned ones
// where they are free, and where they can be a target's. A name is not free if it is
// taken, or another target's also but for letter case (the outputs would be one file where
// the file system ignores it), or if a shell command has it, which Bazel's test set-up
// would call with the test's folder on its PATH.
//
// A present target that runs tests of a target keeps a name that it got in this way, so
// whatever comes later looks for another one.
func AssignNames(targets []Target, present []Present, taken func(name string) bool) []string {
	used := map[string]bool{}
	take := func(name string) string {
		used[strings.ToLower(name)] = true
		return name
	}
	isFree := func(name string) bool {
		return !used[strings.ToLower(name)] && !madeSuffix.MatchString(name) && !slices.Contains(shellCommands, name) && !taken(name)
	}
	names := make([]string, len(targets))
	had := namesOf(present)
	for _, keeps := range []func(p Present, t Target) bool{
		func(p Present, t Target) bool { return p.Fixed && p.Name == t.Name },
		func(p Present, t Target) bool { return p.Name == soundName(t.Name) && isFree(p.Name) },
		func(p Present, t Target) bool { return isFree(p.Name) },
	} {
		for i, t := range targets {
			fits := func(p Present) bool { return p.Package == t.Package && p.shares(t) && keeps(p, t) }
			candidates := slices.Concat(had[t.Name], had[soundName(t.Name)])
			if k := slices.IndexFunc(candidates, fits); names[i] == "" && k >= 0 {
				names[i] = take(candidates[k].Name)
			}
		}
	}
	for i, t := range targets {
		if names[i] == "" {
			names[i] = take(FreeName(soundName(t.Name), testSuffix, isFree))
		}
	}
	return names
}

// namesOf returns present targets by their names, and by those of which their names are
// variants.
func namesOf(present []Present) map[string][]Present {
	byName := map[string][]Present{}
	for _, p := range present {
		byName[p.Name] = append(byName[p.Name], p)
		if base := strings.TrimSuffix(strings.TrimRight(p.Name, "0123456789"), testSuffix); IsVariant(p.Name, base, testSuffix) && base != p.Name {
			byName[base] = append(byName[base], p)
		}
	}
	return byName
}

// soundName returns a name without what must not be in one.
func soundName(name string) string { return oddInName.ReplaceAllString(name, "_") }

// shares reports whether p runs tests that t is to run.
func (p Present) shares(t Target) bool {
	return slices.ContainsFunc(p.Files, func(file string) bool { return slices.Contains(t.Files, file) }) &&
		slices.ContainsFunc(p.Runs, func(part model.Part) bool { return slices.Contains(t.Runs, part) })
}

// FreeName returns the name, or the first of its variants with the suffix, that is free:
// name, name_test, name_test2 and so on.
func FreeName(name, suffix string, isFree func(name string) bool) string {
	for n, variant := 1, name; ; n++ {
		if isFree(variant) {
			return variant
		}
		if variant = name + suffix; n > 1 {
			variant = fmt.Sprint(variant, n)
		}
	}
}

// IsVariant reports whether FreeName may have made a name of another.
func IsVariant(variant, name, suffix string) bool {
	number, ok := strings.CutPrefix(variant, name+suffix)
	return variant == name || ok && strings.Trim(number, "0123456789") == ""
}

// shellCommands are the commands that Bazel's test-setup.sh and the launchers of
// tests call by name.
var shellCommands = []string{
	"awk", "basename", "bash", "cat", "chmod", "cp", "cut", "date", "dirname", "echo", "env", "expr",
	"false", "find", "getopts", "grep", "head", "hostname", "id", "kill", "ln", "ls", "mkdir", "mktemp",
	"mv", "perl", "printf", "ps", "pwd", "python", "python3", "readlink", "realpath", "rm", "sed", "seq",
	"setsid", "sh", "sleep", "sort", "stat", "tail", "tee", "test", "touch", "tr", "true", "uname", "uniq",
	"wait", "wc", "which", "xargs", "zip",
}
