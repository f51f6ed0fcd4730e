package gazelle_ext

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/rules-xdist/rules_xdist/internal/plan"
)

// unknown adds what a source may read that does not tell what it reads in a folder: what
// is no Python beside and below the source, and in that folder.
func (data *dataFiles) unknown(s *survey, pkg, source, folder string, warn func(string)) {
	here := plan.PackageOf(source)
	root := s.testRootOf(here)
	if here == root && s.holdsUnnamed(here) {
		warn(fmt.Sprintf("reads files that only a running program knows: in a test root's folder only those beside it become data; name others by # gazelle:xdist_data auto FOLDER/** in %s", path.Join(here, "BUILD.bazel")))
	}
	data.unnamedIn(s, pkg, here, warn)
	if folder != here && (folder == root || isAbove(root, folder)) {
		data.unnamedIn(s, pkg, folder, warn)
	}
}

// unnamedIn adds what is no Python in a folder: by patterns where that is in the package,
// so that later files count too, else by name.
func (data *dataFiles) unnamedIn(s *survey, pkg, folder string, warn func(string)) {
	var others []string
	for _, file := range s.unnamedFiles(folder) {
		switch pattern := s.patternOf(pkg, folder, file); {
		case s.packageOf(file) == pkg && pattern != "":
			data.patterns = append(data.patterns, pattern)
		case s.maySee(pkg, file):
			others = append(others, file)
		}
	}
	if len(others) > maxDataFiles {
		warn(fmt.Sprintf("%s: may read any of %d files, which are in other packages than their reader //%s; name what it needs in data = [...] there, or by # gazelle:xdist_data", path.Join(folder, "**"), len(others), pkg))
		return
	}
	data.files = append(data.files, others...)
}

// patternOf returns the pattern that takes a file below a folder and those like it: all of
// a subfolder without Python, or all of one kind; "" if only its name does.
func (s *survey) patternOf(pkg, folder, file string) string {
	if isAbove(folder, pkg) {
		folder = pkg // no pattern reaches out of the package
	}
	below := relative(folder, file)
	prefix := relative(pkg, folder)
	first, _, deeper := strings.Cut(below, "/")
	if deeper && !s.holdsPython(path.Join(folder, first)) {
		return path.Join(prefix, first, "**")
	}
	kind := path.Ext(file)
	switch {
	case kind == "" || strings.ContainsAny(kind, "*?[]{}\\"), s.isIgnored(path.Join(folder, "other"+kind), false):
		return ""
	case deeper:
		return path.Join(prefix, first, "**", "*"+kind)
	}
	return path.Join(prefix, "*"+kind)
}

// holdsPython says whether there is a Python file in a folder or below it.
func (s *survey) holdsPython(rel string) bool {
	f := s.folders[rel]
	return f != nil && (slices.ContainsFunc(f.files, isPython) || slices.ContainsFunc(f.subdirs, func(name string) bool {
		return s.holdsPython(path.Join(rel, name))
	}))
}

// holdsUnnamed says whether there is data in a folder below a test root that may be meant
// for its tests.
func (s *survey) holdsUnnamed(root string) bool {
	return slices.ContainsFunc(s.folders[root].subdirs, func(name string) bool {
		below := path.Join(root, name)
		return !s.folders[below].isTestRoot() && !s.isIgnoredFolder(below) && !s.holdsPython(below) && len(s.unnamedFiles(below)) > 0
	})
}

// unnamedFiles returns the files in a folder and below it that may be data, sorted: not
// Python, nor what is hidden, Bazel's, ignored by git, or in a test root below. Of a test
// root's folder, from which all is below, it takes only the files beside.
func (s *survey) unnamedFiles(rel string) []string {
	files, known := s.unnamed[rel]
	if known {
		return files
	}
	if f := s.folders[rel]; f != nil {
		files = s.appendUnnamed(nil, f, !f.isTestRoot())
	}
	slices.Sort(files)
	s.unnamed[rel] = files
	return files
}

func (s *survey) appendUnnamed(files []string, f *folder, deep bool) []string {
	for _, name := range f.files {
		if file := path.Join(f.rel, name); mayBeData(name) && !s.isIgnored(file, false) {
			files = append(files, file)
		}
	}
	if !deep {
		return files
	}
	for _, name := range f.subdirs {
		if below := s.folders[path.Join(f.rel, name)]; name != "__pycache__" && !below.isTestRoot() && !s.isIgnoredFolder(below.rel) {
			files = s.appendUnnamed(files, below, true)
		}
	}
	return files
}

func isPython(name string) bool {
	return slices.Contains([]string{".py", ".pyi", ".pyc", ".pyo"}, path.Ext(name))
}

// mayBeData says whether a file in a folder that is read may be what is read there.
func mayBeData(name string) bool {
	return !isPython(name) && !strings.HasPrefix(name, ".") && name != "py.typed" && !bazelFiles[name]
}

var bazelFiles = set("BUILD", "BUILD.bazel", "WORKSPACE", "WORKSPACE.bazel", "WORKSPACE.bzlmod", "MODULE.bazel", "MODULE.bazel.lock", "REPO.bazel")
