package syntax

import (
	"fmt"
	"strings"
	"testing"
)

// Conditions on sys.version_info, on Python 3.8, 3.11 and 3.14: + true, - false, ? unknown.
func TestVersionsOf(t *testing.T) {
	for _, c := range []struct{ condition, want string }{
		{"sys.version_info >= (3, 11)", "-++"},
		{"sys.version_info > (3, 11)", "-++"}, // five numbers are more than two
		{"sys.version_info <= (3, 11)", "+--"},
		{"sys.version_info < (3, 11)", "+--"},
		{"version_info == (3, 11)", "---"},
		{"sys.version_info[:2] == (3, 11)", "-+-"},
		{"sys.version_info[:2] != (3, 11)", "+-+"},
		{"sys.version_info[:2] > (3, 11)", "--+"},
		{"sys.version_info[:2] <= (3, 11, 2)", "++-"},
		{"sys.version_info >= (3, 11, 4)", "-?+"},
		{"sys.version_info[:3] >= (3, 11, 4)", "-?+"},
		{"sys.version_info >= (3,)", "+++"},
		{"sys.version_info < (3,)", "---"},
		{"sys.version_info[0] == 2", "---"},
		{"sys.version_info.major >= 3", "+++"},
		{"sys.version_info[1] < 11", "+--"},
		{"sys.version_info.minor >= 11", "-++"},
		{"(3, 11) <= sys.version_info", "-++"},
		{"11 > sys.version_info[1]", "+--"},
		{"not sys.version_info >= (3, 11)", "+--"},
		{"sys . version_info<(\n3,\n11\n)", "+--"},
		{"sys.version_info >= NEEDED", "???"},
		{"sys.version_info >= (3, 11) and linux", "???"},
		{"sys.platform == 'win32'", "???"},
	} {
		truth, falsity := versionsOf(c.condition)
		got := ""
		for _, minor := range []int{8, 11, 14} {
			switch {
			case truth.Has(minor) && !falsity.Has(minor):
				got += "+"
			case falsity.Has(minor) && !truth.Has(minor):
				got += "-"
			default:
				got += "?"
			}
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.condition, got, c.want)
		}
	}
}

// Imports know all conditions above them.
func TestAbsentImports(t *testing.T) {
	mod, err := Parse("a.py", []byte(`
import sys
if sys.version_info >= (3, 11):
    import tomllib
    if sys.version_info < (3, 12):
        import only11
elif sys.version_info >= (3, 9):
    import middle
else:
    import tomli
import always
`))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"sys": "8 9 11 12", "tomllib": "11 12", "only11": "11", "middle": "9", "tomli": "8", "always": "8 9 11 12"}
	for _, imp := range mod.Imports {
		got := ""
		for _, minor := range []int{8, 9, 11, 12} {
			if !imp.Absent.Has(minor) {
				got += fmt.Sprintf(" %d", minor)
			}
		}
		if got = strings.TrimSpace(got); got != want[imp.Module] {
			t.Errorf("%s: imported on %q, want %q", imp.Module, got, want[imp.Module])
		}
	}
}
