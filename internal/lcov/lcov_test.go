package lcov

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
)

func all(path string) (string, bool) { return path, true }

func merge(t *testing.T, tracefiles ...string) string {
	t.Helper()
	r := NewReport(all)
	for i, text := range tracefiles {
		if err := r.Read(fmt.Sprintf("%d.dat", i), strings.NewReader(text)); err != nil {
			t.Fatal(err)
		}
	}
	return written(t, r)
}

func written(t *testing.T, r *Report) string {
	t.Helper()
	var out strings.Builder
	if err := r.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// record is a tracefile of one source; fields are the record's lines.
func record(fields ...string) string {
	return "SF:a.py\n" + strings.Join(fields, "\n") + "\nend_of_record\n"
}

func TestMerge(t *testing.T) {
	for _, c := range []struct {
		name string
		in   []string
		want string
	}{
		{"nothing", nil, ""},
		{"an empty file", []string{""}, ""},
		{"a source without lines", []string{"SF:a.py\nend_of_record\n"}, record("LH:0", "LF:0")},
		{
			"a source without lines beside one with lines",
			[]string{"SF:a.py\nend_of_record\n", record("DA:3,1")},
			record("DA:3,1", "LH:1", "LF:1"),
		},
		{
			"lines are sorted, their counts added, checksums left out",
			[]string{record("DA:300,2,abc==", "DA:7,0"), record("DA:7,0", "DA:300,3", "DA:2,1")},
			record("DA:2,1", "DA:7,0", "DA:300,5", "LH:2", "LF:3"),
		},
		{
			"sums of the tracefiles are made anew",
			[]string{"TN:test\n" + record("DA:1,1", "LF:99", "LH:99", "BRF:9", "FNF:9")},
			record("DA:1,1", "LH:1", "LF:1"),
		},
		{
			"a source twice in one tracefile",
			[]string{record("DA:1,1") + record("DA:1,1")},
			record("DA:1,2", "LH:1", "LF:1"),
		},
		{
			"sources are sorted",
			[]string{"SF:b\nend_of_record\nSF:a\nend_of_record\n"},
			"SF:a\nLH:0\nLF:0\nend_of_record\nSF:b\nLH:0\nLF:0\nend_of_record\n",
		},
		{
			"comments, empty lines, Windows' ends of lines and unknown kinds",
			[]string{"# lcov 2\r\n\r\nVER:1\r\nSF:a.py\r\nDA:1,1\r\nMCDC:1,2,t,1,0,a\r\nend_of_record\r\n"},
			record("DA:1,1", "LH:1", "LF:1"),
		},
		{
			"counts stay the largest when they overflow",
			[]string{record("DA:1,18446744073709551615"), record("DA:1,2")},
			record("DA:1,18446744073709551615", "LH:1", "LF:1"),
		},
		{
			"what was never evaluated stays so, until it is",
			[]string{record("BRDA:4,0,0,-", "BRDA:4,0,1,-"), record("BRDA:4,0,0,0", "BRDA:4,0,1,-")},
			record("BRDA:4,0,0,0", "BRDA:4,0,1,-", "BRF:2", "BRH:0", "LH:0", "LF:0"),
		},
		{
			"branches by number, by name, with commas, of exceptions",
			[]string{
				record("BRDA:4,0,10,1", "BRDA:4,0,9,0", "BRDA:4,0,exit f(a, b),2", "BRDA:30,0,0,1", "BRDA:4,e1,0,1"),
				record("BRDA:4,0,exit f(a, b),-", "BRDA:4,0,9,3"),
			},
			record("BRDA:4,0,9,3", "BRDA:4,0,10,1", "BRDA:4,0,exit f(a, b),2", "BRDA:4,e1,0,1", "BRDA:30,0,0,1", "BRF:5", "BRH:5", "LH:0", "LF:0"),
		},
		{
			"functions, their counts before and after their places, ends known or not",
			[]string{
				record("FN:9,g", "FN:1,5,f", "FNDA:2,f", "FNDA:0,g"),
				record("FNDA:3,f", "FN:1,f"),
			},
			record("FN:1,5,f", "FNDA:5,f", "FN:9,g", "FNDA:0,g", "FNF:2", "FNH:1", "LH:0", "LF:0"),
		},
		{
			"functions of one name, and names with commas",
			[]string{record("FN:1,3,f", "FNDA:1,f", "FN:7,9,f", "FNDA:0,f", "FN:20,h(int, int)", "FNDA:4,h(int, int)")},
			record("FN:1,3,f", "FNDA:1,f", "FN:7,9,f", "FNDA:0,f", "FN:20,h(int, int)", "FNDA:4,h(int, int)", "FNF:3", "FNH:2", "LH:0", "LF:0"),
		},
		{
			"the count of a function without a place",
			[]string{record("FNDA:1,f")},
			record("LH:0", "LF:0"),
		},
		{
			"lcov 2's functions with their aliases, beside the older ones",
			[]string{
				record("FNL:0,4,8", "FNA:0,2,f", "FNA:0,0,alias", "FNL:1,9", "FNA:1,0,g"),
				record("FN:4,f", "FNDA:1,f"),
			},
			record("FN:4,8,alias", "FNDA:0,alias", "FN:4,8,f", "FNDA:3,f", "FN:9,g", "FNDA:0,g", "FNF:3", "FNH:1", "LH:0", "LF:0"),
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := merge(t, c.in...); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

func TestSourcesThatAreNotWanted(t *testing.T) {
	r := NewReport(func(path string) (string, bool) {
		return strings.TrimPrefix(path, "bin/"), path != "other.py"
	})
	// The records of one that is not wanted are not looked at.
	in := "SF:other.py\nDA:x,1\nend_of_record\nSF:bin/a.py\nDA:1,1\nend_of_record\nSF:a.py\nDA:1,1\nend_of_record\n"
	if err := r.Read("in.dat", strings.NewReader(in)); err != nil {
		t.Fatal(err)
	}
	if got, want := written(t, r), record("DA:1,2", "LH:1", "LF:1"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestErrors(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{record("DA:x,1"), `in.dat:2: "DA:x,1": line "x": must be a whole number below 2^31`},
		{record("DA:2147483648,1"), `in.dat:2: "DA:2147483648,1": line "2147483648": must be a whole number below 2^31`},
		{record("DA:1"), `in.dat:2: "DA:1": count "": must be a whole number below 2^64`},
		{record("DA:1,-1"), `in.dat:2: "DA:1,-1": count "-1": must be a whole number below 2^64`},
		{record("DA:1,18446744073709551616"), `in.dat:2: "DA:1,18446744073709551616": count "18446744073709551616": must be a whole number below 2^64`},
		{record("BRDA:1,0,1"), `in.dat:2: "BRDA:1,0,1": must have four fields: line, block, branch, taken`},
		{record("BRDA:1,0,1,x"), `in.dat:2: "BRDA:1,0,1,x": count "x": must be a whole number below 2^64, or -`},
		{record("BRDA:x,0,1,-"), `in.dat:2: "BRDA:x,0,1,-": line "x": must be a whole number below 2^31`},
		{record("FN:1"), `in.dat:2: "FN:1": must have the name of a function as its last field`},
		{record("FN:1,2,"), `in.dat:2: "FN:1,2,": must have the name of a function as its last field`},
		{record("FN:one,f"), `in.dat:2: "FN:one,f": line "one": must be a whole number below 2^31`},
		{record("FNDA:1"), `in.dat:2: "FNDA:1": must have the name of a function as its last field`},
		{record("FNDA:f,1"), `in.dat:2: "FNDA:f,1": count "f": must be a whole number below 2^64`},
		{record("FNL:0,1,z"), `in.dat:2: "FNL:0,1,z": line "z": must be a whole number below 2^31`},
		{record("FNA:7,1,f"), `in.dat:2: "FNA:7,1,f": index "7": must be that of an FNL above`},
		{record("FNL:0,1", "FNA:0,1"), `in.dat:3: "FNA:0,1": must have the name of a function as its last field`},
		{record("nonsense"), `in.dat:2: "nonsense": must be KIND:VALUE or end_of_record`},
		{"DA:1,1\n", `in.dat:1: "DA:1,1": must follow an SF`},
		{"end_of_record\n", `in.dat:1: end_of_record: must follow an SF`},
		{"SF:\n", `in.dat:1: SF: must have the path of a source`},
		{"SF:a.py\nSF:b.py\n", `in.dat:2: SF:b.py: must follow the end_of_record of SF:a.py`},
		{"SF:a.py\nDA:1,1", `in.dat:2: SF:a.py: must have an end_of_record; the file seems to be cut off`},
	} {
		err := NewReport(all).Read("in.dat", strings.NewReader(c.in))
		if err == nil || err.Error() != c.want {
			t.Errorf("%q:\ngot  %v\nwant %s", c.in, err, c.want)
		}
	}
}

func TestErrorsOfReadingAndWriting(t *testing.T) {
	broken := errors.New("broken")
	reader := io.MultiReader(strings.NewReader("SF:a.py\n"), failing{broken})
	r := NewReport(all)
	if err := r.Read("in.dat", reader); !errors.Is(err, broken) || !strings.HasPrefix(err.Error(), "in.dat:2: ") {
		t.Errorf("reading: %v", err)
	}
	if err := r.Write(failing{broken}); !errors.Is(err, broken) {
		t.Errorf("writing: %v", err)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error)  { return 0, f.err }
func (f failing) Write([]byte) (int, error) { return 0, f.err }
