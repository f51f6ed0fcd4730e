//go:build e2e

package e2e

import (
	"encoding/xml"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strconv"
	"testing"
)

// interval is when a test ran, in nanoseconds of the machine's monotonic clock.
type interval struct {
	nodeID     string
	serial     bool
	begin, end int64
}

// recordedXML is of a JUnit file what the suite's tests record in it.
type recordedXML struct {
	Cases []struct {
		Properties []struct {
			Name  string `xml:"name,attr"`
			Value string `xml:"value,attr"`
		} `xml:"properties>property"`
	} `xml:"testsuite>testcase"`
}

// intervals are those of the suite's tests; others record none.
func (r result) intervals(t *testing.T) []interval {
	t.Helper()
	var all []interval
	for _, target := range r.build.Targets {
		for _, shard := range target.Shards {
			content, err := os.ReadFile(pathOf(t, shard.Attempts[len(shard.Attempts)-1].XML))
			check(t, err)
			var read recordedXML
			check(t, xml.Unmarshal(content, &read))
			all = append(all, read.intervals(t)...)
		}
	}
	return all
}

// pathOf is the path of a file's URI.
func pathOf(t *testing.T, uri string) string {
	t.Helper()
	location, err := url.Parse(uri)
	check(t, err)
	return location.Path
}

func (x recordedXML) intervals(t *testing.T) []interval {
	t.Helper()
	var all []interval
	for _, one := range x.Cases {
		recorded := map[string]string{}
		for _, property := range one.Properties {
			recorded[property.Name] = property.Value
		}
		begin, end := recorded["begin"], recorded["end"]
		if begin == "" || end == "" {
			continue // of another suite, or crashed
		}
		read := interval{nodeID: recorded["nodeid"], serial: recorded["serial"] == "True"}
		var err error
		read.begin, err = strconv.ParseInt(begin, 10, 64)
		check(t, err)
		read.end, err = strconv.ParseInt(end, 10, 64)
		check(t, err)
		all = append(all, read)
	}
	return all
}

// overlaps compares each serial test with each other test: how many pairs there are, and
// which of them ran at the same time, if for an instant.
func overlaps(all []interval) (pairs int, found []string) {
	for _, one := range all {
		for _, other := range all {
			// Of two serial tests each is one of a pair; it counts once.
			if !one.serial || one.nodeID == other.nodeID || other.serial && other.nodeID < one.nodeID {
				continue
			}
			pairs++
			if one.begin < other.end && other.begin < one.end {
				found = append(found, fmt.Sprintf("%s and %s", one.nodeID, other.nodeID))
			}
		}
	}
	slices.Sort(found)
	return pairs, found
}

// together is how many tests ran at one time at most.
func together(all []interval) int {
	most := 0
	for _, one := range all {
		n := 0
		for _, other := range all {
			if other.begin <= one.begin && one.begin < other.end {
				n++
			}
		}
		most = max(most, n)
	}
	return most
}

func TestOverlapsCanBeFound(t *testing.T) {
	all := []interval{
		{"serial", true, 10, 20}, {"before", false, 0, 10}, {"inside", false, 12, 13},
		{"around", false, 5, 25}, {"serial too", true, 19, 30}, {"after", false, 40, 50},
	}
	pairs, found := overlaps(all)
	want := []string{"serial and around", "serial and inside", "serial and serial too", "serial too and around"}
	if pairs != 9 || !slices.Equal(found, want) {
		t.Errorf("overlaps: %d pairs, %q; want 9, %q", pairs, found, want)
	}
	if got := together(all); got != 3 {
		t.Errorf("together: %d, want 3", got)
	}
}
