package main

import (
	"bytes"
	"cmp"
	"fmt"
	"go/token"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/rules-xdist/rules_xdist/internal/model"
)

// list returns the names of the binary's tests, examples and fuzz tests. Benchmarks are
// none: `go test` does not run them either. marks are what the sources have.
func (p program) list(marks map[string]model.GoTest) ([]string, error) {
	var output bytes.Buffer
	end := p.run([]string{"-test.list=."}, func(r io.Reader) { _, _ = io.Copy(&output, r) })
	if !end.succeeded() {
		return nil, fmt.Errorf("the test binary cannot list its tests: %s\n%s", end, output.String())
	}
	names := parseList(output.String())
	if len(names) > 0 && !slices.ContainsFunc(names, func(name string) bool { _, ok := marks[name]; return !ok }) {
		return names, nil
	}
	return p.compiled(names, marks)
}

// compiled corrects a list that does not agree with the sources. Where a TestMain ends
// the process before package testing lists anything, the tests are those of the sources;
// and what a TestMain prints may look like a test's name. Sources and list both may have
// more than the binary: files for other systems, generated ones.
func (p program) compiled(names []string, marks map[string]model.GoTest) ([]string, error) {
	if len(names) == 0 {
		names = inOrder(marks)
	}
	if len(names) == 0 {
		return nil, nil
	}
	binary, err := os.ReadFile(p.path)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(names, func(name string) bool { return !hasFunction(binary, name) }), nil
}

// hasFunction reports whether a Go binary, stripped or not, has a function of that name:
// the runtime's table of functions has "PACKAGE.NAME", ended by a NUL byte.
func hasFunction(binary []byte, name string) bool {
	return bytes.Contains(binary, []byte("."+name+"\x00"))
}

// inOrder returns the names of tests in the order of the sources.
func inOrder(marks map[string]model.GoTest) []string {
	var tests []model.GoTest
	for _, t := range marks {
		tests = append(tests, t)
	}
	slices.SortFunc(tests, func(a, b model.GoTest) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Name, b.Name))
	})
	names := make([]string, len(tests))
	for i, t := range tests {
		names[i] = t.Name
	}
	return names
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
