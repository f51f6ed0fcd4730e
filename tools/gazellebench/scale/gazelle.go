package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/rules-xdist/rules_xdist/tools/gazellebench/corpus"
	"github.com/rules-xdist/rules_xdist/tools/gazellebench/process"
)

// gazelleCosts are the medians of some runs, in seconds of processor time.
type gazelleCosts struct {
	// fresh is the run that writes all BUILD files, walk reads them and does nothing.
	fresh, unchanged, edited, walk float64
	maxBytes                       int64
}

// gazelle measures Gazelle in the workspace, which afterwards has its BUILD files.
func (b bench) gazelle(workspace string, c corpus.Corpus) (gazelleCosts, error) {
	var costs gazelleCosts
	fresh, err := checked(process.Gazelle(workspace, ""))
	if err != nil {
		return costs, err
	}
	costs.fresh = fresh.CPU.Seconds()
	tests := c.List()
	var walk, unchanged, edited []float64
	for round := range b.rounds {
		r, err := checked(process.Walk(workspace))
		if err != nil {
			return costs, err
		}
		walk = append(walk, r.CPU.Seconds())
		if r, err = checked(process.Gazelle(workspace, "")); err != nil {
			return costs, err
		}
		unchanged = append(unchanged, r.CPU.Seconds())
		costs.maxBytes = max(costs.maxBytes, r.MaxBytes)
		if err := edit(filepath.Join(workspace, tests[len(tests)/2].Path), round); err != nil {
			return costs, err
		}
		if r, err = checked(process.Gazelle(workspace, "")); err != nil {
			return costs, err
		}
		edited = append(edited, r.CPU.Seconds())
	}
	costs.walk, costs.unchanged, costs.edited = median(walk), median(unchanged), median(edited)
	return costs, nil
}

func checked(r process.Run, err error) (process.Run, error) {
	if err == nil && len(r.Failed) > 0 {
		err = fmt.Errorf("gazelle: %s", r.Failed[0])
	}
	return r, err
}

// edit adds a test to a test file.
func edit(file string, round int) error {
	content, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	return os.WriteFile(file, fmt.Appendf(content, "\n\ndef test_added_%d():\n    assert True\n", round), 0o644)
}
