package main

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/rules-xdist/rules_xdist/internal/model"
	"github.com/rules-xdist/rules_xdist/internal/pyscan"
	"github.com/rules-xdist/rules_xdist/internal/testparts"
)

// A workspace has a copy of a suite, with marks added to it.
type workspace struct {
	library library
	suite   suite
	folder  string
}

// compare makes the copy, and holds what the scanner reads in it against what pytest
// collects.
func (w workspace) compare(ctx context.Context) (result, error) {
	if err := w.prepare(ctx); err != nil {
		return result{}, err
	}
	scanned, err := w.scan()
	if err != nil {
		return result{}, err
	}
	seen, err := w.collect(ctx, scanned)
	if err != nil {
		return result{}, err
	}
	return compare(w.suite.name, scanned, seen), nil
}

func (w workspace) prepare(ctx context.Context) error {
	if err := os.RemoveAll(w.folder); err != nil {
		return err
	}
	target := filepath.Join(w.folder, w.suite.name)
	if err := copyPackage(filepath.Join(w.library.modules(), w.suite.name), target); err != nil {
		return err
	}
	// Its folder is pytest's root, whatever lies above it.
	if err := os.WriteFile(filepath.Join(w.folder, "pytest.ini"), []byte("[pytest]\n"), 0o644); err != nil {
		return err
	}
	_, err := output(w.library.command(ctx, "python3", w.script("overlay.py"), w.folder))
	return err
}

func (w workspace) script(name string) string {
	return filepath.Join(w.library.repository, "tools", "scandiff", "python", name)
}

// copyPackage copies a package's Python sources, and links to everything else.
func copyPackage(from, to string) error {
	return filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		target := filepath.Join(to, relative)
		switch {
		case entry.IsDir():
			return os.MkdirAll(target, 0o755)
		case filepath.Ext(path) != ".py":
			return os.Symlink(path, target)
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(target, content, 0o644)
	})
}

// scan reads the package's files, and in the test files, those that pytest takes by
// default, the tests.
func (w workspace) scan() (scan, error) {
	tree := pyscan.Tree{}
	var sources []*pyscan.Source
	err := fs.WalkDir(os.DirFS(w.folder), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".py") {
			return err
		}
		content, err := os.ReadFile(filepath.Join(w.folder, path))
		if err != nil {
			return err
		}
		source, err := pyscan.Options{}.Parse(path, content)
		name := entry.Name()
		collected := strings.HasPrefix(name, "test_") || strings.HasSuffix(name, "_test.py")
		switch {
		case err == nil:
			source.Collected = collected
			sources = append(sources, source)
			tree[path] = true
		case collected:
			return err
		}
		return nil // what is wrong with others shows in pytest's own run
	})
	for _, defect := range pyscan.Link(sources, tree) {
		err = errors.Join(err, defect)
	}
	s := scan{}
	for _, source := range sources {
		if source.Collected {
			s.add(source.Path, &source.File, testparts.Rules{Markers: model.DefaultMarkers(), Groups: true})
		}
	}
	return s, err
}

// collectionTimeout bounds one run of pytest: some suites wait at import for what is
// not there.
const collectionTimeout = 5 * time.Minute

// collect returns what pytest collects, and the facts about it.
func (w workspace) collect(ctx context.Context, scanned scan) (collection, error) {
	ctx, cancel := context.WithTimeout(ctx, collectionTimeout)
	defer cancel()
	var c collection
	if err := writeJSON(w.file("scanned.json"), scanned.ids()); err != nil {
		return c, err
	}
	if err := writeJSON(w.file("markers.json"), scanned.markers()); err != nil {
		return c, err
	}
	command := w.library.command(ctx, "python3", "-m", "pytest", "--collect-only", "-q", "-q", "--continue-on-collection-errors",
		"-p", "rules_xdist.collect", "-p", "evidence", "-p", "no:cacheprovider", w.suite.name)
	command.Dir = w.folder
	command.Env = append(os.Environ(), w.environment()...)
	_, err := output(command)
	// pytest exits with 1 or 2 where modules cannot be imported.
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || exit.ExitCode() > 2) {
		return c, err
	}
	collected := struct {
		Items *[]collectedItem `json:"items"`
	}{&c.items}
	if err := readJSON(w.file("collected.json"), &collected); err != nil {
		return c, err
	}
	return c, readJSON(w.file("evidence.json"), &c.evidence)
}

// environment is what pytest and its plugins need: where modules and shared objects
// are, and which files to read and write.
func (w workspace) environment() []string {
	plugins := filepath.Join(w.library.repository, "rules", "pytest_plugin")
	return []string{
		"PYTHONPATH=" + strings.Join([]string{plugins, w.script(""), w.library.modules()}, ":"),
		"PYTHONPYCACHEPREFIX=" + filepath.Join(w.library.folder, "bytecode"),
		"PYTHONHASHSEED=0",
		"LD_LIBRARY_PATH=" + w.library.sharedObjects(),
		"RULES_XDIST_COLLECT_MARKERS=" + w.file("markers.json"),
		"RULES_XDIST_COLLECT_OUTPUT=" + w.file("collected.json"),
		"SCANDIFF_SCANNED=" + w.file("scanned.json"),
		"SCANDIFF_EVIDENCE=" + w.file("evidence.json"),
	}
}

func (w workspace) file(name string) string { return filepath.Join(w.folder, name) }

func writeJSON(path string, value any) error {
	content, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return os.WriteFile(path, content, 0o644)
}

func readJSON(path string, into any) error {
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return json.Unmarshal(content, into)
}
