package main

import (
	"fmt"
	"slices"
	"strings"
)

func (c cell) result() string {
	switch {
	case c.skipped:
		return "not seen"
	case c.total == 0:
		return "**fails**"
	case !c.ok():
		return fmt.Sprintf("**%d of %d**", c.passed, c.total)
	}
	return fmt.Sprintf("%d of %d", c.passed, c.total)
}

// table is Markdown: a line for each version and configuration, a column for each
// workspace; then what failed.
func table(cells []cell) string {
	var columns, rows []string
	results := map[string]string{}
	for _, c := range cells {
		row := "| " + c.version + " | " + c.configuration + " |"
		if !slices.Contains(rows, row) {
			rows = append(rows, row)
		}
		if !slices.Contains(columns, c.workspace) {
			columns = append(columns, c.workspace)
		}
		results[row+c.workspace] = c.result()
	}
	var text strings.Builder
	fmt.Fprintf(&text, "| rules_python | configuration | %s |\n|---|---|%s\n", strings.Join(columns, " | "), strings.Repeat("---|", len(columns)))
	for _, row := range rows {
		text.WriteString(row)
		for _, column := range columns {
			fmt.Fprintf(&text, " %s |", results[row+column])
		}
		text.WriteString("\n")
	}
	for _, c := range cells {
		for _, failure := range c.failed {
			fmt.Fprintf(&text, "\n- %s: %s", c.name(), failure)
		}
	}
	return strings.TrimSuffix(text.String(), "\n") + "\n"
}
