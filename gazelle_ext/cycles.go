package gazelle_ext

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/bazelbuild/bazel-gazelle/label"
	"github.com/rules-xdist/rules_xdist/internal/plan"
)

// cycles finds libraries that depend on each other, which Bazel does not take.
type cycles struct {
	// deps are the dependencies of the generated libraries, by absolute label.
	deps map[string]map[string]origin
	// packages are those of the labels.
	packages map[string]string
}

func (c *cycles) add(from label.Label, deps map[string]origin) {
	if c.deps == nil {
		c.deps, c.packages = map[string]map[string]origin{}, map[string]string{}
	}
	c.deps[from.String()] = deps
	c.packages[from.String()] = from.Pkg
}

// errors returns an error for each set of libraries that all depend on each other and are
// not one by now: in a folder above them no BUILD file may be written, or directives lead
// in a circle. homeOf returns the package that may hold the libraries of some packages.
func (c *cycles) errors(homeOf func(packages []string) (string, bool)) []error {
	names := slices.Sorted(maps.Keys(c.deps))
	index := map[string]int{}
	for i, name := range names {
		index[name] = i
	}
	g := make(graph, len(names))
	for i, name := range names {
		for _, dep := range slices.Sorted(maps.Keys(c.deps[name])) {
			if to, ok := index[dep]; ok {
				g[i] = append(g[i], to)
			}
		}
	}
	var errs []error
	for _, component := range g.components() {
		if cycle := g.cycle(component[0]); cycle != nil {
			errs = append(errs, c.error(names, component, cycle, homeOf))
		}
	}
	return errs
}

func (c *cycles) error(names []string, component, cycle []int, homeOf func(packages []string) (string, bool)) error {
	var steps []string
	for i, node := range cycle {
		next := cycle[(i+1)%len(cycle)]
		at := c.deps[names[node]][names[next]]
		steps = append(steps, fmt.Sprintf("%s needs %s (%s:%d)", names[node], names[next], at.file, at.line))
	}
	var folders []string
	for _, node := range component {
		folders = append(folders, c.packages[names[node]])
	}
	wayOut := "take out the # gazelle:resolve directive or # gazelle:include_dep annotation that leads in a circle, "
	if _, ok := homeOf(folders); !ok {
		wayOut = fmt.Sprintf("let them be one library by # gazelle:xdist_extension enabled in //%s, ", plan.LowestCommonFolder(folders...))
	}
	first := c.deps[names[cycle[0]]][names[cycle[1%len(cycle)]]]
	return fmt.Errorf("%s:%d: libraries depend on each other, %d in all, which Bazel does not take: %s; %sor leave an import out by # gazelle:ignore MODULE in its file or # gazelle:python_ignore_dependencies MODULE in a BUILD file",
		first.file, first.line, len(component), strings.Join(steps, ", "), wayOut)
}
