package main

import (
	"slices"
	"strings"

	"github.com/rules-xdist/rules_xdist/internal/model"
)

// A kind is a class of differences that no reading of files can avoid.
type kind struct {
	name string
	// why says why only running can tell, and what then happens.
	why   string
	holds func(facts) bool
}

// kinds are tried in order; the first that the facts bear out is it. The three groups
// are what only pytest has, what only the scanner has, and what has other marks.
var kinds = []kind{
	{
		name:  "doctests of a text file",
		why:   "pytest takes `test*.txt` for doctests. Not read as tests: Gazelle makes a target of their files, `xdist_doctests`.",
		holds: onlyPytest(func(f facts) bool { return !strings.HasSuffix(f.collected.File, ".py") }),
	},
	{
		name:  "inherited from another file",
		why:   "The class has a base from outside of the repository, or from a file that computes it. The scanner says that there may be more (`Presumed`), so the file's target takes whatever pytest finds.",
		holds: onlyPytest(func(f facts) bool { return f.open }),
	},
	{
		name:  "made by a call",
		why:   "The function or class is defined within a function, or by `exec`; how often it is called, and with what, shows when it runs.",
		holds: onlyPytest(func(f facts) bool { return f.collected.Local || strings.HasPrefix(f.collected.Code, "<") }),
	},
	{
		name:  "named at run time",
		why:   "The test's name stands nowhere in the file: it is computed (`setattr`, `globals()`, a class decorator).",
		holds: onlyPytest(func(f facts) bool { return f.collected.computed() }),
	},
	{
		name:  "a unittest.TestCase by an imported name",
		why:   "pytest collects one whatever its name, also where it is only imported. The scanner knows an imported one by its name (`...TestCase`); a target that does not run the test's part fails with its name.",
		holds: onlyPytest(func(f facts) bool { return !prefixed(f.collected.ID) && f.collected.inherits() }),
	},
	{
		name:  "brought by import *",
		why:   "`from x import *` binds whatever the other module has when it runs.",
		holds: onlyPytest(func(f facts) bool { return f.star && f.collected.Code != f.collected.File }),
	},

	{
		name:  "module cannot be imported here",
		why:   "The import fails, for a module that is not installed for example. The target fails with that error.",
		holds: onlyScanner(func(f facts) bool { return f.module.Outcome == "failed" }),
	},
	{
		name:  "module skips itself",
		why:   "`pytest.importorskip`, `pytest.skip(allow_module_level=True)` or `unittest.SkipTest` end the import. The target reports the skip.",
		holds: onlyScanner(func(f facts) bool { return f.module.Outcome == "skipped" }),
	},
	{
		name:  "left out by conftest.py",
		why:   "`collect_ignore` or `pytest_ignore_collect` keeps pytest from the file. They ask the machine and the versions that are installed. The target runs no test.",
		holds: onlyScanner(func(f facts) bool { return f.ignored }),
	},
	{
		name:  "deselected by a hook",
		why:   "`pytest_collection_modifyitems` takes the item away, from the target as well.",
		holds: onlyScanner(func(f facts) bool { return f.deselected }),
	},
	{
		name:  "presumed, and not there",
		why:   "A name or base class is imported and might have brought tests. The scanner says so (`Presumed`); nothing is made of that alone.",
		holds: onlyScanner(func(f facts) bool { return f.scanned.presumed }),
	},
	{
		name:  "branch not taken",
		why:   "Bound in an `if`, `try` or the like whose condition asks for the platform or what is installed. Both ways are planned for.",
		holds: onlyScanner(func(f facts) bool { return f.bound != nil && f.bound.Branch }),
	},
	{
		name:  "base class of another file forbids it",
		why:   "The base has a constructor, abstract methods or `__test__ = False`, so that pytest passes the class over.",
		holds: onlyScanner(func(f facts) bool { return f.bound != nil && f.bound.forbiddenElsewhere() }),
	},
	{
		name:  "base class only called TestCase",
		why:   "A base from another file whose name ends so is taken for a `unittest.TestCase`, which needs no prefix; only the other file tells that it is none.",
		holds: onlyScanner(func(f facts) bool { return f.bound != nil && f.bound.Plain && !prefixed(f.bound.ID) }),
	},
	{
		name:  "a decorator makes something else of it",
		why:   "The decorator comes from another file, and what it returns is no function.",
		holds: onlyScanner(func(f facts) bool { return f.bound != nil && f.bound.Bound && f.bound.Type != "function" }),
	},

	{
		name:  "a hook adds a mark",
		why:   "`item.add_marker` in a hook of conftest.py. The test fails by name, with the mark to write.",
		holds: both(func(f facts) bool { return f.collected.hooked && f.scanned.hasAll(f.collected.unhooked) }),
	},
	{
		name:  "a base class of another file bears a mark",
		why:   "Marks are inherited. The test fails by name, with the mark to write.",
		holds: both(func(f facts) bool { return len(f.collected.Foreign) > 0 }),
	},
	{
		name:  "marks in a branch not taken",
		why:   "A test that an `if`, `try` or the like defines twice has the marks of either. The scanner names both parts, and the target that meets none of its tests passes.",
		holds: both(func(f facts) bool { return f.bound != nil && f.bound.Branch && f.scanned.hasAll(f.collected.parts) }),
	},
	{
		name:  "a mark is computed",
		why:   "The mark or its argument is no literal, and follows from none by assignments. Gazelle warns with its place.",
		holds: both(func(f facts) bool { return f.scanned.unreadable }),
	},
}

func onlyPytest(holds func(facts) bool) func(facts) bool {
	return func(f facts) bool { return f.scanned == nil && holds(f) }
}

func onlyScanner(holds func(facts) bool) func(facts) bool {
	return func(f facts) bool { return f.collected == nil && holds(f) }
}

func both(holds func(facts) bool) func(facts) bool {
	return func(f facts) bool { return f.scanned != nil && f.collected != nil && holds(f) }
}

func (b boundFacts) forbiddenElsewhere() bool {
	for _, file := range []string{b.Constructor, b.Abstract, b.Untest} {
		if file != "" && file != b.File {
			return true
		}
	}
	return false
}

// prefixed says whether the class of a test has pytest's prefix.
func prefixed(id string) bool { return strings.HasPrefix(id, "Test") }

func (t scannedTest) hasAll(parts []model.Part) bool {
	return !slices.ContainsFunc(parts, func(p model.Part) bool { return !slices.Contains(t.parts, p) })
}

func kindOf(d difference) *kind {
	for i := range kinds {
		if kinds[i].holds(d.facts) {
			return &kinds[i]
		}
	}
	return nil
}
