package model

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func read(t *testing.T, file string) string {
	t.Helper()
	content, err := os.ReadFile("../../" + file)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// Modes and parts are written in three languages; these tests hold them together.
func TestStarlarkHasTheSameWords(t *testing.T) {
	const file = "rules/private/parts.bzl"
	content := read(t, file)
	for _, want := range []string{
		`DIST_MODES = ["` + strings.Join(Modes, `", "`) + `"]`,
		fmt.Sprintf("REST = %q", Rest),
		fmt.Sprintf("SERIAL = %q", Serial),
		fmt.Sprintf("_GROUP_PREFIX = %q", groupPrefix),
		fmt.Sprintf("_PLAIN = %q", plain()),
	} {
		if !strings.Contains(content, "\n"+want+"\n") {
			t.Errorf("%s: no line %s", file, want)
		}
	}
}

// plain returns the characters that stand for themselves in a group's part.
func plain() string {
	var b strings.Builder
	for c := range byte(0x80) {
		if GroupNamed(string(rune(c))) == Part(groupPrefix+string(rune(c))) {
			b.WriteByte(c)
		}
	}
	return b.String()
}

func TestPythonHasTheSameModes(t *testing.T) {
	const file = "rules/pytest_plugin/rules_xdist/units.py"
	_, table, found := strings.Cut(read(t, file), "_UNIT_BY_DIST:")
	if !found {
		t.Fatalf("%s: no table _UNIT_BY_DIST", file)
	}
	var modes []string
	for _, key := range regexp.MustCompile(`(?m)^    "(\w+)": `).FindAllStringSubmatch(table, -1) {
		modes = append(modes, key[1])
	}
	if !slices.Equal(modes, Modes) {
		t.Errorf("%s: modes %v, want %v", file, modes, Modes)
	}
}
