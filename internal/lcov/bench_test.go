package lcov

import (
	"fmt"
	"strings"
	"testing"
)

// The speed of reading is that of the whole merger.
func BenchmarkRead(b *testing.B) {
	tracefile := largeTracefile()
	b.SetBytes(int64(len(tracefile)))
	r := NewReport(all)
	for b.Loop() {
		if err := r.Read("in.dat", strings.NewReader(tracefile)); err != nil {
			b.Fatal(err)
		}
	}
}

func largeTracefile() string {
	var b strings.Builder
	for source := range 100 {
		fmt.Fprintf(&b, "SF:src/module_%d.py\n", source)
		for line := 1; line < 2000; line++ {
			fmt.Fprintf(&b, "DA:%d,%d\n", line, line%5)
			if line%10 == 0 {
				fmt.Fprintf(&b, "BRDA:%d,0,jump to line %d,1\nBRDA:%d,0,jump to line %d,-\n", line, line+1, line, line+5)
			}
			if line%30 == 0 {
				fmt.Fprintf(&b, "FN:%d,%d,function_%d\nFNDA:1,function_%d\n", line, line+29, line, line)
			}
		}
		b.WriteString("end_of_record\n")
	}
	return b.String()
}
