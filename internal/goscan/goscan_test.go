package goscan

import (
	"slices"
	"strings"
	"testing"

	"github.com/rules-xdist/rules_xdist/internal/model"
)

const marked = `package p

import "testing"

// TestSerial is alone.
//
//xdist:serial
func TestSerial(t *testing.T) {}

//xdist:group	db
//xdist:scope api
func TestBoth(t *testing.T) {}

//xdist:scope
func FuzzOfTheFile(f *testing.F) {}

//xdist:group db
func ExampleThing() {
	// Output:
}

func TestPlain(*testing.T) { _ = "//xdist:serial" }
`

func TestMarks(t *testing.T) {
	for name, source := range map[string]string{
		"as it is": marked,
		"CRLF":     strings.ReplaceAll(marked, "\n", "\r\n"),
		"BOM":      "\ufeff" + marked,
	} {
		tests, errs := Scan("some/a_test.go", []byte(source))
		if len(errs) > 0 {
			t.Fatalf("%s: %v", name, errs)
		}
		want := []model.GoTest{
			{Name: "TestSerial", File: "a_test.go", Line: 8, Serial: true},
			{Name: "TestBoth", File: "a_test.go", Line: 12, Group: "db", Scope: "api"},
			{Name: "FuzzOfTheFile", File: "a_test.go", Line: 15, Scope: "a_test.go"},
			{Name: "ExampleThing", File: "a_test.go", Line: 18, Group: "db"},
			{Name: "TestPlain", File: "a_test.go", Line: 22},
		}
		if !slices.Equal(tests, want) {
			t.Errorf("%s:\ngot  %+v\nwant %+v", name, tests, want)
		}
	}
}

func TestWhatGoTestRuns(t *testing.T) {
	const source = `package p

import (
	. "testing"
	t2 "testing"
)

func Test(*T)                           {}
func Test_x(t *t2.T)                    {}
func TestÜ(t *T)                        {}
func Example()                          {}
func Example_suffix()                   {}
func FuzzX(f *F)                        {}
func TestMain(m *M)                     {}
func Testimony(t *T)                    {}
func TestNone()                         {}
func TestTwo(t, u *T)                   {}
func TestResult(t *T) int               { return 0 }
func TestValue(t T)                     {}
func TestGeneric[X any](t *T)           {}
func TestOther(b *B)                    {}
func BenchmarkX(b *B)                   {}
func FuzzWrong(t *T)                    {}
func ExampleArgument(i int)             {}
func (s suite) TestMethod(t *T)         {}
func helper(t *T)                       {}

type suite struct{}
`
	tests, errs := Scan("a_test.go", []byte(source))
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	var names []string
	for _, test := range tests {
		names = append(names, test.Name)
	}
	want := []string{"Test", "Test_x", "TestÜ", "Example", "Example_suffix", "FuzzX"}
	if !slices.Equal(names, want) {
		t.Errorf("got %q, want %q", names, want)
	}
}

func TestBadDirectives(t *testing.T) {
	const test = "\nfunc TestX(t *testing.T) {}"
	for _, c := range []struct{ source, want string }{
		{"//xdist:serail" + test, `p/a_test.go:2: //xdist:serail: unknown word "serail"; one of group, scope, serial`},
		{"//xdist:" + test, `p/a_test.go:2: //xdist:: unknown word ""`},
		{"//xdist:group" + test, `p/a_test.go:2: //xdist:group: group name "": must be letters`},
		{"//xdist:group a b" + test, `group name "a b"`},
		{"//xdist:group a/b" + test, `group name "a/b"`},
		{"//xdist:scope a+b" + test, `scope name "a+b"`},
		{"//xdist:serial please" + test, `"please": serial takes no name`},
		{"//xdist:group a\n//xdist:group b" + test, `p/a_test.go:3: //xdist:group b: the test already is in the group "a"`},
		{"// xdist:serial" + test, `p/a_test.go:2: // xdist:serial: a remark to Go; a directive has no space: //xdist:serial`},
		{"//xdist:serial\n" + test, "p/a_test.go:2: //xdist:serial: marks nothing"},
		{"//xdist:serial\nfunc helper() {}", "marks nothing"},
		{"//xdist:serial\nfunc BenchmarkX(b *testing.B) {}", "marks nothing"},
		{"//xdist:serial\nfunc TestMain(m *testing.M) {}", "marks nothing"},
		{"//xdist:serial\ntype T int", "marks nothing"},
		{"func TestX(t *testing.T) {\n//xdist:serial\n}", "p/a_test.go:3: //xdist:serial: marks nothing"},
		{"//line other.go:77\n//xdist:nonsense" + test, `p/a_test.go:3: //xdist:nonsense`},
		{"func TestX(", "this Go file cannot be read: p/a_test.go:2:"},
	} {
		_, errs := Scan("p/a_test.go", []byte("package p\n"+c.source+"\n"))
		if len(errs) != 1 || !strings.Contains(errs[0].Error(), c.want) {
			t.Errorf("%q:\ngot  %v\nwant %s", c.source, errs, c.want)
		}
	}
}

