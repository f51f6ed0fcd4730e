package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// print writes what a part gave: what is new, and on demand all.
func (r result) print(w io.Writer, all bool) {
	fmt.Fprintf(w, "%s: %d suites, %d tests in %.0f s\n", r.part.name, len(r.part.suites), r.tests, r.took.Seconds())
	printFindings(w, "NEW", r.new)
	if all {
		printFindings(w, "open", r.open)
		printFindings(w, "meant", r.meant)
	}
}

func printFindings(w io.Writer, what string, findings []finding) {
	for _, f := range findings {
		fmt.Fprintf(w, "  %s: %s\n", what, f)
	}
}

// table has a line a part.
func table(results []result) string {
	var text strings.Builder
	w := tabwriter.NewWriter(&text, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "part\tsuites\ttests\tsame\tmeant\topen\tnew\tseconds\t")
	for _, r := range results {
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%d\t%d\t%.0f\t\n",
			r.part.name, len(r.part.suites), r.tests, r.same, len(r.meant), len(r.open), len(r.new), r.took.Seconds())
	}
	w.Flush()
	return text.String()
}
