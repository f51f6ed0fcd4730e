package gazelle_ext

import (
	"maps"
	"slices"

	"github.com/bazelbuild/bazel-gazelle/rule"
	"github.com/bazelbuild/buildtools/build"
)

// labelLists is the value of an attribute that maps a word to labels. Gazelle merges
// no dicts by itself; this one is the extension's own, so it replaces what is there.
type labelLists map[string][]string

var (
	_ rule.BzlExprValue = labelLists{}
	_ rule.Merger       = labelLists{}
)

// BzlExpr implements rule.BzlExprValue.
func (l labelLists) BzlExpr() build.Expr {
	values := 0
	for _, list := range l {
		values += len(list)
	}
	dict := &build.DictExpr{ForceMultiLine: values > 1}
	for _, key := range slices.Sorted(maps.Keys(l)) {
		dict.List = append(dict.List, &build.KeyValueExpr{
			Key:   &build.StringExpr{Value: key},
			Value: rule.ExprFromValue(l[key]),
		})
	}
	return dict
}

// Merge implements rule.Merger. An empty dict removes the attribute.
func (l labelLists) Merge(build.Expr) build.Expr {
	if len(l) == 0 {
		return nil
	}
	return l.BzlExpr()
}
