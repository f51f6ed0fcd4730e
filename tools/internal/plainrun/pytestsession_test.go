package plainrun

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"github.com/rules-xdist/rules_xdist/internal/junitxml"
)

func name(id string) string {
	var bytes []byte
	for _, point := range id {
		bytes = binary.BigEndian.AppendUint32(bytes, uint32(point))
	}
	return hex.EncodeToString(bytes)
}

func TestNodeID(t *testing.T) {
	for given, want := range map[string]string{
		name("a.py::test[ü 😀]"): "a.py::test[ü 😀]",
		name("nul\x00 esc\x1b"): "nul#x00 esc#x1B",
		"0000d800":              "#xD800",
		"":                      "",
	} {
		if got := nodeID(given); got != want {
			t.Errorf("nodeID(%s): %q, want %q", given, got, want)
		}
	}
}

func TestOutcomes(t *testing.T) {
	const setup, call, teardown = "setup passed normal whole 0.5", "call passed normal whole 1", "teardown passed normal whole 0.5"
	for _, test := range []struct {
		name   string
		phases []string
		want   junitxml.Outcome
	}{
		{"passed", []string{setup, call, teardown}, junitxml.Passed},
		{"failed", []string{setup, "call failed normal whole 1", teardown}, junitxml.Failed},
		{"setup failed", []string{"setup failed normal whole 1", teardown}, junitxml.Error},
		{"teardown failed", []string{setup, call, "teardown failed normal whole 1"}, junitxml.Error},
		{"call and teardown failed", []string{setup, "call failed normal whole 1", "teardown failed normal whole 1"}, junitxml.Failed},
		{"skipped", []string{"setup skipped normal whole 1", teardown}, junitxml.Skipped},
		{"expected to fail", []string{setup, "call skipped xfail whole 1", teardown}, junitxml.XFailed},
		{"passed unexpectedly", []string{setup, "call passed xfail whole 1", teardown}, junitxml.Passed},
		{"subtest failed", []string{setup, "call failed normal part 1", call, teardown}, junitxml.Failed},
		{"subtest skipped", []string{setup, "call skipped normal part 1", call, teardown}, junitxml.Passed},
		{"passed when run again", []string{setup, "call rerun normal whole 1", setup, call, teardown}, junitxml.Passed},
		{"failed subtest, passed when run again", []string{setup, "call failed normal part 1", "call rerun normal whole 1", setup, call, teardown}, junitxml.Passed},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newPytestSession()
			s.read("started 41\n")
			for _, phase := range test.phases {
				s.read("phase 41 " + phase + "\n")
			}
			s.read("finished 41\n")
			if len(s.done) != 1 || s.done[0].Outcome != test.want {
				t.Errorf("got %+v, want one test that %v", s.done, test.want)
			}
		})
	}
}

func TestSession(t *testing.T) {
	const begin = "collected a b c|started a|finished a|started b"
	for _, test := range []struct {
		name, events  string
		died, left    bool
		done, running int
	}{
		{"whole", "collected a|started a|finished a|ended 0", false, false, 1, 0},
		{"nothing", "", true, false, 0, 0},
		{"a test ended the process", begin, true, true, 1, 1},
		{"an internal error in a test", begin + "|ended 3", true, true, 1, 1},
		{"an interrupt in a test", begin + "|ended 2", false, true, 1, 1},
		{"told to stop", "collected a b|started a|finished a|ended 1", false, true, 1, 0},
		{"a node id twice", "collected a a|started a|finished a|started a|finished a|ended 0", false, false, 2, 0},
		{"run again", "collected a|started a|finished a|started a|finished a|ended 0", false, false, 1, 0},
		{"cut and unknown lines", "started|phase a b|unknown a|\n|collected a|started a|finished a|ended 0", false, false, 1, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newPytestSession()
			for _, line := range strings.Split(test.events, "|") {
				s.read(line)
			}
			got := fmt.Sprint(s.died(), s.left(), len(s.done), len(s.running))
			if want := fmt.Sprint(test.died, test.left, test.done, test.running); got != want {
				t.Errorf("died, left, done, running: %s, want %s", got, want)
			}
		})
	}
}
