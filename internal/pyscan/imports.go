package pyscan

import (
	"cmp"
	"slices"
	"strings"

	"github.com/rules-xdist/rules_xdist/internal/pyscan/syntax"
)

// imports returns what the statements of a module import.
func imports(mod *syntax.Module) []Import {
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
	return sortedImports(list)
}

func sortedImports(list []Import) []Import {
	slices.SortStableFunc(list, func(a, b Import) int { return cmp.Compare(a.Line, b.Line) })
	return list
}

// pytestPlugins is the variable that names further plugins.
// https://docs.pytest.org/en/stable/reference/reference.html#globalvar-pytest_plugins
const pytestPlugins = "pytest_plugins"

// plugins returns the modules that the variable pytest_plugins names.
func (ev *evaluator) plugins() []Import {
	line := 1
	for _, st := range ev.mod.Body {
		if st.Kind == syntax.StmtAssign && st.Targets[0].Text == pytestPlugins {
			line = ev.mod.Line(st.Offset)
		}
	}
	var plugins []Import
	for _, v := range alternativesOf(ev.module.get(pytestPlugins)) {
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

// runImport binds the names of an import statement: to what the module has by them where
// the module is known, else to symbols.
func (ev *evaluator) runImport(imp syntax.Import, s *scope) {
	if !imp.From {
		name, path := imp.Alias, imp.Module
		if name == "" {
			// "import a.b" binds a.
			name, _, _ = strings.Cut(imp.Module, ".")
			path = name
		}
		ev.importAll(symbol(imp.Module))
		s.bind(name, symbol(path))
		return
	}
	module := symbol(strings.Repeat(".", imp.Level) + imp.Module)
	ev.importAll(module)
	for _, n := range imp.Names {
		if n.Name == "*" {
			ev.importStar(module, s, imp.Offset)
			continue
		}
		name := n.Alias
		if name == "" {
			name = n.Name
		}
		s.bind(name, ev.follow(module.member(n.Name)))
		ev.imported[name] = imp.Offset
	}
}

// importAll evaluates a module, and the packages that it is in before it.
func (ev *evaluator) importAll(module symbol) {
	for i := 1; i <= len(module); i++ {
		if i < len(module) && module[i] != '.' {
			continue
		}
		if m := ev.modules[module[:i]]; m != nil {
			m.evaluate()
		}
	}
}

// importStar binds what "from module import *" does.
func (ev *evaluator) importStar(module symbol, s *scope, offset int) {
	m := ev.modules[module]
	if m == nil || !m.done {
		ev.starImport = true
		return
	}
	ev.starImport = ev.starImport || m.ev.starImport
	for _, name := range m.ev.public() {
		v, ok := m.ev.exported(name)
		if _, missing := v.(unbound); missing {
			continue
		}
		if !ok {
			v = module.member(name)
		}
		s.bind(name, v)
		ev.imported[name] = offset
	}
}

// public returns the names that "import *" takes from a module.
func (ev *evaluator) public() []string {
	if all, ok := ev.module.get("__all__").(list); ok {
		var names []string
		for _, v := range all {
			if name, ok := v.(text); ok {
				names = append(names, string(name))
			}
		}
		if len(names) == len(all) {
			return names
		}
	}
	return slices.DeleteFunc(slices.Clone(ev.module.order), func(name string) bool { return strings.HasPrefix(name, "_") })
}

// exported returns what the module binds a name to, as other modules understand it: not
// if it is a symbol that means something to this one alone.
func (ev *evaluator) exported(name string) (value, bool) {
	v := ev.module.get(name)
	s, ok := v.(symbol)
	return v, !ok || !strings.HasPrefix(string(s), ".")
}

// follow returns what a symbol stands for, as far as its module is known, else the symbol.
func (ev *evaluator) follow(s symbol) value { return ev.followDepth(s, 0) }

// maxFollowed bounds how often a symbol leads to another: names can lead in a circle.
const maxFollowed = 16

func (ev *evaluator) followDepth(s symbol, depth int) value {
	if depth++; len(ev.modules) == 0 || depth > maxFollowed {
		return s
	}
	module, rest := ev.longest(s)
	if rest == "" {
		// A submodule, unless its package has something else by that name.
		parent, name := s.parent()
		if m := ev.modules[parent]; m != nil && name != "" {
			v, ok := m.member(name)
			if _, isSymbol := v.(symbol); ok && !isSymbol && v != (unbound{}) {
				return v
			}
		}
		return s
	}
	if module == nil {
		return s
	}
	var v value = unbound{}
	for i, name := range strings.Split(rest, ".") {
		ok := true
		if i == 0 {
			v, ok = module.member(name)
		} else {
			v = module.ev.memberDepth(v, name, 0, depth)
		}
		if !ok || v == (unbound{}) {
			return s
		}
	}
	return v
}

// longest splits a symbol into the longest known module and the names in it. The module is
// nil if none is known.
func (ev *evaluator) longest(s symbol) (*Source, string) {
	for end := len(s); end > 0; {
		if m := ev.modules[s[:end]]; m != nil {
			return m, strings.TrimPrefix(string(s[end:]), ".")
		}
		parent, _ := s[:end].parent()
		end = len(parent)
	}
	return nil, string(s)
}

// member returns what a module has by a name, evaluating it first if this is the time; not
// if other modules cannot know.
func (s *Source) member(name string) (value, bool) {
	s.evaluate()
	return s.ev.exported(name)
}
