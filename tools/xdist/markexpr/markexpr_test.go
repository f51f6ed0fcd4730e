package markexpr

import (
	"fmt"
	"math/rand"
	"strings"
	"testing"
)

func TestFilter(t *testing.T) {
	tests := []struct{ expression, want string }{
		{"unit", "unit"},
		{"not e2e", "-e2e"},
		{"unit or integration", "unit,integration"},
		{"not e2e and not slow", "-e2e,-slow"},
		{"not (e2e or slow)", "-e2e,-slow"},
		{"unit and not slow", "unit,-slow"},
		{"(unit or integration) and not (slow or e2e)", "unit,integration,-slow,-e2e"},
		{"not slow and unit", "unit,-slow"},
		{"not not unit", "unit"},
		{"not (not unit and not e2e)", "unit,e2e"},
		{"unit or unit and slow", "unit"},
		{"unit and (unit or slow)", "unit"},
		{"((unit))", "unit"},
		{"a.b:c/d[1]", "a.b:c/d[1]"},
		{"größe or nothing", "größe,nothing"},
		{"unit or not unit", ""},
	}
	for _, test := range tests {
		t.Run(test.expression, func(t *testing.T) {
			e, err := Parse(test.expression)
			if err != nil {
				t.Fatal(err)
			}
			f, err := e.Filter()
			if err != nil {
				t.Fatal(err)
			}
			if f.String() != test.want {
				t.Errorf("got %q, want %q", f, test.want)
			}
		})
	}
}

func TestNoFilter(t *testing.T) {
	for _, expression := range []string{
		"unit and db",
		"unit or not slow",
		"(unit and db) or e2e",
		"unit and not unit",
		"not (unit and slow)",
	} {
		t.Run(expression, func(t *testing.T) {
			e, err := Parse(expression)
			if err != nil {
				t.Fatal(err)
			}
			if f, err := e.Filter(); err == nil {
				t.Errorf("got %q, want an error", f)
			} else if !strings.HasPrefix(err.Error(), expression+": not a tag filter") {
				t.Errorf("the error does not begin with the expression: %v", err)
			}
		})
	}
}

func TestSyntaxErrors(t *testing.T) {
	tests := []struct{ expression, want string }{
		{"unit slow", `unit slow: column 6: expected "and", "or" or the end, found "slow"`},
		{"unit and", `unit and: column 9: expected a mark, "not" or "(", found the end`},
		{"or unit", `or unit: column 1: expected a mark, "not" or "(", found "or"`},
		{"(unit", `(unit: column 6: expected ")", found the end`},
		{"unit)", `unit): column 5: expected "and", "or" or the end, found ")"`},
		{"unit & slow", `unit & slow: column 6: unexpected character '&'`},
		{"ü or & slow", `ü or & slow: column 6: unexpected character '&'`},
		{"device(serial=1)", `device(serial=1): column 1: mark "device" has arguments, which tags have not: select by the name alone`},
		{"unit or -slow", `unit or -slow: column 9: mark "-slow" cannot be a tag: Bazel's filters take a leading "-" for an operator`},
		{strings.TrimSuffix(strings.Repeat("m or ", 2)+numbered(17), " or "), "more than 16 marks"},
	}
	for _, test := range tests {
		t.Run(test.expression, func(t *testing.T) {
			if _, err := Parse(test.expression); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got  %v\nwant %s", err, test.want)
			}
		})
	}
}

func numbered(n int) string {
	var terms []string
	for i := range n {
		terms = append(terms, fmt.Sprintf("m%d", i))
	}
	return strings.Join(terms, " or ")
}

// TestFilterIsExact tries every filter there is: when Filter returns one, it
// agrees with the expression; when it returns none, none agrees.
func TestFilterIsExact(t *testing.T) {
	random := rand.New(rand.NewSource(1))
	for range 3000 {
		text := expression(random, 3)
		e, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		f, err := e.Filter()
		if err == nil && !agrees(f, e) {
			t.Fatalf("%s: filter %q selects something else", text, f)
		}
		if err != nil {
			if f, some := anyFilter(e); some {
				t.Fatalf("%s: no filter, but %q selects the same", text, f)
			}
		}
	}
}

func expression(random *rand.Rand, depth int) string {
	switch choice := random.Intn(5); {
	case depth == 0 || choice == 0:
		return string(rune('a' + random.Intn(4)))
	case choice == 1:
		return "not " + expression(random, depth-1)
	case choice == 2:
		return "(" + expression(random, depth-1) + ")"
	case choice == 3:
		return "(" + expression(random, depth-1) + " and " + expression(random, depth-1) + ")"
	default:
		return "(" + expression(random, depth-1) + " or " + expression(random, depth-1) + ")"
	}
}

// anyFilter looks for a filter by trying them all. One that wants and refuses
// the same tag selects nothing; no expression should become that.
func anyFilter(e *Expression) (Filter, bool) {
	all := marks(1)<<len(e.names) - 1
	for wanted := range all + 1 {
		for unwanted := range all + 1 {
			f := Filter{Wanted: e.members(wanted), Unwanted: e.members(unwanted)}
			if wanted&unwanted == 0 && agrees(f, e) {
				return f, true
			}
		}
	}
	return Filter{}, false
}

func agrees(f Filter, e *Expression) bool {
	for m := range marks(1) << len(e.names) {
		if f.selects(e.members(m)) != e.root.selects(m) {
			return false
		}
	}
	return true
}

// selects is Bazel's rule, written down independently of Filter's derivation.
func (f Filter) selects(tags []string) bool {
	has := map[string]bool{}
	for _, tag := range tags {
		has[tag] = true
	}
	for _, tag := range f.Unwanted {
		if has[tag] {
			return false
		}
	}
	for _, tag := range f.Wanted {
		if has[tag] {
			return true
		}
	}
	return len(f.Wanted) == 0
}
