package main

import (
	"fmt"
	"io"
	"math"
	"slices"
	"text/tabwriter"
)

// size is what was measured of one number of test files.
type size struct {
	tests       int
	gazelle     gazelleCosts
	ours, plain analysed
	census      censusCosts
	reports     reportCosts
}

// figure is a row of the table: what it tells of a size, in what unit, and of what it is a
// ratio, if of anything.
type figure struct {
	name string
	of   func(size) float64
	// peer is nil where there is none.
	peer func(size) float64
}

func figures() []figure {
	walk := func(s size) float64 { return s.gazelle.walk }
	return []figure{
		{"Gazelle, from nothing: CPU s", func(s size) float64 { return s.gazelle.fresh }, walk},
		{"Gazelle, unchanged: CPU s", func(s size) float64 { return s.gazelle.unchanged }, walk},
		{"Gazelle, one file edited: CPU s", func(s size) float64 { return s.gazelle.edited }, walk},
		{"Gazelle: max MB", func(s size) float64 { return float64(s.gazelle.maxBytes) / 1e6 }, nil},
		{"loading and analysis, one test: CPU s", func(s size) float64 { return s.ours.one.cpu }, func(s size) float64 { return s.plain.one.cpu }},
		{"the same of //..., less one test: CPU s", func(s size) float64 { return s.ours.all.cpu }, func(s size) float64 { return s.plain.all.cpu }},
		{"the same: wall s", func(s size) float64 { return s.ours.all.wall }, func(s size) float64 { return s.plain.all.wall }},
		{"nodes of Bazel's graph, less one test", func(s size) float64 { return s.ours.all.nodes }, func(s size) float64 { return s.plain.all.nodes }},
		{"memory of the server, less one test: MB", func(s size) float64 { return s.ours.all.heap / 1e6 }, func(s size) float64 { return s.plain.all.heap / 1e6 }},
		{"configured targets", func(s size) float64 { return s.ours.all.targets }, func(s size) float64 { return s.plain.all.targets }},
		{"actions", func(s size) float64 { return s.ours.all.actions }, func(s size) float64 { return s.plain.all.actions }},
		{"//... after an edit: CPU s", func(s size) float64 { return s.ours.edited.cpu }, func(s size) float64 { return s.plain.edited.cpu }},
		{"the same: wall s", func(s size) float64 { return s.ours.edited.wall }, func(s size) float64 { return s.plain.edited.wall }},
		{"the census, unchanged: wall s", func(s size) float64 { return s.census.unchanged.Seconds() }, nil},
		{"the census, a file added: wall s", func(s size) float64 { return s.census.added.Seconds() }, nil},
		{"xdist, a report a test file: CPU s", func(s size) float64 { return s.reports.cpu }, func(s size) float64 { return s.reports.peerCPU }},
		{"the same: max MB", func(s size) float64 { return s.reports.maxBytes / 1e6 }, func(s size) float64 { return s.reports.peerMaxBytes / 1e6 }},
	}
}

// show prints a row for each figure: its value for each size, the ratio to the peer, and
// how much of it a doubling of the test files takes.
func show(out io.Writer, sizes []size) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(w, "test files\t")
	for i, s := range sizes {
		fmt.Fprintf(w, "%d\tpeer\tratio\t", s.tests)
		if i > 0 {
			fmt.Fprint(w, "per doubling\t")
		}
	}
	fmt.Fprintln(w)
	for _, f := range figures() {
		fmt.Fprintf(w, "%s\t", f.name)
		for i, s := range sizes {
			fmt.Fprintf(w, "%s\t%s\t", number(f.of(s)), f.comparison(s))
			if i > 0 {
				fmt.Fprintf(w, "%.2f\t", perDoubling(sizes[i-1].tests, s.tests, f.of(sizes[i-1]), f.of(s)))
			}
		}
		fmt.Fprintln(w)
	}
	w.Flush()
}

func (f figure) comparison(s size) string {
	if f.peer == nil {
		return "\t"
	}
	return fmt.Sprintf("%s\t%.2f", number(f.peer(s)), f.of(s)/f.peer(s))
}

func number(value float64) string {
	if value >= 100 {
		return fmt.Sprintf("%.0f", value)
	}
	return fmt.Sprintf("%.2f", value)
}

// perDoubling returns the factor by which a cost grows when the number of files doubles.
func perDoubling(files, moreFiles int, cost, moreCost float64) float64 {
	return math.Pow(moreCost/cost, 1/math.Log2(float64(moreFiles)/float64(files)))
}

func median(values []float64) float64 {
	values = slices.Sorted(slices.Values(values))
	if len(values) == 0 {
		return math.NaN()
	}
	return (values[(len(values)-1)/2] + values[len(values)/2]) / 2
}

// medianOf returns the median of each figure by itself.
func medianOf(all []analysis) analysis {
	of := func(figure func(analysis) float64) float64 {
		values := make([]float64, len(all))
		for i, a := range all {
			values[i] = figure(a)
		}
		return median(values)
	}
	return analysis{
		cpu:     of(func(a analysis) float64 { return a.cpu }),
		wall:    of(func(a analysis) float64 { return a.wall }),
		heap:    of(func(a analysis) float64 { return a.heap }),
		targets: of(func(a analysis) float64 { return a.targets }),
		actions: of(func(a analysis) float64 { return a.actions }),
		nodes:   of(func(a analysis) float64 { return a.nodes }),
	}
}
