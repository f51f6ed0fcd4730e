package workspace

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// buildFiles are the files that make a folder a package.
var buildFiles = []string{"BUILD.bazel", "BUILD"}

// Everything is the pattern of all targets.
const Everything = "//..."

// Place is what a path means to Bazel: a folder is a pattern, a file has to be
// looked up by the query of its users.
type Place struct {
	Path    string // as given
	Pattern string // empty for a file
	Label   string // empty for a folder
}

// Place finds out what a path, relative to the folder of the workspace from
// which it is given, means.
func (w Workspace) Place(path string) (Place, error) {
	if strings.Contains(path, "::") {
		return Place{}, fmt.Errorf("%s: node ids are not offered yet; give the file or the folder", path)
	}
	absolute := path
	if !filepath.IsAbs(path) {
		absolute = filepath.Join(w.Dir, path)
	}
	relative, err := filepath.Rel(w.Root, absolute)
	if err != nil || relative == ".." || strings.HasPrefix(relative, "../") {
		return Place{}, fmt.Errorf("%s: outside the workspace %s", path, w.Root)
	}
	info, err := os.Stat(absolute)
	if err != nil {
		return Place{}, fmt.Errorf("%s: no such file or folder in %s", path, w.Dir)
	}
	relative = filepath.ToSlash(relative)
	switch {
	case !info.IsDir():
		label, err := w.label(path, relative)
		return Place{Path: path, Label: label}, err
	case relative == ".":
		return Place{Path: path, Pattern: Everything}, nil
	default:
		return Place{Path: path, Pattern: "//" + relative + "/..."}, nil
	}
}

// label names a file as its package does: that of the nearest folder above it
// with a BUILD file.
func (w Workspace) label(path, relative string) (string, error) {
	parts := strings.Split(relative, "/")
	for i := len(parts) - 1; i >= 0; i-- {
		folder := strings.Join(parts[:i], "/")
		if hasAny(filepath.Join(w.Root, folder), buildFiles) {
			return "//" + folder + ":" + strings.Join(parts[i:], "/"), nil
		}
	}
	return "", fmt.Errorf("%s: in no package: neither its folder nor one above has a BUILD file; run Gazelle", path)
}

// Users is the query for the tests with the file among their sources, in its
// own package or, when a group's tests stand in several files, in another. It
// loads packages, but none of what they depend on: rdeps would.
func (p Place) Users() string {
	// A list of labels is matched as "[//a:b, //c:d]".
	source := `[\[ ]@*` + regexp.QuoteMeta(p.Label) + `[,\]]`
	return fmt.Sprintf(`kind("_test rule$", attr("srcs", "%s", %s))`, source, Everything)
}
