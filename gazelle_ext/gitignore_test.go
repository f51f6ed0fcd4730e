package gazelle_ext

import (
	"os"
	"path/filepath"
	"testing"
)

func TestIsIgnored(t *testing.T) {
	root := t.TempDir()
	for file, content := range map[string]string{
		".gitignore":   "# noise\n*.log\n!keep.log\n/out\nbuild/\ndocs/*.html\na/**/b.txt\n\\#x\n[\n",
		"a/.gitignore": "!*.log\ntop.txt\n",
	} {
		path := filepath.Join(root, file)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	s := emptySurvey(root)
	for name, want := range map[string]bool{
		"x.log":           true,
		"deep/er/x.log":   true,
		"keep.log":        false,
		"out/x":           true,
		"deep/out/x":      false,
		"build/x":         true,
		"deep/build/x/y":  true,
		"build":           false, // a file
		"docs/x.html":     true,
		"docs/deep/x.htm": false,
		"a/x.log":         false,
		"a/deep/b.txt":    true,
		"a/deep/top.txt":  true,
		"b.txt":           false,
		"#x":              true,
		"x.txt":           false,
	} {
		if got := s.isIgnored(name, false); got != want {
			t.Errorf("%s: ignored %v; want %v", name, got, want)
		}
	}
}
