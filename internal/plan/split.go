package plan

import (
	"maps"
	"slices"
	"strings"

	"github.com/rules-xdist/rules_xdist/internal/model"
)

// Claims are, for test files by path, the parts of their tests that some targets run.
type Claims map[string][]model.Part

// ClaimsOf returns what targets run.
func ClaimsOf(targets []Target) Claims {
	claims := Claims{}
	for _, t := range targets {
		for _, file := range t.Files {
			claims[file] = append(claims[file], t.Runs...)
		}
	}
	return claims
}

// Release takes back what t claims.
func (c Claims) Release(t Target) {
	for _, file := range t.Files {
		c[file] = slices.DeleteFunc(c[file], func(part model.Part) bool { return slices.Contains(t.Runs, part) })
	}
}

// Split divides the tests of files that another tool has made one target of, the given
// one, which says package and name. The first target that it returns is the given one:
// it runs what need not be apart. Each of the others runs one kind of the rest: the
// serial tests, for example. What is claimed by targets of Build, none of them runs.
func Split(given Target, files []File, claims Claims) []Target {
	files = slices.Clone(files)
	slices.SortFunc(files, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	byKind := map[kind][]model.Part{}
	for _, f := range files {
		for _, part := range claims.unclaimed(f) {
			byKind[kindOf(part)] = append(byKind[kindOf(part)], part)
		}
	}
	kinds := slices.SortedFunc(maps.Keys(byKind), compareKinds)
	if len(kinds) == 0 {
		// The target is there all the same; it runs what only a running pytest finds.
		return []Target{newTarget(given.Name, given.Package, files, []model.Part{model.Rest})}
	}
	var targets []Target
	for i, k := range kinds {
		name, members := given.Name, files
		if i > 0 {
			name += k.suffix(kinds[0])
			members = claims.with(files, byKind[k])
		}
		slices.SortFunc(byKind[k], model.ComparePart)
		targets = append(targets, newTarget(name, given.Package, members, slices.Compact(byKind[k])))
	}
	leaveAll(targets)
	return targets
}

// leaveAll makes targets that have files in common leave each other's parts alone.
func leaveAll(targets []Target) {
	byFile := map[string][]Target{}
	for _, t := range targets {
		for _, file := range t.Files {
			byFile[file] = append(byFile[file], t)
		}
	}
	for file, sharers := range byFile {
		for _, t := range sharers {
			for _, other := range sharers {
				t.leave(file, other.Runs)
			}
		}
	}
}

// Leave makes t say that the other target runs its parts of the files that both have,
// whether or not there are such tests in each file: the census counts parts of files.
func (t Target) Leave(other Target) {
	for _, file := range other.Files {
		if slices.Contains(t.Files, file) {
			t.leave(file, other.Runs)
		}
	}
}

func (t Target) leave(file string, parts []model.Part) {
	for _, part := range parts {
		if !slices.Contains(t.Runs, part) && !slices.Contains(t.Elsewhere[part], file) {
			t.Elsewhere[part] = append(t.Elsewhere[part], file)
			slices.Sort(t.Elsewhere[part])
		}
	}
}

// unclaimed returns the parts of f's tests that are not claimed.
func (c Claims) unclaimed(f File) []model.Part {
	return slices.DeleteFunc(f.parts(), func(part model.Part) bool {
		return slices.Contains(c[f.Path], part)
	})
}

// with returns those of the files that have tests of the parts, unclaimed.
func (c Claims) with(files []File, parts []model.Part) []File {
	var members []File
	for _, f := range files {
		if slices.ContainsFunc(c.unclaimed(f), func(part model.Part) bool { return slices.Contains(parts, part) }) {
			members = append(members, f)
		}
	}
	return members
}

// compareKinds puts those first that the given target had better run: those that need
// not run alone.
func compareKinds(a, b kind) int {
	if a.serial != b.serial {
		if b.serial {
			return -1
		}
		return 1
	}
	return strings.Compare(a.markers, b.markers)
}
