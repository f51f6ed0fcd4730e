package main

import (
	"encoding/xml"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/rules-xdist/rules_xdist/internal/model"
)

// The layout of a JUnit XML file as pytest writes it. A published writer would be as
// long to call as these few types.
type (
	xmlSuites struct {
		XMLName xml.Name `xml:"testsuites"`
		Suite   xmlSuite `xml:"testsuite"`
	}
	xmlSuite struct {
		Name     string    `xml:"name,attr"`
		Tests    int       `xml:"tests,attr"`
		Failures int       `xml:"failures,attr"`
		Errors   int       `xml:"errors,attr"`
		Skipped  int       `xml:"skipped,attr"`
		Time     string    `xml:"time,attr"`
		Cases    []xmlCase `xml:"testcase"`
	}
	xmlCase struct {
		Class   string     `xml:"classname,attr"`
		Name    string     `xml:"name,attr"`
		Time    string     `xml:"time,attr"`
		File    string     `xml:"file,attr,omitempty"`
		Line    int        `xml:"line,attr,omitempty"`
		Failure *xmlDetail `xml:"failure"`
		Error   *xmlDetail `xml:"error"`
		Skipped *xmlDetail `xml:"skipped"`
		// Failures in other rounds, as Maven's Surefire has them.
		Flaky []xmlAttempt `xml:"flakyFailure"`
		Rerun []xmlAttempt `xml:"rerunFailure"`
	}
	xmlAttempt struct {
		Message string `xml:"message,attr"`
		Trace   string `xml:"stackTrace"`
	}
	xmlDetail struct {
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
)

// writeReport writes what Bazel reads of the results, if it wants that.
func writeReport(s settings, results []result) error {
	if s.xmlPath == "" {
		return nil
	}
	content, err := xml.MarshalIndent(report(s.selection.Target, s.marks, results), "", "  ")
	if err != nil {
		return fmt.Errorf("%s: %w", s.xmlPath, err)
	}
	return os.WriteFile(s.xmlPath, append([]byte(xml.Header), content...), 0o666)
}

// report has one case a test and one a subtest, under the name that Go gives it. The
// time of a test includes that of its subtests.
func report(target string, marks map[string]model.GoTest, results []result) xmlSuites {
	suite := xmlSuite{Name: target, Tests: len(results)}
	folder := folderOf(target)
	var total time.Duration
	for _, r := range results {
		c := xmlCase{Class: folder, Name: r.name, Time: seconds(r.took)}
		top, _, isSubtest := strings.Cut(r.name, "/")
		if mark, ok := marks[top]; ok {
			c.File, c.Line = strings.TrimPrefix(folder+"/"+mark.File, "/"), mark.Line
		}
		if !isSubtest {
			total += r.took
		}
		suite.add(c, r)
	}
	suite.Time = seconds(total)
	return xmlSuites{Suite: suite}
}

func (s *xmlSuite) add(c xmlCase, r result) {
	detail := &xmlDetail{Message: r.message, Text: r.output}
	switch r.outcome {
	case testFailed:
		c.Failure = detail
		s.Failures++
	case errored:
		c.Error = detail
		s.Errors++
	case testSkipped:
		c.Skipped = detail
		s.Skipped++
	}
	for _, output := range r.earlier {
		attempt := xmlAttempt{Message: "failed when TestMain ran it another time", Trace: output}
		if r.outcome == testFailed {
			c.Rerun = append(c.Rerun, attempt)
		} else {
			c.Flaky = append(c.Flaky, attempt)
		}
	}
	s.Cases = append(s.Cases, c)
}

// folderOf returns the package of a label.
func folderOf(target string) string {
	folder, _, _ := strings.Cut(target, ":")
	return strings.TrimPrefix(folder, "//")
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.3f", d.Seconds()) }
