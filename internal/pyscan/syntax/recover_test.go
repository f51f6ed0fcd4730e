package syntax

import (
	"fmt"
	"strings"
	"testing"
)

// sees says what a module holds: "class TestA: test_a, import os" and so on.
func sees(body []Stmt) string {
	var names []string
	for _, s := range body {
		switch s.Kind {
		case StmtDef:
			names = append(names, s.Def.Name)
		case StmtClass:
			names = append(names, s.Def.Name+"("+sees(s.Def.Body)+")")
		case StmtAssign:
			names = append(names, s.Targets[0].Text+"=")
		}
	}
	return strings.Join(names, " ")
}

func TestFaultsInFunctions(t *testing.T) {
	for _, c := range []struct {
		name, source, want, faults, imports string
	}{
		{"a statement", "def a():\n    x = = 1\n    y = 2\ndef b(): pass\nX = 1\n", "a b X=", "2:9", ""},
		{"a bracket that is never closed", "def a():\n    f(1,\n\ndef b():\n    pass\n", "a b", "2:6", ""},
		{"the wrong bracket", "def a():\n    x = (1,\n    y = ]\ndef b(): pass\n", "a b", "3:9", ""},
		{"a string that is never closed", "def a():\n    x = '''text\n\nclass T:\n  def b(self): pass\n", "a T(b)", "2:9", ""},
		{"a method", "class T:\n  def a(self):\n    print 'x'\n  M = 1\n  def b(self): pass\ndef c(): pass\n", "T(a M= b) c", "3:11", ""},
		{"the continuation of a call", "def a():\n    f(1,\n      2 3)\n    g()\ndef b(): pass\n", "a b", "3:9", ""},
		{"indentation", "def a():\n        x = 1\n    y = 2\ndef b(): pass\n", "a b", "3:5", ""},
		{"indentation that is too deep", "def a():\n  x = 1\n    y = 2\ndef b(): pass\n", "a b", "3:5", ""},
		{"a compound statement", "def a():\n  if x = 3:\n    y\n  else:\n    z\nclass B: pass\n", "a B()", "2:8", ""},
		{"a body on the line of its function", "def a(): x!\ndef b(): pass\n", "a b", "1:11", ""},
		{"a function in a function", "def a():\n  def inner():\n    x y\n  return 1\ndef b(): pass\n", "a b", "3:7", ""},
		{"an asynchronous function with tabs", "class T:\n\tasync def a(self):\n\t\tx y\n\tdef b(self): pass\n", "T(a b)", "3:5", ""},
		{"several functions", "def a():\n  x y\ndef b():\n  pass\ndef c():\n  ?\n", "a b c", "2:5 6:3", ""},
		{"comments stay", "def a():\n  # before\n  x y\n# gazelle:ignore foo\n  z w\ndef b(): pass\n", "a b", "3:5", ""},
		{"the last line", "def a():\n  x y", "a", "2:5", ""},
		{"imports around it", "def a():\n  import one\n  x y\n  from two import (b,\n    c)\n  import three; z\nimport four\n", "a", "3:5", "one two three four"},
	} {
		m, err := Parse("x.py", []byte(c.source))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got := sees(m.Body); got != c.want {
			t.Errorf("%s: sees %q, want %q", c.name, got, c.want)
		}
		var faults, imports []string
		for _, f := range m.Faults {
			faults = append(faults, fmt.Sprintf("%d:%d", f.Line, f.Column))
		}
		for _, imp := range m.Imports {
			imports = append(imports, imp.Module)
		}
		if got := strings.Join(faults, " "); got != c.faults {
			t.Errorf("%s: faults at %s, want %s", c.name, got, c.faults)
		}
		if got := strings.Join(imports, " "); got != c.imports {
			t.Errorf("%s: imports %q, want %q", c.name, got, c.imports)
		}
	}
}

// Outside of the bodies of functions nothing is passed over.
func TestFaultsOfModules(t *testing.T) {
	for source, want := range map[string]string{
		"x = = 1\ndef a(): pass\n":                      "1:5",
		"def!\\\n f(a): pass\ndef b(): pass\n":          "1:4",
		"def a(x=):\n    pass\n":                        "1:9",
		"def a(\n    x y):\n    pass\n":                 "2:7",
		"@f(\ndef a():\n    pass\n":                     "1:3",
		"class T:\n    x y\n    def a(self): pass\n":    "2:7",
		"def a():\npass\n":                              "2:1",
		"def a():\n    t = '''\n'''.format(\n    g(\n":  "4:6", // behind the body, by indentation
		"def a():\n    x y\nb = (\n":                    "2:7", // the first
		"def a():\n    '''\nno Python\ndef b(): pass\n": "2:5", // what follows the string's begin might be text
	} {
		m, err := Parse("x.py", []byte(source))
		if err == nil {
			t.Errorf("%q: sees %q, want a fault at %s", source, sees(m.Body), want)
			continue
		}
		at := err.(*Error)
		if got := fmt.Sprintf("%d:%d", at.Line, at.Column); got != want {
			t.Errorf("%q: fault at %s (%s), want %s", source, got, at.Msg, want)
		}
	}
}

// A file full of faults takes bounded time.
func TestManyFaults(t *testing.T) {
	source := strings.Repeat("def a():\n    x y\n", 100_000)
	if _, err := Parse("x.py", []byte(source)); err == nil {
		t.Error("all of many faults were passed over one by one")
	}
}
