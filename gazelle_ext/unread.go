package gazelle_ext

// One file never stops a repository. What cannot be read keeps what BUILD files say of it,
// and everything else is planned: a file that is no Python, one whose marks contradict
// those of others, and, where a directive or a configuration file is wrong, a folder.

import (
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/bazelbuild/bazel-gazelle/rule"
	"github.com/rules-xdist/rules_xdist/internal/durations"
	"github.com/rules-xdist/rules_xdist/internal/model"
	"github.com/rules-xdist/rules_xdist/internal/plan"
	"github.com/rules-xdist/rules_xdist/internal/pyscan"
)

// wrong is what is wrong with the directives and configuration files in force.
func (s settings) wrong() []error { return slices.Concat(s.wrongHere, s.wrongOfRoot) }

// frozen reports whether the folder's BUILD file stays as it is.
func (f *folder) frozen() bool { return f.left || len(f.settings.wrong()) > 0 }

// writes reports whether this run may write the folder's BUILD file.
func (f *folder) writes() bool { return f.managed && !f.frozen() }

// freeze leaves the folder and all below it as they are.
func (s *survey) freeze(rel string, why error) {
	for folder, f := range s.folders {
		if plan.Within(folder, rel) {
			f.settings.wrongHere = slices.Concat(f.settings.wrongHere, []error{why})
		}
	}
}

// planTests plans the test targets. Files whose tests cannot be placed are planned once
// more, as BUILD files have them now.
func (s *survey) planTests(recorded durations.Tests, report *report) []plan.Target {
	files := s.testFiles(recorded, report)
	present := s.presentTests(report)
	s.tellUnread(present, report)
	for {
		targets, problems := plan.Build(plan.Input{
			Files:   s.withUnread(files, present),
			Present: present,
			MayHold: s.mayBePackage,
		})
		problems = append(problems, s.misplaced(targets)...)
		settled := true
		for _, problem := range problems {
			for _, file := range problem.Files {
				if s.unread[file] == nil {
					s.unread[file] = problem
					settled = false
				}
				report.in(plan.PackageOf(file)).add(problem)
			}
		}
		if settled {
			return targets
		}
	}
}

// withUnread marks the files that are planned as BUILD files have them. A new file in a
// frozen folder, where no target of it could be written, is not planned at all.
func (s *survey) withUnread(files []plan.File, present []plan.Present) []plan.File {
	memory := slices.Concat(present, s.presentParts())
	var planned []plan.File
	for _, f := range files {
		frozen := s.folders[plan.PackageOf(f.Path)].frozen()
		if frozen && !isPresent(f.Path, present) {
			continue
		}
		f.Unread = frozen || s.unread[f.Path] != nil || s.hasLostParts(f, memory)
		if f.Unread {
			f.Tests = plan.Remembered(f.Path, memory)
		}
		if f.Unread && f.Given {
			s.given[f.Path] = f
		}
		planned = append(planned, f)
	}
	return planned
}

// hasLostParts reports whether BUILD files have parts of a test file that it seems to have
// no more, perhaps since a file could not be read that it has marks or fixtures from.
func (s *survey) hasLostParts(f plan.File, memory []plan.Present) bool {
	if len(s.unread) == 0 || !s.dependsOnUnread(f.Path) {
		return false
	}
	has := func(part model.Part) bool {
		return slices.ContainsFunc(f.Tests, func(t plan.Test) bool { return slices.Contains(t.Parts, part) })
	}
	return slices.ContainsFunc(plan.Remembered(f.Path, memory), func(t plan.Test) bool { return !has(t.Parts[0]) })
}

// dependsOnUnread reports whether a test file, or what it imports, or a conftest.py above it or
// a plugin does, imports a file that could not be read, or these could not.
func (s *survey) dependsOnUnread(file string) bool {
	seen := map[string]bool{}
	var reaches func(file string) bool
	reaches = func(file string) bool {
		if seen[file] || s.modules[file] == nil {
			return false
		}
		seen[file] = true
		return s.unread[file] != nil || slices.ContainsFunc(s.importsOf(file).providers, reaches)
	}
	for _, rel := range parents(plan.PackageOf(file)) {
		if reaches(path.Join(rel, "conftest.py")) {
			return true
		}
	}
	plugins := moduleFinder{s, map[string][]string{}}.Plugins(file)
	return reaches(file) || slices.ContainsFunc(plugins, reaches)
}

// presentParts returns the targets for parts that stand beside those of rules_python's
// extension.
func (s *survey) presentParts() []plan.Present {
	var parts []plan.Present
	for _, f := range s.folders {
		if f.managed && f.build != nil {
			for _, r := range f.build.Rules {
				if r.Kind() == partKind {
					parts = append(parts, s.presentTest(f, r))
				}
			}
		}
	}
	return parts
}

func isPresent(file string, present []plan.Present) bool {
	return slices.ContainsFunc(present, func(p plan.Present) bool { return slices.Contains(p.Files, file) })
}

// misplaced returns a problem for each target that no BUILD file will hold, of files that
// were read.
func (s *survey) misplaced(targets []plan.Target) []plan.Problem {
	var problems []plan.Problem
	for _, t := range targets {
		if s.folders[t.Package].writes() || t.Unread {
			continue
		}
		problems = append(problems, plan.Problem{
			Files: t.Files,
			Text:  fmt.Sprintf("%s: target //%s:%s: no BUILD file may be written there; enable the extension in that folder, or give the tests groups of their own", t.Origin, t.Package, t.Name),
		})
	}
	return problems
}

