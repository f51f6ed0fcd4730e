package gazelle_ext

import (
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rules-xdist/rules_xdist/internal/plan"
	"github.com/rules-xdist/rules_xdist/internal/pyscan"
)

// read is a file or folder of the repository that a source reads.
type read struct {
	name string // relative to the root of the repository
	line int
	// unknown says that something is read in the folder which only a running program
	// knows, and that the folder holds more than data: the source itself, or a package.
	unknown bool
}

// readsOf returns what a source reads, whoever uses it.
func (s *survey) readsOf(source string) []read {
	if reads, ok := s.reads[source]; ok {
		return reads
	}
	var reads []read
	isTest := s.isTestFile(source)
	for _, p := range s.modules[source].Paths {
		if p.Base != pyscan.TestFolder || isTest {
			reads = s.addRead(reads, source, source, p)
		}
	}
	if importsModule(s.modules[source], "approvaltests") {
		reads = append(reads, read{name: plan.PackageOf(source), line: 1, unknown: true})
	}
	s.reads[source] = reads
	return reads
}

// readsOfTest returns what a test file reads with the fixtures of the conftest.py files
// above it, and with plugins that look for files by its name.
func (s *survey) readsOfTest(test string) []read {
	reads := slices.Clone(s.readsOf(test))
	for _, rel := range parents(plan.PackageOf(test)) {
		if f := s.folders[rel]; f == nil || !f.conftest {
			continue
		}
		conftest := path.Join(rel, "conftest.py")
		for _, p := range s.modules[conftest].Paths {
			if p.Base == pyscan.TestFolder {
				reads = s.addRead(reads, conftest, test, p)
			}
		}
	}
	return append(reads, s.readsByName(test)...)
}

// addRead adds what a path in a source leads to, if there is such a thing. The path may
// depend on the test file for which the source is used.
func (s *survey) addRead(reads []read, source, test string, p pyscan.Path) []read {
	for _, name := range s.places(source, test, p) {
		if name == ".." || strings.HasPrefix(name, "../") {
			continue
		}
		info, err := os.Stat(filepath.Join(s.root, filepath.FromSlash(name)))
		generated := s.isGenerated(name)
		folder := err == nil && info.IsDir()
		if err != nil && !generated || folder && p.Loose && !p.Open {
			continue
		}
		if name == "." {
			name = ""
		}
		r := read{name: name, line: p.Line}
		if folder && (isAbove(name, source) || isAbove(name, test) || p.Base == pyscan.ModuleFolder && p.Path == ".") {
			// The folder of the source says nothing by itself.
			if !p.Open || p.Loose {
				continue
			}
			r.unknown = true
		}
		return append(reads, r)
	}
	return reads
}

// isAbove says whether a file is somewhere in a folder.
func isAbove(folder, file string) bool { return folder == "" || strings.HasPrefix(file, folder+"/") }

// places returns where a path may lead, relative to the repository's root.
func (s *survey) places(source, test string, p pyscan.Path) []string {
	here := plan.PackageOf(source)
	switch p.Base {
	case pyscan.OwnFolder:
		return []string{path.Join(here, named(p.Path, source))}
	case pyscan.TestFolder:
		return []string{path.Join(plan.PackageOf(test), named(p.Path, test))}
	case pyscan.CurrentFolder:
		// pytest starts in the test root, or where the whole repository's does.
		return []string{path.Join(s.testRootOf(here), p.Path), path.Join(here, p.Path), p.Path}
	case pyscan.FeatureFolder:
		if base, ok := s.folders[here].settings.pytest.Args("bdd_features_base_dir"); ok && len(base) == 1 {
			return []string{path.Join(s.testRootOf(here), base[0], p.Path)}
		}
		return []string{path.Join(here, p.Path)}
	}
	file, ok := s.moduleFile(source, p.Module)
	if !ok {
		return nil
	}
	if p.Base == pyscan.ModuleFolder {
		return []string{path.Join(plan.PackageOf(file), named(p.Path, file))}
	}
	of, ok := s.modules[file].PathNames[p.Name]
	if !ok || of.Base == pyscan.ModuleName {
		return nil
	}
	var places []string
	for _, place := range s.places(file, file, of) {
		places = append(places, path.Join(place, p.Path))
	}
	return places
}

// named puts a file's name in the place of the words that stand for it.
func named(p, file string) string {
	if !strings.Contains(p, "__") {
		return p
	}
	base := path.Base(file)
	return strings.NewReplacer(pyscan.OwnFile, base, pyscan.OwnStem, strings.TrimSuffix(base, ".py")).Replace(p)
}

func (s *survey) testRootOf(rel string) string { return s.folders[rel].settings.testRoot }

// moduleFile returns the file of a module as a source names it, with the dots of a
// relative import before it.
func (s *survey) moduleFile(source, module string) (string, bool) {
	name := strings.TrimLeft(module, ".")
	statement := pyscan.Import{Module: name, Level: len(module) - len(name)}
	base, ok := s.absolute(source, statement)
	if !ok {
		return "", false
	}
	return s.provider(wantedModule{file: source, names: s.candidates(source, statement, base)})
}

// readsByName returns the files and folders that plugins of pytest keep for a test file by
// its name: pytest-datadir and pytest-regressions, syrupy, pytest-snapshot, and the
// recorders of HTTP traffic. A folder called testdata is for all tests beside it.
func (s *survey) readsByName(test string) []read {
	here, stem := plan.PackageOf(test), strings.TrimSuffix(path.Base(test), ".py")
	var reads []read
	for _, name := range []string{stem, "testdata", "__snapshots__/" + stem, "snapshots/" + stem, "cassettes/" + stem} {
		folder := path.Join(here, name)
		if f := s.folders[folder]; f != nil && len(f.python()) == 0 {
			reads = append(reads, read{name: folder, line: 1})
		}
	}
	if f := s.folders[path.Join(here, "__snapshots__")]; f != nil {
		for _, name := range f.files {
			if strings.HasPrefix(name, stem+".") {
				reads = append(reads, read{name: path.Join(f.rel, name), line: 1})
			}
		}
	}
	cassettes := path.Join(here, "cassettes")
	if s.folders[cassettes] != nil && s.folders[path.Join(cassettes, stem)] == nil && usesCassettes(s.modules[test]) {
		reads = append(reads, read{name: cassettes, line: 1})
	}
	return reads
}

// usesCassettes says whether tests replay recorded HTTP traffic.
func usesCassettes(m *pyscan.File) bool {
	return importsModule(m, "vcr") || importsModule(m, "betamax") || slices.ContainsFunc(m.Tests, func(t pyscan.Test) bool {
		return slices.ContainsFunc(t.Marks, func(mark pyscan.Mark) bool { return mark.Name == "vcr" })
	})
}

// importsModule says whether a file imports a module or what is in it.
func importsModule(m *pyscan.File, module string) bool {
	return slices.ContainsFunc(m.Imports, func(i pyscan.Import) bool {
		return i.Level == 0 && (i.Module == module || strings.HasPrefix(i.Module, module+"."))
	})
}

// readsBeside says whether a test file reads what only targets of its own package can
// name by a glob.
func (s *survey) readsBeside(test string) bool {
	here := plan.PackageOf(test)
	return slices.ContainsFunc(s.readsOfTest(test), func(r read) bool {
		return r.unknown || here == "" || strings.HasPrefix(r.name, here+"/")
	})
}
