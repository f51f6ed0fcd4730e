package corpus_test

import (
	"maps"
	"path"
	"strings"
	"testing"

	"github.com/rules-xdist/rules_xdist/tools/gazellebench/corpus"
)

func TestSameFilesEachTime(t *testing.T) {
	for _, monorepo := range []bool{false, true} {
		c := corpus.Corpus{Tests: 200, PerFolder: 5, Monorepo: monorepo}
		if !maps.Equal(c.Files(), c.Files()) {
			t.Errorf("Monorepo %t: the same corpus has other files the second time", monorepo)
		}
	}
}

func TestFilesOfTests(t *testing.T) {
	for _, monorepo := range []bool{false, true} {
		c := corpus.Corpus{Tests: 200, PerFolder: 5, Monorepo: monorepo}
		files := c.Files()
		for _, test := range c.List() {
			for _, file := range []string{test.Path, test.Library, path.Join(path.Dir(test.Path), "conftest.py")} {
				if files[file] == "" {
					t.Errorf("Monorepo %t: %s needs %s, which is not there", monorepo, test.Path, file)
				}
			}
			if beside := path.Dir(test.Path) == path.Dir(test.Library); beside != monorepo {
				t.Errorf("Monorepo %t: %s tests %s", monorepo, test.Path, test.Library)
			}
		}
	}
}

func TestMarksOfMonorepo(t *testing.T) {
	c := corpus.Corpus{Tests: 200, PerFolder: 5, Monorepo: true}
	files := c.Files()
	got := map[string]int{}
	for _, test := range c.List() {
		for _, mark := range []string{"mark.serial", "mark.xdist_group"} {
			got[mark] += strings.Count(files[test.Path], mark)
		}
	}
	if want := map[string]int{"mark.serial": 10, "mark.xdist_group": 20}; !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
