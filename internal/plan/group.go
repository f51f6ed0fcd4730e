package plan

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/rules-xdist/rules_xdist/internal/model"
)

const groupTargetPrefix = "xdist_group_"

var (
	// plainGroup is a group's name that can stand in a target's as it is.
	plainGroup = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,100}$`)
	noPlain    = regexp.MustCompile(`[^A-Za-z0-9.-]+`)
)

// maxSlug bounds what of a long or odd name of a group stands in its target's.
const maxSlug = 40

// groupTargetName returns the name of a group's target: the group's own, or what of it can
// stand in such a name and a hash of it all.
func groupTargetName(group string) string {
	if plainGroup.MatchString(group) {
		return groupTargetPrefix + group
	}
	slug := strings.Trim(noPlain.ReplaceAllString(group, "_"), "_")
	slug = strings.Trim(slug[:min(len(slug), maxSlug)], "_")
	if slug != "" {
		slug += "_"
	}
	return fmt.Sprintf("%s%s%x", groupTargetPrefix, slug, sha256.Sum256([]byte(group)))[:len(groupTargetPrefix)+len(slug)+8]
}

// groupOfName returns the group of which a target of that name would be.
func groupOfName(target string) (string, bool) {
	return strings.CutPrefix(target, groupTargetPrefix)
}

// crossing is a group whose tests stand in several files.
type crossing struct {
	part  model.Part
	files []File
}

// groupKey tells groups apart: those of one name in two test roots are two.
type groupKey struct {
	root string
	part model.Part
}

// crossings are groups that stand in several files.
type crossings map[groupKey]crossing

func (c crossings) has(f File, part model.Part) bool {
	_, found := c[groupKey{f.Root, part}]
	return found
}

// crossFileGroups returns the groups whose tests stand in more than one file.
func crossFileGroups(files []File, kept keptSet) crossings {
	found := crossings{}
	for _, f := range files {
		for _, part := range f.parts() {
			if _, ok := part.Group(); ok && !kept.has(f.Path, part) {
				key := groupKey{f.Root, part}
				found[key] = crossing{part, append(found[key].files, f)}
			}
		}
	}
	maps.DeleteFunc(found, func(_ groupKey, c crossing) bool { return len(c.files) < 2 })
	return found
}

// target returns the group's target. It is a present one that a person gave attributes,
// if there is one of the group; of present, that is then kept from all else.
func (c crossing) target(present []Present, home home) Target {
	name, _ := c.part.Group()
	folders := make([]string, len(c.files))
	for i, f := range c.files {
		folders[i] = PackageOf(f.Path)
	}
	t := newTarget(groupTargetName(name), home(folders...), c.files, []model.Part{c.part})
	i := slices.IndexFunc(present, func(p Present) bool {
		return p.Fixed && !p.Kept && p.Package == t.Package && slices.Equal(p.Runs, t.Runs)
	})
	if i >= 0 {
		t.Name = present[i].Name
		present[i].Kept = true
	}
	return t
}

// checkGroups returns a problem for each group that cannot be kept together: its tests
// would need to be in one target, whose tags and settings hold for all of them.
func checkGroups(files []File) []Problem {
	type first struct {
		file File
		part model.Part
	}
	firsts := map[groupKey]first{}
	var problems []Problem
	for _, f := range files {
		for _, part := range f.parts() {
			if _, ok := part.Group(); !ok {
				continue
			}
			key := groupKey{f.Root, part.Base()}
			known, ok := firsts[key]
			if !ok {
				firsts[key] = first{f, part}
				continue
			}
			if problem := disagreement(known.file, f, known.part, part); problem != "" {
				problems = append(problems, Problem{
					Files: []string{known.file.Path, f.Path},
					Text:  fmt.Sprintf("%s: %s: %s; %s is at %s", origin(f, []model.Part{part}), part.Base(), problem, part.Base(), origin(known.file, []model.Part{known.part})),
				})
			}
		}
	}
	return problems
}

// disagreement says what keeps tests of two files out of one target, "" if nothing does.
func disagreement(a, b File, partA, partB model.Part) string {
	switch {
	case partA != partB:
		return fmt.Sprintf("its tests bear different split markers (%s here), so no tag would select what -m does; mark them alike, or take the marker out of # gazelle:xdist_split_markers", cmp.Or(partB.Markers(), "none"))
	case !a.Markers.Equal(b.Markers):
		return "directives give marks other meanings in the folders of its files; give them one meaning, or make the folders test roots"
	}
	return ""
}

// without returns parts but for those in some.
func without(parts []model.Part, some func(model.Part) bool) []model.Part {
	return slices.DeleteFunc(slices.Clone(parts), some)
}
