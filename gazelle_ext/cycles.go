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
	// leftOut are the dependencies that are not written, by the labels that have them: with
	// these Bazel would build nothing of the cycles, and nothing that depends on it.
	leftOut leftOut
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
// in a circle. What closes a cycle is left out. homeOf returns the package that may hold the
// libraries of some packages, isPresent says whether BUILD files have a dependency.
func (c *cycles) errors(homeOf func(packages []string) (string, bool), isPresent func(from, to string) bool) []error {
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
			err := c.error(names, component, cycle, homeOf)
			errs = append(errs, fmt.Errorf("%w; until then %s", err, c.breakUp(g, names, component, isPresent)))
		}
	}
	return errs
}

// breakUp leaves out dependencies until a component has no cycle, and says which: of each
// cycle one that is new, so that what can be built now still can, or else the last.
func (c *cycles) breakUp(g graph, names []string, component []int, isPresent func(from, to string) bool) string {
	if c.leftOut == nil {
		c.leftOut = leftOut{}
	}
	var told []string
	for _, node := range component {
		for cycle := g.cycle(node); cycle != nil; cycle = g.cycle(node) {
			from, to := cycle[len(cycle)-1], cycle[0]
			for i := range len(cycle) - 1 {
				if !isPresent(names[cycle[i]], names[cycle[i+1]]) && isPresent(names[from], names[to]) {
					from, to = cycle[i], cycle[i+1]
				}
			}
			g[from] = slices.DeleteFunc(g[from], func(other int) bool { return other == to })
			c.leftOut[names[from]] = append(c.leftOut[names[from]], names[to])
			told = append(told, fmt.Sprintf("%s is written without %s", names[from], names[to]))
		}
	}
	return strings.Join(told, ", ")
}

// leftOut are dependencies that are left out, by the labels that have them.
type leftOut map[string][]string

// String writes them as readLeftOut reads them.
func (l leftOut) String() string {
	var b strings.Builder
	for _, from := range slices.Sorted(maps.Keys(l)) {
		for _, to := range l[from] {
			fmt.Fprintf(&b, "%s\t%s\n", from, to)
		}
	}
	return b.String()
}

func readLeftOut(text string) leftOut {
	l := leftOut{}
	for line := range strings.Lines(text) {
		if from, to, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "\t"); ok {
			l[from] = append(l[from], to)
		}
	}
	return l
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
