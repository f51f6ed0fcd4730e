package gazelle_ext

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"

	"github.com/bazelbuild/bazel-gazelle/rule"
	"github.com/bazelbuild/buildtools/build"
)

// inCensus says whether a census is told of the folder's package: of a test root, and
// of each one with Python, where test files are to be expected.
func (s *survey) inCensus(f *folder) bool {
	if !f.managed || !s.isPackage(f) || !s.hasTargets[f.settings.testRoot] {
		return false
	}
	if f.frozen() {
		return f.build != nil && slices.ContainsFunc(f.build.Rules, func(r *rule.Rule) bool { return r.Name() == packageName && r.Kind() == packageKind })
	}
	_, doctests := s.doctests[f.rel]
	return f.isTestRoot() || len(f.python()) > 0 || len(s.targets[f.rel]) > 0 || doctests
}

// packageOfCensus tells the census of this package's test files and targets, those
// generated and those that a person wrote.
func (g *generator) packageOfCensus() {
	r := rule.NewRule(packageKind, packageName)
	var tests []string
	for _, t := range g.survey.targets[g.folder.rel] {
		tests = append(tests, ":"+t.Name)
	}
	if _, ok := g.survey.doctests[g.folder.rel]; ok {
		tests = append(tests, ":"+doctestsName)
	}
	for _, name := range g.handwrittenTests() {
		tests = append(tests, ":"+name)
	}
	slices.Sort(tests)
	setList(r, "tests", tests)
	setList(r, "shared", g.shared())
	setList(r, "exclude", g.survey.excluded(g.folder))
	if patterns := g.folder.settings.testPatterns; !slices.Equal(patterns, defaultSettings().testPatterns) {
		setList(r, "patterns", patterns)
	}
	g.add(r, nil)
}

// shared returns this package's files that targets of other packages name, but for
// those that the BUILD file exports already.
func (g *generator) shared() []string {
	var shared []string
	for _, file := range g.survey.exported[g.folder.rel] {
		if name := g.label(file); !exports(g.file, name) {
			shared = append(shared, name)
		}
	}
	slices.Sort(shared)
	return shared
}

// exports says whether a BUILD file, which may be nil, exports a file by exports_files.
func exports(f *rule.File, name string) bool {
	if f == nil {
		return false
	}
	return slices.ContainsFunc(f.File.Stmt, func(statement build.Expr) bool {
		call, ok := statement.(*build.CallExpr)
		if !ok || len(call.List) == 0 {
			return false
		}
		if callee, ok := call.X.(*build.Ident); !ok || callee.Name != "exports_files" {
			return false
		}
		files := call.List[0]
		if named, ok := files.(*build.AssignExpr); ok {
			files = named.RHS // srcs = [...]
		}
		glob, globs := rule.ParseGlobExpr(files)
		return slices.Contains(build.Strings(files), name) || globs && matchesGlob(glob, name)
	})
}

// census is made in a test root, for all packages that belong to it.
func (g *generator) census() {
	var packages []string
	for rel, f := range g.survey.folders {
		if f.settings.testRoot == g.folder.rel && g.survey.inCensus(f) {
			packages = append(packages, "//"+rel+":"+packageName)
		}
	}
	slices.Sort(packages)
	r := rule.NewRule(censusKind, censusName)
	r.SetAttr("packages", packages)
	g.add(r, nil)
}

// excluded returns, as glob patterns relative to f's package, what its folders have on
// disk but Gazelle was told to leave out, as far as there are test files in it. The
// census takes its own look at the disk, and cannot read `# gazelle:exclude`.
func (s *survey) excluded(f *folder) []string {
	var patterns []string
	entries, _ := os.ReadDir(filepath.Join(s.root, filepath.FromSlash(f.rel)))
	for _, entry := range entries {
		name := entry.Name()
		below := s.folders[path.Join(f.rel, name)]
		switch {
		case below != nil:
			if !s.isPackage(below) {
				for _, pattern := range s.excluded(below) {
					patterns = append(patterns, path.Join(name, pattern))
				}
			}
		case slices.Contains(f.uncollected, name) && f.settings.isTest(name):
			patterns = append(patterns, name)
		case f.has(name) || neverRecursed(name):
		case entry.IsDir():
			if s.hasTests(path.Join(f.rel, name), f.settings) {
				patterns = append(patterns, name+"/**")
			}
		case f.settings.isTest(name):
			patterns = append(patterns, name)
		}
	}
	slices.Sort(patterns)
	return patterns
}

// hasTests says whether a folder that Gazelle does not visit has test files.
func (s *survey) hasTests(rel string, in settings) bool {
	found := false
	_ = fs.WalkDir(os.DirFS(s.root), rel, func(_ string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && in.isTest(entry.Name()) {
			found = true
			return fs.SkipAll
		}
		return nil
	})
	return found
}
