package main

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/rules-xdist/rules_xdist/internal/junitxml"
)

var begun = regexp.MustCompile(`=== RUN +(\w+)`)

// told is the story of a process that printed this, and was to run the tests that begin
// in it.
func told(output string) *story {
	var asked []string
	for _, match := range begun.FindAllStringSubmatch(output, -1) {
		asked = append(asked, match[1])
	}
	s := newStory(asked)
	follow(strings.NewReader(output), io.Discard, s)
	return s
}

func TestLongListsTakeSeveralProcesses(t *testing.T) {
	var names []string
	for i := range 10_000 {
		names = append(names, fmt.Sprintf("TestWithQuiteALongName%d", i))
	}
	var ran []string
	processes := 0
	s := session{start: func(tests []string) (*story, ending) {
		processes++
		if pattern := exactly(tests); len(pattern) > 128<<10 {
			t.Errorf("a pattern of %d bytes", len(pattern))
		}
		ran = append(ran, tests...)
		var output strings.Builder
		for _, name := range tests {
			fmt.Fprintf(&output, "\x16=== RUN   %s\n\x16--- PASS: %s (0.00s)\n", name, name)
		}
		return told(output.String() + "\x16PASS\n"), ending{}
	}}
	s.run(names)
	if processes != 3 || !slices.Equal(ran, names) || len(s.results) != len(names) {
		t.Errorf("%d processes ran %d tests with %d results", processes, len(ran), len(s.results))
	}
}

func TestDeathsAreBounded(t *testing.T) {
	var names []string
	for i := range 100 {
		names = append(names, fmt.Sprint("Test", i))
	}
	processes := 0
	s := session{start: func(tests []string) (*story, ending) {
		processes++
		return told("\x16=== RUN   " + tests[0] + "\n"), ending{err: io.ErrUnexpectedEOF}
	}}
	s.run(names)
	if processes != maxDeaths || len(s.results) != len(names) {
		t.Errorf("%d processes, %d results", processes, len(s.results))
	}
	last := s.results[len(names)-1]
	if last.outcome != errored || !strings.Contains(last.message, "20 processes of this shard had died") {
		t.Errorf("the last test: %+v", last)
	}
}

// A binary that does not run what it listed must not make the session run for ever.
func TestTestsThatNeverRun(t *testing.T) {
	s := session{start: func([]string) (*story, ending) {
		return told("\x16=== RUN   TestA\n\x16--- PASS: TestA (0.00s)\n\x16PASS\n"), ending{}
	}}
	s.run([]string{"TestA", "TestB"})
	if len(s.results) != 2 || s.results[1].name != "TestB" || s.results[1].outcome != errored {
		t.Errorf("got %+v", s.results)
	}
}

// What dies before any test is over would die again; it is told once.
func TestNoProgress(t *testing.T) {
	for _, output := range []string{"no test began\n", "\x16=== RUN   TestA\n\x16=== PAUSE TestA\n"} {
		processes := 0
		s := session{start: func([]string) (*story, ending) {
			processes++
			return told(output), ending{err: io.ErrUnexpectedEOF}
		}}
		s.run([]string{"TestA", "TestB"})
		names := map[string]outcome{}
		for _, r := range s.results {
			names[r.name] = r.outcome
		}
		want := map[string]outcome{"TestA": errored, "TestB": errored, outsideTests: errored}
		if processes != 1 || len(s.results) != len(want) || !maps.Equal(names, want) {
			t.Errorf("%q: %d processes, results %+v", output, processes, s.results)
		}
	}
}

// The alarm of -test.timeout panics under the name of the test that was reported last.
func TestTimeoutIsNotOfTheLastTest(t *testing.T) {
	s := told("\x16=== RUN   TestA\n\x16=== RUN   TestB\n\x16--- FAIL: TestA (0.00s)\npanic: test timed out after 1s\n")
	v := judge([]string{"TestA", "TestB"}, s, ending{err: io.ErrUnexpectedEOF})
	if len(v.results) != 2 || v.results[1].name != "TestB" || v.results[1].outcome != testFailed || len(v.again) > 0 {
		t.Errorf("got %+v", v)
	}
}

