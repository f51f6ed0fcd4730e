package gazelle_ext

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bazelbuild/bazel-gazelle/rule"
	"github.com/bazelbuild/buildtools/build"
	"github.com/bmatcuk/doublestar/v4"
	"github.com/rules-xdist/rules_xdist/internal/plan"
)

// dataFiles are the files that a target's sources read, without labels of a rule.
type dataFiles struct {
	// files are relative to the root of the repository; patterns to the target's package.
	files, patterns []string
}

// maxDataFiles bounds how many files of another package, where no glob reaches, a target
// names one by one.
const maxDataFiles = 50

// data returns the data files of the sources of a rule in the package pkg. Patterns of a
// directive are for rules of tests, and for libraries in packages that have no tests.
func (s *survey) data(pkg string, sources []string, ofTests bool, report *report) dataFiles {
	var data dataFiles
	setting := s.folders[pkg].settings.data
	if ofTests || len(s.folders[pkg].tests) == 0 {
		for _, pattern := range setting.patterns {
			if s.matchesFile(pkg, pattern) {
				data.patterns = append(data.patterns, pattern)
			}
		}
	}
	if !setting.auto {
		sources = nil
	}
	for _, source := range sources {
		reads := s.readsOf(source)
		if s.isTestFile(source) {
			reads = s.readsOfTest(source)
		}
		for _, r := range reads {
			warn := func(text string) { report.warn(fmt.Errorf("%s:%d: %s", source, r.line, text)) }
			if r.unknown {
				data.unknown(s, pkg, source, r.name, warn)
			} else {
				data.name(s, pkg, r.name, warn)
			}
		}
	}
	slices.Sort(data.files)
	slices.Sort(data.patterns)
	return dataFiles{slices.Compact(data.files), slices.Compact(data.patterns)}
}

// name adds what a source names: a file, or a folder and all that is in it.
func (data *dataFiles) name(s *survey, pkg, name string, warn func(string)) {
	generated := s.isGenerated(name)
	if info, err := os.Stat(filepath.Join(s.root, filepath.FromSlash(name))); generated || err != nil || !info.IsDir() {
		// What a rule makes is as visible as that rule, which is not this extension's.
		if path.Ext(name) != ".py" && s.maySee(pkg, name) && (!generated || s.packageOf(name) == pkg) {
			data.files = append(data.files, name)
		}
		return
	}
	files := s.filesBelow(name)
	inside := s.packageOf(path.Join(name, "file")) == pkg
	switch {
	case len(files) == 0:
	case inside:
		data.patterns = append(data.patterns, relative(pkg, name)+"/**")
	case !s.maySee(pkg, files[0]):
	case len(files) > maxDataFiles:
		warn(fmt.Sprintf("%s: has %d files, which are in another package than their reader //%s; name what it needs in data = [...] there, or by # gazelle:xdist_data", name, len(files), pkg))
	default:
		data.files = append(data.files, files...)
	}
}

// isGenerated says whether a rule in the BUILD file of its package makes a file.
func (s *survey) isGenerated(file string) bool {
	f := s.folders[plan.PackageOf(file)]
	return f != nil && slices.Contains(f.generated, path.Base(file))
}

// maySee says whether the package pkg can have a file as its data: its own, and those of
// packages whose BUILD files this extension writes, which then export it.
func (s *survey) maySee(pkg, file string) bool {
	holder := s.packageOf(file)
	return holder == pkg || s.folders[holder] != nil && s.inCensus(s.folders[holder])
}

// filesBelow returns the files of a folder and those below it that are in the same
// package, sorted; BUILD files are for Bazel alone.
func (s *survey) filesBelow(rel string) []string {
	if files, ok := s.below[rel]; ok {
		return files
	}
	var files []string
	_ = fs.WalkDir(os.DirFS(s.root), rel, func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return fs.SkipDir
		case entry.Name() == "BUILD" || entry.Name() == "BUILD.bazel":
		case !entry.IsDir():
			files = append(files, name)
		case name == rel:
		case neverRecursed(entry.Name()) || entry.Name() == "__pycache__" || s.packageOf(path.Join(name, "file")) == name:
			return fs.SkipDir
		}
		return nil
	})
	s.below[rel] = files
	return files
}

