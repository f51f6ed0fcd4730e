package gazelle_ext

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bazelbuild/bazel-gazelle/language"
	"github.com/bazelbuild/bazel-gazelle/rule"
	"github.com/rules-xdist/rules_xdist/internal/plan"
)

// Names of one package's rules may clash: of a test file and a folder, of a file's serial
// tests and another file, of a library and a rule that a person wrote. One of the two then
// has another name; which, the BUILD file remembers.

// nameTargets gives targets of this folder the names that they can have beside all else.
func (g *generator) nameTargets(targets []plan.Target, args language.GenerateArgs) {
	taken := g.takenByOthers(args)
	names := plan.AssignNames(targets, g.presentTargets(), func(name string) bool {
		if taken[strings.ToLower(name)] {
			return true
		}
		// A file or folder of this name would have the place of the test in its runfiles.
		_, err := os.Lstat(filepath.Join(args.Dir, name))
		return err == nil
	})
	for i := range targets {
		targets[i].Name = names[i]
	}
}

// takenByOthers returns the names, in lower case, of the rules here that are no test
// targets of this extension, or that a person forbade to change.
func (g *generator) takenByOthers(args language.GenerateArgs) map[string]bool {
	taken := set(packageName, censusName)
	for _, r := range args.OtherGen {
		taken[strings.ToLower(r.Name())] = true
	}
	for _, l := range g.survey.libraries(g.folder) {
		taken[strings.ToLower(l.name)] = true
	}
	for name := range g.made {
		taken[strings.ToLower(name)] = true
	}
	for name, r := range g.written {
		if !g.isTestRule(r) || r.ShouldKeep() {
			taken[strings.ToLower(name)] = true
		}
	}
	return taken
}

// presentTargets returns the test targets in this folder's BUILD file.
func (g *generator) presentTargets() []plan.Present {
	var present []plan.Present
	for _, r := range rulesIn(g.file) {
		if g.isTestRule(r) {
			present = append(present, g.survey.presentTest(g.folder, r))
		}
	}
	return present
}

// isTestRule reports whether a rule is a test target that this extension has made, with
// rules_python's extension beside it or without.
func (g *generator) isTestRule(r *rule.Rule) bool {
	return isTest(g.ownKind(r)) || r.Kind() == g.mappedKind(testKind)
}

// rulesIn returns the rules of a BUILD file, which may be nil, in its order.
func rulesIn(f *rule.File) []*rule.Rule {
	if f == nil {
		return nil
	}
	return f.Rules
}

// nameLibraries gives the folder's libraries other names where another language makes
// rules of these.
func (g *generator) nameLibraries(args language.GenerateArgs) {
	for _, l := range g.survey.libraries(g.folder) {
		isOther := func(name string) bool {
			return slices.ContainsFunc(args.OtherGen, func(r *rule.Rule) bool { return r.Name() == name })
		}
		l.name = plan.FreeName(l.name, librarySuffix, func(name string) bool { return !isOther(name) })
	}
}

// librarySuffix follows a name that a library cannot have.
const librarySuffix = "_lib"

// nameOfLibrary returns the name of a library: the one that it has in the BUILD file, as
// with rules_python's extension a person's name stays, or the given one, or if that is
// taken there another one.
func (f *folder) nameOfLibrary(name string, srcs []string, taken map[string]bool) string {
	isFree := func(name string) bool {
		present := f.ruleNamed(name)
		return !taken[name] && (present == nil || f.isLibrary(present))
	}
	for _, r := range f.librariesInFile() {
		if r.Name() == name && isFree(name) {
			return name
		}
	}
	isForward := func(r *rule.Rule) bool { return name == libraryName(f.rel) && isForwardOfModules(r) }
	for _, r := range f.librariesInFile() {
		isVariant := plan.IsVariant(r.Name(), name, librarySuffix) && slices.ContainsFunc(r.AttrStrings("srcs"), func(src string) bool { return slices.Contains(srcs, src) })
		if !taken[r.Name()] && (f.isLibraryOf(r, srcs) || isVariant || isForward(r)) {
			return r.Name()
		}
	}
	return plan.FreeName(name, librarySuffix, isFree)
}

// isLibraryOf reports whether a library in the BUILD file has some of these sources, and
// no others that are still there.
func (f *folder) isLibraryOf(r *rule.Rule, srcs []string) bool {
	shares := false
	for _, src := range r.AttrStrings("srcs") {
		wanted := slices.Contains(srcs, src)
		if !wanted && (f.has(src) || strings.ContainsAny(src, "/:")) {
			return false
		}
		shares = shares || wanted
	}
	return shares
}

// ruleNamed returns the rule of that name in the BUILD file, nil if there is none.
func (f *folder) ruleNamed(name string) *rule.Rule {
	if f.rules == nil {
		f.rules = rulesOf(f.build)
	}
	return f.rules[name]
}

func (f *folder) librariesInFile() []*rule.Rule {
	if f.build == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(f.build.Rules), func(r *rule.Rule) bool { return !f.isLibrary(r) })
}

// isLibrary reports whether a rule is a py_library, under whatever name.
func (f *folder) isLibrary(r *rule.Rule) bool {
	return slices.Contains(f.settings.libraryKinds, r.Kind()) || strings.HasSuffix(r.Kind(), pyLibrary)
}