// A test that a TestMain runs again is one case; of two tests of one name each is.
func TestRounds(t *testing.T) {
	const (
		twins  = "\x16=== RUN   TestTwin\n\x16--- PASS: TestTwin (0.00s)\n\x16=== RUN   TestTwin\n\x16--- PASS: TestTwin (0.00s)\n"
		passes = twins + "\x16=== RUN   TestA\n\x16=== RUN   TestA/b\n\x16--- PASS: TestA/b (0.00s)\n\x16--- PASS: TestA (0.00s)\n"
		fails  = twins + "\x16=== RUN   TestA\n\x16=== RUN   TestA/b\nwhy\n\x16--- FAIL: TestA/b (0.00s)\n\x16--- FAIL: TestA (0.00s)\n"
		dies   = "\x16=== RUN   TestA\n\x16--- PASS: TestA (0.00s)\n\x16=== RUN   TestTwin\n"
	)
	dead := ending{err: io.ErrUnexpectedEOF}
	for _, c := range []struct {
		what, output string
		end          ending
		want         string
	}{
		{"the last round counts", fails + "\x16FAIL\n" + passes + "\x16PASS\n", ending{}, "TestTwin=0 TestTwin=0 TestA=0+1 TestA/b=0+1"},
		{"be it worse", passes + "\x16PASS\n" + fails + "\x16FAIL\n", ending{}, "TestTwin=0 TestTwin=0 TestA=1 TestA/b=1"},
		{"of a process that fails, the round that did", fails + "\x16FAIL\n" + passes + "\x16PASS\n", dead, "TestA=1 TestA/b=1 TestTwin=0 TestTwin=0"},
		{"both failed", fails + "\x16FAIL\n" + fails + "\x16FAIL\n", dead, "TestTwin=0 TestTwin=0 TestA=1+1 TestA/b=1+1"},
		{"a part of the tests ran again", fails + "\x16FAIL\n\x16=== RUN   TestA\n\x16--- PASS: TestA (0.00s)\n\x16PASS\n", ending{}, "TestTwin=0 TestTwin=0 TestA/b=1 TestA=0+1"},
		{"the second round ended the process", passes + "\x16PASS\n" + dies, dead, "TestA/b=0 TestA=0 TestTwin=1"},
	} {
		v := judge([]string{"TestTwin", "TestA"}, told(c.output), c.end)
		var got []string
		for _, r := range v.results {
			word := fmt.Sprintf("%s=%d", r.name, r.outcome)
			if len(r.earlier) > 0 {
				word += fmt.Sprintf("+%d", len(r.earlier))
			}
			got = append(got, word)
		}
		if got := strings.Join(got, " "); got != c.want || len(v.again) > 0 {
			t.Errorf("%s: got %s, want %s; again %v", c.what, got, c.want, v.again)
		}
	}
}

// Failures in other rounds are in the report as attempts, which xdist calls flaky if the
// test passed.
func TestEarlierFailuresAreReported(t *testing.T) {
	results := []result{{name: "TestA", earlier: []string{"why"}}, {name: "TestB", outcome: testFailed, earlier: []string{"why"}}}
	content, err := xml.Marshal(report("//p:t", nil, results))
	if err != nil {
		t.Fatal(err)
	}
	file, err := junitxml.Read(bytes.NewReader(content))
	if err != nil || len(file.Cases) != 2 || !file.Cases[0].Flaky || file.Cases[0].Outcome != pass || file.Cases[1].Flaky || file.Cases[1].Outcome != fail {
		t.Errorf("got %+v, %v", file.Cases, err)
	}
	if !strings.Contains(string(content), "<rerunFailure message=\"failed when TestMain ran it another time\"><stackTrace>why</stackTrace></rerunFailure>") {
		t.Errorf("got %s", content)
	}
}

func TestOutputBelongsToItsTest(t *testing.T) {
	s := told("before\n\x16=== RUN   TestA\nin A\n\x16=== PAUSE TestA\n\x16=== RUN   TestB\nin B, cut \x16=== CONT  TestA\nstill A\n" +
		"\x16=== NAME  \nnobody\n\x16=== NAME  TestB\nB again\n\x16--- FAIL: TestB (1.50s)\n    b_test.go:3: why\n\x16=== ATTR  TestB k v\n")
	for _, c := range s.cases {
		want := map[string]string{"TestA": "in A\nstill A\n", "TestB": "in B, cut B again\n    b_test.go:3: why\n=== ATTR  TestB k v\n"}[c.name]
		if got := c.printed.String(); got != want {
			t.Errorf("%s: got %q, want %q", c.name, got, want)
		}
	}
	if got := s.outside.String(); got != "before\nnobody\n" {
		t.Errorf("outside: got %q", got)
	}
	if b := s.cases[1]; b.outcome != testFailed || b.took.Milliseconds() != 1500 {
		t.Errorf("TestB: %+v", b)
	}
}