// matchesFile says whether a pattern matches a file of the package: Bazel takes a glob
// that matches none for a mistake.
func (s *survey) matchesFile(pkg, pattern string) bool {
	base, _ := doublestar.SplitPattern(pattern)
	folder := path.Join(pkg, base)
	if info, err := os.Stat(filepath.Join(s.root, filepath.FromSlash(folder))); err != nil || !info.IsDir() {
		return false
	}
	if folder != pkg && s.packageOf(path.Join(folder, "file")) != pkg {
		return false
	}
	if folder == "" {
		folder = "."
	}
	return slices.ContainsFunc(s.filesBelow(folder), func(file string) bool {
		return doublestar.MatchUnvalidated(pattern, relative(pkg, file))
	})
}

// relative returns a path as the package pkg, which it is in, names it.
func relative(pkg, file string) string {
	return strings.TrimPrefix(strings.TrimPrefix(file, pkg), "/")
}

// sharedData returns the data files that targets of other packages name.
func (s *survey) sharedData(targets []plan.Target, report *report) []string {
	var shared []string
	add := func(pkg, name string, sources []string) {
		for _, file := range slices.Concat(s.data(pkg, sources, true, report).files, s.dataOfOthers(pkg, name)) {
			if s.packageOf(file) != pkg {
				shared = append(shared, file)
			}
		}
	}
	for _, t := range targets {
		add(t.Package, t.Name, t.Files)
	}
	for _, libraries := range s.librariesIn {
		for _, l := range libraries {
			add(l.rel, l.name, l.files())
		}
	}
	return shared
}

// dataOfOthers returns the files of other packages that a rule in a BUILD file has as data.
func (s *survey) dataOfOthers(pkg, name string) []string {
	f := s.folders[pkg]
	r := f.ruleNamed(name)
	if r == nil || r.Attr("data") == nil {
		return nil
	}
	var files []string
	present, _ := readData(r.Attr("data"))
	for _, each := range present.names {
		holder, target := labelParts(pkg, each.Value)
		file := path.Join(holder, target)
		if holder != pkg && s.maySee(pkg, file) && !s.isGoneData(f, each.Value) && !s.folders[holder].mayDeclare(each.Value, target) {
			files = append(files, file)
		}
	}
	return files
}

// setData gives a rule the data files of its sources. What a person wrote is never lost:
// it is added to, unless it is more than lists of strings and globs.
func (g *generator) setData(r *rule.Rule, sources []string, ofTests bool) {
	data := g.survey.data(g.folder.rel, sources, ofTests, g.report)
	files := g.labels(data.files)
	existing := g.existing(r.Name())
	if existing == nil || existing.Attr("data") == nil {
		if written := dataExpr(files, data.patterns); written != nil {
			r.SetAttr("data", written)
		}
		return
	}
	present, ok := readData(existing.Attr("data"))
	if comments := existing.AttrComments("data"); !ok || existing.ShouldKeep() || comments != nil && rule.ShouldKeep(&build.Ident{Comments: *comments}) {
		return
	}
	switch merged, changed := g.mergeData(present, files, data.patterns); {
	case !changed:
	case merged == nil:
		existing.DelAttr("data")
	default:
		existing.SetAttr("data", merged)
	}
}

// presentData is the value of a data attribute: lists of strings and globs.
type presentData struct {
	names    []*build.StringExpr
	patterns []string
}

// readData reads a data attribute; false means that it holds something else as well.
func readData(e build.Expr) (presentData, bool) {
	switch e := e.(type) {
	case *build.BinaryExpr:
		left, ok := readData(e.X)
		right, okToo := readData(e.Y)
		return presentData{append(left.names, right.names...), append(left.patterns, right.patterns...)}, ok && okToo && e.Op == "+"
	case *build.ListExpr:
		var data presentData
		for _, item := range e.List {
			name, ok := item.(*build.StringExpr)
			if !ok {
				return presentData{}, false
			}
			data.names = append(data.names, name)
		}
		return data, true
	}
	glob, ok := rule.ParseGlobExpr(e)
	if !ok {
		return presentData{}, false
	}
	call := e.(*build.CallExpr)
	list, _ := call.List[0].(*build.ListExpr)
	return presentData{patterns: glob.Patterns}, len(call.List) == 1 && list != nil && len(list.List) == len(glob.Patterns)
}

