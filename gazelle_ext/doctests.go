package gazelle_ext

import (
	"fmt"
	"maps"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/rules-xdist/rules_xdist/internal/model"
	"github.com/rules-xdist/rules_xdist/internal/plan"
	"github.com/rules-xdist/rules_xdist/internal/pyscan"
	"github.com/rules-xdist/rules_xdist/internal/pytestini"
)

const (
	// doctestsName is the target with all doctests of a package but those of test files,
	// which are run with these files' tests.
	doctestsName = "xdist_doctests"
	doctestsAttr = "doctests"
)

// prompt is how an example begins; in a module it may stand anywhere in a docstring.
const prompt = ">>>"

var (
	textExample = regexp.MustCompile(`(?m)^[ \t]*>>>`)
	// exampleImport is an import statement in an example, to the end of the line.
	exampleImport = regexp.MustCompile(`>>> +((?:import|from) .*)`)
	openImport    = regexp.MustCompile(`^from (\S+) import\b.*$`)
	moduleMarks   = regexp.MustCompile(`(?m)^pytestmark\b`)
	fileCollector = regexp.MustCompile(`(?m)^\s*def pytest_collect_file\b`)
)

// planDoctests finds the doctests that a plain pytest collects beside test files, by
// package. A target is made only where pytest's configuration asks for them, or, by
// pytest's default, of test*.txt beside other tests.
func (s *survey) planDoctests(report *report) {
	s.doctests = map[string]plan.Target{}
	taken := s.handwrittenDoctests()
	for _, rel := range slices.Sorted(maps.Keys(s.folders)) {
		f := s.folders[rel]
		if !f.writes() {
			continue
		}
		s.planDoctestsOf(f, slices.DeleteFunc(s.doctestFiles(f), func(file string) bool {
			return taken[file] || s.leftOutBy(s.collections[f.settings.testRoot], file) != ""
		}), report)
	}
	for pkg, t := range s.doctests {
		slices.Sort(t.Files)
		s.doctests[pkg] = t
	}
}

func (s *survey) planDoctestsOf(f *folder, files []string, report *report) {
	if f.settings.beside() && len(files) > 0 {
		report.in(f.rel).warn(fmt.Errorf("%s: its doctests, the first of %d files here, run in no target: beside rules_python's extension none is made of them; write a py_xdist_test with doctests = True", files[0], len(files)))
		return
	}
	for _, file := range files {
		s.addDoctest(file, s.planSettings(f))
	}
}

// handwrittenDoctests returns the files of targets of doctests that a person wrote.
func (s *survey) handwrittenDoctests() map[string]bool {
	files := map[string]bool{}
	for rel, f := range s.folders {
		if f.build == nil {
			continue
		}
		for _, r := range f.build.Rules {
			if r.Attr(doctestsAttr) != nil && (r.Name() != doctestsName || r.ShouldKeep()) {
				for _, src := range r.AttrStrings("srcs") {
					files[fileOf(rel, src)] = true
				}
			}
		}
	}
	return files
}

func (s *survey) addDoctest(file string, settings plan.Settings) {
	pkg := s.startablePackage(file)
	if !s.folders[pkg].writes() {
		return // Its BUILD file stays as it is.
	}
	t, ok := s.doctests[pkg]
	if !ok {
		settings.Weighed = false
		t = plan.Target{Package: pkg, Name: doctestsName, Settings: settings, Runs: []model.Part{model.Rest}, Origin: file + ":1"}
	}
	t.Files = append(t.Files, file)
	s.doctests[pkg] = t
	s.hasTargets[settings.Root] = true
	if s.modules[file] == nil {
		// A text file is not one of the modules, but its target asks for its imports.
		s.modules[file] = &pyscan.File{}
	}
	s.readExamples(file)
}

// doctestFiles lists a folder's files with doctests but its test files.
func (s *survey) doctestFiles(f *folder) []string {
	options := doctestOptionsOf(f.settings.pytest)
	if !options.asked && !s.hasTargets[f.settings.testRoot] {
		return nil
	}
	var files []string
	takes := options.taking()
	for _, name := range f.files {
		file := path.Join(f.rel, name)
		if !slices.Contains(f.tests, name) && takes(file) && s.hasExamples(file) {
			files = append(files, file)
		}
	}
	return files
}

// hasExamples reports whether a file may have doctests: more files than those that do.
func (s *survey) hasExamples(file string) bool {
	isRun := func(r placedRule) bool { return r.Attr(doctestsAttr) != nil }
	if s.unread[file] != nil && slices.ContainsFunc(s.rulesWith(file), isRun) {
		return true
	}
	if path.Ext(file) == ".py" {
		return strings.Contains(s.text(file), prompt)
	}
	return textExample.MatchString(s.text(file))
}

