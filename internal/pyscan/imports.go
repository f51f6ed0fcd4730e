package pyscan

import (
	"cmp"
	"slices"
	"strings"

	"github.com/rules-xdist/rules_xdist/internal/pyscan/syntax"
)

// imports returns what the module imports, after it has run.
func (ev *evaluator) imports() []Import {
	mod := ev.mod
	list := make([]Import, 0, len(mod.Imports))
	for _, imp := range mod.Imports {
		out := Import{
			Module:  imp.Module,
			Level:   imp.Level,
			Line:    mod.Line(imp.Offset),
			Guarded: imp.Guarded,
			Typing:  imp.Typing,
			Absent:  imp.Absent,
		}
		for _, n := range imp.Names {
			out.Names = append(out.Names, n.Name)
		}
		list = append(list, out)
	}
	list = append(list, ev.plugins()...)
	slices.SortStableFunc(list, func(a, b Import) int { return cmp.Compare(a.Line, b.Line) })
	return list
}

// plugins returns the modules that the variable pytest_plugins names.
// https://docs.pytest.org/en/stable/reference/reference.html#globalvar-pytest_plugins
func (ev *evaluator) plugins() []Import {
	const variable = "pytest_plugins"
	line := 1
	for _, st := range ev.mod.Body {
		if st.Kind == syntax.StmtAssign && st.Targets[0].Text == variable {
			line = ev.mod.Line(st.Offset)
		}
	}
	var plugins []Import
	for _, v := range alternativesOf(ev.module.get(variable)) {
		names, ok := v.(list)
		if !ok {
			names = list{v}
		}
		for _, name := range names {
			if name, ok := name.(text); ok {
				plugins = append(plugins, Import{Module: strings.Clone(string(name)), Line: line, Guarded: true})
			}
		}
	}
	return plugins
}

// runImport binds the names of an import statement to symbols.
func (ev *evaluator) runImport(imp syntax.Import, s *scope) {
	if !imp.From {
		name, path := imp.Alias, imp.Module
		if name == "" {
			// "import a.b" binds a.
			name, _, _ = strings.Cut(imp.Module, ".")
			path = name
		}
		s.bind(name, symbol(path))
		return
	}
	module := symbol(strings.Repeat(".", imp.Level) + imp.Module)
	for _, n := range imp.Names {
		if n.Name == "*" {
			ev.starImport = true
			continue
		}
		name := n.Alias
		if name == "" {
			name = n.Name
		}
		s.bind(name, module.member(n.Name))
		ev.imported[name] = imp.Offset
	}
}
