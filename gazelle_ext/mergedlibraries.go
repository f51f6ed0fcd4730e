package gazelle_ext

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/bazelbuild/bazel-gazelle/label"
	"github.com/bazelbuild/bazel-gazelle/rule"
	"github.com/rules-xdist/rules_xdist/internal/plan"
)

// A forward is the library of a folder whose modules are in another package's library,
// since they and modules there import each other. It keeps its label for those who depend
// on it, and passes on what it has been merged into.
type forward struct {
	rel, name string
	// files are the modules, relative to the root of the repository.
	files []string
	to    *library
}

// forwardMark tells a forward from a library that a person made of nothing but deps.
const forwardMark = "(gazelle:xdist_merged)"

const forwardComment = "# These modules and those of other folders import each other, so they are one library. " + forwardMark

// mergeCycles returns the libraries with those that import each other made one, as Bazel
// takes no cycles: the first, in the order of separateLibraries, of the lowest folder
// above all of them. Where there is none it is made, if a BUILD file may be written there.
func (s *survey) mergeCycles(g *libraryGraph) []*library {
	components := g.deps.components()
	slices.SortFunc(components, func(a, b []int) int { return a[0] - b[0] })
	var result []*library
	for _, component := range components {
		members := make([]*library, len(component))
		for i, node := range component {
			members[i] = g.libraries[node]
		}
		result = append(result, s.merge(members)...)
	}
	return result
}

// merge makes one library of those that import each other, or one a package, where no
// package may hold them all: Resolve then tells of the cycle.
func (s *survey) merge(members []*library) []*library {
	folders := make([]string, len(members))
	for i, l := range members {
		folders[i] = l.rel
	}
	if home, ok := s.homeOf(folders); ok {
		holder := s.holderIn(home, members)
		for _, l := range members {
			s.mergeInto(holder, l)
		}
		return []*library{holder}
	}
	var result []*library
	for _, l := range members {
		i := slices.IndexFunc(result, func(other *library) bool { return other.rel == l.rel })
		if i < 0 {
			result = append(result, l)
		} else {
			s.mergeInto(result[i], l)
		}
	}
	return result
}

// homeOf returns the package that may hold the libraries of these folders.
func (s *survey) homeOf(folders []string) (string, bool) {
	if !slices.ContainsFunc(folders, func(rel string) bool { return rel != folders[0] }) {
		return folders[0], true
	}
	for _, rel := range parents(plan.LowestCommonFolder(folders...)) {
		if f := s.folders[rel]; f.managed && s.isPackage(f) && librariesWanted(f) {
			return rel, true
		}
	}
	return "", false
}

// holderIn returns the library of the package home that takes in the others: one of them,
// or a new one, called after the first.
func (s *survey) holderIn(home string, members []*library) *library {
	for _, l := range members {
		if l.rel == home {
			return l
		}
	}
	first := strings.ReplaceAll(relative(home, members[0].rel), "/", "_")
	return &library{rel: home, name: first + "_merged"}
}

func (s *survey) mergeInto(holder, l *library) {
	if l == holder {
		return
	}
	holder.testonly = holder.testonly || l.testonly
	if l.rel == holder.rel {
		holder.merged = append(holder.merged, l.name)
		holder.srcs = append(holder.srcs, l.srcs...)
		slices.Sort(holder.srcs)
		return
	}
	holder.foreign = append(holder.foreign, l.files()...)
	slices.Sort(holder.foreign)
	f := &forward{rel: l.rel, name: l.name, files: l.files(), to: holder}
	s.forwardsIn[l.rel] = append(s.forwardsIn[l.rel], f)
	for _, file := range f.files {
		s.forwards[file] = f
	}
}

// labelOf returns the label by which a file of a generated library is depended on.
func (s *survey) labelOf(repository, file string) (label.Label, bool) {
	if f := s.forwards[file]; f != nil {
		return label.New(repository, f.rel, f.name), true
	}
	if holder := s.holders[file]; holder != nil {
		return label.New(repository, holder.rel, holder.name), true
	}
	return label.NoLabel, false
}

// passesOn reports whether a label is of a library whose modules are in the library from.
func (s *survey) passesOn(l, from label.Label) bool {
	return slices.ContainsFunc(s.forwardsIn[l.Pkg], func(f *forward) bool {
		return f.name == l.Name && isSame(label.New(from.Repo, f.to.rel, f.to.name), from)
	})
}

// forwards renders the folder's forwards.
func (g *generator) forwards() {
	for _, f := range g.survey.forwardsIn[g.folder.rel] {
		r := g.libraryRule(f.name)
		r.AddComment(forwardComment)
		if existing := g.existing(f.name); existing != nil && !existing.ShouldKeep() {
			g.makeForward(existing, f)
		}
		if f.to.testonly {
			r.SetAttr("testonly", true)
		}
		r.SetAttr("visibility", []string{"//:__subpackages__"})
		to := label.New("", f.to.rel, f.to.name)
		g.add(r, &imports{included: []includedLabel{{label: to.String(), file: f.files[0], line: 1}}})
	}
}

// makeForward takes the modules out of a folder's library in the BUILD file. Data that a
// person wrote there is told of: who depends on the merged library by another of its
// folders runs without it.
func (g *generator) makeForward(existing *rule.Rule, f *forward) {
	existing.DelAttr("srcs") // Gazelle's merge takes no glob away.
	if isForward(existing) {
		return
	}
	existing.AddComment(forwardComment)
	if existing.Attr("data") != nil {
		start, _ := existing.Attr("data").Span()
		g.report.warn(fmt.Errorf("%s:%d: %s: its modules are in //%s:%s now, with which they import each other in a cycle; write its data there",
			path.Join(g.folder.rel, path.Base(g.file.Path)), start.Line, f.name, f.to.rel, f.to.name))
	}
}

// isForward reports whether a rule in a BUILD file was made as a forward.
func isForward(r *rule.Rule) bool {
	return slices.ContainsFunc(r.Comments(), func(comment string) bool { return strings.Contains(comment, forwardMark) })
}

// isForwardOfModules reports whether a rule is the forward of a folder's modules, and not
// of its conftest.py or of a test file.
func isForwardOfModules(r *rule.Rule) bool {
	return isForward(r) && r.Name() != "conftest" && !strings.HasSuffix(r.Name(), "_lib")
}

// importRoots returns the folders that the library's files need on sys.path, relative to
// its package.
func (s *survey) importRoots(l *library) []string {
	paths := s.importPaths(l.rel, l.rel)
	for _, file := range l.foreign {
		paths = append(paths, s.importPaths(l.rel, plan.PackageOf(file))...)
	}
	slices.Sort(paths)
	return slices.Compact(paths)
}

// importPaths returns what puts the Python root of a folder on sys.path for a library in
// the package rel: nothing if that is the repository's, which always is there.
func (s *survey) importPaths(rel, folder string) []string {
	root := s.rootOf(folder)
	if root == "" {
		return nil
	}
	if below, ok := strings.CutPrefix(root+"/", strings.TrimPrefix(rel+"/", "/")); ok {
		return []string{path.Clean(below)}
	}
	below := strings.Trim(strings.TrimPrefix(rel, root), "/")
	return []string{strings.Repeat("../", strings.Count(below, "/")) + ".."}
}
