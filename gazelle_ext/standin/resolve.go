package standin

import (
	"log"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bazelbuild/bazel-gazelle/config"
	"github.com/bazelbuild/bazel-gazelle/label"
	"github.com/bazelbuild/bazel-gazelle/repo"
	"github.com/bazelbuild/bazel-gazelle/resolve"
	"github.com/bazelbuild/bazel-gazelle/rule"
	"github.com/rules-xdist/rules_xdist/internal/pyscan"
)

// conftestsKey is a private attribute: the folders whose conftest.py a test needs.
const conftestsKey = "_standin_conftests"

// Imports indexes the files of all rules of its kinds, those of tests as well.
func (standIn) Imports(c *config.Config, r *rule.Rule, f *rule.File) []resolve.ImportSpec {
	var specs []resolve.ImportSpec
	for _, src := range r.AttrStrings("srcs") {
		if path.Ext(src) == ".py" {
			specs = append(specs, resolve.ImportSpec{Lang: languageName, Imp: moduleOf(settingsOf(c, f.Pkg), path.Join(f.Pkg, src))})
		}
	}
	return specs
}

// moduleOf returns the name by which a file is imported from the root of its project.
func moduleOf(s settings, file string) string {
	below, _ := filepath.Rel("/"+s.root, "/"+file)
	name := strings.TrimSuffix(strings.TrimSuffix(below, ".py"), "/__init__")
	return strings.ReplaceAll(name, "/", ".")
}

func (standIn) Embeds(*rule.Rule, label.Label) []label.Label { return nil }

// Resolve sets deps. A rule that the extension has not made makes it panic, as it does
// rules_python's.
func (standIn) Resolve(c *config.Config, index *resolve.RuleIndex, _ *repo.RemoteCache, r *rule.Rule, raw any, from label.Label) {
	deps := slices.Clone(r.PrivateAttr(resolvedKey).([]string))
	s := settingsOf(c, from.Pkg)
	var modules []string
	for _, file := range raw.([]string) {
		modules = append(modules, importedBy(c.RepoRoot, file)...)
	}
	conftests, _ := r.PrivateAttr(conftestsKey).([]string)
	for _, rel := range conftests {
		modules = append(modules, moduleOf(s, path.Join(rel, conftest)))
	}
	for _, module := range modules {
		if l, ok := provider(c, index, module, from); ok {
			deps = append(deps, l.Rel(from.Repo, from.Pkg).String())
		}
	}
	slices.Sort(deps)
	if deps = slices.Compact(deps); len(deps) > 0 {
		r.SetAttr("deps", deps)
	}
}

// importedBy returns the modules that a file imports, relative ones left out.
func importedBy(root, file string) []string {
	source, err := os.ReadFile(filepath.Join(root, file))
	if err != nil {
		return nil
	}
	scanned, err := pyscan.Scan(file, source)
	if err != nil {
		return nil // That one's parser goes on, too.
	}
	var modules []string
	for _, statement := range scanned.Imports {
		if statement.Level > 0 {
			continue
		}
		if len(statement.Names) == 0 {
			modules = append(modules, statement.Module)
		}
		for _, name := range statement.Names {
			modules = append(modules, statement.Module+"."+name)
		}
	}
	return modules
}

// provider returns the rule that provides a module or a package around it. Two of them
// end the run.
func provider(c *config.Config, index *resolve.RuleIndex, module string, from label.Label) (label.Label, bool) {
	for name := module; name != ""; name = name[:max(strings.LastIndex(name, "."), 0)] {
		spec := resolve.ImportSpec{Lang: languageName, Imp: name}
		if l, ok := resolve.FindRuleWithOverride(c, spec, languageName); ok {
			return l, true
		}
		found := index.FindRulesByImportWithConfig(c, spec, languageName)
		switch {
		case len(found) == 0:
		case slices.ContainsFunc(found, func(f resolve.FindResult) bool { return f.IsSelfImport(from) }):
			return label.NoLabel, false
		case len(found) > 1:
			log.Fatalf("ERROR: multiple targets (%s, %s) may be imported with %q", found[0].Label, found[1].Label, name)
		default:
			return found[0].Label, true
		}
	}
	return label.NoLabel, false
}
