package main

import (
	"fmt"
	"io"
	"os"
	"strings"
)

const (
	docsFile    = "docs/scanner.md"
	tableBegins = "<!-- tables: made by tools/scandiff -->\n"
	tableEnds   = "<!-- end of tables -->"
)

// summaryTable renders a line a suite, as Markdown.
func summaryTable(results []result) string {
	var b strings.Builder
	b.WriteString("| suite | style | files | items | tests | of these marked | the same | of these presumed | different |\n|---|---|--:|--:|--:|--:|--:|--:|--:|\n")
	var sum result
	different := 0
	for _, r := range results {
		writeSummary(&b, r, styleOf(r.suite), len(r.differences))
		sum.files, sum.items, sum.tests = sum.files+r.files, sum.items+r.items, sum.tests+r.tests
		sum.marked += r.marked
		sum.same, sum.presumed = sum.same+r.same, sum.presumed+r.presumed
		different += len(r.differences)
	}
	sum.suite = "all"
	writeSummary(&b, sum, "", different)
	return b.String()
}

func writeSummary(b *strings.Builder, r result, style string, different int) {
	fmt.Fprintf(b, "| %s | %s | %d | %d | %d | %d | %d | %d | %d |\n", r.suite, style, r.files, r.items, r.tests, r.marked, r.same, r.presumed, different)
}

func styleOf(name string) string {
	for _, s := range suites {
		if s.name == name {
			return s.style
		}
	}
	return ""
}

// kindTable renders how often each kind of difference is met in which suites.
func kindTable(results []result) string {
	var b strings.Builder
	b.WriteString("| kind of difference | tests | in |  |\n|---|--:|---|---|\n")
	for i := range kinds {
		total, in := count(results, &kinds[i])
		if total == 0 {
			continue
		}
		fmt.Fprintf(&b, "| %s | %d | %s | %s |\n", kinds[i].name, total, in, kinds[i].why)
	}
	if total, in := count(results, nil); total > 0 {
		fmt.Fprintf(&b, "| not explained | %d | %s | |\n", total, in)
	}
	return b.String()
}

// count returns the number of differences of a kind, in all and by suite.
func count(results []result, k *kind) (int, string) {
	total := 0
	var in []string
	for _, r := range results {
		n := 0
		for _, d := range r.differences {
			if d.kind == k {
				n++
			}
		}
		if n > 0 {
			in = append(in, fmt.Sprintf("%s %d", r.suite, n))
		}
		total += n
	}
	return total, strings.Join(in, ", ")
}

func printDifferences(w io.Writer, results []result) {
	for _, r := range results {
		for _, d := range r.differences {
			fmt.Fprintln(w, d)
		}
	}
}

// updateDocs writes the tables between their markers.
func updateDocs(path string, results []result, syntax acceptance) error {
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	before, rest, ok := strings.Cut(string(content), tableBegins)
	_, after, okAfter := strings.Cut(rest, tableEnds)
	if !ok || !okAfter {
		return fmt.Errorf("%s: the lines around the tables are missing: %q and %q", docsFile, strings.TrimSpace(tableBegins), tableEnds)
	}
	return os.WriteFile(path, []byte(before+tableBegins+summaryTable(results)+"\n"+kindTable(results)+"\n"+syntax.String()+tableEnds+after), 0o644)
}
