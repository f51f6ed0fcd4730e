package model

import (
	"slices"
	"strings"
	"testing"
)

func TestParsePart(t *testing.T) {
	for _, s := range []string{"rest", "serial", "group:db", "group:A-b_c.9", "group:rest"} {
		p, err := ParsePart(s)
		if err != nil || string(p) != s {
			t.Errorf("ParsePart(%q) = %q, %v", s, p, err)
		}
	}
	for s, want := range map[string]string{
		"":          `part "": unknown; one of rest, serial, group:NAME`,
		"Rest":      `part "Rest": unknown`,
		"group":     `part "group": unknown`,
		"group:":    `part "group:": group "": the name is empty`,
		"group:a b": `part "group:a b": group "a b": character ' '`,
		"group:a/b": `part "group:a/b": group "a/b": character '/'`,
		"group:é":   `part "group:é": group "é": character 'é'`,
		"group:a@b": `part "group:a@b": group "a@b": character '@'`,
		"group:a]":  `part "group:a]": group "a]": character ']'`,
	} {
		if p, err := ParsePart(s); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("ParsePart(%q) = %q, %v; want error %s", s, p, err, want)
		}
	}
}

func TestGroup(t *testing.T) {
	p, err := GroupPart("db")
	if err != nil || p != "group:db" || !p.IsGroup() || p.Group() != "db" {
		t.Errorf("GroupPart(db) = %q, %v", p, err)
	}
	if _, err := GroupPart("d b"); err == nil {
		t.Error("GroupPart(d b): no error")
	}
	for _, p := range []Part{Rest, Serial} {
		if p.IsGroup() || p.Group() != "" {
			t.Errorf("%s: IsGroup %t, Group %q", p, p.IsGroup(), p.Group())
		}
	}
}

func TestJoinGroups(t *testing.T) {
	names := []string{"b", "a", "b"}
	if got := JoinGroups(names); got != "a_b" {
		t.Errorf("got %q, want a_b", got)
	}
	if !slices.Equal(names, []string{"b", "a", "b"}) {
		t.Errorf("the argument became %q", names)
	}
}

func TestComparePart(t *testing.T) {
	parts := []Part{Serial, "group:zoo", "group:a", Rest}
	slices.SortFunc(parts, ComparePart)
	if want := []Part{Rest, "group:a", "group:zoo", Serial}; !slices.Equal(parts, want) {
		t.Errorf("got %v, want %v", parts, want)
	}
}

func TestPosition(t *testing.T) {
	if got := (Position{"tests/test_a.py", 3}).String(); got != "tests/test_a.py:3" {
		t.Errorf("got %s", got)
	}
}
