// Package invocation translates the options that a person gives, pytest's and
// pytest-xdist's own, to flags of `bazel test`.
//
// It is pure: it starts nothing, and it knows no paths and no targets.
package invocation

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/rules-xdist/rules_xdist/internal/model"
	"github.com/rules-xdist/rules_xdist/tools/xdist/markexpr"
)

// Auto leaves the number of tests that run at a time to Bazel, or to AutoVariable,
// pytest-xdist's environment variable.
const (
	Auto         = "auto"
	AutoVariable = "PYTEST_XDIST_AUTO_NUM_WORKERS"
)

// Environment variables by which a test's shards learn that they are to do what their
// target does not say.
const (
	distVariable  = "RULES_XDIST_DIST"
	boxedVariable = "RULES_XDIST_BOXED"
)

// Options are what a person gives, before any check.
type Options struct {
	Processes string   // Auto or a number; 0 means no distribution
	Auto      string   // what Auto means, as AutoVariable says it; empty leaves it to Bazel
	Dist      string   // a distribution mode, empty for each target's own
	Marks     string   // a mark expression, blank for all tests
	Boxed     bool     // each test in a process of its own, in all targets
	Bazel     []string // flags for Bazel as they are
}

// elsewhere are pytest-xdist's modes that are not of the whole run, and what there is
// instead.
var elsewhere = map[string]string{
	"each":      "which environments there are is said by each = {...} of the py_xdist_test targets, and all of them run without this",
	"worksteal": "between shards Bazel does the same, and within them workers = N of the py_xdist_test targets",
}

// reserved are Bazel's flags that the command sets itself, and cannot share.
var reserved = []string{"--build_event_json_file"}

// Flags returns the flags for `bazel test`, the person's own last, so that they
// win. Errors begin with the option at fault.
func (o Options) Flags() ([]string, error) {
	flags := []string{
		// What no selected test needs is not built: as under pytest, it cannot
		// make the run fail.
		"--build_tests_only",
		// The command prints a summary of its own.
		"--test_summary=none",
	}
	for _, part := range []func() ([]string, error){o.processes, o.dist, o.boxed, o.bazel} {
		more, err := part()
		if err != nil {
			return nil, err
		}
		flags = append(flags, more...)
	}
	return flags, nil
}

// processes limits both what runs at a time and what Bazel believes to have:
// a limit on tests alone (--local_test_jobs) would switch off the accounting
// of cpu: and resources: tags.
func (o Options) processes() ([]string, error) {
	if o.Processes == Auto && o.Auto == "" {
		return nil, nil
	}
	n, err := o.number()
	if err != nil {
		return nil, err
	}
	slots := strconv.Itoa(max(n, 1))
	flags := []string{"--local_resources=cpu=" + slots, "--jobs=" + slots}
	if n == 0 {
		flags = append(flags, "--test_sharding_strategy=disabled")
	}
	return flags, nil
}

func (o Options) number() (int, error) {
	value, fault := o.Processes, fmt.Sprintf("-n %s: must be a number from 0, or %q", o.Processes, Auto)
	if value == Auto {
		value, fault = o.Auto, fmt.Sprintf("%s=%s: must be a number from 0", AutoVariable, o.Auto)
	}
	n, err := strconv.Atoi(value)
	if err != nil || n < 0 {
		return 0, errors.New(fault)
	}
	return n, nil
}

func (o Options) dist() ([]string, error) {
	switch {
	case o.Dist == "":
		return nil, nil
	case elsewhere[o.Dist] != "":
		return nil, fmt.Errorf("--dist %s: %s; one of %s", o.Dist, elsewhere[o.Dist], strings.Join(model.Modes, ", "))
	case !slices.Contains(model.Modes, o.Dist):
		return nil, fmt.Errorf("--dist %s: unknown mode; one of %s", o.Dist, strings.Join(model.Modes, ", "))
	}
	flags := []string{"--test_env=" + distVariable + "=" + o.Dist}
	if o.Dist == model.No {
		flags = append(flags, "--test_sharding_strategy=disabled")
	}
	return flags, nil
}

func (o Options) boxed() ([]string, error) {
	if !o.Boxed {
		return nil, nil
	}
	return []string{"--test_env=" + boxedVariable + "=1"}, nil
}

// Filter returns the tag filter that the mark expression means, where each mark is
// a tag of the same name; an empty one selects everything.
func (o Options) Filter() (markexpr.Filter, error) {
	if strings.TrimSpace(o.Marks) == "" {
		return markexpr.Filter{}, nil
	}
	expression, err := markexpr.Parse(o.Marks)
	if err != nil {
		return markexpr.Filter{}, fmt.Errorf("-m %w", err)
	}
	filter, err := expression.Filter()
	if err != nil {
		return markexpr.Filter{}, fmt.Errorf("-m %w", err)
	}
	return filter, nil
}

func (o Options) bazel() ([]string, error) {
	for _, flag := range o.Bazel {
		name, _, _ := strings.Cut(flag, "=")
		if slices.Contains(reserved, name) {
			return nil, fmt.Errorf("%s: xdist sets this flag itself, to read the results; leave it out", flag)
		}
	}
	return o.Bazel, nil
}
