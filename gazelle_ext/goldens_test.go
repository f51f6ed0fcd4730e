package gazelle_ext

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// goldenFolders hold the cases, by what this extension runs with: nothing else, or
// another extension before or after it.
var goldenFolders = []string{"testdata", "testdata_beside", "testdata_before"}

// Gazelle's generation test compares nothing for a BUILD.in without a BUILD.out, and
// takes a case without a sentence of what it shows.
func TestGoldenCasesAreComplete(t *testing.T) {
	for _, folder := range goldenFolders {
		cases, err := os.ReadDir(folder)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range cases {
			readme, err := os.ReadFile(filepath.Join(folder, c.Name(), "README.md"))
			if err != nil || strings.TrimSpace(string(readme)) == "" {
				t.Errorf("%s/%s: no README.md that says what the case shows", folder, c.Name())
			}
		}
		err = filepath.WalkDir(folder, func(path string, _ os.DirEntry, err error) error {
			if in, ok := strings.CutSuffix(path, ".in"); ok {
				if _, err := os.Stat(in + ".out"); err != nil {
					t.Errorf("%s: has no %s.out to compare with", path, filepath.Base(in))
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// Each directive is shown by some golden case.
func TestEveryDirectiveHasAGoldenCase(t *testing.T) {
	var all strings.Builder
	for _, folder := range goldenFolders {
		err := filepath.WalkDir(folder, func(path string, entry os.DirEntry, err error) error {
			if err == nil && entry.Name() == "BUILD.in" {
				content, err := os.ReadFile(path)
				if err != nil {
					return err
				}
				all.Write(content)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, d := range directives {
		if !strings.Contains(all.String(), "# gazelle:"+d.key+" ") && !strings.Contains(all.String(), "# gazelle:"+d.key+"\n") {
			t.Errorf("directive %s: no golden case uses it", d.key)
		}
	}
}
