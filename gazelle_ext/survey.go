package gazelle_ext

import (
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/bazelbuild/bazel-gazelle/rule"
	"github.com/bazelbuild/bazel-gazelle/walk"
	"github.com/rules-xdist/rules_xdist/internal/plan"
	"github.com/rules-xdist/rules_xdist/internal/pyproject"
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
	// modules are the scanned Python files by path, and sources the same until they are
	// linked; unread says of those that could not be read why, or of those whose marks
	// contradict others'. See unread.go.
	modules map[string]*pyscan.File
	sources []*pyscan.Source
	unread  map[string]error
	// bySource are the rules in BUILD files by their sources, made when first asked for.
	bySource map[string][]placedRule
	// targets are the planned test targets by package.
	targets map[string][]plan.Target
	// presentRules are the test rules in BUILD files, by the test files in them.
	presentRules map[string][]*rule.Rule
	// hasTargets are the test roots that have any.
	hasTargets map[string]bool
	// imported are the test files that other files import, so that they need a
	// library as well.
	imported map[string]bool
	// imports are what the Python files import, as far as it was asked for.
	imports map[string]fileImports
	// below are the files of a package below its folders, as far as it was asked for.
	below map[string][]string
	// reads are what sources read, unnamed the files below folders that one may read
	// without naming it, and ignores the lines of .gitignore files by folder, all as far
	// as they were asked for.
	reads          map[string][]read
	unnamed        map[string][]string
	ignores        map[string][]ignorePattern
	ignoredFolders map[string]bool
	// byModule are the Python files by module name.
	byModule map[string][]string
	// collections say of each test root what pytest passes over.
	collections map[string]collection
	// pathFolders are the folders that pytest puts on sys.path.
	pathFolders map[string]bool
	// pythonRoots are all the folders that modules are named relative to.
	pythonRoots []string
	// projectRoots are those of the Python projects, by the project's folder.
	projectRoots map[string][]string
	// metadata are the projects whose distribution's metadata is made, by folder.
	metadata map[string]pyproject.Project
	// holdersByName and absoluteNames are those of misplaced.go, as far as it was asked.
	holdersByName map[string][]string
	absoluteNames map[string]bool
	// librariesIn are the planned libraries by package; holders are they by file.
	librariesIn map[string][]*library
	holders     map[string]*library
	// forwardsIn are the planned forwards by package, forwards they by file.
	forwardsIn map[string][]*forward
	forwards   map[string]*forward
	// manifests are those of third-party modules, by folder.
	manifests  map[string]*manifest
	thirdParty map[string]*thirdParty
	// python is the minor version of the Python that runs the tests, newestPython where
	// nothing says which.
	python int
	// stdlib has the top-level modules that need no dependency.
	stdlib map[string]bool
	// exported are the files that targets of other packages have as inputs, by package.
	exported map[string][]string
	// hasOther says that rules_python's own extension runs before this one; given are
	// the test files that it makes targets of, by path, and bases those targets, for
	// each of their files, as far as Gazelle has visited the folders. See beside.go.
	hasOther bool
	given    map[string]plan.File
	bases    map[string]*base
	// doctests are the targets of doctests, by package.
	doctests map[string]plan.Target
	// claims are the planned targets' parts.
	claims plan.Claims
}

// folder is a folder of the repository.
type folder struct {
	rel      string
	settings settings
	// managed says that this extension writes the folder's BUILD file.
	managed bool
	build   *rule.File
	// rules are those of the BUILD file by name, made when first asked for.
	rules map[string]*rule.Rule
	// left says that the BUILD file stays as it is, for what showed when it was to be
	// written. Gazelle visits folders before those above, which have the census.
	left bool
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
	// uncollected are the names of those that pytest passes over: see uncollected.go.
	uncollected []string
}

// emptySurvey is that of a repository without folders.
func emptySurvey(root string) *survey {
	return &survey{
		root:           root,
		readFile:       os.ReadFile,
		folders:        map[string]*folder{},
		modules:        map[string]*pyscan.File{},
		unread:         map[string]error{},
		targets:        map[string][]plan.Target{},
		hasTargets:     map[string]bool{},
		imports:        map[string]fileImports{},
		below:          map[string][]string{},
		given:          map[string]plan.File{},
		collections:    map[string]collection{},
		bases:          map[string]*base{},
		python:         newestPython,
		reads:          map[string][]read{},
		unnamed:        map[string][]string{},
		ignores:        map[string][]ignorePattern{},
		ignoredFolders: map[string]bool{},
	}
}

