package invocation

import (
	"slices"
	"strings"
	"testing"

	"github.com/rules-xdist/rules_xdist/internal/model"
)

func TestFlags(t *testing.T) {
	const alone = "--test_sharding_strategy=disabled"
	tests := []struct {
		name    string
		options Options
		want    []string
	}{
		{name: "nothing", options: Options{Processes: "auto"}},
		{name: "auto is what pytest-xdist's variable says", options: Options{Processes: "auto", Auto: "3"}, want: []string{"--local_resources=cpu=3", "--jobs=3"}},
		{name: "-n wins over it", options: Options{Processes: "4", Auto: "x"}, want: []string{"--local_resources=cpu=4", "--jobs=4"}},
		{name: "-n 4", options: Options{Processes: "4"}, want: []string{"--local_resources=cpu=4", "--jobs=4"}},
		{name: "-n 1", options: Options{Processes: "1"}, want: []string{"--local_resources=cpu=1", "--jobs=1"}},
		{name: "-n 0 does not distribute", options: Options{Processes: "0"}, want: []string{"--local_resources=cpu=1", "--jobs=1", alone}},
		{name: "--dist loadscope", options: Options{Processes: "auto", Dist: "loadscope"}, want: []string{"--test_env=RULES_XDIST_DIST=loadscope"}},
		{name: "--boxed", options: Options{Processes: "auto", Boxed: true}, want: []string{"--test_env=RULES_XDIST_BOXED=1"}},
		{name: "--dist no", options: Options{Processes: "auto", Dist: "no"}, want: []string{"--test_env=RULES_XDIST_DIST=no", alone}},
		{
			name:    "the person's flags come last",
			options: Options{Processes: "2", Bazel: []string{"--jobs=8", "--config=ci"}},
			want:    []string{"--local_resources=cpu=2", "--jobs=2", "--jobs=8", "--config=ci"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := test.options.Flags()
			if err != nil {
				t.Fatal(err)
			}
			if want := append([]string{"--build_tests_only", "--test_summary=none"}, test.want...); !slices.Equal(got, want) {
				t.Errorf("got  %q\nwant %q", got, want)
			}
		})
	}
}

func TestAllModesAreOffered(t *testing.T) {
	for _, mode := range model.Modes {
		if _, err := (Options{Processes: Auto, Dist: mode}).Flags(); err != nil {
			t.Errorf("--dist %s: %v", mode, err)
		}
	}
}

func TestErrors(t *testing.T) {
	tests := []struct {
		options Options
		want    string
	}{
		{Options{Processes: "many"}, `-n many: must be a number from 0, or "auto"`},
		{Options{Processes: "auto", Auto: "all"}, "PYTEST_XDIST_AUTO_NUM_WORKERS=all: must be a number from 0"},
		{Options{Processes: "-1"}, `-n -1: must be a number from 0, or "auto"`},
		{Options{Processes: "auto", Dist: "laod"}, "--dist laod: unknown mode; one of load, loadscope, loadfile, loadgroup, no"},
		{Options{Processes: "auto", Dist: "worksteal"}, "--dist worksteal: between shards Bazel does the same, and within them workers = N of the py_xdist_test targets; one of load, loadscope, loadfile, loadgroup, no"},
		{Options{Processes: "auto", Dist: "each"}, "--dist each: which environments there are is said by each = {...} of the py_xdist_test targets"},
		{Options{Processes: "auto", Bazel: []string{"--build_event_json_file=x"}}, "--build_event_json_file=x: xdist sets this flag itself"},
	}
	for _, test := range tests {
		t.Run(test.want, func(t *testing.T) {
			if _, err := test.options.Flags(); err == nil || !strings.HasPrefix(err.Error(), test.want) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestFilter(t *testing.T) {
	tests := []struct{ marks, want, wrong string }{
		{marks: "unit and not slow", want: "unit,-slow"},
		{marks: " "},
		{marks: "a and b", wrong: "-m a and b: not a tag filter"},
		{marks: "a and", wrong: "-m a and: column 6: expected a mark"},
	}
	for _, test := range tests {
		t.Run(test.marks, func(t *testing.T) {
			filter, err := Options{Marks: test.marks}.Filter()
			if got := filter.String(); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
			if (err != nil) != (test.wrong != "") || err != nil && !strings.HasPrefix(err.Error(), test.wrong) {
				t.Errorf("error %v, want %s", err, test.wrong)
			}
		})
	}
}
