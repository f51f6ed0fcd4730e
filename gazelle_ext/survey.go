package gazelle_ext

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/bazelbuild/bazel-gazelle/rule"
	"github.com/bazelbuild/bazel-gazelle/walk"
	"github.com/rules-xdist/rules_xdist/internal/plan"
	"github.com/rules-xdist/rules_xdist/internal/pyscan"
	"golang.org/x/sync/errgroup"
)

// survey is what the extension knows of the whole repository before the first rule
// is generated: a group may stretch over folders that Gazelle visits later.
type survey struct {
	// root is the repository's root folder, and readFile how its files are read.
	root     string
	readFile func(string) ([]byte, error)
	// folders by path relative to the repository's root, "" for the root.
	folders map[string]*folder
	// modules are the scanned Python files by path.
	modules map[string]*pyscan.File
	// targets are the planned test targets by package.
	targets map[string][]plan.Target
	// hasOther says that rules_python's own extension runs before this one; given are
	// the test files that it makes targets of, by path, and bases those targets, for
	// each of their files, as far as Gazelle has visited the folders. See beside.go.
	hasOther bool
	given    map[string]plan.File
	bases    map[string]*base
	// claims are the planned targets' parts.
	claims plan.Claims
	// imported are the test files that other files import, so that they need a
	// library as well.
	imported map[string]bool
	// exported are the files that targets of other packages have as inputs, by package.
	exported map[string][]string
	// config is pytest's configuration file, relative to the root, or "".
	config string
}

// folder is a folder of the repository.
type folder struct {
	rel      string
	settings settings
	// managed says that this extension writes the folder's BUILD file.
	managed bool
	build   *rule.File
	// subdirs are the names of those below it that belong to the survey.
	subdirs []string
	// files are on disk; generated ones are outputs of rules in the BUILD file.
	files, generated []string
	// present are the files once more, to be looked up.
	present map[string]bool
	// tests and sources are the names of its Python files: test files, and all
	// others but conftest.py.
	tests, sources []string
	conftest       bool
}

// newSurvey reads the repository and plans its targets. What is wrong with it goes
// to report; the survey then holds the rest.
func newSurvey(root string, hasOther bool, report *report) *survey {
	s := &survey{
		root:     root,
		readFile: os.ReadFile,
		folders:  map[string]*folder{},
		modules:  map[string]*pyscan.File{},
		targets:  map[string][]plan.Target{},
		hasOther: hasOther,
		given:    map[string]plan.File{},
		bases:    map[string]*base{},
	}
	settings := defaultSettings()
	settings.hasOther = hasOther
	s.visit("", settings, report)
	s.scan(report)
	s.config = s.pytestConfig(root)
	s.checkConfig(report)
	s.imported = s.importedTests()
	targets := plan.Build(s.testFiles(report))
	s.claims = plan.ClaimsOf(targets)
	for i, t := range targets {
		// A group's lowest common folder may be part of a project.
		targets[i].Package = s.packageOf(path.Join(t.Package, "group"))
		s.targets[targets[i].Package] = append(s.targets[targets[i].Package], targets[i])
	}
	report.add(plan.CheckNames(targets, s.otherRules())...)
	s.checkPlaces(targets, report)
	if len(targets) > 0 {
		report.add(s.linkLoops()...)
	}
	s.exported = s.exportedFiles(targets)
	return s
}

// visit reads the folder rel and those below it.
func (s *survey) visit(rel string, inherited settings, report *report) {
	// Gazelle's own walk meets the same errors, BUILD files that do not parse for
	// example, and reports them.
	info, _ := walk.GetDirInfo(rel)
	here, errs := inherited.withDirectives(rel, info.File)
	report.add(errs...)
	f := &folder{rel: rel, settings: here, build: info.File, files: info.RegularFiles, generated: info.GenFiles, present: set(info.RegularFiles...)}
	if f.has("pyvenv.cfg") {
		return
	}
	f.managed = here.enabled && !f.isIgnored() && (info.File != nil || !here.updateOnly)
	if f.managed {
		f.sortFiles()
	}
	s.folders[rel] = f
	for _, name := range info.Subdirs {
		if neverRecursed(name) {
			continue
		}
		below := path.Join(rel, name)
		s.visit(below, here.below(name), report)
		if s.folders[below] != nil {
			f.subdirs = append(f.subdirs, name)
		}
	}
}

