package standin

import (
	"io/fs"
	"log"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bazelbuild/bazel-gazelle/config"
	"github.com/bazelbuild/bazel-gazelle/language"
	"github.com/bazelbuild/bazel-gazelle/rule"
)

const (
	conftest   = "conftest.py"
	entryPoint = "__test__.py"
	// resolvedKey is a private attribute that each rule has which the extension made.
	resolvedKey = "_standin_resolved"
)

type generator struct {
	language.GenerateArgs
	settings settings
	result   language.GenerateResult
	collided bool
}

// GenerateRules makes the libraries and tests of a folder, named as rules_python's
// extension names them.
func (standIn) GenerateRules(args language.GenerateArgs) language.GenerateResult {
	g := &generator{GenerateArgs: args, settings: settingsOf(args.Config, args.Rel)}
	above := args.Rel != "" && settingsOf(args.Config, parent(args.Rel)).project
	if g.settings.disabled || g.settings.project && above && !isPackage(args.Dir) {
		return language.GenerateResult{}
	}
	files := slices.Concat(args.RegularFiles, g.filesBelow())
	slices.Sort(files)
	var tests, sources []string
	for _, file := range files {
		switch name := path.Base(file); {
		case path.Ext(file) != ".py", file == conftest, file == entryPoint:
		case strings.HasPrefix(name, "test_"), strings.HasSuffix(name, "_test.py"):
			tests = append(tests, file)
		default:
			sources = append(sources, file)
		}
	}
	g.libraries(sources)
	if slices.Contains(files, conftest) {
		g.add(libraryKind, "conftest", conftest).SetAttr("testonly", true)
	}
	g.tests(tests, slices.Contains(files, entryPoint))
	g.deleteWithoutFiles()
	if g.collided {
		os.Exit(1)
	}
	return g.result
}

// filesBelow returns, in project mode, the files of the folders below that are no
// packages of their own.
func (g *generator) filesBelow() []string {
	var files []string
	if !g.settings.project {
		return nil
	}
	_ = filepath.WalkDir(g.Dir, func(file string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil || file == g.Dir || filepath.Dir(file) == g.Dir && !entry.IsDir():
			return err
		case entry.IsDir() && isPackage(file):
			return fs.SkipDir
		case !entry.IsDir():
			rel, _ := filepath.Rel(g.Dir, file)
			files = append(files, filepath.ToSlash(rel))
		}
		return nil
	})
	return files
}

func isPackage(dir string) bool {
	for _, name := range []string{"BUILD", "BUILD.bazel"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
			return true
		}
	}
	return false
}

func (g *generator) libraries(sources []string) {
	if g.settings.perFile {
		for _, file := range sources {
			if info, err := os.Stat(filepath.Join(g.Dir, file)); file != "__init__.py" || err == nil && info.Size() > 0 {
				g.add(libraryKind, strings.TrimSuffix(file, ".py"), file)
			}
		}
		return
	}
	if len(sources) > 0 {
		g.add(libraryKind, filepath.Base(g.Dir), sources...)
	}
}

func (g *generator) tests(tests []string, hasEntryPoint bool) {
	together := g.settings.oneTestPerPackage || hasEntryPoint || g.settings.project
	var rules []*rule.Rule
	switch {
	case len(tests) == 0:
		return
	case together && !g.settings.perFile:
		name := strings.ReplaceAll(g.settings.testName, "$package_name$", filepath.Base(g.Dir))
		rules = append(rules, g.add(testKind, name, tests...))
	default:
		for _, file := range tests {
			rules = append(rules, g.add(testKind, strings.TrimSuffix(path.Base(file), ".py"), file))
		}
	}
	for _, r := range rules {
		if hasEntryPoint {
			r.SetAttr("srcs", append(r.AttrStrings("srcs"), entryPoint))
			r.SetAttr("main", entryPoint)
		}
		r.SetPrivateAttr(conftestsKey, g.conftests())
	}
}

// conftests returns the folders whose conftest.py the folder's tests depend on.
func (g *generator) conftests() []string {
	var folders []string
	for rel := g.Rel; ; rel = parent(rel) {
		if _, err := os.Stat(filepath.Join(g.Config.RepoRoot, rel, conftest)); err == nil {
			folders = append(folders, rel)
		}
		if rel == "" || g.settings.onlyOwnConftest {
			return folders
		}
	}
}

func (g *generator) add(kind, name string, srcs ...string) *rule.Rule {
	g.checkCollision(kind, name)
	r := rule.NewRule(kind, name)
	r.SetAttr("srcs", srcs)
	if kind == libraryKind {
		r.SetAttr("visibility", []string{"//" + g.settings.root + ":__subpackages__"})
	}
	if g.settings.root != "" && g.settings.root != g.Rel {
		up, _ := filepath.Rel(g.Rel, g.settings.root)
		r.SetAttr("imports", []string{up})
	}
	r.SetPrivateAttr(resolvedKey, []string{})
	files := make([]string, len(srcs))
	for i, src := range srcs {
		files[i] = path.Join(g.Rel, src)
	}
	g.result.Gen = append(g.result.Gen, r)
	g.result.Imports = append(g.result.Imports, files)
	return r
}

func (g *generator) checkCollision(kind, name string) {
	if g.File == nil {
		return
	}
	for _, r := range g.File.Rules {
		if r.Name() == name && !isOfKind(g.Config, r, kind) {
			log.Printf("ERROR: failed to generate target %q: a target of kind %q with the same name already exists", "//"+g.Rel+":"+name, r.Kind())
			g.collided = true
		}
	}
}

// deleteWithoutFiles deletes the rules of its kinds that have lost all files.
func (g *generator) deleteWithoutFiles() {
	if g.File == nil {
		return
	}
	for _, r := range g.File.Rules {
		for _, kind := range []string{binaryKind, libraryKind, testKind} {
			srcs := r.AttrStrings("srcs")
			gone := func(src string) bool {
				return !strings.ContainsAny(src, ":/@") && !slices.Contains(g.RegularFiles, src)
			}
			if isOfKind(g.Config, r, kind) && len(srcs) > 0 && !slices.ContainsFunc(srcs, func(src string) bool { return !gone(src) }) {
				g.result.Empty = append(g.result.Empty, rule.NewRule(kind, r.Name()))
			}
		}
	}
}

// isOfKind says whether a rule is of that kind, under whatever name.
func isOfKind(c *config.Config, r *rule.Rule, kind string) bool {
	written := kind
	if mapped, ok := c.KindMap[kind]; ok {
		written = mapped.KindName
	}
	return r.Kind() == written || c.AliasMap[r.Kind()] == kind
}
