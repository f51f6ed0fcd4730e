package main

import (
	"bytes"
	"fmt"
	"go/token"
	"io"
	"slices"
	"strings"
)

// list returns the names of the binary's tests, examples and fuzz tests. Benchmarks are
// none: `go test` does not run them either.
func (p program) list() ([]string, error) {
	var output bytes.Buffer
	end := p.run([]string{"-test.list=."}, func(r io.Reader) { _, _ = io.Copy(&output, r) })
	if !end.succeeded() {
		return nil, fmt.Errorf("the test binary cannot list its tests: %s\n%s", end, output.String())
	}
	return parseList(output.String()), nil
}

// parseList leaves out what a TestMain may print before the list.
func parseList(text string) []string {
	var names []string
	for _, line := range strings.Split(text, "\n") {
		isTest := slices.ContainsFunc([]string{"Test", "Example", "Fuzz"}, func(prefix string) bool {
			return strings.HasPrefix(line, prefix)
		})
		// A package and its _test package may have tests of one name; they run together.
		if isTest && token.IsIdentifier(line) && !slices.Contains(names, line) {
			names = append(names, line)
		}
	}
	return names
}
