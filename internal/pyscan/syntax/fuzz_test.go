package syntax

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// corpusVariable names a folder whose Python files are further seeds, such as the
// modules that tools/scandiff unpacks.
const corpusVariable = "PYSCAN_FUZZ_CORPUS"

func addSeeds(f *testing.F) {
	for _, src := range []string{
		"if x:\n\ty\n  z", "x = f'{a!r:{b}}' rb'\\' + 0x_1", "def \\\n f(a, /, *b): pass", "match x:\n case [A(b=1), *_] as c if d: pass",
		"# coding: gbk\n'\x81\\'", "\xef\xbb\xbfclass A[T](B, c=d): pass\r\n@e\rasync def f(): ...", "\f\n(\\\n)\n", "x = (a.b\n.c)\n[d](e=f, *g)",
	} {
		f.Add([]byte(src))
	}
	folder := os.Getenv(corpusVariable)
	if folder == "" {
		return
	}
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".py") {
			return err
		}
		src, err := os.ReadFile(path)
		if err == nil && len(src) < 8<<10 {
			f.Add(src)
		}
		return err
	})
	if err != nil {
		f.Fatal(err)
	}
}

// FuzzParse holds Parse to what must be true of the places in a tree: what stands
// there is what the tree says, and parts lie within the whole.
func FuzzParse(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, src []byte) {
		m, err := Parse("x.py", src)
		if err != nil {
			return
		}
		c := placeChecker{t, m}
		c.body(m.Body)
		for _, imp := range m.Imports {
			first, _, _ := strings.Cut(imp.Module, ".")
			if imp.From {
				first = "from"
			}
			// Guarded ones may be calls of importorskip.
			if !strings.HasPrefix(m.Text[imp.Offset:], first) && !imp.Guarded {
				t.Errorf("import of %q at %.20q", imp.Module, m.Text[imp.Offset:])
			}
		}
	})
}

type placeChecker struct {
	t *testing.T
	m *Module
}

func (c placeChecker) body(body []Stmt) {
	for _, s := range body {
		for _, e := range append(s.Targets, s.Value) {
			c.expr(e, 0, len(c.m.Text))
		}
		if s.Def != nil {
			c.def(s.Def)
		}
		if s.Branches != nil {
			for _, b := range s.Branches.List {
				c.expr(b.Cond, 0, len(c.m.Text))
				c.body(b.Body)
			}
			c.body(s.Branches.Finally)
		}
	}
}

func (c placeChecker) def(d *Def) {
	if !strings.HasPrefix(c.m.Text[d.Offset:], d.Name) {
		c.t.Errorf("definition of %q at %.20q", d.Name, c.m.Text[d.Offset:])
	}
	for _, e := range append(d.Decorators, d.Args...) {
		c.expr(e, 0, len(c.m.Text))
	}
	c.body(d.Body)
}

func (c placeChecker) expr(e *Expr, start, end int) {
	if e == nil {
		return
	}
	if e.Start < start || e.End > end || e.Start > e.End {
		c.t.Errorf("expression of kind %d at %d to %d, within %d to %d", e.Kind, e.Start, e.End, start, end)
		return
	}
	text := c.m.Source(e)
	switch e.Kind {
	case ExprName, ExprConstant:
		if !strings.Contains(text, e.Text) {
			c.t.Errorf("%q stands for %q", text, e.Text)
		}
	case ExprAttribute:
		if !strings.HasSuffix(strings.TrimRight(text, ") \t\f\n\\"), e.Text) && !strings.Contains(text, "#") {
			c.t.Errorf("%q stands for an attribute %q", text, e.Text)
		}
	}
	for _, inner := range append([]*Expr{e.X, e.Y, e.Z}, e.List...) {
		c.expr(inner, e.Start, e.End)
	}
}
