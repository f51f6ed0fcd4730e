// Package lcov reads, merges and writes LCOV tracefiles: which lines, branches and
// functions of which sources ran how often.
//
// Reading is streaming: a report grows with the sources and their lines, not with the
// number or the size of the tracefiles that are read into it. Merging adds counts, so it
// does not matter in which order tracefiles are read.
//
// Not here: where tracefiles are found and which sources count (tools/lcov). Not kept:
// names of tests, checksums of lines, and kinds of records that are not named in read.go.
package lcov

import "math"

// Report is what any number of tracefiles say, together.
type Report struct {
	source func(reported string) (path string, ok bool)
	files  map[string]*file
}

// NewReport makes an empty report. Of each source that a tracefile names, source tells the
// path that the report knows it by, and whether the report has it at all.
func NewReport(source func(reported string) (path string, ok bool)) *Report {
	return &Report{source: source, files: map[string]*file{}}
}

func (r *Report) file(path string) *file {
	f := r.files[path]
	if f == nil {
		f = &file{
			lines:     lineCounts{pages: map[uint32]*page{}},
			branches:  map[string]*branch{},
			functions: map[functionKey]*function{},
		}
		r.files[path] = f
	}
	return f
}

// file is what is known of one source.
type file struct {
	lines lineCounts
	// branches are keyed by their records' text up to the count, "line,block,branch": it
	// is looked up without a copy.
	branches  map[string]*branch
	functions map[functionKey]*function
}

// branch is evaluated if anything but "-" was reported of it.
type branch struct {
	evaluated bool
	taken     uint64
}

// functionKey tells functions of one name apart, such as one that is defined twice.
type functionKey struct {
	name string
	line uint32
}

// function ends at line 0 where no tracefile says where it ends.
type function struct {
	end   uint32
	count uint64
}

// lineCounts maps lines to counts, in pages: nearly as fast as an array, but a high
// number costs no more than any other.
type lineCounts struct {
	pages map[uint32]*page
	// The page that was used last is mostly used next.
	number uint32
	last   *page
}

const pageLines = 256

type page struct {
	known  [pageLines]bool
	counts [pageLines]uint64
}

func (l *lineCounts) add(line uint32, count uint64) {
	if number := line / pageLines; l.last == nil || number != l.number {
		if l.pages[number] == nil {
			l.pages[number] = &page{}
		}
		l.number, l.last = number, l.pages[number]
	}
	i := line % pageLines
	l.last.known[i] = true
	l.last.counts[i] = sum(l.last.counts[i], count)
}

// sum adds counts; what is too large for the result stays the largest count.
func sum(a, b uint64) uint64 {
	if a > math.MaxUint64-b {
		return math.MaxUint64
	}
	return a + b
}