// text reads a file, of which nothing is known if it cannot be read.
func (s *survey) text(file string) string {
	content, err := s.readFile(filepath.Join(s.root, filepath.FromSlash(file)))
	if err != nil {
		return ""
	}
	return string(content)
}

// doctestOptions are what pytest's configuration says of doctests.
type doctestOptions struct {
	asked   bool // at all
	modules bool
	globs   []string // of text files
}

// doctestOptionsOf reads addopts as pytest does.
func doctestOptionsOf(config pytestini.Config) doctestOptions {
	if slices.Contains(config.Flags("-p"), "no:doctest") {
		return doctestOptions{}
	}
	words, _ := config.Args("addopts")
	o := doctestOptions{modules: slices.Contains(words, "--doctest-modules"), globs: config.Flags("--doctest-glob")}
	o.asked = o.modules || len(o.globs) > 0
	if len(o.globs) == 0 {
		o.globs = []string{"test*.txt"}
	}
	return o
}

// taking returns what reports whether pytest looks for doctests in a file.
func (o doctestOptions) taking() func(file string) bool {
	var texts []func(string) bool
	for _, glob := range o.globs {
		texts = append(texts, endMatcher(glob))
	}
	return func(file string) bool {
		if name := path.Base(file); path.Ext(name) == ".py" {
			return o.modules && name != "setup.py" && name != "__main__.py"
		}
		return matchedBy(texts, file)
	}
}

// endMatcher matches as pytest does: a pattern with a slash is of the end of a path, another
// of the file's name.
func endMatcher(pattern string) func(file string) bool {
	if strings.Contains(pattern, "/") {
		matches := pytestini.Fnmatch("*/" + strings.TrimPrefix(pattern, "/"))
		return func(file string) bool { return matches("/" + file) }
	}
	matches := pytestini.Fnmatch(pattern)
	return func(file string) bool { return matches(path.Base(file)) }
}

// examplesOf is the key under which the survey's modules have what the examples in a file
// import: as if they were a module of their own, beside the file.
func examplesOf(file string) string { return file + prompt }

// readExamples reads the imports of a file's examples. What they lack shows when they run.
func (s *survey) readExamples(file string) {
	module := &pyscan.File{}
	for i, line := range strings.Split(s.text(file), "\n") {
		found := exampleImport.FindStringSubmatch(line)
		if found == nil {
			continue
		}
		statement := strings.TrimSpace(found[1])
		if strings.HasSuffix(statement, "(") {
			statement = openImport.ReplaceAllString(statement, "import $1")
		}
		var scanned *pyscan.File
		err := pyscan.Guard(file, func() (err error) {
			scanned, err = pyscan.Scan(file, []byte(statement+"\n"))
			return err
		})
		if err != nil {
			continue
		}
		for _, imported := range scanned.Imports {
			imported.Line, imported.Guarded = i+1, true
			module.Imports = append(module.Imports, imported)
		}
	}
	s.modules[examplesOf(file)] = module
}

// doctestParts are those of the doctests of a test file, which bear the marks of its
// module; nil if it has none, or marks that the file's tests bear as well.
func (s *survey) doctestParts(f *folder, name string) []model.Part {
	file := path.Join(f.rel, name)
	if !doctestOptionsOf(f.settings.pytest).modules {
		return nil
	}
	text := s.text(file)
	if !strings.Contains(text, prompt) {
		return nil
	}
	s.readExamples(file)
	if moduleMarks.MatchString(text) {
		return nil
	}
	return []model.Part{model.Rest}
}

// warnOfCollectors tells of hooks by which files become tests that no target runs.
func (s *survey) warnOfCollectors(report *report) {
	for rel, f := range s.folders {
		if !f.managed || !f.conftest {
			continue
		}
		file := path.Join(rel, "conftest.py")
		text := s.text(file)
		if at := fileCollector.FindStringIndex(text); at != nil {
			line := 1 + strings.Count(text[:at[1]], "\n")
			report.in(rel).warn(fmt.Errorf("%s:%d: pytest_collect_file: which files it makes tests of cannot be read, and no target is made of them; "+
				"write a py_xdist_test with them as srcs, or name them in left_out of the census. xdist verify tells which are in none", file, line))
		}
	}
}

// doctestTarget renders the package's doctests, if there are any.
func (g *generator) doctestTarget() {
	t, ok := g.survey.doctests[g.folder.rel]
	if !ok {
		return
	}
	r := g.test(t)
	r.SetAttr(doctestsAttr, true)
	modules := slices.DeleteFunc(slices.Clone(t.Files), func(file string) bool { return path.Ext(file) != ".py" })
	g.setData(r, modules, true)
	imports := g.survey.importsOfTest(t)
	imports.addPresent(g.named(t.Name)...)
	g.add(r, imports)
}
