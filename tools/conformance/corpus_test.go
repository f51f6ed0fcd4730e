package main

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// corpusOf makes a corpus with a part of files.
func corpusOf(t *testing.T, name string, files ...string) corpus {
	t.Helper()
	folder := t.TempDir()
	for _, file := range append(files, "../settings.toml") {
		path := filepath.Join(folder, name, file)
		content := ""
		if filepath.Base(file) == "BUILD.bazel" {
			content = rootDirective + "\n"
		}
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(content), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	return corpus(folder)
}

func TestChoose(t *testing.T) {
	p := part{name: "p/q"}
	var err error
	c := corpusOf(t, p.name, "hook/BUILD.bazel", "hook/tests/test_a.py", "mono/a/BUILD.bazel", "mono/b/BUILD.bazel", "tests/test_b.py")
	if p.all, err = c.suites(p); err != nil {
		t.Fatal(err)
	}
	for folders, want := range map[string]string{
		"":                     "p/q p/q/hook p/q/mono/a p/q/mono/b",
		"p/q":                  "p/q p/q/hook p/q/mono/a p/q/mono/b",
		"p/q/hook":             "p/q/hook",
		"p/q/hook/tests":       "p/q/hook",
		"p/q/mono":             "p/q/mono/a p/q/mono/b",
		"p/q/tests":            "p/q",
		"p/q/mono/b p/q/hook/": "p/q/hook p/q/mono/b",
	} {
		p.suites = p.all
		chosen, err := choose([]part{p}, strings.Fields(folders))
		if err != nil {
			t.Errorf("%s: %v", folders, err)
			continue
		}
		var got []string
		for _, p := range chosen {
			for _, s := range p.suites {
				got = append(got, p.key(s))
			}
		}
		slices.Sort(got)
		if got := strings.Join(got, " "); got != want {
			t.Errorf("%s: got %s, want %s", folders, got, want)
		}
	}
	if _, err := choose([]part{p}, []string{"python"}); err == nil {
		t.Error("python: no error")
	}
}

func TestSettingsOfNothing(t *testing.T) {
	c := corpusOf(t, parts[0].name)
	if err := os.WriteFile(filepath.Join(string(c), settingsFile), []byte("[\"p/nothing\"]\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, p := range parts {
		if err := os.MkdirAll(filepath.Join(string(c), p.name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := c.parts(); err == nil || !strings.Contains(err.Error(), "p/nothing") {
		t.Errorf("got %v, want an error with the name", err)
	}
}

func TestTakes(t *testing.T) {
	all := []suite{{folder: "a"}, {folder: "b/c"}, {folder: "."}}
	p := part{all: all, suites: all[1:2]}
	for name, want := range map[string]bool{
		".": true, "b": true, "b/c": true, "b/c/d": true, "a": false, "tests": false,
	} {
		if got := p.takes(name, true); got != want {
			t.Errorf("folder %s: %t, want %t", name, got, want)
		}
	}
	for name, want := range map[string]bool{
		"pytest.ini": true, "b/c/x": true, "a/x": false, "tests/x": false, "b/x": false,
	} {
		if got := p.takes(name, false); got != want {
			t.Errorf("file %s: %t, want %t", name, got, want)
		}
	}
}
