package gazelle_ext

import (
	"errors"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rules-xdist/rules_xdist/internal/durations"
)

// recordedDurations reads how long tests took: the file in the repository's root, and for
// what that does not have, those in the test roots where pytest starts, which pytest-split
// writes there with its own node ids.
func (s *survey) recordedDurations(report *report) durations.Durations {
	recorded := durations.Durations{}
	for _, root := range slices.Backward(slices.Sorted(maps.Keys(s.folders))) {
		if f := s.folders[root]; root == "" || !f.isTestRoot() || f.settings.pytest.File == "" {
			continue
		}
		read, err := s.readDurations(root)
		if err != nil {
			s.freezeTestRoot(root, err)
		}
		maps.Copy(recorded, read.In(root))
	}
	read, err := s.readDurations("")
	if err != nil {
		report.stop(err) // All targets' sizes come from there.
	}
	maps.Copy(recorded, read)
	return recorded
}

func (s *survey) readDurations(root string) (durations.Durations, error) {
	read, err := durations.Read(filepath.Join(s.root, filepath.FromSlash(path.Join(root, durations.File))))
	if err != nil {
		err = errors.New(strings.ReplaceAll(err.Error(), s.root+string(filepath.Separator), ""))
	}
	return read, err
}

// freezeTestRoot leaves all folders of a test root as they are.
func (s *survey) freezeTestRoot(root string, why error) {
	for _, f := range s.folders {
		if f.settings.testRoot == root {
			f.settings.wrongOfRoot = slices.Concat(f.settings.wrongOfRoot, []error{why})
		}
	}
}
