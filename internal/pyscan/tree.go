package pyscan

import (
	"path"
	"strings"
)

// A Tree is a Finder for files below one folder, which is on sys.path. It has their paths,
// relative to the folder.
type Tree map[string]bool

// Module implements Finder.
func (t Tree) Module(from string, dots int, name string) (string, bool) {
	folder := ""
	if dots > 0 {
		folder = path.Dir(from)
	}
	for range dots - 1 {
		if folder == "." {
			return "", false
		}
		folder = path.Dir(folder)
	}
	module := path.Join(folder, strings.ReplaceAll(name, ".", "/"))
	for _, file := range []string{path.Join(module, "__init__.py"), module + ".py"} {
		if t[file] {
			return file, true
		}
	}
	return "", false
}

// Conftests implements Finder.
func (t Tree) Conftests(file string) []string {
	var conftests []string
	for folder := path.Dir(file); ; folder = path.Dir(folder) {
		if conftest := path.Join(folder, "conftest.py"); t[conftest] {
			conftests = append(conftests, conftest)
		}
		if folder == "." {
			return conftests
		}
	}
}

// Plugins implements Finder: there is no configuration.
func (Tree) Plugins(string) []string { return nil }
