package main

import (
	"runtime/debug"
	"slices"

	"github.com/rules-xdist/rules_xdist/tools/buildbarn/page"
)

// versions are what this program was built from, as far as Go noted that: it knows no revision
// of a folder without a repository.
func versions() []page.Fact {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return nil
	}
	var facts []page.Fact
	for _, setting := range info.Settings {
		if setting.Key == "vcs.revision" {
			facts = append(facts, page.Fact{Name: "Revision", Value: setting.Value})
		}
	}
	for _, name := range []string{"bb-remote-execution", "bb-storage"} {
		place := slices.IndexFunc(info.Deps, func(m *debug.Module) bool { return m.Path == "github.com/buildbarn/"+name })
		if place >= 0 {
			facts = append(facts, page.Fact{Name: name, Value: info.Deps[place].Version})
		}
	}
	return facts
}
