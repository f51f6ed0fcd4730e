package durations

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

func TestMerge(t *testing.T) {
	tests := []struct {
		name          string
		old, measured float64
		want          float64
	}{
		{"the same", 1, 1, 1},
		{"a bit slower", 1, 1.5, 1},
		{"a bit faster", 1.5, 1, 1.5},
		{"much slower", 1, 1.516, 1.5},
		{"much faster", 1.5, 0.996, 1},
		{"off by a lot, but only by noise", 0.001, 0.006, 0.001},
		{"off by a lot, and more than noise", 0.001, 0.0064, 0.0064},
		{"from nothing", 0, 0.02, 0.02},
		{"to nothing", 2, 0, 0},
		{"as pytest-split wrote it", 1.2345678, 1.3, 1.2345678},
		{"large", 100, 1234.5, 1200},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			old, measured := Durations{"a.py::x": test.old}, Durations{"a.py::x": test.measured}
			merged := old.Merge(measured, everything)
			if got := merged["a.py::x"]; got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
			if again := merged.Merge(measured, everything); !maps.Equal(again, merged) {
				t.Errorf("the same run again makes it %v", again)
			}
			if old["a.py::x"] != test.old {
				t.Errorf("the argument became %v", old)
			}
		})
	}
}

func everything(string) bool { return true }

func TestMergeKeepsAndDrops(t *testing.T) {
	old := Durations{"a.py::unmeasured": 1.23456, "gone.py::x": 1}
	measured := Durations{"a.py::new[a::b]": 0.1234, "gone.py::y": 1}
	got := old.Merge(measured, func(file string) bool { return file == "a.py" })
	want := Durations{"a.py::unmeasured": 1.23456, "a.py::new[a::b]": 0.12}
	if !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := Durations(nil).Merge(nil, everything); len(got) != 0 {
		t.Errorf("of nothing: %v", got)
	}
}

func TestIn(t *testing.T) {
	got := Durations{"tests/a.py::TestX::test_x[a::b]": 1, "./b.py::y": 2, "../c.py::z": 4}.In("svc")
	want := Durations{"svc/tests/a.py::TestX::test_x[a::b]": 1, "svc/b.py::y": 2, "c.py::z": 4}
	if !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestByTest(t *testing.T) {
	tests := Durations{
		"t/a.py::test_x[1]":         1,
		"t/a.py::test_x[a::b[c]]":   2,
		"t/a.py::TestX::test_x":     4,
		"[t]/a.py::TestX::test_y[]": 8,
		"notes.txt":                 16,
	}.ByTest()
	var got []string
	for file, functions := range tests {
		for test := range functions {
			got = append(got, file+" "+test)
		}
	}
	slices.Sort(got)
	if want := "[t]/a.py TestX::test_y; notes.txt ; t/a.py TestX::test_x; t/a.py test_x"; strings.Join(got, "; ") != want {
		t.Errorf("got %q", got)
	}
	if took := tests["t/a.py"]["test_x"]; took != (Function{Seconds: 3, Items: 2}) {
		t.Errorf("got %v", took)
	}
	for _, test := range []struct{ file, test string }{{"t/a.py", "test_y"}, {"t/b.py", "test_x"}} {
		if took, known := tests[test.file][test.test]; known {
			t.Errorf("%s: got %v", test, took)
		}
	}
	if _, known := Durations(nil).ByTest()["t/a.py"]["test_x"]; known {
		t.Error("nothing on record, yet known")
	}
}
