package command

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/rules-xdist/rules_xdist/internal/bep"
	"github.com/rules-xdist/rules_xdist/internal/durations"
	"github.com/rules-xdist/rules_xdist/internal/junitxml"
	"github.com/rules-xdist/rules_xdist/tools/xdist/summary"
)

// storedDurations reads the durations on record, so that what is wrong with them is
// said at once, and returns the report that brings them up to date.
func (s *session) storedDurations() (report, error) {
	path := filepath.Join(s.workspace.Root, durations.File)
	recorded, err := durations.Read(path)
	if err != nil {
		return nil, environment(err)
	}
	return func(build bep.Build) error {
		measured, unread := measure(build, recorded, summary.ReadFile)
		if unread > 0 {
			fmt.Fprintf(s.Stderr, "xdist: %s: %d test.xml cannot be read on this machine; their tests keep the durations that they had\n", durations.File, unread)
		}
		merged := recorded.Merge(measured, s.isFile)
		if err := merged.Write(path); err != nil {
			return err
		}
		fmt.Fprintf(s.Stdout, "stored the durations of %d tests in %s\n", len(measured), durations.File)
		return nil
	}, nil
}

// isFile says whether there is such a file in the workspace.
func (s *session) isFile(path string) bool {
	info, err := os.Stat(filepath.Join(s.workspace.Root, path))
	return err == nil && info.Mode().IsRegular()
}

// measure collects how long the tests of a build took, and counts the shards of
// which that is not known. Cached results tell it too.
func measure(build bep.Build, recorded durations.Durations, read summary.Reader) (measured durations.Durations, unread int) {
	measured = durations.Durations{}
	for _, target := range build.Targets {
		for _, shard := range target.Shards {
			if len(shard.Attempts) == 0 {
				continue
			}
			file, err := read(shard.Attempts[len(shard.Attempts)-1].XML)
			if err != nil {
				unread++
				continue
			}
			for _, c := range file.Cases {
				if _, known := recorded[c.NodeID]; tells(c, known) {
					// Of several runs, in several environments for example, the longest.
					measured[c.NodeID] = max(measured[c.NodeID], c.Seconds)
				}
			}
		}
	}
	return measured, unread
}

// tells says whether a case tells how long its test takes: not where it stopped
// halfway. One that is skipped here may well run where it was measured.
func tells(c junitxml.Case, known bool) bool {
	switch {
	case c.NodeID == "":
		return false
	case c.Outcome == junitxml.Skipped:
		return !known
	default:
		return c.Outcome == junitxml.Passed || c.Outcome == junitxml.XFailed
	}
}
