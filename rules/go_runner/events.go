package main

import (
	"bufio"
	"bytes"
	"io"
	"strings"
	"time"
)

// frame begins each line that package testing prints about its tests, under
// -test.v=test2json. A line that a test did not end may stand before it.
const frame = 0x16

// longestLine bounds what is taken for a line; the rest of a longer one is output. The
// name of a test stands in a line.
const longestLine = 1 << 20

// nobody says that what follows is of no test, which helps no reader of the log.
var nobody = []byte("=== NAME")

// follow reads what a test binary prints, passes it on to log without the frames, and
// tells it to s. It ends with the output, or when that cannot be read any more.
func follow(r io.Reader, log io.Writer, s *story) {
	lines := bufio.NewReaderSize(r, longestLine)
	for {
		line, err := lines.ReadSlice('\n')
		before, framed, ok := bytes.Cut(line, []byte{frame})
		_, _ = log.Write(before)
		s.output(before)
		if ok {
			// More than one frame in a line is what a test printed.
			if !bytes.Equal(bytes.TrimRight(framed, " \n"), nobody) {
				_, _ = log.Write(framed)
			}
			tell(s, framed)
		}
		if err != nil && err != bufio.ErrBufferFull {
			return
		}
	}
}

// tell tells a framed line. One that is not understood, of a newer Go perhaps, is output.
func tell(s *story, line []byte) {
	text := strings.TrimSuffix(string(line), "\n")
	word, rest, _ := strings.Cut(text, " ")
	kind, name, _ := strings.Cut(rest, " ")
	name = strings.TrimSpace(name)
	switch {
	case text == "PASS" || text == "FAIL":
		s.ended = true
	case word == "===" && s.progress(kind, name):
	case word == "---" && s.reported(strings.TrimSuffix(kind, ":"), name):
	default:
		s.output(line)
	}
}

func (s *story) progress(kind, name string) bool {
	switch kind {
	case "RUN":
		s.started(name)
	case "PAUSE":
		s.paused(name, true)
	case "CONT":
		s.paused(name, false)
	case "NAME":
		s.turnTo(name)
	default:
		return false
	}
	return true
}

// reported reads "NAME (0.12s)" after the outcome.
func (s *story) reported(kind, rest string) bool {
	outcome, ok := map[string]outcome{"PASS": testPassed, "FAIL": testFailed, "SKIP": testSkipped}[kind]
	name, duration, _ := strings.Cut(rest, " ")
	took, err := time.ParseDuration(strings.Trim(duration, "()"))
	if !ok || err != nil {
		return false
	}
	s.finished(name, outcome, took)
	return true
}
