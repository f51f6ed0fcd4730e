//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"log"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/bazel-contrib/bazel-gazelle/v2/cmd/gazelle/update"
	"github.com/bazelbuild/bazel-gazelle/language"
	"github.com/bazelbuild/bazel-gazelle/rule"
	"github.com/bazelbuild/buildtools/build"
	"github.com/bmatcuk/doublestar/v4"
	"github.com/rules-xdist/rules_xdist/gazelle_ext"
)

// actAsGazelle is set for a process that is Gazelle with this repository's extension alone.
const actAsGazelle = "E2E_IS_GAZELLE"

func TestMain(m *testing.M) {
	if os.Getenv(actAsGazelle) == "" {
		os.Exit(m.Run())
	}
	workspace, err := os.Getwd()
	if err == nil {
		err = update.Run(context.Background(), []language.Language{gazelle_ext.NewLanguage()}, workspace, os.Args[1:])
	}
	if err != nil {
		log.Fatal(err)
	}
}

// Folders are moved, deleted, excluded, become packages and cease to be: after each change
// one run of Gazelle leaves BUILD files that load, and a second one changes nothing.
func TestMovedFolders(t *testing.T) {
	for seed := range uint64(100) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			r := repository{t: t, dir: t.TempDir(), Rand: rand.New(rand.NewPCG(seed, 0))}
			r.grow()
			for step := range 8 {
				what := "at first"
				if step > 0 {
					what = r.change()
				}
				r.log = append(r.log, what)
				if !r.gazelle() {
					t.Fatalf("%s: %s", strings.Join(r.log, "; "), r.said)
				}
				r.checkLoads()
				before := r.buildFiles()
				if r.gazelle(); !maps.Equal(before, r.buildFiles()) {
					t.Errorf("%s: a second run changes what the first wrote", strings.Join(r.log, "; "))
				}
				if t.Failed() {
					return
				}
			}
		})
	}
}

// repository is a folder of random sources.
type repository struct {
	t   *testing.T
	dir string
	*rand.Rand
	log  []string
	said string
}

func (r *repository) pick(words ...string) string { return words[r.IntN(len(words))] }

func (r *repository) write(name, content string) {
	file := filepath.Join(r.dir, name)
	check(r.t, os.MkdirAll(filepath.Dir(file), 0o755))
	check(r.t, os.WriteFile(file, []byte(content), 0o644))
}

// grow fills the repository.
func (r *repository) grow() {
	r.write("MODULE.bazel", "module(name = \"moved\")\n")
	for range 6 {
		r.addFolder(r.folder())
	}
}

func (r *repository) folder() string {
	names := []string{"alpha", "beta", "gamma", "delta"}
	parts := make([]string, 1+r.IntN(3))
	for i := range parts {
		parts[i] = r.pick(names...)
	}
	return path.Join(parts...)
}

// addFolder writes tests, helpers and data files, which know each other and those of other
// folders.
func (r *repository) addFolder(rel string) {
	if r.IntN(2) == 0 {
		r.write(path.Join(rel, "__init__.py"), "")
	}
	r.write(path.Join(rel, "helper_"+path.Base(rel)+".py"), fmt.Sprintf("import %s\n", strings.ReplaceAll(r.folder(), "/", ".")))
	up := strings.Repeat(".parent", 1+r.IntN(2))
	r.write(path.Join(rel, "test_"+path.Base(rel)+".py"), fmt.Sprintf(`from pathlib import Path

import pytest

DATA = Path(__file__)%s / %q
OTHER = Path(__file__)%s / %q / "x.txt"

%s
def test_a():
    DATA.read_text()
`, up, r.pick("data", "alpha", "beta", "data/x.txt"), up, r.pick("data", "gamma"), r.pick("", "@pytest.mark.serial", "@pytest.mark.xdist_group('db')")))
	if r.IntN(3) == 0 {
		r.write(path.Join(rel, "conftest.py"), "from pathlib import Path\nTEXT = (Path(__file__).parent / 'data' / 'x.txt')\n")
	}
	r.write(path.Join(rel, "data", "x.txt"), "")
}

// change changes a folder, and says how.
func (r *repository) change() string {
	folders := r.folders()
	if len(folders) == 0 {
		return "nothing is left"
	}
	rel := r.pick(folders...)
	switch r.IntN(9) {
	case 0:
		to := r.folder()
		if to == rel || strings.HasPrefix(to+"/", rel+"/") || strings.HasPrefix(rel+"/", to+"/") {
			return "nothing"
		}
		check(r.t, os.RemoveAll(filepath.Join(r.dir, to)))
		check(r.t, os.MkdirAll(filepath.Join(r.dir, path.Dir(to)), 0o755))
		check(r.t, os.Rename(filepath.Join(r.dir, rel), filepath.Join(r.dir, to)))
		return "move " + rel + " to " + to
	case 1:
		check(r.t, os.RemoveAll(filepath.Join(r.dir, rel)))
		return "delete " + rel
	case 2, 3:
		build := path.Join(path.Dir(rel), "BUILD.bazel")
		r.write(build, r.read(build)+"\n# gazelle:exclude "+path.Base(rel)+"\n")
		return "exclude " + rel
	case 4:
		build := path.Join(path.Dir(rel), "BUILD.bazel")
		r.write(build, strings.ReplaceAll(r.read(build), "# gazelle:exclude "+path.Base(rel)+"\n", ""))
		return "include " + rel
	case 5:
		build := path.Join(rel, "BUILD.bazel")
		r.write(build, r.read(build)+"\n")
		return rel + " becomes a package"
	case 6:
		check(r.t, os.RemoveAll(filepath.Join(r.dir, rel, "BUILD.bazel")))
		return rel + " loses its BUILD file"
	case 7:
		r.addFolder(rel)
		return "write to " + rel
	}
	r.addFolder(r.folder())
	return "another folder"
}

