package gazelle_ext

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"
)

// unresolved are the imports that nothing provides, by what is missing: one requirement
// may be imported in hundreds of places.
type unresolved map[missing][]unresolvedImport

// missing is a module, or, where a folder may have it, all modules of one name there.
type missing struct{ module, root string }

type unresolvedImport struct {
	wantedModule
	// manifest is the file in which the module is missed; "" where third-party packages
	// are the interpreter's, so that it may have the module.
	manifest string
	// found is the repository's file that may be meant, "" if there is none, and root the
	// folder that would have to be a Python root for it.
	found, root string
}

func (u unresolved) add(missed unresolvedImport) {
	what := missing{module: missed.module}
	if missed.found != "" {
		what = missing{topLevel(missed.module), missed.root}
	}
	u[what] = append(u[what], missed)
}

// tell reports each of them, with the first place and the ways out: as an error, or, where
// the interpreter may have it, as a warning.
func (u unresolved) tell(report *report) {
	for _, places := range u {
		slices.SortFunc(places, comparePlaces)
		places = slices.CompactFunc(places, func(a, b unresolvedImport) bool { return comparePlaces(a, b) == 0 })
		first := places[0]
		if i := slices.IndexFunc(places, func(m unresolvedImport) bool { return m.manifest != "" }); i >= 0 {
			first = places[i]
		}
		more := ""
		switch n := len(places) - 1; {
		case n == 1:
			more = " (imported in 1 more place)"
		case n > 1:
			more = fmt.Sprintf(" (imported in %d more places)", n)
		}
		err := fmt.Errorf("%s:%d: import %q: nothing provides this module%s; %s", first.file, first.line, first.written, more, first.wayOut())
		if first.manifest == "" {
			report.warn(err)
		} else {
			report.add(err)
		}
	}
}

func (m unresolvedImport) wayOut() string {
	leaveOut := fmt.Sprintf("write # gazelle:resolve py %s LABEL in a BUILD file, or # gazelle:ignore %s in this file", m.module, m.module)
	third := fmt.Sprintf("add its distribution to %s (bazel run the .update target of the gazelle_python_manifest rule), or %s", m.manifest, leaveOut)
	switch {
	case m.found != "":
		root := fmt.Sprintf("if it is %s, write # gazelle:python_root in %s", m.found, path.Join(m.root, "BUILD.bazel"))
		if m.manifest == "" {
			third = fmt.Sprintf("write # gazelle:python_ignore_dependencies %s in a BUILD file", topLevel(m.module))
		}
		return root + "; if it is another package, " + third
	case strings.HasPrefix(m.written, "."):
		return "the import is relative, but there is no such file in the repository; make it, or " + leaveOut
	}
	return third
}

func comparePlaces(a, b unresolvedImport) int {
	return cmp.Or(strings.Compare(a.file, b.file), cmp.Compare(a.line, b.line))
}

// topLevel returns a for a.b.c.
func topLevel(module string) string {
	name, _, _ := strings.Cut(module, ".")
	return name
}
