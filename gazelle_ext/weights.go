package gazelle_ext

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/bazelbuild/bazel-gazelle/rule"
	"github.com/bazelbuild/buildtools/build"
	"github.com/rules-xdist/rules_xdist/internal/plan"
)

// setWeights sets a target's weights, or removes those that it needs no more. Where the
// directive says off they are a person's, so they are no attribute that Gazelle merges:
// they are merged here into the rule in the BUILD file.
func (g *generator) setWeights(r *rule.Rule, t plan.Target, shards int) {
	own := rule.NewRule(r.Kind(), r.Name())
	if shards > 1 {
		if weights := t.Weights(g.presentWeights(t.Name)); len(weights) > 0 {
			table := g.weightTable(weights)
			own.SetAttr(weightsAttr, table)
			r.SetAttr(weightsAttr, table)
		}
	}
	if existing := g.existing(t.Name); existing != nil {
		rule.MergeRules(own, existing, set(weightsAttr), g.file.Path)
	}
}

// weightTable renders weights: files as the package names them.
func (g *generator) weightTable(weights map[string]int) *build.DictExpr {
	byName := map[string]int{}
	for nodeID, weight := range weights {
		file, test, isTest := strings.Cut(nodeID, "::")
		name := g.label(file)
		if isTest {
			name += "::" + test
		}
		byName[name] = weight
	}
	dict := &build.DictExpr{ForceMultiLine: len(byName) > 1}
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		dict.List = append(dict.List, &build.KeyValueExpr{
			Key:   &build.StringExpr{Value: name},
			Value: &build.LiteralExpr{Token: strconv.Itoa(byName[name])},
		})
	}
	return dict
}

// presentWeights returns the weights in the BUILD file by node id, as far as they can be
// read.
func (g *generator) presentWeights(target string) map[string]int {
	weights := map[string]int{}
	dict, ok := g.existingAttr(target, weightsAttr).(*build.DictExpr)
	if !ok {
		return nil
	}
	for _, entry := range dict.List {
		key, isString := entry.Key.(*build.StringExpr)
		value, isLiteral := entry.Value.(*build.LiteralExpr)
		if !isString || !isLiteral {
			continue
		}
		weight, err := strconv.Atoi(value.Token)
		if err != nil {
			continue
		}
		file, test, isTest := strings.Cut(key.Value, "::")
		nodeID := fileOf(g.folder.rel, file)
		if isTest {
			nodeID += "::" + test
		}
		weights[nodeID] = weight
	}
	return weights
}
