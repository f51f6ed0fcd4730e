package gazelle_ext

import (
	"cmp"

	"github.com/bazelbuild/bazel-gazelle/config"
	"github.com/bazelbuild/bazel-gazelle/rule"
)

const (
	testKind = "py_xdist_test"
	// partKind is py_xdist_test under a name of its own: see beside.go.
	partKind     = "py_xdist_part_test"
	packageKind  = "xdist_package"
	censusKind   = "xdist_census_test"
	metadataKind = "xdist_metadata"
	// libraryKind never reaches a BUILD file: it is mapped to py_library, a kind
	// that belongs to rules_python's own extension.
	libraryKind = "py_xdist_library"

	elsewhereAttr = "elsewhere"
	markersAttr   = "markers"
	weightsAttr   = "weights"

	packageName  = "xdist_package"
	censusName   = "xdist_census"
	metadataName = "xdist_metadata"
)

// pyLibrary is what the extension's libraries are in a BUILD file.
const pyLibrary = "py_library"

// mapLibraries maps the extension's libraries to rules_python's py_library, or to what
// the repository maps that to.
func mapLibraries(c *config.Config, taken takenMappings) {
	target, remapped := taken[pyLibrary]
	if !remapped {
		target.KindName = pyLibrary
		target.KindLoad = "@" + apparentName("rules_python", c.ModuleToApparentName) + "//python:defs.bzl"
	}
	target.FromKind = libraryKind
	if c.KindMap == nil {
		c.KindMap = map[string]config.MappedKind{}
	}
	c.KindMap[libraryKind] = target
}

// apparentName returns the name that the repository gives to a module.
func apparentName(module string, moduleToApparentName func(string) string) string {
	if moduleToApparentName == nil {
		return module
	}
	return cmp.Or(moduleToApparentName(module), module)
}

func set(names ...string) map[string]bool {
	result := make(map[string]bool, len(names))
	for _, name := range names {
		result[name] = true
	}
	return result
}

func (*xdist) Kinds() map[string]rule.KindInfo {
	test := rule.KindInfo{
		NonEmptyAttrs:  set("srcs"),
		MergeableAttrs: set("srcs", "config", "dist", "runs", elsewhereAttr, markersAttr, "shard_count", doctestsAttr),
		ResolveAttrs:   set("deps"),
	}
	return map[string]rule.KindInfo{
		testKind: test,
		partKind: test,
		packageKind: {
			NonEmptyAttrs:  set("tests", "shared"),
			MergeableAttrs: set("tests", "shared", "patterns", "exclude"),
		},
		censusKind: {
			NonEmptyAttrs:  set("packages"),
			MergeableAttrs: set("packages"),
		},
		metadataKind: {
			NonEmptyAttrs:  set("srcs"),
			MergeableAttrs: set("srcs"),
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
	return x.ApparentLoads(nil)
}

// ApparentLoads uses the name that the repository gives to rules_xdist.
func (*xdist) ApparentLoads(moduleToApparentName func(string) string) []rule.LoadInfo {
	return []rule.LoadInfo{{
		Name:    "@" + apparentName("rules_xdist", moduleToApparentName) + "//rules:defs.bzl",
		Symbols: []string{testKind, partKind, censusKind, metadataKind, packageKind, libraryKind},
	}}
}
