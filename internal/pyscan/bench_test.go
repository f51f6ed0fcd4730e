package pyscan

import (
	"bytes"
	"os"
	"strconv"
	"testing"
)

func itoa(i int) string { return strconv.Itoa(i) }

// BenchmarkScan reads a test file of about 16 kB.
func BenchmarkScan(b *testing.B) {
	src, err := os.ReadFile("testdata/ledger.py")
	if err != nil {
		b.Fatal(err)
	}
	src = bytes.Repeat(src, 16<<10/len(src)+1)
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Scan("x.py", src); err != nil {
			b.Fatal(err)
		}
	}
}
