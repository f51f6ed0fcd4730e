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

// longestLine bounds what is kept of a line before it is passed on; the name of a test
// is in a line.
const longestLine = 1 << 20

// nobody says that what follows is of no test, which helps no reader of the log.
var nobody = []byte("=== NAME")

// follow reads what a test binary prints, passes it on to log without the frames, and
// tells it to s. It ends with the output, or when that cannot be read any more.
func follow(r io.Reader, log io.Writer, s *story) {
	pieces := bufio.NewScanner(r)
	pieces.Buffer(nil, longestLine+1)
	pieces.Split(splitFrames)
	for pieces.Scan() {
		text, framed := bytes.CutPrefix(pieces.Bytes(), []byte{frame})
		if !framed {
			_, _ = log.Write(text)
			s.output(text)
			continue
		}
		if !bytes.Equal(bytes.TrimRight(text, " \n"), nobody) {
			_, _ = log.Write(text)
		}
		tell(s, text)
	}
}

// splitFrames is a bufio.SplitFunc. A piece ends with a line, or before a frame, as in
// test2json; of a longer line each longestLine bytes are one.
func splitFrames(data []byte, atEOF bool) (advance int, piece []byte, err error) {
	if len(data) == 0 {
		return 0, nil, nil // The end.
	}
	end := bytes.IndexByte(data, '\n') + 1
	if before := bytes.IndexByte(data[1:], frame) + 1; before > 0 && (end == 0 || before < end) {
		end = before
	}
	if end == 0 && (atEOF || len(data) >= longestLine) {
		end = len(data)
	}
	if end == 0 {
		return 0, nil, nil // More is to be read.
	}
	return end, data[:end], nil
}

// tell tells a framed line. One that is not understood, of a newer Go perhaps, or that is
// of no test which was to run, is output.
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
		return s.started(name)
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
	return s.finished(name, outcome, took)
}
