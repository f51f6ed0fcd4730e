package main

import (
	"runtime/debug"
	"slices"

	"github.com/rules-xdist/rules_xdist/tools/buildbarn/page"
)

// versions are what this program was built from, as far as Go noted that.
func versions() []page.Fact {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return nil
	}
	facts := []page.Fact{{Name: "Version", Value: revision(info)}}
	for _, name := range []string{"bb-remote-execution", "bb-storage"} {
		place := slices.IndexFunc(info.Deps, func(m *debug.Module) bool { return m.Path == "github.com/buildbarn/"+name })
		if place >= 0 {
			facts = append(facts, page.Fact{Name: name, Value: info.Deps[place].Version})
		}
	}
	return facts
}

// revision is the repository's, or the module's version where there is none.
func revision(info *debug.BuildInfo) string {
	for _, setting := range info.Settings {
		if setting.Key == "vcs.revision" {
			return setting.Value
		}
	}
	return info.Main.Version
}
