package pyscan

import (
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/rules-xdist/rules_xdist/internal/digraph"
	"github.com/rules-xdist/rules_xdist/internal/pyscan/syntax"
)

// A Source is a module that has been parsed. What it holds depends on the modules that it
// imports: see Link.
type Source struct {
	// Path names the file, for a Finder and in messages.
	Path string
	// File is what is found: at first all but tests and plugins, after Link all.
	File File
	// Collected says that pytest looks for tests in it.
	Collected bool

	options Options
	mod     *syntax.Module
	// modules are those that it imports, by the names that it may use for them, and
	// plugins those that its pytest_plugins names.
	modules map[symbol]*Source
	plugins []*Source
	// conftests are the conftest.py files whose fixtures its tests can use, the nearest
	// first, and configured the plugins that pytest loads for them beside.
	conftests, configured []*Source
	// ev is nil until the module begins to be evaluated.
	ev   *evaluator
	done bool
	// fixtureAxes says that params of fixtures bear marks, in the module or in one that it
	// imports.
	fixtureAxes bool
	// defect is nil but where reading the module made this package fail.
	defect *Defect
}

// Parse reads the source of a module. An error is always an *Error.
func (o Options) Parse(path string, src []byte) (*Source, error) {
	mod, err := syntax.Parse(path, src)
	if err != nil {
		return nil, err
	}
	s := &Source{Path: path, options: o, mod: mod}
	s.File = File{Imports: imports(mod), Paths: paths(mod), Annotations: annotations(mod), SearchPath: mod.SearchPath, Faults: mod.Faults}
	s.File.PathNames = pathNames(mod)
	s.readIgnored()
	return s, nil
}

// A Finder knows where modules are. It is asked by one goroutine at a time.
type Finder interface {
	// Module returns the path of the file that an import in the file from runs for a
	// module, with the number of dots before its name; false if the repository has none.
	Module(from string, dots int, name string) (string, bool)
	// Conftests returns the conftest.py files that pytest loads for a test file, the
	// nearest first.
	Conftests(file string) []string
	// Plugins returns the files of the plugins that pytest loads for a test file because of
	// its configuration, in their order.
	Plugins(file string) []string
}

// Link completes what is known of the sources. Names are followed into other sources
// as Python would import them, but for one thing: where modules import each other, the
// one whose path is first is imported first. A nil Finder knows no modules. The sources
// cannot be linked again. It returns the defects of those of which nothing more is known.
func Link(sources []*Source, find Finder) []*Defect {
	l := linker{sources: sources, index: map[string]int{}, find: find}
	for i, s := range sources {
		l.index[s.Path] = i
	}
	l.inOrder(func(component []*Source) {
		for _, s := range component {
			s.evaluate()
		}
		inheritAxes(component)
		for _, s := range component {
			if s.defect == nil {
				s.guard(s.complete)
			}
		}
	})
	var defects []*Defect
	for _, s := range sources {
		if s.defect != nil {
			defects = append(defects, s.defect)
		}
	}
	return defects
}

type linker struct {
	sources []*Source
	index   map[string]int // by path
	find    Finder
}

// module returns the source that a module is for a source, nil if there is none.
func (l *linker) module(s *Source, dots int, name string) *Source {
	path, ok := l.find.Module(s.Path, dots, name)
	if !ok {
		return nil
	}
	return l.source(path)
}

func (l *linker) source(path string) *Source {
	if i, ok := l.index[path]; ok {
		return l.sources[i]
	}
	return nil
}

// all returns those of the files that were read.
func (l *linker) all(paths []string) []*Source {
	var found []*Source
	for _, path := range paths {
		if s := l.source(path); s != nil {
			found = append(found, s)
		}
	}
	return found
}

// connect finds the modules that a source may look into.
func (l *linker) connect(s *Source) {
	if l.find == nil {
		return
	}
	s.modules = map[symbol]*Source{}
	add := func(dots int, name string) {
		written := symbol(strings.Repeat(".", dots) + name)
		if s.modules[written] == nil {
			if module := l.module(s, dots, name); module != nil {
				s.modules[written] = module
			}
		}
	}
	eachImport(s.mod.Body, func(imp syntax.Import) {
		if imp.Typing {
			return
		}
		for i := range len(imp.Module) {
			if imp.Module[i] == '.' {
				add(imp.Level, imp.Module[:i])
			}
		}
		add(imp.Level, imp.Module)
		for _, n := range imp.Names {
			add(imp.Level, string(symbol(imp.Module).member(n.Name)))
		}
	})
	for _, name := range pluginNames(s.mod) {
		if module := l.module(s, 0, name); module != nil {
			s.plugins = append(s.plugins, module)
		}
	}
	if s.Collected {
		s.conftests = l.all(l.find.Conftests(s.Path))
		s.configured = l.all(l.find.Plugins(s.Path))
	}
}

