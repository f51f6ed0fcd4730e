package pyscan

import (
	"bytes"
	"flag"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"
)

// With 50, what docs/scanner.md says of such files is measured.
var large = flag.Int("large", 8, "size of the files of TestLarge, in MB")

// TestLarge has files of sizes that nobody writes by hand: they are read in bounded
// time and memory, and rightly.
func TestLarge(t *testing.T) {
	var tests strings.Builder
	tests.WriteString("import pytest\n")
	for i := range 10_000 {
		fmt.Fprintf(&tests, "@pytest.mark.xdist_group('g%d')\ndef test_%d():\n    pass\n", i%7, i)
	}
	fill := func(unit string) string { return strings.Repeat(unit, *large<<20/len(unit)) }
	for _, c := range []struct {
		name, src string
		tests     int
	}{
		{"10,000 tests", tests.String(), 10_000},
		{"functions", fill("def helper(a, b=1):\n    return a + b\n") + "def test_a(): pass\n", 1},
		{"one line", "x = [" + fill("12345, ") + "]\ndef test_a(): pass\n", 1},
		{"one string", "x = '''" + fill("lorem ipsum\n") + "'''\ndef test_a(): pass\n", 1},
		{"comment", fill("# lorem ipsum\r\n") + "def test_a(): pass\n", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			src := []byte(c.src)
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			start := time.Now()
			f, err := Scan("x.py", src)
			took := time.Since(start)
			runtime.ReadMemStats(&after)
			if err != nil {
				t.Fatal(err)
			}
			if len(f.Tests) != c.tests {
				t.Errorf("%d tests, want %d", len(f.Tests), c.tests)
			}
			if want := bytes.Count(src, []byte("\n")) - 1; c.tests == 1 && f.Tests[0].Line != want+1 {
				t.Errorf("line %d, want %d", f.Tests[0].Line, want+1)
			}
			allocated := (after.TotalAlloc - before.TotalAlloc) >> 20
			t.Logf("%d MB: %.2f s, %d MB allocated", len(src)>>20, took.Seconds(), allocated)
			// Wide bounds: what they are to find is growth with the square of the size.
			if took > time.Minute || allocated > 4<<10 {
				t.Errorf("took %v and allocated %d MB", took, allocated)
			}
		})
	}
}
