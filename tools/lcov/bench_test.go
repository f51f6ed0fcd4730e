package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const (
	benchFiles   = 40
	benchSources = 560
	benchLines   = 2000
)

// Half a gigabyte of tracefiles is merged by this program, and by LCOV's own where it is
// on the PATH, of the same files in the same run. Takes some minutes:
//
//	go test ./tools/lcov -run '^$' -bench Merge -benchtime 1x -timeout 30m
func BenchmarkMerge(b *testing.B) {
	dir := b.TempDir()
	var adds []string
	var size int64
	for i := range benchFiles {
		name := filepath.Join(dir, fmt.Sprintf("%02d.dat", i))
		text := benchTracefile(i)
		if err := os.WriteFile(name, text, 0o644); err != nil {
			b.Fatal(err)
		}
		adds = append(adds, "--add-tracefile", name)
		size += int64(len(text))
	}
	b.Run("this", func(b *testing.B) {
		b.SetBytes(size)
		for b.Loop() {
			if code := run([]string{"--coverage_dir=" + dir, "--output_file=" + filepath.Join(b.TempDir(), "merged")}, io.Discard); code != merged {
				b.Fatalf("exit code %d", code)
			}
		}
	})
	b.Run("LCOV's own", func(b *testing.B) {
		if _, err := exec.LookPath("lcov"); err != nil {
			b.Skip("lcov is not on the PATH")
		}
		b.SetBytes(size)
		for b.Loop() {
			args := append([]string{"--quiet", "--rc", "lcov_branch_coverage=1", "--output-file", filepath.Join(b.TempDir(), "merged")}, adds...)
			if output, err := exec.Command("lcov", args...).CombinedOutput(); err != nil {
				b.Fatalf("%v\n%s", err, output)
			}
		}
	})
}

func benchTracefile(number int) []byte {
	var text bytes.Buffer
	var source strings.Builder
	for line := 1; line <= benchLines; line++ {
		fmt.Fprintf(&source, "DA:%d,%d\n", line, (line+number)%5)
		if line%20 == 0 {
			fmt.Fprintf(&source, "BRDA:%d,0,0,1\nBRDA:%d,0,1,-\n", line, line)
		}
	}
	for i := range benchSources {
		fmt.Fprintf(&text, "TN:\nSF:src/module_%d.py\n%send_of_record\n", i, source.String())
	}
	return text.Bytes()
}
