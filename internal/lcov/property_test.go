package lcov

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
)

// randomTracefile has few different sources, lines and names, so that much of it meets
// the same in another.
func randomTracefile(random *rand.Rand) string {
	var b strings.Builder
	for range random.IntN(4) {
		fmt.Fprintf(&b, "TN:\nSF:%c.py\n", 'a'+random.IntN(3))
		for index := range random.IntN(12) {
			writeRandomRecord(&b, random, index)
		}
		b.WriteString("end_of_record\n")
	}
	return b.String()
}

func writeRandomRecord(b *strings.Builder, random *rand.Rand, index int) {
	line, count := 200+random.IntN(100), random.IntN(3)
	name := string(rune('f' + random.IntN(3)))
	switch random.IntN(5) {
	case 0:
		fmt.Fprintf(b, "DA:%d,%d\n", line, count)
	case 1:
		taken := []string{"-", "0", "1", "7"}[random.IntN(4)]
		fmt.Fprintf(b, "BRDA:%d,%d,%s,%s\n", line%5, random.IntN(2), name, taken)
	case 2:
		fmt.Fprintf(b, "FN:%d,%s\n", line%5, name)
	case 3:
		fmt.Fprintf(b, "FNDA:%d,%s\n", count, name)
	case 4:
		fmt.Fprintf(b, "FNL:%d,%d,%d\nFNA:%d,%d,%s\n", index, line%5, line, index, count, name)
	}
}

func eachTriple(t *testing.T, check func(t *testing.T, a, b, c string)) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		check(t, randomTracefile(random), randomTracefile(random), randomTracefile(random))
		if t.Failed() {
			return
		}
	}
}

func TestMergingCommutes(t *testing.T) {
	eachTriple(t, func(t *testing.T, a, b, c string) {
		if x, y := merge(t, a, b, c), merge(t, c, a, b); x != y {
			t.Errorf("%q, %q, %q: got\n%s\nand, in another order,\n%s", a, b, c, x, y)
		}
	})
}

// What the report generator merges are results of merging.
func TestMergingAssociates(t *testing.T) {
	eachTriple(t, func(t *testing.T, a, b, c string) {
		want := merge(t, a, b, c)
		if got := merge(t, merge(t, a, b), c); got != want {
			t.Errorf("(%q, %q), %q: got\n%s\nwant\n%s", a, b, c, got, want)
		}
		if got := merge(t, a, merge(t, b, c)); got != want {
			t.Errorf("%q, (%q, %q): got\n%s\nwant\n%s", a, b, c, got, want)
		}
	})
}

var count = regexp.MustCompile(`(?m)^(DA:\d+,|BRDA:.*,|FNDA:)([1-9]\d*)`)

// structure is a tracefile without how often something ran, but whether it did.
func structure(tracefile string) string { return count.ReplaceAllString(tracefile, "${1}1") }

func TestMergingWithItselfChangesOnlyCounts(t *testing.T) {
	eachTriple(t, func(t *testing.T, a, b, _ string) {
		once, twice := merge(t, a, b), merge(t, a, b, a, b)
		if structure(once) != structure(twice) {
			t.Errorf("%q, %q: got\n%s\nwant the structure of\n%s", a, b, twice, once)
		}
		if again := merge(t, once); again != once {
			t.Errorf("read again, it is\n%s\nwant\n%s", again, once)
		}
	})
}

// Whatever is read can be written and read again, and is the same then.
func FuzzRead(f *testing.F) {
	random := rand.New(rand.NewPCG(3, 4))
	for range 20 {
		f.Add(randomTracefile(random))
	}
	f.Add(record("FNL:0,4", "FNA:0,2,5,f", "BRDA:1,e0,a, b,-", "DA:2147483647,18446744073709551615,sum"))
	f.Fuzz(func(t *testing.T, tracefile string) {
		r := NewReport(all)
		if err := r.Read("in.dat", strings.NewReader(tracefile)); err != nil {
			return
		}
		once := written(t, r)
		if again := merge(t, once); again != once {
			t.Errorf("read again, it is\n%s\nwant\n%s", again, once)
		}
	})
}
