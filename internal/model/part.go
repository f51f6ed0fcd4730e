// Package model holds the words that all other packages share: the parts into
// which a file's tests fall and the marks that decide them. It knows nothing of
// Gazelle, pytest or Bazel, and imports only the standard library.
package model

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Part is the class into which a test falls: Serial, a group, or Rest, followed by
// "+MARKER" for each split marker that the test bears, sorted: "rest", "group:db+unit".
// The same words stand in rules/private/parts.bzl and in rules_xdist.units (Python).
type Part string

const (
	// Rest are the tests that neither are serial nor belong to a group.
	Rest Part = "rest"
	// Serial are the tests that must run alone.
	Serial Part = "serial"
	// OtherGroups are the groups of a file that no target names: such as only a running
	// pytest shows.
	OtherGroups Part = "other_groups"

	groupPrefix = "group:"
	// markerPrefix stands before each marker; no group's name, as it is written in a part,
	// contains it.
	markerPrefix = "+"
)

// DefaultGroup is pytest-xdist's name of a group without one.
const DefaultGroup = "default"

// JoinGroups returns the name of the group of a test that has several group marks:
// as under pytest-xdist it is in none of these groups but in one of its own.
func JoinGroups(names []string) string {
	names = slices.Sorted(slices.Values(names))
	return strings.Join(slices.Compact(names), "_")
}

// GroupNamed returns the part of the group with that name, which may be any string, as
// pytest-xdist allows. In the part, what is no printable ASCII and the characters %, +, "
// and \ are written as %XX for each byte of their UTF-8.
func GroupNamed(name string) Part {
	part := []byte(groupPrefix)
	for _, c := range []byte(name) {
		if c < ' ' || c > '~' || strings.IndexByte(`%+"\`, c) >= 0 {
			part = fmt.Appendf(part, "%%%02X", c)
		} else {
			part = append(part, c)
		}
	}
	return Part(part)
}

// With returns the part of those tests of p that bear the split markers.
func (p Part) With(markers []string) Part {
	for _, marker := range slices.Compact(slices.Sorted(slices.Values(markers))) {
		p += Part(markerPrefix + marker)
	}
	return p
}

// Base returns the part without its split markers.
func (p Part) Base() Part {
	base, _, _ := strings.Cut(string(p), markerPrefix)
	return Part(base)
}

// Unnamed returns the part by which a target runs p without naming it, "" if there is none:
// that of other groups, with the same split markers.
func (p Part) Unnamed() Part {
	if _, ok := p.Group(); !ok {
		return ""
	}
	return OtherGroups + Part(p.Markers())
}

// Markers returns the part's split markers as they are written in it, "+e2e+unit"; ""
// if there are none.
func (p Part) Markers() string { return strings.TrimPrefix(string(p), string(p.Base())) }

// Serial says whether the part's tests must run alone.
func (p Part) Serial() bool { return p.Base() == Serial }

// Group returns the name of the group, false if the part is none.
func (p Part) Group() (string, bool) {
	written, ok := strings.CutPrefix(string(p.Base()), groupPrefix)
	if !ok {
		return "", false
	}
	return escaped.ReplaceAllStringFunc(written, func(escape string) string {
		c, _ := strconv.ParseUint(escape[1:], 16, 8)
		return string([]byte{byte(c)})
	}), true
}

var escaped = regexp.MustCompile(`%[0-9A-F]{2}`)

// ComparePart orders parts as they are written in BUILD files: the rest, groups by
// name, other groups, serial.
func ComparePart(a, b Part) int {
	return cmp.Or(cmp.Compare(a.rank(), b.rank()), cmp.Compare(a, b))
}

func (p Part) rank() int {
	switch p.Base() {
	case Rest:
		return 0
	case OtherGroups:
		return 2
	case Serial:
		return 3
	default:
		return 1
	}
}
