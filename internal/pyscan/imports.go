package pyscan

import (
	"cmp"
	"slices"
	"strings"

	"github.com/rules-xdist/rules_xdist/internal/pyscan/syntax"
)

func imports(mod *syntax.Module) []Import {
	list := make([]Import, 0, len(mod.Imports))
	for _, imp := range mod.Imports {
		out := Import{
			Module:  imp.Module,
			Level:   imp.Level,
			Line:    mod.Line(imp.Offset),
			Guarded: imp.Guarded,
		}
		for _, n := range imp.Names {
			out.Names = append(out.Names, n.Name)
		}
		list = append(list, out)
	}
	slices.SortStableFunc(list, func(a, b Import) int { return cmp.Compare(a.Line, b.Line) })
	return list
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