func (r *repository) read(name string) string {
	content, _ := os.ReadFile(filepath.Join(r.dir, name))
	return string(content)
}

func (r *repository) folders() []string {
	var all []string
	check(r.t, fs.WalkDir(os.DirFS(r.dir), ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() && name != "." {
			all = append(all, name)
		}
		return err
	}))
	return all
}

// gazelle runs Gazelle and reports whether it had no errors.
func (r *repository) gazelle() bool {
	program, err := os.Executable()
	check(r.t, err)
	command := exec.Command(program)
	command.Dir, command.Env = r.dir, append(os.Environ(), actAsGazelle+"=1")
	var output bytes.Buffer
	command.Stdout, command.Stderr = &output, &output
	err = command.Run()
	if _, failed := err.(*exec.ExitError); err != nil && !failed {
		r.t.Fatal(err)
	}
	if strings.Contains(output.String(), "panic:") {
		r.t.Errorf("%s: %s", strings.Join(r.log, "; "), output.String())
	}
	r.said = output.String()
	return err == nil
}

func (r *repository) buildFiles() map[string]string {
	files := map[string]string{}
	for _, rel := range append(r.folders(), "") {
		if name := path.Join(rel, "BUILD.bazel"); r.has(name) {
			files[rel] = r.read(name)
		}
	}
	return files
}

func (r *repository) has(name string) bool {
	info, err := os.Stat(filepath.Join(r.dir, name))
	return err == nil && !info.IsDir()
}

// packageOf returns the package that a file is in.
func (r *repository) packageOf(file string) string {
	for rel := path.Dir(file); rel != "."; rel = path.Dir(rel) {
		if r.has(path.Join(rel, "BUILD.bazel")) {
			return rel
		}
	}
	return ""
}

// packageRules are what a BUILD file declares.
type packageRules struct {
	rules    []*rule.Rule
	names    map[string]bool
	exported map[string]bool
}

// checkLoads looks for what Bazel would not load: labels of what is not there, is in
// another package or not exported, a label twice, and globs that match nothing.
func (r *repository) checkLoads() {
	packages := map[string]packageRules{}
	for rel, content := range r.buildFiles() {
		file, err := rule.LoadData(path.Join(rel, "BUILD.bazel"), rel, []byte(content))
		check(r.t, err)
		p := packageRules{file.Rules, map[string]bool{}, map[string]bool{}}
		for _, one := range file.Rules {
			p.names[one.Name()] = true
			for _, name := range one.AttrStrings("shared") {
				p.exported[name] = true
			}
		}
		packages[rel] = p
	}
	for rel, p := range packages {
		if r.isExcluded(rel) {
			continue // nobody's to write
		}
		for _, one := range p.rules {
			for _, attr := range []string{"srcs", "data", "deps", "tests", "packages", "config", "shared"} {
				if problem := r.problem(packages, rel, one.Attr(attr)); problem != "" {
					r.t.Errorf("%s: //%s:%s: %s: %s\n%s", strings.Join(r.log, "; "), rel, one.Name(), attr, problem, r.read(path.Join(rel, "BUILD.bazel")))
				}
			}
		}
	}
}

func (r *repository) isExcluded(rel string) bool {
	for ; rel != "." && rel != ""; rel = path.Dir(rel) {
		if strings.Contains(r.read(path.Join(path.Dir(rel), "BUILD.bazel"))+"\n", "# gazelle:exclude "+path.Base(rel)+"\n") {
			return true
		}
	}
	return false
}

func (r *repository) problem(packages map[string]packageRules, rel string, value build.Expr) (problem string) {
	seen := map[string]bool{}
	build.Walk(value, func(e build.Expr, stack []build.Expr) {
		if glob, ok := rule.ParseGlobExpr(e); ok {
			for _, pattern := range glob.Patterns {
				if !r.matches(rel, pattern) {
					problem = "glob " + pattern + " matches nothing"
				}
			}
		}
		text, ok := e.(*build.StringExpr)
		if !ok || slices.ContainsFunc(stack, func(above build.Expr) bool { _, call := above.(*build.CallExpr); return call }) {
			return
		}
		pkg, name := rel, strings.TrimPrefix(text.Value, ":")
		if absolute, ok := strings.CutPrefix(text.Value, "//"); ok {
			if pkg, name, ok = strings.Cut(absolute, ":"); !ok {
				name = path.Base(pkg)
			}
		}
		switch p, ok := packages[pkg]; {
		case strings.HasPrefix(text.Value, "@"):
		case seen[pkg+":"+name]:
			problem = text.Value + " is there twice"
		case !ok:
			problem = text.Value + ": no such package"
		case p.names[name]:
		case !r.has(path.Join(pkg, name)):
			problem = text.Value + ": no such file or target"
		case r.packageOf(path.Join(pkg, name)) != pkg:
			problem = text.Value + ": is in another package"
		case pkg != rel && !p.exported[name]:
			problem = text.Value + ": is not exported"
		}
		seen[pkg+":"+name] = true
	})
	return problem
}

// matches reports whether a pattern matches a file of a package.
func (r *repository) matches(rel, pattern string) bool {
	matched := false
	err := doublestar.GlobWalk(os.DirFS(filepath.Join(r.dir, rel)), pattern, func(name string, entry fs.DirEntry) error {
		matched = matched || !entry.IsDir() && r.packageOf(path.Join(rel, name)) == rel
		return nil
	})
	return err == nil && matched
}
