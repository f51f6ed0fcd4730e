package workspace

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
)

// buildFiles are the files that make a folder a package.
var buildFiles = []string{"BUILD.bazel", "BUILD"}

// Everything is the pattern of all targets.
const Everything = "//..."

// Place is what a path means to Bazel: a folder is a pattern, a file has to be
// looked up by the query of its users. A folder's tests may have targets above it, too.
type Place struct {
	Path    string // as given
	Pattern string // empty for a file
	Label   string // empty for a folder
	Above   string // the query for the targets of the packages above a folder, or empty
}

// Place finds out what a path, relative to the folder of the workspace from
// which it is given, means.
func (w Workspace) Place(given string) (Place, error) {
	if strings.Contains(given, "::") {
		return Place{}, fmt.Errorf("%s: node ids are not offered yet; give the file or the folder", given)
	}
	absolute := given
	if !filepath.IsAbs(given) {
		absolute = filepath.Join(w.Dir, given)
	}
	relative, err := filepath.Rel(w.Root, absolute)
	if err != nil || relative == ".." || strings.HasPrefix(relative, "../") {
		return Place{}, fmt.Errorf("%s: outside the workspace %s", given, w.Root)
	}
	info, err := os.Stat(absolute)
	if err != nil {
		return Place{}, fmt.Errorf("%s: no such file or folder in %s", given, w.Dir)
	}
	relative = filepath.ToSlash(relative)
	switch {
	case !info.IsDir():
		label, err := w.label(given, relative)
		return Place{Path: given, Label: label}, err
	case relative == ".":
		return Place{Path: given, Pattern: Everything}, nil
	default:
		return Place{Path: given, Pattern: "//" + relative + "/...", Above: w.above(relative)}, nil
	}
}

// label names a file as its package does: that of the nearest folder above it
// with a BUILD file.
func (w Workspace) label(given, relative string) (string, error) {
	parts := strings.Split(relative, "/")
	for i := len(parts) - 1; i >= 0; i-- {
		folder := strings.Join(parts[:i], "/")
		if hasAny(filepath.Join(w.Root, folder), buildFiles) {
			return "//" + folder + ":" + strings.Join(parts[i:], "/"), nil
		}
	}
	return "", fmt.Errorf("%s: in no package: neither its folder nor one above has a BUILD file; run Gazelle", given)
}

// above is the query for all targets of the packages above a folder.
func (w Workspace) above(folder string) string {
	var packages []string
	for folder != "." {
		folder = path.Dir(folder)
		if hasAny(filepath.Join(w.Root, folder), buildFiles) {
			packages = append(packages, "//"+strings.TrimPrefix(folder, ".")+":all")
		}
	}
	return strings.Join(packages, " + ")
}

// Users is the query for the tests with the file, or a file of the folder, among their
// sources, in its own package or, when files share a target, in another; for a folder,
// those in packages above it. It loads packages, but none of what they depend on: rdeps
// would. Empty means that there are none.
func (p Place) Users() string {
	// A list of labels is matched as "[//a:b, //c:d]".
	source, universe := `[\[ ]@*`+regexp.QuoteMeta(p.Label)+`[,\]]`, Everything
	if p.Label == "" {
		source, universe = `[\[ ]@*`+regexp.QuoteMeta(strings.TrimSuffix(p.Pattern, "/..."))+`[:/]`, p.Above
	}
	if universe == "" {
		return ""
	}
	return fmt.Sprintf(`kind("_test rule$", attr("srcs", "%s", %s))`, source, universe)
}
