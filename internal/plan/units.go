package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rules-xdist/rules_xdist/internal/model"
)

// units counts what a shard never splits among the tests of files that fall into
// runs, by the files' distribution mode. Parametrised tests count once, since only a
// running pytest knows their items, and presumed ones not at all.
func units(files []File, runs []model.Part) int {
	seen := map[string]bool{}
	for _, f := range files {
		for _, t := range f.Tests {
			for _, part := range t.Parts {
				if !t.Presumed && slices.Contains(runs, part) {
					seen[unit(f, t, part)] = true
				}
			}
		}
	}
	return len(seen)
}

func unit(f File, t Test, part model.Part) string {
	id := f.Path + "::" + t.ID
	switch f.Dist {
	case model.LoadScope:
		return id[:strings.LastIndex(id, "::")]
	case model.LoadFile:
		return f.Path
	case model.No:
		return ""
	}
	if _, ok := part.Group(); ok {
		return string(part)
	}
	return id
}

// origin is where the first of the parts that f has is, "path:line".
func origin(f File, parts []model.Part) string {
	for _, part := range parts {
		if slices.Contains(f.parts(), part) {
			return fmt.Sprintf("%s:%d", f.Path, f.lineOf(part))
		}
	}
	return f.Path + ":1"
}
