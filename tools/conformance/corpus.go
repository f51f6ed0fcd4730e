package main

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
	"github.com/rules-xdist/rules_xdist/internal/pytestini"
)

const (
	corpusFolder = "tools/conformance/testdata"
	// overlayFolder of a suite is laid over it for the plain run: what a build would make.
	overlayFolder = "PLAIN"
	rootDirective = "# gazelle:xdist_test_root"
)

// corpus is the folder with all parts.
type corpus string

// part is a folder of the corpus that becomes a workspace.
type part struct {
	name   string
	runner runner
	// modes are, where targets are written by hand, those of each suite. Where there are
	// none, Gazelle writes the targets.
	modes []mode
	// hostile suites break their surroundings: each of their plain runs has a fresh copy,
	// and a time limit that some of them need.
	hostile bool
	// packages says that the part has a requirements file.
	packages bool
	// flags are those of Bazel's test command.
	flags  []string
	suites []suite // those that are chosen
	all    []suite
}

// mode is a way to run the tests of a suite, which has a target for it.
type mode struct{ name, suffix string }

// runner is what runs tests without Bazel.
type runner int

const (
	byPytest runner = iota
	byGo
)

// hostileFlags are for tests of which some wait for their time limit and need no processor.
var hostileFlags = []string{
	"--jobs=8", "--local_test_jobs=8", "--test_timeout=60",
	"--no@rules_xdist//rules:bytecode",
}

// parts are in the order in which they run.
var parts = []part{
	{name: "python", runner: byPytest},
	{name: "data", runner: byPytest},
	{name: "plugins", runner: byPytest, packages: true},
	{
		name:    "faults/python",
		runner:  byPytest,
		modes:   []mode{{"plain", ""}, {"boxed", "_boxed"}, {"workers", "_workers"}},
		hostile: true,
		flags:   hostileFlags,
	},
	{name: "go", runner: byGo},
	{name: "faults/go", runner: byGo, modes: []mode{{"plain", ""}}, hostile: true, flags: hostileFlags},
	{name: "names", runner: byPytest},
	{name: "marks", runner: byGo},
}

// suite is a folder that is a test root.
type suite struct {
	folder string // in its part; "." for what is in no other
	// configured says that the folder has a configuration of pytest, so that it starts there.
	configured bool
	settings
}

// settings of a suite are those of settings.toml.
type settings struct {
	// Plain are further options of the plain run: of pytest, or of the Go build.
	Plain []string `toml:"plain"`
	// Distributions are those of the part's requirements that the plain run has.
	Distributions []string `toml:"distributions"`
}

// choose returns the parts with those of their suites that are in the given folders, or
// that have them.
func choose(all []part, folders []string) ([]part, error) {
	if len(folders) == 0 {
		return all, nil
	}
	all = slices.Clone(all)
	used := map[string]bool{}
	for i := range all {
		p := &all[i]
		p.suites = slices.DeleteFunc(slices.Clone(p.all), func(s suite) bool {
			named := p.named(s, folders)
			for _, f := range named {
				used[f] = true
			}
			return len(named) == 0
		})
	}
	for _, f := range folders {
		if !used[f] {
			return nil, fmt.Errorf("folder %q: has no suite; give a part or a suite below %s", f, corpusFolder)
		}
	}
	return slices.DeleteFunc(all, func(p part) bool { return len(p.suites) == 0 }), nil
}

// parts returns all parts with all of their suites.
func (c corpus) parts() ([]part, error) {
	settings, err := c.settings()
	if err != nil {
		return nil, err
	}
	all := slices.Clone(parts)
	for i := range all {
		p := &all[i]
		if p.all, err = c.suites(*p); err != nil {
			return nil, err
		}
		for j := range p.all {
			key := p.key(p.all[j])
			p.all[j].settings = settings[key]
			if p.all[j].configured, err = c.isConfigured(key); err != nil {
				return nil, fmt.Errorf("%s: %w", key, err)
			}
			delete(settings, key)
		}
		p.suites = p.all
	}
	for key := range settings {
		return nil, fmt.Errorf("%s: %q: no such suite in the corpus", settingsFile, key)
	}
	return all, nil
}

// named returns the folders that are a suite, are above it or, if no suite is in them,
// belong to it.
func (p part) named(s suite, folders []string) []string {
	return slices.DeleteFunc(slices.Clone(folders), func(f string) bool {
		f = path.Clean(f)
		if slices.ContainsFunc(p.all, func(s suite) bool { return isBelow(p.key(s), f) }) {
			return !isBelow(p.key(s), f)
		}
		inPart, isInside := strings.CutPrefix(f, p.name+"/")
		owner := ownerOf(p.all, inPart)
		return !isInside || owner == nil || owner.folder != s.folder
	})
}

// takes reports whether a workspace with the chosen suites has a path of the part.
func (p part) takes(name string, isFolder bool) bool {
	for _, s := range p.suites {
		if isFolder && isBelow(s.folder, name) {
			return true // one above it
		}
	}
	if !isFolder && path.Dir(name) == "." {
		return true
	}
	owner := ownerOf(p.all, name)
	return owner != nil && slices.ContainsFunc(p.suites, func(s suite) bool { return s.folder == owner.folder })
}

// isBelow reports whether a path is the folder, or below it.
func isBelow(name, folder string) bool {
	return folder == "." || name == folder || strings.HasPrefix(name, folder+"/")
}

// key names a suite among all of the corpus.
func (p part) key(s suite) string { return path.Join(p.name, s.folder) }

const settingsFile = "settings.toml"

func (c corpus) settings() (map[string]settings, error) {
	all := map[string]settings{}
	_, err := toml.DecodeFile(filepath.Join(string(c), settingsFile), &all)
	return all, err
}

// suites finds a part's test roots, and adds "." if there are tests in none of them.
func (c corpus) suites(p part) ([]suite, error) {
	var found []suite
	loose := false
	err := fs.WalkDir(os.DirFS(filepath.Join(string(c), p.name)), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && c.isRoot(p, name) {
			found = append(found, suite{folder: name})
		}
		loose = loose || isTestFile(entry.Name()) && ownerOf(found, name) == nil
		return nil
	})
	if loose {
		found = append(found, suite{folder: "."})
	}
	return found, err
}

func (c corpus) isRoot(p part, folder string) bool {
	if p.runner == byGo {
		files, err := filepath.Glob(filepath.Join(string(c), p.name, folder, "*_test.go"))
		return err == nil && len(files) > 0
	}
	content, err := os.ReadFile(filepath.Join(string(c), p.name, folder, "BUILD.bazel"))
	return err == nil && folder != "." && (p.modes != nil || strings.Contains(string(content), rootDirective))
}

// isConfigured reports whether a folder of the corpus has a configuration of pytest.
func (c corpus) isConfigured(folder string) (bool, error) {
	config, err := pytestini.Find(func(name string) ([]byte, bool) {
		content, err := os.ReadFile(filepath.Join(string(c), folder, name))
		return content, err == nil
	})
	return config.File != "", err
}

func isTestFile(name string) bool {
	return strings.HasPrefix(name, "test_") && strings.HasSuffix(name, ".py") || strings.HasSuffix(name, "_test.go")
}

// ownerOf returns the suite in whose folder a path is.
func ownerOf(suites []suite, name string) *suite {
	var owner *suite
	for i, s := range suites {
		if isBelow(name, s.folder) && (owner == nil || len(s.folder) > len(owner.folder) || owner.folder == ".") {
			owner = &suites[i]
		}
	}
	return owner
}
