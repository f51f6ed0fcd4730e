package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/rules-xdist/rules_xdist/internal/model"
)

// selection is what go_xdist_test says of a target. Paths are relative to the folder
// that Bazel starts tests in.
type selection struct {
	Target    string       `json:"target"`
	Binary    string       `json:"binary"`
	Marks     string       `json:"marks"`
	Dist      string       `json:"dist"`
	Runs      []model.Part `json:"runs"`
	Elsewhere []model.Part `json:"elsewhere"`
	// Weights of tests, where they are not 1.
	Weights map[string]int `json:"weights"`
}

// shard is one of a target's; the index counts from 0.
type shard struct{ index, total int }

func (s shard) String() string { return fmt.Sprintf("shard %d of %d", s.index+1, s.total) }

// settings are everything that the environment and the arguments say.
type settings struct {
	selection     selection
	marks         map[string]model.GoTest
	dist          string
	shard         shard
	filter        filter
	failFast      bool
	xmlPath       string
	prematureExit string
	args          []string
}

func readSettings(args []string, lookup func(string) (string, bool)) (settings, error) {
	get := func(name string) string { value, _ := lookup(name); return value }
	s := settings{
		failFast:      get("TESTBRIDGE_TEST_RUNNER_FAIL_FAST") == "1",
		xmlPath:       get("XML_OUTPUT_FILE"),
		prematureExit: get("TEST_PREMATURE_EXIT_FILE"),
	}
	var err error
	if s.args, err = checkArgs(args); err != nil {
		return s, err
	}
	if err := s.readSelection(get("RULES_XDIST_SELECTION")); err != nil {
		return s, err
	}
	s.dist = s.selection.Dist
	if dist := get("RULES_XDIST_DIST"); dist != "" {
		s.dist = dist
	}
	if !slices.Contains(model.Modes, s.dist) {
		return s, fmt.Errorf("RULES_XDIST_DIST: %q: must be one of %s", s.dist, strings.Join(model.Modes, ", "))
	}
	if s.shard, err = readShard(get); err != nil {
		return s, err
	}
	s.filter, err = parseFilter(get("TESTBRIDGE_TEST_ONLY"))
	return s, err
}

// checkArgs refuses flags that choose tests, since they would override the runner's, and
// leaves out -test.v, which it always sets.
func checkArgs(args []string) ([]string, error) {
	var kept []string
	for _, arg := range args {
		flag, _, _ := strings.Cut(strings.Replace(arg, "--", "-", 1), "=")
		switch flag {
		case "-test.run", "-test.skip", "-test.list":
			return nil, fmt.Errorf("argument %s: which tests run is said by --test_filter", arg)
		case "-test.v":
		default:
			kept = append(kept, arg)
		}
	}
	return kept, nil
}

// testArgs are the test binary's arguments to run exactly these tests. A person's come
// last: what follows the first that is no flag is not read as flags.
func (s settings) testArgs(tests []string) []string {
	args := s.filter.flags(tests)
	if s.failFast {
		args = append(args, "-test.failfast")
	}
	return append(args, s.args...)
}

func (s *settings) readSelection(file string) error {
	if file == "" {
		return fmt.Errorf("RULES_XDIST_SELECTION: not set: must be the path of a selection, which go_xdist_test writes")
	}
	if err := readJSON(file, &s.selection); err != nil {
		return err
	}
	// Absolute, since tests that start their own binary again may be in any folder.
	var err error
	if s.selection.Binary, err = filepath.Abs(s.selection.Binary); err != nil {
		return err
	}
	var tests []model.GoTest
	if err := readJSON(s.selection.Marks, &tests); err != nil {
		return err
	}
	s.marks = map[string]model.GoTest{}
	for _, t := range tests {
		s.marks[t.Name] = t
	}
	return nil
}

func readJSON(file string, into any) error {
	content, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(content, into); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return nil
}

// readShard reads Bazel's two variables; a total of 0, 1 or none means unsharded.
func readShard(get func(string) string) (shard, error) {
	total, err := number(get, "TEST_TOTAL_SHARDS")
	if err != nil || total < 2 {
		return shard{0, 1}, err
	}
	index, err := number(get, "TEST_SHARD_INDEX")
	if err == nil && index >= total {
		err = fmt.Errorf("TEST_SHARD_INDEX: %d: must be below TEST_TOTAL_SHARDS (%d)", index, total)
	}
	return shard{index, total}, err
}

func number(get func(string) string, name string) (int, error) {
	value := get(name)
	if value == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(value)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("%s: %q: must be a whole number, 0 or above", name, value)
	}
	return n, nil
}

// childEnviron is the environment of the test binary: without what it would take for
// orders to itself. GO_TEST_WRAP=0 keeps rules_go's own wrapper out.
func childEnviron(environ []string) []string {
	orders := []string{
		"GO_TEST_WRAP", "RULES_XDIST_SELECTION", "TESTBRIDGE_TEST_ONLY", "TESTBRIDGE_TEST_RUNNER_FAIL_FAST",
		"TEST_PREMATURE_EXIT_FILE", "TEST_SHARD_INDEX", "TEST_SHARD_STATUS_FILE", "TEST_TOTAL_SHARDS",
	}
	child := slices.DeleteFunc(slices.Clone(environ), func(entry string) bool {
		name, _, _ := strings.Cut(entry, "=")
		return slices.Contains(orders, name)
	})
	return append(child, "GO_TEST_WRAP=0")
}