func TestAllErrorsAreTold(t *testing.T) {
	const source = "package p\n//xdist:one\nfunc TestA(t *testing.T) {}\n//xdist:serial\nvar x int\n//xdist:two\nfunc TestB(t *testing.T) {}\n"
	_, errs := Scan("a_test.go", []byte(source))
	want := []string{"a_test.go:2: ", "a_test.go:4: ", "a_test.go:6: "}
	if len(errs) != len(want) {
		t.Fatalf("got %v", errs)
	}
	for i := range want {
		if !strings.HasPrefix(errs[i].Error(), want[i]) {
			t.Errorf("%v, want %s...", errs[i], want[i])
		}
	}
}

func TestRemarksInProse(t *testing.T) {
	const source = "package p\n\n// The mark xdist:serial says so.\nfunc TestA(t *testing.T) {}\n\n// xdist:serial is what helpers are not marked with.\nfunc helper() {}\n"
	if _, errs := Scan("a_test.go", []byte(source)); len(errs) > 0 {
		t.Error(errs)
	}
}

func TestMerge(t *testing.T) {
	linux := model.GoTest{Name: "TestA", File: "a_linux_test.go", Line: 3, Serial: true, Scope: "a_linux_test.go"}
	other := model.GoTest{Name: "TestA", File: "a_other_test.go", Line: 5, Serial: true, Scope: "a_other_test.go"}
	b := model.GoTest{Name: "TestB", File: "b_test.go", Line: 7}
	got, err := Merge([]model.GoTest{other}, []model.GoTest{b}, []model.GoTest{linux})
	if err != nil || !slices.Equal(got, []model.GoTest{linux, b}) {
		t.Errorf("got %+v, %v", got, err)
	}
	other.Serial = false
	_, err = Merge([]model.GoTest{other}, []model.GoTest{linux})
	if err == nil || !strings.HasPrefix(err.Error(), "a_other_test.go:5: TestA: is marked otherwise than the one of a_linux_test.go:3") {
		t.Errorf("got %v", err)
	}
}

// Whatever the input, scanning ends without a panic and all places are in the file.
func FuzzScan(f *testing.F) {
	for _, seed := range []string{
		marked, "", "package p", "package p\n//xdist:", "package p\r\n//xdist:group\ta\r\nfunc TestA(*T) {}",
		"package p\n//line :0\n//xdist:serial\nfunc Test(t *T)", "package p; func (TestX) TestX(*T); //xdist:scope\nfunc Fuzz(*F) {}",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, source []byte) {
		tests, errs := Scan("a_test.go", source)
		lines := strings.Count(string(source), "\n") + 1
		for _, test := range tests {
			if test.Line < 1 || test.Line > lines {
				t.Errorf("%s on line %d of %d", test.Name, test.Line, lines)
			}
		}
		for _, err := range errs {
			if e, ok := err.(*Error); ok && (e.Line < 1 || e.Line > lines) {
				t.Errorf("%v: of %d lines", e, lines)
			}
		}
	})
}