// neverRecursed says whether a folder is one that neither holds sources of this
// repository nor is entered by pytest (norecursedirs). xdist_package leaves out the same.
func neverRecursed(name string) bool {
	return strings.HasPrefix(name, ".") || slices.Contains([]string{"node_modules", "venv"}, name)
}

// below returns the settings for the subfolder name before its own directives. Its
// modules may be sources, but pytest looks for tests in no folder of these names.
// https://docs.pytest.org/en/stable/reference/reference.html#confval-norecursedirs
func (s settings) below(name string) settings {
	s.noTests = s.noTests || path.Ext(name) == ".egg" ||
		slices.Contains([]string{"_darcs", "build", "CVS", "dist", "{arch}"}, name)
	return s
}

func (f *folder) isIgnored() bool {
	return f.build != nil && slices.ContainsFunc(f.build.Directives, func(d rule.Directive) bool {
		return d.Key == "ignore"
	})
}

// checkPlaces tells of targets that no BUILD file will hold.
func (s *survey) checkPlaces(targets []plan.Target, report *report) {
	for _, t := range targets {
		if f := s.folders[t.Package]; !f.managed {
			report.add(fmt.Errorf("%s: target //%s:%s: no BUILD file may be written there; enable the extension in that folder, or give the tests groups of their own", t.Origin, t.Package, t.Name))
		}
	}
	if len(targets) > 0 && !s.folders[""].managed {
		report.warn(errors.New("the extension is disabled in the root: no census is taken, so a lost test would not be noticed"))
	}
}

func (f *folder) sortFiles() {
	for _, name := range f.files {
		switch {
		case path.Ext(name) != ".py":
		case name == "conftest.py":
			f.conftest = true
		case name != "__init__.py" && f.settings.isTest(name):
			if !f.settings.noTests {
				f.tests = append(f.tests, name)
			}
		default:
			f.sources = append(f.sources, name)
		}
	}
}

func (s settings) isTest(name string) bool {
	return slices.ContainsFunc(s.testPatterns, func(pattern string) bool {
		matched, _ := path.Match(pattern, name)
		return matched
	})
}

func (f *folder) has(name string) bool { return f.present[name] }

// python returns the paths of the folder's Python files.
func (f *folder) python() []string {
	names := slices.Concat(f.tests, f.sources)
	if f.conftest {
		names = append(names, "conftest.py")
	}
	for i, name := range names {
		names[i] = path.Join(f.rel, name)
	}
	return names
}

// scan reads all Python files, each once, on all cores.
func (s *survey) scan(report *report) {
	var files []string
	for _, f := range s.folders {
		files = append(files, f.python()...)
	}
	modules := make([]*pyscan.File, len(files))
	errs := make([]error, len(files))
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, file := range files {
		group.Go(func() error {
			modules[i], errs[i] = s.scanFile(file)
			return nil
		})
	}
	_ = group.Wait()
	for i, file := range files {
		if errs[i] != nil {
			report.add(errs[i])
		}
		// Of a broken file nothing is known; the others' errors are still told.
		s.modules[file] = cmp.Or(modules[i], &pyscan.File{})
	}
}

func (s *survey) scanFile(file string) (*pyscan.File, error) {
	source, err := s.readFile(filepath.Join(s.root, filepath.FromSlash(file)))
	if err != nil {
		// The error names the absolute path, which is the same file to a reader but
		// another text on another machine.
		if pathError, ok := err.(*os.PathError); ok {
			err = pathError.Err
		}
		return nil, fmt.Errorf("%s:1: this Python file cannot be read: %w; mend it, or leave it out by # gazelle:exclude %s", file, err, path.Base(file))
	}
	return pyscan.Scan(file, source)
}

