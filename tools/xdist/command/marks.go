package command

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/rules-xdist/rules_xdist/internal/model"
	"github.com/rules-xdist/rules_xdist/tools/xdist/markexpr"
)

// serialTag is the tag of serial targets, whichever mark makes their tests serial.
const serialTag = string(model.Serial)

// tags returns the flag for a filter of marks, with the tags that select the same
// tests, as far as Bazel's patterns reach. It is an error where tags cannot.
func (s *session) tags(ctx context.Context, filter markexpr.Filter, patterns []string) ([]string, error) {
	wanted, err := s.tagsOf(ctx, filter.Wanted, patterns)
	if err != nil {
		return nil, err
	}
	unwanted, err := s.tagsOf(ctx, filter.Unwanted, patterns)
	if err != nil {
		return nil, err
	}
	if len(wanted)+len(unwanted) == 0 {
		return nil, nil
	}
	return []string{"--test_tag_filters=" + markexpr.Filter{Wanted: wanted, Unwanted: unwanted}.String()}, nil
}

func (s *session) tagsOf(ctx context.Context, marks, patterns []string) ([]string, error) {
	var tags []string
	for _, mark := range marks {
		tag, err := s.tag(ctx, mark, patterns)
		if err != nil {
			return nil, err
		}
		tags = append(tags, tag)
	}
	return tags, nil
}

// tag returns the tag that selects exactly the tests with a mark: that of the same
// name, or that of serial targets.
func (s *session) tag(ctx context.Context, mark string, patterns []string) (string, error) {
	var inexact []string
	for _, tag := range slices.Compact([]string{mark, serialTag}) {
		found, err := s.bazelOutput(ctx, "query", inexactFor(mark, tag, patterns))
		if err != nil {
			return "", err
		}
		if len(found) == 0 {
			return tag, nil
		}
		if tag == mark {
			inexact = found
		}
	}
	if mark == serialTag {
		return "", usage(fmt.Errorf("-m %s: the tag %q selects all serial tests, and in %s these are not just those with the mark %[1]q; select by path, or by the marks that are serial there", mark, serialTag, testsOf(inexact)))
	}
	return "", usage(fmt.Errorf("-m %s: the tags of %s do not tell which tests have this mark; write \"# gazelle:xdist_split_markers %s\" "+
		"(with the markers that it names already) in the BUILD file of their folder or one above, and run Gazelle", mark, testsOf(inexact), mark))
}

// inexactFor is the query for the selections of those tests of which the tag does not
// say whether all of theirs, or none, have the mark.
func inexactFor(mark, tag string, patterns []string) string {
	var universe []string
	for _, pattern := range patterns {
		if !strings.HasSuffix(pattern, "/...") {
			// A test's selection is among its data.
			pattern = "deps(" + pattern + ", 1)"
		}
		universe = append(universe, pattern)
	}
	// A list of strings is matched as "[a=a, b=b]".
	entry := `[\[ ]` + regexp.QuoteMeta(mark+"="+tag) + `[,\]]`
	return fmt.Sprintf(`let s = kind("^xdist_selection rule$", %s) in $s except attr("exact", "%s", $s)`, strings.Join(universe, " + "), entry)
}

// testsOf names the tests of selections, the first of them if they are many.
func testsOf(selections []string) string {
	first := strings.TrimSuffix(selections[0], ".selection")
	switch len(selections) {
	case 1:
		return first
	case 2:
		return first + " and one other"
	default:
		return fmt.Sprintf("%s and %d others", first, len(selections)-1)
	}
}
