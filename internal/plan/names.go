package plan

import (
	"fmt"
	"regexp"
	"slices"
	"sort"
	"strings"
)

// Rule is a name that something takes in a package.
type Rule struct {
	Package, Name string
	// Origin is where the name comes from, "path:line", for messages.
	Origin string
}

// A NameError says that a package cannot be written.
type NameError struct{ Package, Text string }

func (e NameError) Error() string { return e.Text }

// targetName is what a target's name may be here. Bazel takes more, but Make variables
// such as $(rootpath) are quoted for a shell where there is more.
var targetName = regexp.MustCompile(`^[\p{L}\p{N}_.+=,@~-]+$`)

// selectionSuffix ends the name of the target that py_xdist_test makes beside its own.
const selectionSuffix = ".selection"

// CheckNames returns what is wrong with the names of targets and of other
// generated rules: names that two of them share, also when only letter case tells
// them apart (their outputs would be one file where the file system ignores case),
// and names that must not be.
func CheckNames(targets []Target, others []Rule) []NameError {
	rules := slices.Clone(others)
	var errs []NameError
	fail := func(r Rule, format string, args ...any) {
		errs = append(errs, NameError{r.Package, fmt.Sprintf(format, args...)})
	}
	for _, t := range targets {
		rules = append(rules, Rule{t.Package, t.Name, t.Origin})
		if strings.HasSuffix(t.Name, selectionSuffix) {
			fail(Rule{Package: t.Package}, "%s: target name %q: py_xdist_test makes targets whose names end in %s; rename the file", t.Origin, t.Name, selectionSuffix)
		}
		if !targetName.MatchString(t.Name) {
			fail(Rule{Package: t.Package}, "%s: target name %q: may hold letters, digits and _.+=,@~-, or the command line of the test would not survive; rename the file", t.Origin, t.Name)
		}
		if slices.Contains(shellCommands, t.Name) {
			fail(Rule{Package: t.Package}, "%s: target name %q: Bazel's test set-up calls the command of this name and has the test's folder on its PATH, so the test would call itself for ever; rename the file, e.g. to %s_test.py", t.Origin, t.Name, t.Name)
		}
	}
	taken := map[string]Rule{}
	sort.SliceStable(rules, func(i, j int) bool { return rules[i].Origin < rules[j].Origin })
	for _, r := range rules {
		key := r.Package + ":" + strings.ToLower(r.Name)
		if first, ok := taken[key]; ok {
			fail(r, "%s: target name %q: %s makes the name %q in the same package //%s; rename a file or a group so that they differ in more than letter case", r.Origin, r.Name, first.Origin, first.Name, r.Package)
			continue
		}
		taken[key] = r
	}
	return errs
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
