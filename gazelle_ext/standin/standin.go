// Package standin is a Gazelle extension for tests: it behaves towards Gazelle and
// towards other extensions as rules_python's own does, which is on no Go proxy.
//
// It has the same name, kinds, names of targets, directives and vices: it exits when a
// target of a name that it wants is of another kind, takes every rule of a kind that is
// mapped to one of its own for one that it has made, and indexes the files of tests as
// modules. It is no model in anything else: protos, type stubs, third-party packages,
// annotations and entry points of programs are missing.
package standin

import (
	"flag"
	"path"
	"strings"

	"github.com/bazelbuild/bazel-gazelle/config"
	"github.com/bazelbuild/bazel-gazelle/language"
	"github.com/bazelbuild/bazel-gazelle/rule"
)

const (
	languageName = "py"

	binaryKind  = "py_binary"
	libraryKind = "py_library"
	testKind    = "py_test"
)

type standIn struct{}

// NewLanguage is called by the main function that gazelle_binary generates.
func NewLanguage() language.Language { return standIn{} }

func (standIn) Name() string { return languageName }

func (standIn) RegisterFlags(*flag.FlagSet, string, *config.Config) {}

func (standIn) CheckFlags(*flag.FlagSet, *config.Config) error { return nil }

func (standIn) Fix(*config.Config, *rule.File) {}

func (standIn) Kinds() map[string]rule.KindInfo {
	set := func(names ...string) map[string]bool {
		result := map[string]bool{}
		for _, name := range names {
			result[name] = true
		}
		return result
	}
	info := rule.KindInfo{
		NonEmptyAttrs:  set("deps", "main", "srcs", "imports"),
		MergeableAttrs: set("srcs"),
		ResolveAttrs:   set("deps", "pyi_deps", "pyi_srcs"),
	}
	library := info
	library.MatchAttrs = []string{"srcs"}
	return map[string]rule.KindInfo{binaryKind: library, libraryKind: library, testKind: info}
}

func (standIn) Loads() []rule.LoadInfo {
	return []rule.LoadInfo{{
		Name:    "@rules_python//python:defs.bzl",
		Symbols: []string{binaryKind, libraryKind, testKind},
	}}
}

// settings are those of a folder and all below it.
type settings struct {
	disabled, perFile, project bool
	// oneTestPerPackage: python_generation_mode_per_package_require_test_entry_point.
	oneTestPerPackage bool
	onlyOwnConftest   bool
	root, testName    string
}

const (
	extension       = "python_extension"
	generationMode  = "python_generation_mode"
	needsEntryPoint = "python_generation_mode_per_package_require_test_entry_point"
	ancestors       = "python_include_ancestor_conftest"
	rootDirective   = "python_root"
	testNaming      = "python_test_naming_convention"
)

func (standIn) KnownDirectives() []string {
	return []string{extension, generationMode, needsEntryPoint, ancestors, rootDirective, testNaming}
}

// Configure keeps the settings of all folders under the extension's name, as
// rules_python's does.
func (standIn) Configure(c *config.Config, rel string, f *rule.File) {
	all, ok := c.Exts[languageName].(map[string]settings)
	if !ok {
		all = map[string]settings{}
		c.Exts[languageName] = all
	}
	s := settings{testName: "$package_name$_test"}
	if rel != "" {
		s = all[parent(rel)]
	}
	if f != nil {
		for _, d := range f.Directives {
			s.apply(rel, d.Key, strings.TrimSpace(d.Value))
		}
	}
	all[rel] = s
}

func (s *settings) apply(rel, key, value string) {
	switch key {
	case extension:
		s.disabled = value == "disabled"
	case generationMode:
		s.perFile, s.project = value == "file", value == "project"
	case needsEntryPoint:
		s.oneTestPerPackage = value == "false"
	case ancestors:
		s.onlyOwnConftest = value == "false"
	case rootDirective:
		s.root = rel
	case testNaming:
		s.testName = value
	}
}

func settingsOf(c *config.Config, rel string) settings {
	return c.Exts[languageName].(map[string]settings)[rel]
}

func parent(rel string) string {
	if dir := path.Dir(rel); dir != "." {
		return dir
	}
	return ""
}