// tellUnread tells of the files that could not be read, in the folders that have to do
// with them, and what becomes of them.
func (s *survey) tellUnread(present []plan.Present, report *report) {
	for file, err := range s.unread {
		what := "what BUILD files have of it stays as it is"
		if s.isTestFile(file) && !isPresent(file, present) && !s.folders[plan.PackageOf(file)].frozen() {
			what = "the new target with it fails"
		}
		err = fmt.Errorf("%w%s; until it is mended, %s", err, asWhichPython(err), what)
		for folder := range s.concerned(file, present) {
			s.tell(report.in(folder), file, err)
		}
	}
	for file, module := range s.modules {
		if len(module.Faults) > 0 {
			s.tell(report.in(plan.PackageOf(file)), file, passedOver(module.Faults))
		}
	}
}

// passedOver tells of faults that hide nothing.
func passedOver(faults []*pyscan.Error) error {
	more := ""
	if n := len(faults) - 1; n > 0 {
		more = fmt.Sprintf(", as is that of %d more", n)
	}
	return fmt.Errorf("%w%s; the body of this function is passed over%s", faults[0], asWhichPython(faults[0]), more)
}

// asWhichPython says of what is no Python that it might be a newer one.
func asWhichPython(err error) string {
	var syntaxError *pyscan.Error
	if !errors.As(err, &syntaxError) {
		return ""
	}
	return fmt.Sprintf(" (read as Python %s, the newest known here)", pyscan.NewestPython)
}

// tell adds a warning of a file, or an error where a directive says that it is one.
func (s *survey) tell(report *report, file string, err error) {
	if s.folders[plan.PackageOf(file)].settings.strict {
		report.add(err)
	} else {
		report.warn(err)
	}
}

// concerned returns the folders whose targets a file is in, and its own.
func (s *survey) concerned(file string, present []plan.Present) map[string]bool {
	folders := set(plan.PackageOf(file), s.packageOf(file))
	for _, p := range present {
		if slices.Contains(p.Files, file) {
			folders[p.Package] = true
		}
	}
	return folders
}

// placedRule is a rule in the BUILD file of a package.
type placedRule struct {
	pkg string
	*rule.Rule
}

// rulesWith returns the rules in BUILD files that have a file as a source.
func (s *survey) rulesWith(file string) []placedRule {
	if s.bySource == nil {
		s.bySource = map[string][]placedRule{}
		for _, rel := range slices.Sorted(maps.Keys(s.folders)) {
			for _, r := range rulesIn(s.folders[rel].build) {
				for _, src := range r.AttrStrings("srcs") {
					s.bySource[fileOf(rel, src)] = append(s.bySource[fileOf(rel, src)], placedRule{rel, r})
				}
			}
		}
	}
	return s.bySource[file]
}

// anyUnread reports whether BUILD files say more of some of the files than can be read.
func (s *survey) anyUnread(files []string) bool {
	return slices.ContainsFunc(files, func(file string) bool { return s.unread[file] != nil })
}

// keepUnread adds the dependencies that a rule has now if one of its files could not be
// read: they may be that file's.
func (i *imports) keepUnread(s *survey, files []string, rules ...*rule.Rule) {
	if !s.anyUnread(files) {
		return
	}
	for _, r := range rules {
		i.kept = append(i.kept, r.AttrStrings("deps")...)
	}
}

// importedUnread adds the test files that have a library on which a file depends that
// could not be read: it may be its only importer.
func (s *survey) importedUnread(imported map[string]bool) {
	s.dependenciesOfUnread(func(_ string, _ placedRule, dep string) {
		if s.isTestFile(dep) {
			imported[dep] = true
		}
	})
}

// dependenciesOfUnread calls visit for each file that could not be read, each rule that has
// it in BUILD files, and each source of the libraries on which this depends.
func (s *survey) dependenciesOfUnread(visit func(file string, in placedRule, dep string)) {
	for file := range s.unread {
		for _, r := range s.rulesWith(file) {
			for _, dep := range r.AttrStrings("deps") {
				pkg, name := labelParts(r.pkg, dep)
				f := s.folders[pkg]
				if f == nil || strings.HasPrefix(dep, "@") || f.ruleNamed(name) == nil || !f.isLibrary(f.ruleNamed(name)) {
					continue
				}
				for _, src := range f.ruleNamed(name).AttrStrings("srcs") {
					visit(file, r, fileOf(pkg, src))
				}
			}
		}
	}
}

// joinUnread makes files import each other that are in one library now with a file that
// could not be read, so that they stay together, and that file what it depends on now.
func (s *survey) joinUnread(g *libraryGraph) {
	s.dependenciesOfUnread(func(file string, in placedRule, dep string) {
		from, to := g.holders[file], g.holders[dep]
		if from != nil && to != nil && from != to && s.folders[in.pkg].isLibrary(in.Rule) {
			g.connect(from, to)
		}
	})
	for file := range s.unread {
		holder := g.holders[file]
		if holder == nil {
			continue
		}
		for _, r := range s.rulesWith(file) {
			for _, src := range r.AttrStrings("srcs") {
				if other := g.holders[fileOf(r.pkg, src)]; other != nil && other != holder && strings.HasSuffix(r.Kind(), pyLibrary) {
					g.connect(holder, other)
					g.connect(other, holder)
				}
			}
		}
	}
}
