package gazelle_ext

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// unresolved are the imports that nothing provides, by module: one missing requirement
// may be imported in hundreds of places.
type unresolved map[string]*unresolvedModule

type unresolvedModule struct {
	imports []wantedModule
	// manifest is the file in which the module is missed.
	manifest string
}

func (u unresolved) add(m wantedModule, inForce []*manifest) {
	if u[m.module] == nil {
		u[m.module] = &unresolvedModule{manifest: manifestFile}
		if len(inForce) > 0 {
			u[m.module].manifest = inForce[0].file
		}
	}
	u[m.module].imports = append(u[m.module].imports, m)
}

// errors returns an error for each module, with the first place and the ways out.
func (u unresolved) errors() []error {
	var errs []error
	for module, missed := range u {
		places := missed.imports
		slices.SortFunc(places, comparePlaces)
		places = slices.CompactFunc(places, func(a, b wantedModule) bool { return comparePlaces(a, b) == 0 })
		more := ""
		if n := len(places) - 1; n > 0 {
			more = fmt.Sprintf(" (imported in %d more places)", n)
		}
		first := places[0]
		errs = append(errs, fmt.Errorf("%s:%d: import %q: nothing provides this module%s; add its distribution to %s (bazel run the .update target of the gazelle_python_manifest rule), or write # gazelle:resolve py %s LABEL in a BUILD file, or # gazelle:ignore %s in this file",
			first.file, first.line, first.written, more, missed.manifest, module, module))
	}
	return errs
}

func comparePlaces(a, b wantedModule) int {
	return cmp.Or(strings.Compare(a.file, b.file), cmp.Compare(a.line, b.line))
}
