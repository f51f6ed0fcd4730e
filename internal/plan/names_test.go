package plan

import (
	"slices"
	"strings"
	"testing"

	"github.com/rules-xdist/rules_xdist/internal/model"
)

// named returns a target of one file, which is called as the target without "_serial".
func named(name string, runs model.Part) Target {
	return Target{Package: "t", Name: name, Files: []string{"t/" + strings.TrimSuffix(name, "_serial") + ".py"}, Runs: []model.Part{runs}}
}

func TestAssignNames(t *testing.T) {
	serialOfFile := named("test_x_serial", model.Serial)
	file := named("test_x_serial", model.Rest)
	file.Files = []string{"t/test_x_serial.py"}
	presentAs := func(target Target, name string, fixed bool) Present {
		return Present{Package: "t", Name: name, Files: target.Files, Runs: target.Runs, Fixed: fixed}
	}
	for _, c := range []struct {
		name    string
		targets []Target
		present []Present
		taken   string
		want    string
	}{
		{"free names", []Target{named("test_a", model.Rest), named("test_a_serial", model.Serial)}, nil, "", "test_a test_a_serial"},
		{"a name that another rule has", []Target{named("test_a", model.Rest), named("test_b", model.Rest)}, nil, "test_a test_b test_b_test", "test_a_test test_b_test2"},
		{"a command", []Target{named("env", model.Rest), named("test", model.Rest)}, nil, "", "env_test test_test"},
		{"two of one name", []Target{serialOfFile, file}, nil, "", "test_x_serial test_x_serial_test"},
		{"letter case", []Target{named("xdist_group_DB", "group:DB"), named("xdist_group_db", "group:db")}, nil, "", "xdist_group_DB xdist_group_db_test"},
		{"odd characters", []Target{named("test_$(x)", model.Rest), named("test_a b", model.Rest), named("test_\u00fc+1", model.Rest)}, nil, "", "test___x_ test_a_b test_\u00fc+1"},
		{"odd names that come to one", []Target{named("test a", model.Rest), named("test)a", model.Rest)}, nil, "", "test_a test_a_test"},
		{"names that py_xdist_test makes", []Target{named("test_x.selection", model.Rest), named("test_x.bytecode", model.Rest)}, nil, "", "test_x.selection_test test_x.bytecode_test"},
		{"who has the name keeps it", []Target{serialOfFile, file}, []Present{presentAs(file, "test_x_serial", false)}, "", "test_x_serial_test test_x_serial"},
		{"who had to give way keeps the other", []Target{named("test_a", model.Rest)}, []Present{presentAs(named("test_a", model.Rest), "test_a_test", false)}, "", "test_a_test"},
		{"unless that is taken, too", []Target{named("test_a", model.Rest)}, []Present{presentAs(named("test_a", model.Rest), "test_a_test", false)}, "test_a_test", "test_a"},
		{"a target of other tests has nothing to keep", []Target{named("test_a", model.Rest)}, []Present{presentAs(named("test_a", model.Serial), "test_a_test", false)}, "", "test_a"},
		{"a name that a person gave stays", []Target{named("env", model.Rest)}, []Present{presentAs(named("env", model.Rest), "env", true)}, "env", "env"},
	} {
		got := AssignNames(c.targets, c.present, func(name string) bool { return slices.Contains(strings.Fields(c.taken), name) })
		if names := strings.Join(got, " "); names != c.want {
			t.Errorf("%s: %s, want %s", c.name, names, c.want)
		}
		if strings.HasPrefix(c.name, "a name that a person") {
			continue
		}
		// With the names that they have got, nothing changes.
		var present []Present
		for i, target := range c.targets {
			present = append(present, presentAs(target, got[i], false))
		}
		again := AssignNames(c.targets, present, func(name string) bool { return slices.Contains(strings.Fields(c.taken), name) })
		if !slices.Equal(again, got) {
			t.Errorf("%s: %s, and then %s", c.name, got, again)
		}
	}
}