// Wherever the pieces in which output is read end, a frame is found.
func TestLongLines(t *testing.T) {
	for _, before := range []int{0, longestLine - 30, longestLine - 5, longestLine, longestLine + 1, 2*longestLine - 5} {
		s := newStory([]string{"TestA", "TestB"})
		var log bytes.Buffer
		output := "\x16=== RUN   TestA\n" + strings.Repeat("x", before) + "\x16--- PASS: TestA (0.00s)\n\x16=== RUN   TestB\n\x16--- FAIL: TestB (0.00s)\n\x16FAIL\n"
		follow(iotest.HalfReader(strings.NewReader(output)), &log, s)
		if len(s.cases) != 2 || s.cases[0].outcome != testPassed || s.cases[1].outcome != testFailed || !s.ended {
			t.Errorf("after %d bytes: %d cases, ended: %v", before, len(s.cases), s.ended)
		}
		if want := strings.ReplaceAll(output, "\x16", ""); log.String() != want {
			t.Errorf("after %d bytes the log differs", before)
		}
	}
}

// What a test prints makes no test, and hides no outcome of its own.
func TestForgedReports(t *testing.T) {
	for _, c := range []struct {
		what, output string
		want         map[string]outcome
	}{
		{"another test", "\x16=== RUN   TestA\n\x16=== RUN   TestGhost\n\x16--- FAIL: TestGhost (0.00s)\n\x16--- PASS: TestA (0.00s)\n", map[string]outcome{"TestA": testPassed}},
		{"another test's report", "\x16=== RUN   TestA\n\x16--- FAIL: TestB (0.00s)\n\x16--- PASS: TestA (0.00s)\n\x16=== RUN   TestB\n\x16--- PASS: TestB (0.00s)\n", map[string]outcome{"TestA": testPassed, "TestB": testPassed}},
		{"its own report", "\x16=== RUN   TestA\n\x16--- PASS: TestA (0.00s)\n\x16--- FAIL: TestA (0.00s)\n", map[string]outcome{"TestA": testFailed}},
		{"its own beginning", "\x16=== RUN   TestA\n\x16=== RUN   TestA\n\x16--- PASS: TestA (0.00s)\n", map[string]outcome{"TestA": testPassed}},
	} {
		s := newStory([]string{"TestA", "TestB"})
		follow(strings.NewReader(c.output), io.Discard, s)
		got := map[string]outcome{}
		for _, test := range s.cases {
			got[test.name] = test.outcome
		}
		if !maps.Equal(got, c.want) || len(s.cases) != len(c.want) || len(s.open) > 0 {
			t.Errorf("%s: got %v, want %v", c.what, got, c.want)
		}
	}
}

func TestLongOutputKeepsItsEnd(t *testing.T) {
	var kept tail
	for range 100 {
		kept.write(bytes.Repeat([]byte("x"), tailSize/10))
	}
	kept.write([]byte("the end"))
	got := kept.String()
	if !strings.HasSuffix(got, "xthe end") || !strings.HasPrefix(got, "[") || len(got) > 3*tailSize {
		t.Errorf("%d bytes, from %.60q", len(got), got)
	}
}

// dropped is what the log need not have.
var dropped = regexp.MustCompile(`\x16=== NAME[ \n]*(\n|$)|\x16`)

// Whatever a binary prints, the reading ends, and the log has it all but the frames.
func FuzzFollow(f *testing.F) {
	f.Add([]byte("\x16=== RUN   TestA\nx\x16--- FAIL: TestA (0.1s)\npanic: y\n\x16=== NAME  \n\x16FAIL\n"))
	f.Add([]byte("\x16--- PASS: \n\x16=== CONT\n\x16\n\x16\x16--- SKIP: TestA (1h)"))
	f.Fuzz(func(t *testing.T, output []byte) {
		var log bytes.Buffer
		s := newStory([]string{"TestA"})
		follow(bytes.NewReader(output), &log, s)
		judge([]string{"TestA"}, s, ending{err: io.EOF})
		plain := func(text []byte) string { return string(dropped.ReplaceAll(text, nil)) }
		if got, want := plain(log.Bytes()), plain(output); got != want {
			t.Errorf("the log has %q, want %q", got, want)
		}
	})
}