// testFiles returns the planner's view of the test files.
func (s *survey) testFiles(report *report) []plan.File {
	var files []plan.File
	for _, f := range s.folders {
		for _, name := range f.tests {
			file := path.Join(f.rel, name)
			tests := planTests(file, s.modules[file], f.settings, report)
			planned := plan.File{Path: file, Dist: f.settings.dist, Tests: tests, Given: f.settings.beside()}
			if planned.Given {
				s.given[file] = planned
			}
			files = append(files, planned)
		}
	}
	return files
}

// importedTests returns the test files that some other file imports.
func (s *survey) importedTests() map[string]bool {
	byModule := map[string]string{}
	for _, f := range s.folders {
		for _, name := range f.tests {
			file := path.Join(f.rel, name)
			byModule[moduleOf(file)] = file
		}
	}
	imported := map[string]bool{}
	for importer, module := range s.modules {
		for _, names := range s.importsOf(importer, module) {
			for _, name := range names {
				if file, ok := byModule[name]; ok && file != importer {
					imported[file] = true
				}
			}
		}
	}
	return imported
}

// exportedFiles returns the files that targets outside their package name, by package.
func (s *survey) exportedFiles(targets []plan.Target) map[string][]string {
	exported := map[string]bool{}
	for _, t := range targets {
		for _, file := range t.Files {
			if s.packageOf(file) != t.Package {
				exported[file] = true
			}
		}
		if t.Package != "" && s.config != "" {
			exported[s.config] = true
		}
	}
	for file := range s.given {
		if s.packageOf(file) != "" && s.config != "" {
			exported[s.config] = true
		}
	}
	byPackage := map[string][]string{}
	for file := range exported {
		byPackage[s.packageOf(file)] = append(byPackage[s.packageOf(file)], file)
	}
	return byPackage
}

// pytestConfig returns the configuration file that a plain pytest, started in the
// root, takes: the first of these that configures pytest.
// https://docs.pytest.org/en/stable/reference/customize.html
func (s *survey) pytestConfig(root string) string {
	candidates := []struct{ name, section string }{
		{"pytest.toml", ""},
		{".pytest.toml", ""},
		{"pytest.ini", ""},
		{".pytest.ini", ""},
		{"pyproject.toml", "[tool.pytest]"},
		{"pyproject.toml", "[tool.pytest.ini_options]"},
		{"tox.ini", "[pytest]"},
		{"setup.cfg", "[tool:pytest]"},
	}
	for _, candidate := range candidates {
		if !s.folders[""].has(candidate.name) {
			continue
		}
		content, err := os.ReadFile(filepath.Join(root, candidate.name))
		if err == nil && strings.Contains(string(content), candidate.section) {
			return candidate.name
		}
	}
	return ""
}

// checkConfig tells of an option of pytest's that decides what a test file is: only
// the directive is read.
func (s *survey) checkConfig(report *report) {
	if s.config == "" || !slices.Equal(s.folders[""].settings.testPatterns, defaultSettings().testPatterns) {
		return
	}
	content, _ := os.ReadFile(filepath.Join(s.root, s.config))
	for i, line := range strings.Split(string(content), "\n") {
		if strings.HasPrefix(line, "python_files") {
			report.warn(fmt.Errorf("%s:%d: python_files is pytest's alone: to make targets of the same files, say # gazelle:python_test_file_pattern PATTERN,... in the root", s.config, i+1))
		}
	}
}

// parents returns rel and the folders above it, nearest first, down to "".
func parents(rel string) []string {
	result := []string{rel}
	for rel != "" {
		rel = plan.PackageOf(rel)
		result = append(result, rel)
	}
	return result
}
