package main

import (
	"fmt"
	"regexp"
	"strings"
)

// sources are those that count: as a test's rule sees them, and Bazel's filters.
type sources struct {
	replacements map[string]string
	dropped      *regexp.Regexp  // nil: none
	manifest     map[string]bool // nil: all
}

func (o options) sources() (sources, error) {
	s := sources{replacements: map[string]string{}}
	var err error
	if o.replacements != "" {
		if s.replacements, err = readReplacements(o.replacements); err != nil {
			return s, err
		}
	}
	if o.manifest != "" {
		if s.manifest, err = readManifest(o.manifest); err != nil {
			return s, err
		}
	}
	s.dropped, err = compile(o.filters)
	return s, err
}

// path returns what a source that a tracefile names is called, and whether it counts.
func (s sources) path(reported string) (string, bool) {
	path := reported
	if actual, ok := s.replacements[path]; ok {
		path = actual
	}
	wanted := s.manifest == nil || s.manifest[path]
	return path, wanted && (s.dropped == nil || !s.dropped.MatchString(path))
}

// readManifest leaves in what tools for C++ note beside the sources: nothing reports it.
func readManifest(name string) (map[string]bool, error) {
	paths, err := lines(name)
	manifest := map[string]bool{}
	for _, path := range paths {
		manifest[path] = true
	}
	return manifest, err
}

func readReplacements(name string) (map[string]string, error) {
	pairs, err := lines(name)
	replacements := map[string]string{}
	for i, pair := range pairs {
		reported, actual, found := strings.Cut(pair, ":")
		if !found {
			return nil, fmt.Errorf("%s:%d: %q: must be REPORTED:ACTUAL", name, i+1, pair)
		}
		replacements[reported] = actual
	}
	return replacements, err
}

// compile makes one pattern of all; it matches whole paths, as Bazel means it.
func compile(patterns []string) (*regexp.Regexp, error) {
	if len(patterns) == 0 {
		return nil, nil
	}
	for _, pattern := range patterns {
		if _, err := regexp.Compile(pattern); err != nil {
			return nil, fmt.Errorf("--filter_sources=%s: %w", pattern, err)
		}
	}
	return regexp.Compile("^(?:(?:" + strings.Join(patterns, ")|(?:") + "))$")
}
