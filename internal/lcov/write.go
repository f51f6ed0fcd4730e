package lcov

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Write writes the report as one tracefile, sorted by source, line and name, so that
// equal reports are equal files. Functions are FN and FNDA, which all readers know.
func (r *Report) Write(out io.Writer) error {
	// What could not be written, Flush says.
	w := bufio.NewWriter(out)
	for _, path := range slices.Sorted(maps.Keys(r.files)) {
		fmt.Fprintf(w, "SF:%s\n", path)
		f := r.files[path]
		f.writeFunctions(w)
		f.writeBranches(w)
		f.lines.write(w)
		fmt.Fprintln(w, "end_of_record")
	}
	return w.Flush()
}

// writeFunctions writes each FNDA directly below its FN: this keeps functions of one name
// apart.
func (f *file) writeFunctions(w io.Writer) {
	if len(f.functions) == 0 {
		return
	}
	hit := 0
	keys := slices.SortedFunc(maps.Keys(f.functions), func(a, b functionKey) int {
		return cmp.Or(cmp.Compare(a.line, b.line), cmp.Compare(a.name, b.name))
	})
	for _, key := range keys {
		function := f.functions[key]
		hit += one(function.count > 0)
		end := ""
		if function.end > 0 {
			end = strconv.FormatUint(uint64(function.end), 10) + ","
		}
		fmt.Fprintf(w, "FN:%d,%s%s\nFNDA:%d,%s\n", key.line, end, key.name, function.count, key.name)
	}
	fmt.Fprintf(w, "FNF:%d\nFNH:%d\n", len(keys), hit)
}

func (f *file) writeBranches(w io.Writer) {
	if len(f.branches) == 0 {
		return
	}
	hit := 0
	keys := slices.SortedFunc(maps.Keys(f.branches), compareBranches)
	for _, key := range keys {
		branch := f.branches[key]
		hit += one(branch.taken > 0)
		taken := "-"
		if branch.evaluated {
			taken = strconv.FormatUint(branch.taken, 10)
		}
		fmt.Fprintf(w, "BRDA:%s,%s\n", key, taken)
	}
	fmt.Fprintf(w, "BRF:%d\nBRH:%d\n", len(keys), hit)
}

// compareBranches orders by line, block and branch: numbers by value and before names.
func compareBranches(a, b string) int {
	as, bs := strings.SplitN(a, ",", 3), strings.SplitN(b, ",", 3)
	return slices.CompareFunc(as, bs, func(a, b string) int {
		m, aIsNumber := number([]byte(a))
		n, bIsNumber := number([]byte(b))
		return cmp.Or(one(bIsNumber)-one(aIsNumber), cmp.Compare(m, n), cmp.Compare(a, b))
	})
}

func (l *lineCounts) write(w *bufio.Writer) {
	found, hit := 0, 0
	var record []byte
	for _, number := range slices.Sorted(maps.Keys(l.pages)) {
		page := l.pages[number]
		for i, known := range page.known {
			if !known {
				continue
			}
			found++
			hit += one(page.counts[i] > 0)
			record = append(record[:0], "DA:"...)
			record = strconv.AppendUint(record, uint64(number)*pageLines+uint64(i), 10)
			record = append(record, ',')
			record = strconv.AppendUint(record, page.counts[i], 10)
			_, _ = w.Write(append(record, '\n'))
		}
	}
	fmt.Fprintf(w, "LH:%d\nLF:%d\n", hit, found)
}

func one(condition bool) int {
	if condition {
		return 1
	}
	return 0
}
