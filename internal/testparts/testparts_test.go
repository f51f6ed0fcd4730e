package testparts

import (
	"fmt"
	"strings"
	"testing"

	"github.com/rules-xdist/rules_xdist/internal/model"
	"github.com/rules-xdist/rules_xdist/internal/pyscan"
)

const head = "from pytest import mark, param\n"

// parts scans a source and returns its parts, and below them its problems.
func parts(t *testing.T, rules Rules, src string) string {
	t.Helper()
	f, err := pyscan.Scan("test_x.py", []byte(head+src))
	if err != nil {
		t.Fatal(err)
	}
	var all []model.Part
	var problems []Problem
	for _, test := range f.Tests {
		of, wrong := rules.Of(test)
		all, problems = append(all, of...), append(problems, wrong...)
	}
	out := fmt.Sprint(sortedSet(all, model.ComparePart))
	for _, p := range sortedSet(problems, compareProblem) {
		out += fmt.Sprintf("\n%d %s", p.Line, p.Text)
		if p.Unreadable != strings.Contains(p.Text, "cannot be read") {
			t.Errorf("%s: Unreadable is %t", p.Text, p.Unreadable)
		}
	}
	return out
}

func byGroup() Rules { return Rules{Markers: model.DefaultMarkers(), Groups: true} }

func TestSplitMarkers(t *testing.T) {
	rules := byGroup()
	rules.Markers.Split = []string{"e2e", "unit"}
	for _, c := range []struct{ name, src, want string }{
		{"no mark", "def test_a(): pass", "[rest]"},
		{"one", "@mark.unit\ndef test_a(): pass\ndef test_b(): pass", "[rest rest+unit]"},
		{"both, in any order", "@mark.unit\n@mark.e2e\n@mark.unit\ndef test_a(): pass", "[rest+e2e+unit]"},
		{"serial keeps them", "@mark.unit\n@mark.serial\n@mark.xdist_group('g')\ndef test_a(): pass", "[serial+unit]"},
		{"a group too", "pytestmark = mark.unit\n@mark.xdist_group('g')\ndef test_a(): pass", "[group:g+unit]"},
		{"params", "@mark.e2e\n@mark.parametrize('x', [1, param(2, marks=mark.unit)])\ndef test_a(x): pass", "[rest+e2e rest+e2e+unit]"},
		{"other marks do not count", "@mark.slow\ndef test_a(): pass", "[rest]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := parts(t, rules, c.src); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestParts(t *testing.T) {
	for _, c := range []struct{ name, src, want string }{
		{"no tests", "", "[]"},
		{"no marks", "def test_a(): pass", "[rest]"},
		{"serial", "@mark.serial\ndef test_a(): pass", "[serial]"},
		{"group", "@mark.xdist_group('db')\ndef test_a(): pass", "[group:db]"},
		{"group by name=", "@mark.xdist_group(name='db')\ndef test_a(): pass", "[group:db]"},
		{"the first positional argument wins", "@mark.xdist_group('a', 'b', name='c')\ndef test_a(): pass", "[group:a]"},
		{"group without a name", "@mark.xdist_group\ndef test_a(): pass\n@mark.xdist_group()\ndef test_b(): pass", "[group:default]"},
		{"several groups", "@mark.xdist_group('b')\n@mark.xdist_group('a')\n@mark.xdist_group('b')\ndef test_a(): pass", "[group:a_b]"},
		{"serial wins", "@mark.xdist_group('b')\n@mark.serial\ndef test_a(): pass", "[serial]"},
		{"serial wins over what is wrong", "@mark.xdist_group('b c')\n@mark.serial\ndef test_a(): pass", "[serial]"},
		{"several tests", "pytestmark = mark.xdist_group('m')\ndef test_a(): pass\n@mark.serial\ndef test_b(): pass\n@mark.xdist_group('c')\ndef test_c(): pass", "[group:c_m group:m serial]"},
		{"params", "@mark.parametrize('x', [1, param(2, marks=mark.serial)])\ndef test_a(x): pass", "[rest serial]"},
		{"all params marked", "@mark.parametrize('x', [param(2, marks=mark.serial)])\ndef test_a(x): pass", "[serial]"},
		{"params of a grouped test", "@mark.xdist_group('g')\n@mark.parametrize('x', [1, param(2, marks=mark.xdist_group('h'))])\ndef test_a(x): pass", "[group:g group:g_h]"},
		{"groups of one axis exclude each other", "@mark.parametrize('x', [param(1, marks=mark.xdist_group('g')), param(2, marks=mark.xdist_group('h'))])\ndef test_a(x): pass", "[group:g group:h]"},
		{"groups of two axes combine", "@mark.parametrize('x', [1, param(1, marks=mark.xdist_group('g'))])\n@mark.parametrize('y', [1, param(2, marks=mark.xdist_group('h'))])\ndef test_a(x, y): pass",
			"[rest group:g group:g_h group:h]"},
		{"other marks of params make no parts", "@mark.parametrize('x', [1, param(1, marks=mark.skip)])\ndef test_a(x): pass", "[rest]"},
		{"presumed tests count", "from base import Base\n@mark.serial\nclass TestC(Base): pass", "[serial]"},
		{"odd names", "@mark.xdist_group('d,b')\ndef test_a(): pass\n@mark.xdist_group('')\ndef test_b(): pass\n@mark.xdist_group('é+')\n@mark.xdist_group('a b')\ndef test_c(): pass", "[group: group:a b_%C3%A9%2B group:d,b]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := parts(t, byGroup(), c.src); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestProblems(t *testing.T) {
	for _, c := range []struct{ src, want string }{ // want is how the output begins
		{"@mark.xdist_group(f'd{b}')\ndef test_a(): pass", "[]\n2 mark \"xdist_group\": the group's name f'd{b}' cannot be read"},
		{"@mark.xdist_group(1)\ndef test_a(): pass", "[]\n2 mark \"xdist_group\": the group's name 1 cannot be read"},
		{"@mark.xdist_group(**k)\ndef test_a(): pass", "[]\n2 mark \"xdist_group\": the group's name **k cannot be read"},
	} {
		if got := parts(t, byGroup(), c.src); !strings.HasPrefix(got, c.want) {
			t.Errorf("%s\n got %s\nwant %s", c.src, got, c.want)
		}
	}
}

func TestGroupsDoNotCount(t *testing.T) {
	rules := Rules{Markers: model.DefaultMarkers()}
	src := "@mark.xdist_group('d b')\ndef test_a(): pass\n@mark.serial\ndef test_b(): pass"
	if got := parts(t, rules, src); got != "[rest serial]" {
		t.Errorf("got %s", got)
	}
}

func TestOtherMarkers(t *testing.T) {
	rules := Rules{Markers: model.Markers{Serial: []string{"alone", "single_cpu"}, Group: []string{"together"}}, Groups: true}
	src := "@mark.serial\ndef test_a(): pass\n@mark.single_cpu\ndef test_b(): pass\n@mark.together('x')\n@mark.xdist_group('y')\ndef test_c(): pass"
	if got := parts(t, rules, src); got != "[rest group:x serial]" {
		t.Errorf("got %s", got)
	}
}

func TestTooManyCombinations(t *testing.T) {
	var src strings.Builder
	for i := range 10 {
		fmt.Fprintf(&src, "@mark.parametrize('x%d', [1, param(1, marks=mark.xdist_group('g%d'))])\n", i, i)
	}
	src.WriteString("def test_a(): pass\n")
	if got := parts(t, byGroup(), src.String()); !strings.Contains(got, "combine to more than 256") {
		t.Errorf("got %s", got)
	}
}