// mergeData adds to what there is, takes out what is gone from the disk, and says whether
// that made a difference. Bazel takes no file twice, so a file that a pattern matches is
// not named as well.
func (g *generator) mergeData(present presentData, files, patterns []string) (merged build.Expr, changed bool) {
	var kept []string
	for _, pattern := range present.patterns {
		if g.survey.isGonePattern(g.folder, pattern) {
			changed = true
			continue
		}
		kept = append(kept, pattern)
	}
	for _, pattern := range patterns {
		if !slices.Contains(kept, pattern) {
			changed = true
			kept = append(kept, pattern)
		}
	}
	var names []build.Expr
	named := map[string]bool{}
	for _, name := range present.names {
		if !rule.ShouldKeep(name) && (g.survey.isGoneData(g.folder, name.Value) || matchesAny(kept, name.Value)) {
			changed = true
			continue
		}
		named[strings.TrimPrefix(name.Value, ":")] = true
		names = append(names, name)
	}
	for _, file := range files {
		if !named[file] && !matchesAny(kept, file) {
			changed = true
			names = append(names, &build.StringExpr{Value: file})
		}
	}
	return joinData(names, kept), changed
}

// matchesAny says whether one of the patterns matches a name in data.
func matchesAny(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		return doublestar.MatchUnvalidated(pattern, strings.TrimPrefix(name, ":"))
	})
}

// isGoneData reports whether a name in data was a file or folder, of f's package or of
// another one, that is no longer there.
func (s *survey) isGoneData(f *folder, name string) bool {
	if strings.HasPrefix(name, "@") {
		return false
	}
	pkg, target := labelParts(f.rel, name)
	holder := s.folders[pkg]
	if holder == nil {
		// Excluded from Gazelle, or gone.
		return !s.declaredOnDisk(pkg, target)
	}
	if !s.isPackage(holder) {
		return true
	}
	file := path.Join(pkg, target)
	return !holder.mayDeclare(name, target) && (s.packageOf(file) != pkg || !s.isOnDisk(file))
}

// mayDeclare reports whether a label may be of something that is no file: of a rule, or
// of what a macro makes, which is called after it.
func (f *folder) mayDeclare(name, target string) bool {
	isTarget := strings.Contains(name, ":") && path.Ext(target) == "" && !strings.Contains(target, "/")
	return isTarget || slices.Contains(f.generated, target) || f.build != nil && slices.ContainsFunc(f.build.Rules, func(r *rule.Rule) bool {
		isMacro := !strings.HasPrefix(r.Kind(), "py_") && !strings.HasPrefix(r.Kind(), "xdist_")
		return r.Name() == target || isMacro && r.Name() != "" && strings.HasPrefix(target, r.Name())
	})
}

// isOnDisk says whether a file or folder is there, be it excluded from Gazelle or not.
func (s *survey) isOnDisk(file string) bool {
	_, err := os.Stat(filepath.Join(s.root, filepath.FromSlash(file)))
	return err == nil
}

// hasBuildFile reports whether a folder that is not of the survey is a package of Bazel's.
func (s *survey) hasBuildFile(rel string) bool {
	return s.isOnDisk(path.Join(rel, "BUILD.bazel")) || s.isOnDisk(path.Join(rel, "BUILD"))
}

// declaredOnDisk reports whether a package that is not of the survey has a file or rule.
func (s *survey) declaredOnDisk(pkg, name string) bool {
	for _, base := range []string{"BUILD.bazel", "BUILD"} {
		file := filepath.Join(s.root, filepath.FromSlash(path.Join(pkg, base)))
		if build, err := rule.LoadFile(file, pkg); err == nil {
			declared := path.Join(pkg, name)
			return s.packageOf(declared) == pkg && s.isOnDisk(declared) || rulesOf(build)[name] != nil
		}
	}
	return false
}

// isGonePattern reports whether a pattern as Gazelle writes it, of a folder or of one kind
// of files, matches nothing in f's package any more.
func (s *survey) isGonePattern(f *folder, pattern string) bool {
	folder, ok := strings.CutSuffix(pattern, "/**")
	if !ok && strings.HasPrefix(path.Base(pattern), "*.") {
		folder, ok = strings.TrimSuffix(path.Dir(pattern), "/**"), true
	}
	return ok && !strings.Contains(folder, "*") && !s.matchesFile(f.rel, pattern)
}

// dataExpr returns the value of a new data attribute, nil for none.
func dataExpr(files, patterns []string) build.Expr {
	var names []build.Expr
	for _, file := range files {
		if !matchesAny(patterns, file) {
			names = append(names, &build.StringExpr{Value: file})
		}
	}
	return joinData(names, patterns)
}

func joinData(names []build.Expr, patterns []string) build.Expr {
	var list, glob build.Expr
	if len(names) > 0 {
		list = &build.ListExpr{List: names}
	}
	if len(patterns) > 0 {
		glob = rule.GlobValue{Patterns: patterns}.BzlExpr()
	}
	switch {
	case list == nil:
		return glob
	case glob == nil:
		return list
	}
	return &build.BinaryExpr{X: list, Op: "+", Y: glob}
}
