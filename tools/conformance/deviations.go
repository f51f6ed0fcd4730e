package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
)

const deviationsFile = "tools/conformance/deviations.toml"

// deviations are the findings that are known.
type deviations struct {
	// Meant are those that are to stay.
	Meant []*deviation `toml:"meant"`
	// Open are defects that are to be mended.
	Open []*deviation `toml:"open"`
}

// deviation is an entry: findings of one kind, and why they are there.
type deviation struct {
	Suite string `toml:"suite"` // a key, with * for anything
	// Modes are those of targets that are written by hand; all, if there are none.
	Modes []string `toml:"modes"`
	// Tests are node ids or labels, with * for anything; empty for the suite as a whole.
	// Each has to have a finding.
	Tests []string `toml:"tests"`
	What  string   `toml:"what"` // with * for anything
	// Chance is of what comes up in some runs only, such as a race with a signal.
	Chance bool   `toml:"chance"`
	Reason string `toml:"reason"`
	Docs   string `toml:"docs"` // file#heading; not of open ones
	found  map[string]bool
}

func readDeviations(path string) (deviations, error) {
	var d deviations
	meta, err := toml.DecodeFile(path, &d)
	if err != nil {
		return d, err
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		return d, fmt.Errorf("%s: unknown keys: %v", path, unknown)
	}
	for _, each := range slices.Concat(d.Meant, d.Open) {
		each.found = map[string]bool{}
		if len(each.Tests) == 0 {
			each.Tests = []string{""}
		}
	}
	return d, nil
}

// divide sorts a part's findings by the entries that cover them.
func (d deviations) divide(r *result) {
	for _, f := range r.found {
		switch {
		case covers(d.Meant, f):
			r.meant = append(r.meant, f)
		case covers(d.Open, f):
			r.open = append(r.open, f)
		default:
			r.new = append(r.new, f)
		}
	}
}

func covers(entries []*deviation, f finding) bool {
	any := false
	for _, d := range entries {
		any = d.covers(f) || any
	}
	return any
}

func (d *deviation) covers(f finding) bool {
	if !matches(d.Suite, f.suite) || !matches(d.What, f.what) || len(d.Modes) > 0 && !slices.Contains(d.Modes, f.mode) {
		return false
	}
	any := false
	for _, test := range d.Tests {
		if matches(test, f.test) {
			d.found[test] = true
			any = true
		}
	}
	return any
}

// matches compares with a pattern, in which * is anything, also nothing.
func matches(pattern, text string) bool {
	expression := strings.ReplaceAll(regexp.QuoteMeta(pattern), `\*`, `(?s:.*)`)
	return regexp.MustCompile("^" + expression + "$").MatchString(text)
}

// unused is an error if an entry for suites that ran, other than one of chance, covers
// nothing: it is to be removed.
func (d deviations) unused(results []result) error {
	var errs []error
	for _, entry := range slices.Concat(d.Meant, d.Open) {
		if entry.Chance || !hasRun(results, entry.Suite) {
			continue
		}
		for _, test := range entry.Tests {
			if !entry.found[test] {
				errs = append(errs, fmt.Errorf("%s: suite %q, test %q, %q: is as in the plain run; remove the entry", deviationsFile, entry.Suite, test, entry.What))
			}
		}
	}
	return errors.Join(errs...)
}

// hasRun reports whether all suites of a pattern ran.
func hasRun(results []result, pattern string) bool {
	ran := false
	for _, r := range results {
		for _, s := range r.part.all {
			if matches(pattern, r.part.key(s)) || pattern == r.part.name {
				chosen := slices.ContainsFunc(r.part.suites, func(other suite) bool { return other.folder == s.folder })
				if !chosen {
					return false
				}
				ran = true
			}
		}
	}
	return ran
}

// unexplained is an error if there are findings that no entry covers.
func unexplained(results []result) error {
	n := 0
	for _, r := range results {
		n += len(r.new)
	}
	if n == 0 {
		return nil
	}
	return fmt.Errorf("%d deviations that %s does not have: mend them, or add them with their reason", n, deviationsFile)
}

// check returns what is wrong with the entries, in a repository with these parts.
func (d deviations) check(repository string, all []part) []error {
	var errs []error
	var results []result
	for _, p := range all {
		results = append(results, result{part: p})
	}
	for _, entry := range slices.Concat(d.Meant, d.Open) {
		if entry.Suite == "" || entry.What == "" || entry.Reason == "" {
			errs = append(errs, fmt.Errorf("suite %q, what %q, reason %q: each must be given", entry.Suite, entry.What, entry.Reason))
		}
		if !hasRun(results, entry.Suite) {
			errs = append(errs, fmt.Errorf("suite %q: the corpus has no suite of that name", entry.Suite))
		}
	}
	for _, entry := range d.Meant {
		if err := checkAnchor(repository, entry.Docs); err != nil {
			errs = append(errs, fmt.Errorf("suite %q: docs %q: %w", entry.Suite, entry.Docs, err))
		}
	}
	return errs
}

// checkAnchor finds the heading that a link names, as GitHub makes links of headings.
func checkAnchor(repository, link string) error {
	file, anchor, ok := strings.Cut(link, "#")
	if !ok {
		return errors.New("is no file#heading")
	}
	content, err := os.ReadFile(filepath.Join(repository, file))
	if err != nil {
		return err
	}
	for _, line := range strings.Split(string(content), "\n") {
		if heading := strings.TrimLeft(line, "#"); heading != line && slug(heading) == anchor {
			return nil
		}
	}
	return errors.New("the file has no such heading")
}

var notInSlug = regexp.MustCompile(`[^a-z0-9 _-]`)

func slug(heading string) string {
	return strings.ReplaceAll(notInSlug.ReplaceAllString(strings.ToLower(strings.TrimSpace(heading)), ""), " ", "-")
}
