// Package junitxml reads the test cases out of a JUnit XML file as pytest,
// rules_go or Bazel itself write it, with the two things that published readers
// drop and a report needs: a case's own properties and the kind of a skip.
//
// It writes no XML, and it does not read suites' totals: they are counted from
// the cases.
package junitxml

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/rules-xdist/rules_xdist/internal/model"
)

// nodeIDProperty is the property under which the pytest plugin records a
// test's untouched node id.
const nodeIDProperty = "nodeid"

// rootProperty is a shard's own property: where pytest was started, as a path of the
// workspace; absent for its root.
const rootProperty = "pytest_root"

// unitProperty is the property under which it records what the test shares a shard with.
const unitProperty = "unit"

// groupsProperty is a shard's own property: a JSON list of the groups that it runs and that
// no BUILD file names.
const groupsProperty = "dynamic_groups"

// collectedProperty is a shard's own property: the fingerprint of what it collected.
const collectedProperty = "collected"

// collectionProperty is where a shard that only collects says what.
const collectionProperty = "collection"

// emptyProperty is a shard's own property: why its target has no tests.
const emptyProperty = "empty"

// xfailType marks a skip that is an expected failure in pytest's files.
const xfailType = "pytest.xfail"

// Outcome is how a test case ended.
type Outcome int

// The outcomes that a file can tell apart. A test that passed although it was
// expected to fail is Passed, or Failed where that is strict: pytest's files
// say no more.
const (
	Passed Outcome = iota
	Failed
	Error
	Skipped
	XFailed
)

// String is the outcome in pytest's word.
func (o Outcome) String() string {
	return [...]string{"passed", "failed", "error", "skipped", "xfailed"}[o]
}

// Case is one test case.
type Case struct {
	NodeID  string // pytest's, seen from the workspace's root; empty when the file has none
	StartID string // the same, as pytest itself has it, seen from where it was started
	Class   string
	Name    string
	Outcome Outcome
	Message string // of the failure, error or skip, or of a flaky test's first failure
	Seconds float64
	// Flaky says that it passed after attempts that failed, in the same process.
	Flaky bool
	// Unit is what it shares a shard with, empty when the file does not say.
	Unit string
}

// File is what one file holds.
type File struct {
	Cases []Case
	// Root is where pytest was started, as a path of the workspace; empty for its root.
	Root string
	// Collected is the fingerprint of the tests that the shard's target has, as the
	// shard collected them; empty where the runner gives none. Shards must agree on it.
	Collected string
	// Collection is what the target collects, as rules_xdist.collect has it; empty where
	// nobody asked for it.
	Collection string
	// DynamicGroups are the units of groups that the shard runs and no BUILD file names.
	DynamicGroups []string
	// Empty says why the shard's target has no tests at all; empty where it has, or was
	// asked for none.
	Empty string
	// ByBazel says that the file is the one that Bazel makes of a test's log
	// when the test wrote none: its only case is the test as a whole.
	ByBazel bool
}

// suite is a <testsuite>, or the <testsuites> around them.
type suite struct {
	Suites     []suite    `xml:"testsuite"`
	Cases      []testcase `xml:"testcase"`
	Properties []property `xml:"properties>property"`
}

type testcase struct {
	Class      string     `xml:"classname,attr"`
	Name       string     `xml:"name,attr"`
	Time       string     `xml:"time,attr"`
	Duration   *string    `xml:"duration,attr"` // in Bazel's own files only
	Properties []property `xml:"properties>property"`
	Failure    *result    `xml:"failure"`
	Error      *result    `xml:"error"`
	Skipped    *result    `xml:"skipped"`
	// The failed attempts of a test that passed at last, as Maven's Surefire has them.
	FlakyFailures []result `xml:"flakyFailure"`
	FlakyErrors   []result `xml:"flakyError"`
}

type property struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type result struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
}

// Read reads a whole file.
func Read(r io.Reader) (File, error) {
	var root suite
	if err := xml.NewDecoder(r).Decode(&root); err != nil {
		return File{}, fmt.Errorf("not a JUnit XML file: %w", err)
	}
	all := root.all()
	file := File{
		ByBazel:    len(all) == 1 && all[0].Duration != nil,
		Collected:  root.property(collectedProperty),
		Collection: root.property(collectionProperty),
		Empty:      root.property(emptyProperty),
	}
	start := root.property(rootProperty)
	file.Root = start
	if groups := root.property(groupsProperty); groups != "" {
		if err := json.Unmarshal([]byte(groups), &file.DynamicGroups); err != nil {
			return File{}, fmt.Errorf("property %q: %w", groupsProperty, err)
		}
	}
	for _, c := range all {
		read := c.read()
		if read.StartID != "" {
			read.NodeID = model.InWorkspace(start, read.StartID)
		}
		file.Cases = append(file.Cases, read)
	}
	return file, nil
}

// all lists the cases of the suite and of those within it, in the file's order
// of suites.
func (s suite) all() []testcase {
	cases := s.Cases
	for _, inner := range s.Suites {
		cases = append(cases, inner.all()...)
	}
	return cases
}

// property is the value of a property of the suite, or of the first within it that has it.
func (s suite) property(name string) string {
	for _, p := range s.Properties {
		if p.Name == name {
			return p.Value
		}
	}
	for _, inner := range s.Suites {
		if value := inner.property(name); value != "" {
			return value
		}
	}
	return ""
}

func (c testcase) read() Case {
	read := Case{Class: c.Class, Name: c.Name}
	// What is no number is worth no error: the outcome is there all the same.
	read.Seconds, _ = strconv.ParseFloat(c.Time, 64)
	for _, p := range c.Properties {
		switch p.Name {
		case nodeIDProperty:
			read.StartID = p.Value
		case unitProperty:
			read.Unit = p.Value
		}
	}
	if earlier := slices.Concat(c.FlakyFailures, c.FlakyErrors); len(earlier) > 0 {
		read.Flaky, read.Message = true, earlier[0].Message
	}
	switch {
	case c.Failure != nil:
		read.Outcome, read.Message = Failed, c.Failure.Message
	case c.Error != nil:
		read.Outcome, read.Message = Error, c.Error.Message
	case c.Skipped != nil:
		read.Outcome, read.Message = Skipped, c.Skipped.Message
		if c.Skipped.Type == xfailType {
			read.Outcome = XFailed
		}
	}
	return read
}