// newSurvey reads the repository and plans its targets. What is wrong with it goes
// to report; the survey then holds the rest.
func newSurvey(root string, hasOther bool, report *report) *survey {
	s := emptySurvey(root)
	s.hasOther = hasOther
	settings := defaultSettings()
	settings.hasOther = hasOther
	s.visit("", settings, report)
	s.readManifests()
	s.freezeLinkLoops()
	s.scan()
	s.leaveOut(report)
	s.inferRoots(report)
	s.checkLeftOut(report)
	s.python = targetPython(root)
	s.stdlib = stdlib(s.python)
	s.indexModules()
	s.readProjects()
	s.link()
	s.adoptUncollected()
	s.planMetadata()
	s.imported = s.importedTests()
	targets := s.planTests(s.recordedDurations(report).ByTest(), report)
	s.claims = plan.ClaimsOf(targets)
	for _, t := range targets {
		s.targets[t.Package] = append(s.targets[t.Package], t)
		s.hasTargets[t.Root] = true
	}
	s.planDoctests(report)
	s.warnOfCollectors(report)
	s.planLibraries()
	s.warnUncounted(targets, report)
	s.exported = s.exportedFiles(slices.AppendSeq(targets, maps.Values(s.doctests)), report)
	return s
}

// visit reads the folder rel and those below it.
func (s *survey) visit(rel string, inherited settings, report *report) {
	// Gazelle's own walk meets the same errors, BUILD files that do not parse for
	// example, and reports them.
	info, _ := walk.GetDirInfo(rel)
	if isTestRoot(rel, info.File) {
		inherited = s.settingsOfTestRoot(rel, inherited, report)
		s.collectionOf(rel, inherited.pytest)
	} else if !s.enters(rel, info, s.collections[inherited.testRoot]) {
		return
	}
	here, errs := inherited.withDirectives(rel, info.File)
	if rel != "" && !isPackageName(path.Base(rel)) {
		errs = append(errs, fmt.Errorf("%s: Bazel takes no package of this name, which may hold ASCII characters but : and \\; rename the folder, or leave it out by # gazelle:exclude", rel))
	}
	if isTestRoot(rel, info.File) && plan.Startable(rel) != rel {
		errs = append(errs, fmt.Errorf("%s: a test root needs a census, and Bazel starts no test in a package whose path has a space; rename the folder, or take out # gazelle:%s", rel, testRootDirective))
	}
	here.wrongHere = slices.Concat(here.wrongHere, errs)
	f := &folder{rel: rel, settings: here, build: info.File, files: info.RegularFiles, generated: info.GenFiles, present: set(info.RegularFiles...)}
	f.managed = here.enabled && !f.isIgnored() && (info.File != nil || !here.updateOnly)
	if f.managed {
		f.sortFiles(s.collections[here.testRoot])
	}
	s.folders[rel] = f
	for _, name := range info.Subdirs {
		below := path.Join(rel, name)
		s.visit(below, here, report)
		if s.folders[below] != nil {
			f.subdirs = append(f.subdirs, name)
		}
	}
}

// isPackageName reports whether a folder's name may be part of a package's.
// https://bazel.build/concepts/labels#package-names
func isPackageName(name string) bool {
	return !strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r > '~' || r == ':' || r == '\\' })
}

// enters says whether a folder may hold sources of this repository. One that does not look
// so counts if pytest is told to go there, and git does not ignore it: then it is there in
// every checkout.
func (s *survey) enters(rel string, info walk.DirInfo, c collection) bool {
	name := path.Base(rel)
	switch {
	case isVirtualenv(s, rel, info) && !c.entersVirtualenv(rel), isVersionControl(name):
		return false
	case neverRecursed(name):
		return c.enters(rel) && !s.isIgnoredFolder(rel)
	}
	return true
}

// isVirtualenv tells as pytest does whether a folder is a virtual environment of Python or
// of conda.
func isVirtualenv(s *survey, rel string, info walk.DirInfo) bool {
	return slices.Contains(info.RegularFiles, "pyvenv.cfg") ||
		slices.Contains(info.Subdirs, "conda-meta") && s.isOnDisk(path.Join(rel, "conda-meta/history"))
}

func isVersionControl(name string) bool {
	return slices.Contains([]string{".git", ".hg", ".svn", ".bzr"}, name)
}

// neverRecursed says whether a folder is one that neither holds sources of this
// repository nor is entered by pytest, if nothing says so. xdist_package leaves out the same.
func neverRecursed(name string) bool {
	return strings.HasPrefix(name, ".") || slices.Contains([]string{"node_modules", "venv"}, name)
}

