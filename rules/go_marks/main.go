// Command go_marks writes the marks of a Go package's tests into a manifest, the JSON
// list that the runner reads:
//
//	go_marks OUTPUT FILE...
//
// An argument @FILE stands for the arguments in that file, one a line. Exit code 1:
// something is wrong with a source.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/rules-xdist/rules_xdist/internal/goscan"
	"github.com/rules-xdist/rules_xdist/internal/model"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	args, err := expand(args)
	if err != nil {
		return err
	}
	if len(args) == 0 {
		return errors.New("usage: go_marks OUTPUT FILE...")
	}
	manifest, err := manifest(args[1:])
	if err != nil {
		return err
	}
	return os.WriteFile(args[0], manifest, 0o666)
}

// expand replaces each @FILE by the lines of the file: Bazel passes long lists so.
func expand(args []string) ([]string, error) {
	var expanded []string
	for _, arg := range args {
		name, ok := strings.CutPrefix(arg, "@")
		if !ok {
			expanded = append(expanded, arg)
			continue
		}
		content, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		expanded = append(expanded, strings.Split(strings.TrimSuffix(string(content), "\n"), "\n")...)
	}
	return expanded, nil
}

func manifest(files []string) ([]byte, error) {
	tests := make([][]model.GoTest, len(files))
	var errs []error
	for i, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		var wrong []error
		tests[i], wrong = goscan.Scan(file, source)
		errs = append(errs, wrong...)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	merged, err := goscan.Merge(tests...)
	if err != nil {
		return nil, err
	}
	if merged == nil {
		merged = []model.GoTest{} // [] in JSON, not null
	}
	return json.MarshalIndent(merged, "", " ")
}
