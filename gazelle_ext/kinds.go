package gazelle_ext

import (
	"github.com/bazelbuild/bazel-gazelle/config"
	"github.com/bazelbuild/bazel-gazelle/rule"
)

const (
	testKind    = "py_xdist_test"
	packageKind = "xdist_package"
	censusKind  = "xdist_census_test"
	// libraryKind never reaches a BUILD file: it is mapped to py_library, a kind
	// that belongs to rules_python's own extension.
	libraryKind = "py_xdist_library"

	elsewhereAttr = "elsewhere"

	packageName = "xdist_package"
	censusName  = "xdist_census"
)

var pyLibrary = config.MappedKind{
	FromKind: libraryKind,
	KindName: "py_library",
	KindLoad: "@rules_python//python:defs.bzl",
}

func set(names ...string) map[string]bool {
	result := make(map[string]bool, len(names))
	for _, name := range names {
		result[name] = true
	}
	return result
}

func (*xdist) Kinds() map[string]rule.KindInfo {
	return map[string]rule.KindInfo{
		testKind: {
			NonEmptyAttrs:  set("srcs"),
			MergeableAttrs: set("srcs", "config", "dist", "runs", elsewhereAttr, "shard_count"),
			ResolveAttrs:   set("deps"),
		},
		packageKind: {
			NonEmptyAttrs:  set("tests", "shared"),
			MergeableAttrs: set("tests", "shared", "patterns", "exclude"),
		},
		censusKind: {
			NonEmptyAttrs:  set("packages"),
			MergeableAttrs: set("packages"),
		},
		libraryKind: {
			NonEmptyAttrs:  set("srcs", "deps"),
			MergeableAttrs: set("srcs"),
			ResolveAttrs:   set("deps"),
		},
	}
}

// Loads is for builds without MODULE.bazel, where repositories have fixed names.
func (x *xdist) Loads() []rule.LoadInfo {
	return x.ApparentLoads(func(string) string { return "" })
}

// ApparentLoads uses the name that the repository gives to rules_xdist.
func (*xdist) ApparentLoads(moduleToApparentName func(string) string) []rule.LoadInfo {
	repository := "@" + moduleToApparentName("rules_xdist")
	if repository == "@" {
		repository = "@rules_xdist"
	}
	return []rule.LoadInfo{{
		Name:    repository + "//rules:defs.bzl",
		Symbols: []string{testKind, censusKind, packageKind, libraryKind},
	}}
}