func (f *folder) isIgnored() bool {
	return f.build != nil && slices.ContainsFunc(f.build.Directives, func(d rule.Directive) bool {
		return d.Key == "ignore"
	})
}

// warnUncounted tells of test roots without a census.
func (s *survey) warnUncounted(targets []plan.Target, report *report) {
	for _, t := range targets {
		if root := s.folders[t.Root]; !root.managed {
			report.warn(fmt.Errorf("//%s: the extension is disabled in this test root: no census is taken, so a lost test would not be noticed", t.Root))
		}
	}
}

// sortFiles tells tests from sources. What testpaths name pytest takes for tests, whatever
// their names.
func (f *folder) sortFiles(c collection) {
	for _, name := range f.files {
		switch {
		case path.Ext(name) != ".py":
		case name == "conftest.py":
			f.conftest = true
		case name != "__init__.py" && (f.settings.isTest(name) || c.initial[path.Join(f.rel, name)] && !f.settings.beside()):
			f.tests = append(f.tests, name)
		default:
			f.sources = append(f.sources, name)
		}
	}
}

func (s settings) isTest(name string) bool { return matchesName(s.testPatterns, name) }

// keepsDynamicGroups says whether a test file's target runs groups that nobody has seen.
func (s settings) keepsDynamicGroups(name string) bool { return matchesName(s.dynamicGroups, name) }

func matchesName(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
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
func (s *survey) scan() {
	var files []string
	for _, f := range s.folders {
		files = append(files, f.python()...)
	}
	parsed := make([]*pyscan.Source, len(files))
	errs := make([]error, len(files))
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, file := range files {
		group.Go(func() error {
			errs[i] = pyscan.Guard(file, func() (err error) {
				parsed[i], err = s.parseFile(file)
				return err
			})
			return nil
		})
	}
	_ = group.Wait()
	for i, file := range files {
		if errs[i] != nil {
			s.keepAsIs(file, errs[i])
			continue
		}
		s.sources = append(s.sources, parsed[i])
		s.modules[file] = &parsed[i].File
	}
}

// keepAsIs notes that a file could not be read: of it nothing is known but what BUILD files
// say.
func (s *survey) keepAsIs(file string, why error) {
	s.unread[file] = why
	s.modules[file] = &pyscan.File{}
}

// link completes what is known of the test files by what they import.
func (s *survey) link() {
	for _, defect := range pyscan.Link(s.sources, moduleFinder{s, map[string][]string{}}) {
		s.keepAsIs(defect.Path, defect)
	}
	s.sources = nil
}

func (s *survey) parseFile(file string) (*pyscan.Source, error) {
	source, err := s.readFile(filepath.Join(s.root, filepath.FromSlash(file)))
	if err != nil {
		// The error names the absolute path, which is the same file to a reader but
		// another text on another machine.
		if pathError, ok := err.(*os.PathError); ok {
			err = pathError.Err
		}
		return nil, fmt.Errorf("%s:1: this Python file cannot be read: %w; mend it or leave it out by # gazelle:exclude %s", file, err, path.Base(file))
	}
	parsed, err := s.scanOptions(plan.PackageOf(file)).Parse(file, source)
	if err != nil {
		return nil, err
	}
	parsed.Collected = s.isTestFile(file)
	return parsed, nil
}

// exportedFiles returns the files that targets outside their package name, by package.
func (s *survey) exportedFiles(targets []plan.Target, report *report) map[string][]string {
	exported := map[string]bool{}
	for _, t := range targets {
		for _, file := range t.Files {
			if s.packageOf(file) != t.Package {
				exported[file] = true
			}
		}
		if config := s.configOf(t.Root); config != "" && t.Package != t.Root {
			exported[config] = true
		}
	}
	for file, f := range s.given {
		if config := s.configOf(f.Root); config != "" && s.packageOf(file) != f.Root {
			exported[config] = true
		}
	}
	for _, file := range s.sharedData(targets, report) {
		exported[file] = true
	}
	for file := range s.forwards {
		exported[file] = true
	}
	byPackage := map[string][]string{}
	for file := range exported {
		byPackage[s.packageOf(file)] = append(byPackage[s.packageOf(file)], file)
	}
	return byPackage
}

// isTestRoot says whether the folder has a census and a configuration of its own.
func (f *folder) isTestRoot() bool { return f.rel == f.settings.testRoot }

// parents returns rel and the folders above it, nearest first, down to "".
func parents(rel string) []string {
	result := []string{rel}
	for rel != "" {
		rel = plan.PackageOf(rel)
		result = append(result, rel)
	}
	return result
}
