package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// filter is a --test_filter, as rules_go's go_test understands it: patterns of
// -test.run, separated by commas; one with a leading "-" is of -test.skip.
type filter struct{ run, skip []pattern }

// pattern is one alternative of -test.run: an expression for the test's name, and one
// for each level of subtests below.
type pattern struct {
	test     *regexp.Regexp
	subtests []string
}

func parseFilter(text string) (filter, error) {
	var f filter
	if text == "" {
		return f, nil
	}
	for _, part := range strings.Split(text, ",") {
		into := &f.run
		if rest, ok := strings.CutPrefix(part, "-"); ok {
			part, into = rest, &f.skip
		}
		for _, alternative := range splitOutside(part, '|') {
			p, err := parsePattern(alternative)
			if err != nil {
				return f, fmt.Errorf("--test_filter=%s: %w", text, err)
			}
			*into = append(*into, p)
		}
	}
	return f, nil
}

func parsePattern(text string) (pattern, error) {
	levels := splitOutside(text, '/')
	for _, level := range levels[1:] {
		if _, err := regexp.Compile(level); err != nil {
			return pattern{}, err
		}
	}
	test, err := regexp.Compile(levels[0])
	return pattern{test: test, subtests: levels[1:]}, err
}

// names returns the tests that the filter lets run, at least in part.
func (f filter) names(all []string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(name string) bool {
		matches := func(p pattern) bool { return p.test.MatchString(name) }
		whole := func(p pattern) bool { return len(p.subtests) == 0 && matches(p) }
		return len(f.run) > 0 && !slices.ContainsFunc(f.run, matches) || slices.ContainsFunc(f.skip, whole)
	})
}

// flags returns the flags that make the test binary run exactly these tests, of each
// the subtests that the filter lets run.
func (f filter) flags(tests []string) []string {
	flags := []string{"-test.run=" + f.runPattern(tests)}
	if len(f.skip) > 0 {
		var skip []string
		for _, p := range f.skip {
			skip = append(skip, p.below(p.test.String()))
		}
		flags = append(flags, "-test.skip="+strings.Join(skip, "|"))
	}
	return flags
}

func (f filter) runPattern(tests []string) string {
	if !slices.ContainsFunc(f.run, func(p pattern) bool { return len(p.subtests) > 0 }) {
		return exactly(tests)
	}
	var alternatives []string
	for _, p := range f.run {
		matched := slices.DeleteFunc(slices.Clone(tests), func(name string) bool { return !p.test.MatchString(name) })
		if len(matched) > 0 {
			alternatives = append(alternatives, p.below(exactly(matched)))
		}
	}
	return strings.Join(alternatives, "|")
}

// below puts the expression for the test's name in front of those for its subtests.
func (p pattern) below(test string) string {
	return strings.Join(append([]string{test}, p.subtests...), "/")
}

// exactly matches these names and no other.
func exactly(names []string) string {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = regexp.QuoteMeta(name)
	}
	return "^(" + strings.Join(quoted, "|") + ")$"
}

// splitOutside splits an expression at a separator where that is not in brackets, not in
// parentheses and not escaped, as package testing does.
func splitOutside(text string, separator byte) []string {
	var parts []string
	brackets, parentheses, begin := 0, 0, 0
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\':
			i++
		case c == '[':
			brackets++
		case c == ']':
			brackets = max(brackets-1, 0)
		case brackets > 0:
		case c == '(':
			parentheses++
		case c == ')':
			parentheses--
		case c == separator && parentheses == 0:
			parts = append(parts, text[begin:i])
			begin = i + 1
		}
	}
	return append(parts, text[begin:])
}