// eachImport visits the import statements that run when a module is imported.
func eachImport(body []syntax.Stmt, visit func(syntax.Import)) {
	for i := range body {
		st := &body[i]
		for _, imp := range st.Imports {
			visit(imp)
		}
		if st.Kind == syntax.StmtClass {
			eachImport(st.Def.Body, visit)
		}
		if st.Branches != nil {
			for _, b := range st.Branches.List {
				eachImport(b.Body, visit)
			}
			eachImport(st.Branches.Finally, visit)
		}
	}
}

// pluginNames returns the strings that are assigned to pytest_plugins.
func pluginNames(mod *syntax.Module) []string {
	var names []string
	for _, st := range mod.Body {
		if st.Kind != syntax.StmtAssign || st.Value == nil || st.Targets[0].Text != pytestPlugins {
			continue
		}
		for _, e := range append(slices.Clone(st.Value.List), st.Value) {
			if e.Kind == syntax.ExprString {
				names = append(names, e.Text)
			}
		}
	}
	return names
}

// needs returns the sources that must be evaluated for a source.
func (s *Source) needs() []*Source {
	needed := slices.Concat(s.plugins, s.conftests, s.configured)
	for _, module := range s.modules {
		needed = append(needed, module)
	}
	return needed
}

// inOrder calls evaluate for each set of sources that import each other, behind those that
// it imports, and for others at the same time. What no tests can depend on is left out.
func (l *linker) inOrder(evaluate func([]*Source)) {
	wanted := l.wanted()
	nodes := map[*Source]int{}
	for i, s := range wanted {
		nodes[s] = i
	}
	graph := make([][]int, len(wanted))
	for i, s := range wanted {
		for _, needed := range s.needs() {
			graph[i] = append(graph[i], nodes[needed])
		}
		slices.Sort(graph[i])
	}
	components := digraph.Components(graph)
	done := make([]chan struct{}, len(wanted)) // of each node, its component's
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for _, component := range components {
		finished := make(chan struct{})
		var members []*Source
		var before []chan struct{}
		for _, node := range component {
			members = append(members, wanted[node])
			done[node] = finished
		}
		for _, node := range component {
			for _, needed := range graph[node] {
				if done[needed] != finished {
					before = append(before, done[needed])
				}
			}
		}
		group.Go(func() error {
			defer close(finished)
			for _, other := range before {
				<-other
			}
			evaluate(members)
			return nil
		})
	}
	_ = group.Wait()
}

// wanted returns the sources with tests and all that they can depend on, connected, by path.
func (l *linker) wanted() []*Source {
	var wanted []*Source
	seen := map[*Source]bool{}
	add := func(s *Source) {
		if !seen[s] {
			seen[s] = true
			wanted = append(wanted, s)
		}
	}
	for _, s := range l.sources {
		if s.Collected || strings.Contains(s.mod.Text, pytestPlugins) {
			add(s)
		}
	}
	for i := 0; i < len(wanted); i++ {
		wanted[i].guard(func() { l.connect(wanted[i]) })
		for _, needed := range wanted[i].needs() {
			add(needed)
		}
	}
	slices.SortFunc(wanted, func(a, b *Source) int { return strings.Compare(a.Path, b.Path) })
	return wanted
}

// evaluate runs the module, once.
func (s *Source) evaluate() {
	if s.ev != nil {
		return
	}
	s.ev = newEvaluator(s)
	// Guarded here, since modules that import it have it evaluated, and it is not their defect.
	s.guard(func() { s.ev.run(s.mod.Body, s.ev.module) })
	s.done = true
}

// inheritAxes notes which modules of a component give tests fixtures with marks.
func inheritAxes(component []*Source) {
	axes := slices.ContainsFunc(component, func(s *Source) bool {
		return s.ev.fixtureAxes || slices.ContainsFunc(s.needs(), func(n *Source) bool { return n.fixtureAxes })
	})
	for _, s := range component {
		s.fixtureAxes = axes
	}
}

// complete adds to File what evaluating has shown.
func (s *Source) complete() {
	if plugins := s.ev.plugins(); len(plugins) > 0 {
		s.File.Imports = sortedImports(append(s.File.Imports, plugins...))
	}
	s.File.Unreadable = s.ev.sortedNotes()
	if s.Collected {
		c := collector{ev: s.ev, source: s, classes: namesOr(s.options.Classes, "Test"), functions: namesOr(s.options.Functions, "test")}
		c.collect()
		s.File.Tests = c.tests
	}
}
