// Package markexpr reads pytest's mark expressions, the argument of -m, and
// translates those that Bazel's tag filters can express.
//
// It is about names only: whether a target carries a tag, and whether that tag
// is true of each of its tests, is decided where targets are generated.
package markexpr

import (
	"fmt"
	"strings"
)

// maxNames bounds the names of an expression: Filter tries each of their
// subsets.
const maxNames = 16

// Expression is a parsed mark expression.
type Expression struct {
	text  string
	names []string // each once, in the order of first use
	root  node
}

// marks is a set of an expression's names, a bit each.
type marks uint32

// node is an operator or a name; it says whether a test with exactly these
// marks is selected.
type node interface {
	selects(marks) bool
}

type (
	not  struct{ operand node }
	and  struct{ left, right node }
	or   struct{ left, right node }
	mark uint // index of its name
)

func (n not) selects(m marks) bool  { return !n.operand.selects(m) }
func (n and) selects(m marks) bool  { return n.left.selects(m) && n.right.selects(m) }
func (n or) selects(m marks) bool   { return n.left.selects(m) || n.right.selects(m) }
func (n mark) selects(m marks) bool { return m&(1<<n) != 0 }

// Filter is Bazel's tag filter: it selects what carries any of the wanted tags,
// or anything when none is wanted, and none of the unwanted.
type Filter struct {
	Wanted, Unwanted []string
}

// String writes the filter as the value of --test_tag_filters.
func (f Filter) String() string {
	terms := append([]string{}, f.Wanted...)
	for _, tag := range f.Unwanted {
		terms = append(terms, "-"+tag)
	}
	return strings.Join(terms, ",")
}

// Filter returns the tag filter that selects exactly what the expression does,
// or an error when there is none.
//
// The unwanted tags can only be those that no selected set of marks contains;
// the wanted ones those that are selected on their own, unless no mark at all
// is selected too. With both fixed, it remains to see whether the filter and
// the expression agree on every set of marks.
func (e *Expression) Filter() (Filter, error) {
	all := marks(1)<<len(e.names) - 1
	var seen marks
	for m := marks(0); m <= all; m++ {
		if e.root.selects(m) {
			seen |= m
		}
	}
	unwanted := all &^ seen
	var wanted marks
	for i := range e.names {
		if alone := marks(1) << i; !e.root.selects(0) && e.root.selects(alone) {
			wanted |= alone
		}
	}
	for m := marks(0); m <= all; m++ {
		filtered := (wanted == 0 || m&wanted != 0) && m&unwanted == 0
		if filtered != e.root.selects(m) {
			return Filter{}, fmt.Errorf("%s: not a tag filter: Bazel selects targets with any of the wanted tags and none of the unwanted, "+
				`as in "a or b", "not c" or "(a or b) and not c"; run the parts one by one, or select targets by path`, e.text)
		}
	}
	return Filter{Wanted: e.members(wanted), Unwanted: e.members(unwanted)}, nil
}

func (e *Expression) members(m marks) []string {
	var names []string
	for i, name := range e.names {
		if m&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return names
}
