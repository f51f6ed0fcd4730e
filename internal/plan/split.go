package plan

import (
	"cmp"
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
	kinds := map[string][]model.Part{}
	for _, f := range files {
		for _, part := range claims.unclaimed(f) {
			kinds[kindOf(part)] = append(kinds[kindOf(part)], part)
		}
	}
	names := slices.SortedFunc(maps.Keys(kinds), compareKinds)
	if len(names) == 0 {
		// The target is there all the same; it runs what only a running pytest finds.
		return []Target{newTarget(given.Name, given.Package, files, []model.Part{model.Rest})}
	}
	var targets []Target
	for i, kind := range names {
		name, members := given.Name, files
		if i > 0 {
			name += "_" + strings.ReplaceAll(kind, "+", "_")
			members = claims.with(files, kinds[kind])
		}
		slices.SortFunc(kinds[kind], model.ComparePart)
		targets = append(targets, newTarget(name, given.Package, members, slices.Compact(kinds[kind])))
	}
	for i := range targets {
		for _, other := range targets {
			targets[i].Leave(other)
		}
	}
	return targets
}

// Leave makes t say that the other target runs its parts of the files that both have,
// whether or not there are such tests in each file: the census counts parts of files.
func (t Target) Leave(other Target) {
	for _, file := range other.Files {
		if !slices.Contains(t.Files, file) {
			continue
		}
		for _, part := range other.Runs {
			if !slices.Contains(t.Runs, part) && !slices.Contains(t.Elsewhere[part], file) {
				t.Elsewhere[part] = append(t.Elsewhere[part], file)
				slices.Sort(t.Elsewhere[part])
			}
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

// kindOf returns what tests of a part are apart by: "" for those that may run beside
// any other, else words joined by "+".
func kindOf(part model.Part) string {
	base, markers, marked := strings.Cut(string(part), "+")
	var words []string
	if base == string(model.Serial) {
		words = append(words, base)
	}
	if marked {
		words = append(words, markers)
	}
	return strings.Join(words, "+")
}

// compareKinds puts those first that the given target had better run: those that need
// not run alone.
func compareKinds(a, b string) int {
	alone := func(kind string) int {
		base, _, _ := strings.Cut(kind, "+")
		if base == string(model.Serial) {
			return 1
		}
		return 0
	}
	return cmp.Or(cmp.Compare(alone(a), alone(b)), cmp.Compare(a, b))
}
