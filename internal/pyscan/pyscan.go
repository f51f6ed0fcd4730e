// Package pyscan reads the sources of Python modules and says what pytest would find in
// them: tests, by pytest's default rules of collection, the marks that each of them bears,
// and imports.
//
// No Python is run. Names are followed through a file as its import would bind them, over
// both ways of a condition where it cannot be known, and through imports into other files
// that were read (Link). What only a running pytest can know is left out, and so is what
// files decide that were not read: tests inherited from such a file's class are not
// listed, but that there may be such is (Test.Presumed). The package knows nothing of what
// marks mean, and nothing of where modules are (Finder).
package pyscan

import "github.com/rules-xdist/rules_xdist/internal/pyscan/syntax"

// A File is what one module holds.
type File struct {
	// Imports are sorted by line; those in functions are among them.
	Imports []Import
	// Tests are in the order of the file, but for inherited ones. Two of them
	// have the same ID where the file defines a test in both ways of a
	// condition.
	Tests []Test
	// Unreadable are the places at which marks stand in a form that cannot be
	// read without running the file.
	Unreadable []Note
	// Paths are the files and folders that it names by common idioms such as
	// Path(__file__).parent / "data", in the file's order.
	Paths []Path
	// PathNames are the paths that its own variables hold, for other files.
	PathNames map[string]Path
	// Annotations are the comments for Gazelle.
	Annotations []Annotation
	// SearchPath are the folders that the file puts on sys.path, relative to its own.
	SearchPath []string
	// CollectIgnore and CollectIgnoreGlob are the variables of a conftest.py by which pytest
	// leaves out files, as far as they are literals; nil where the file does not set them.
	// https://docs.pytest.org/en/stable/reference/reference.html#globalvar-collect_ignore
	CollectIgnore, CollectIgnoreGlob []string
	// Faults are where the bodies of functions are not Python, which bears on nothing else
	// that is said here.
	Faults []*Error
}

// NewestPython is the newest version whose syntax is known.
const NewestPython = syntax.NewestPython

// A Path is a file or folder that a source names. It may name what there is not.
type Path struct {
	syntax.FilePath
	Line int
}

// What a Path is relative to.
const (
	OwnFolder     = syntax.OwnFolder
	CurrentFolder = syntax.CurrentFolder
	TestFolder    = syntax.TestFolder
	FeatureFolder = syntax.FeatureFolder
	ModuleFolder  = syntax.ModuleFolder
	ModuleName    = syntax.ModuleName
)

// Names in a Path for what only the path of its file tells.
const (
	OwnFile = syntax.OwnFile
	OwnStem = syntax.OwnStem
)

// An Annotation is a comment "# gazelle:KEY VALUE".
type Annotation struct {
	Key, Value string
	Line       int
}

// An Import is one module that is imported.
//
//	import a.b               Module "a.b"
//	from ..x import y, z     Module "x", Level 2, Names [y z]
//	pytest.importorskip("m") Module "m", Guarded
//	pytest_plugins = ["m"]   Module "m", Guarded: it may be a plugin of pytest's own
type Import struct {
	Module string
	Names  []string // in the file imported from, not as renamed here; "*" for all
	Level  int      // number of leading dots
	Line   int
	// Guarded says that the file can be imported without the module: the import
	// stands under TYPE_CHECKING, or a failure of it is handled.
	Guarded bool
	// Typing says that it stands under TYPE_CHECKING: no running program imports it.
	Typing bool
	// Absent are the versions of Python that do not come to the import, because of a
	// condition on sys.version_info.
	Absent Versions
}

// Versions is a set of minor versions of Python 3.
type Versions = syntax.Versions

// A Test is a test function or method, which makes one item of pytest or, with
// parameters, several.
type Test struct {
	// ID is the node id without file and parameters, such as "TestA::test_b".
	ID string
	// Line is that of the definition; of one in another file, that of what brings it here:
	// the class that inherits it, or the import.
	Line int
	// Marks are borne by each of the items: those of the module, of the class
	// and its bases, and the test's own.
	Marks []Mark
	// Axes are what gives some of the items further marks.
	Axes []Axis
	// Presumed says that other files decide whether pytest collects the test:
	// it is imported, or its class has bases from elsewhere. ID may then name a
	// class, for what it inherits; marks that other files add are unknown.
	Presumed bool
}

// An Axis is one parametrization, by a parametrize mark or a fixture with params,
// or anything else by which marks vary. It has the distinct sets of marks that
// it adds; each item bears one of them, which may be empty.
type Axis [][]Mark

// A Mark is a pytest mark such as pytest.mark.xdist_group("db").
type Mark struct {
	Name string
	Args []Arg
	// File and Line are where the mark is written, which for one used by another name is
	// not where it is used.
	File string
	Line int
}

// An Arg is an argument of a mark.
type Arg struct {
	Keyword string // empty for a positional argument
	// Value is the string that the argument is known to be; where Literal is
	// false, it is the beginning of its source text.
	Value   string
	Literal bool
}

// A Note says what is unreadable on a line, and what to write instead.
type Note struct {
	Line int
	Text string
}

// Error is what Scan returns for a file that is not Python.
type Error = syntax.Error

// Options are those of pytest's options that bear on what a module holds. The zero
// value is pytest's default.
type Options struct {
	// Classes and Functions are python_classes and python_functions: prefixes of
	// names, or patterns with *, ? or [...]. None means pytest's own.
	Classes, Functions []string
	// Usefixtures are the fixtures that every test uses.
	Usefixtures []string
}

// Scan reads the source of a module as pytest does by default.
func Scan(path string, src []byte) (*File, error) { return Options{}.Scan(path, src) }

// Scan reads the source of a module alone: what it imports is unknown. The path is only
// for messages. An error is an *Error, which says where the source is not Python, or a
// *Defect.
func (o Options) Scan(path string, src []byte) (*File, error) {
	s, err := o.Parse(path, src)
	if err != nil {
		return nil, err
	}
	s.Collected = true
	if defects := Link([]*Source{s}, nil); len(defects) > 0 {
		return nil, defects[0]
	}
	return &s.File, nil
}

func paths(mod *syntax.Module) []Path {
	var list []Path
	for _, p := range mod.Paths {
		list = append(list, Path{p, mod.Line(p.Offset)})
	}
	return list
}

func pathNames(mod *syntax.Module) map[string]Path {
	if len(mod.PathNames) == 0 {
		return nil
	}
	names := make(map[string]Path, len(mod.PathNames))
	for name, p := range mod.PathNames {
		names[name] = Path{p, 1}
	}
	return names
}

func annotations(mod *syntax.Module) []Annotation {
	var list []Annotation
	for _, a := range mod.Annotations {
		list = append(list, Annotation{a.Key, a.Value, mod.Line(a.Offset)})
	}
	return list
}
