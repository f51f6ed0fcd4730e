package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/rules-xdist/rules_xdist/internal/pyscan"
)

// damagedSources is how many sources with random damage are tried.
const damagedSources = 4000

// A verdict is what Python's own parser says of a source. The error is empty if it
// takes it.
type verdict struct {
	Source []byte `json:"source"`
	Error  string `json:"error"`
}

// lenient are the beginnings of Python's errors that the scanner does not repeat:
// what is checked after parsing, and the names of characters, of which it has no list.
var lenient = []string{
	"SyntaxError: future feature ",
	"SyntaxError: from __future__ imports must occur",
	"SyntaxError: (unicode error) 'unicodeescape' codec can't decode bytes",
}

// An acceptance is how the scanner and Python's parser judge the same sources.
type acceptance struct {
	sources, accepted, lenient int
	wrong                      []string
}

// compareSyntax holds the scanner's judgement of odd sources against Python's.
func compareSyntax(ctx context.Context, l library) (acceptance, error) {
	out := filepath.Join(l.folder, "verdicts.json")
	script := filepath.Join(l.repository, "tools", "scandiff", "python", "accept.py")
	if _, err := output(l.command(ctx, "python3", script, l.modules(), strconv.Itoa(damagedSources), out)); err != nil {
		return acceptance{}, err
	}
	file, err := os.Open(out)
	if err != nil {
		return acceptance{}, err
	}
	defer file.Close()
	var a acceptance
	decoder := json.NewDecoder(bufio.NewReader(file))
	for decoder.More() {
		var v verdict
		if err := decoder.Decode(&v); err != nil {
			return a, err
		}
		a.add(v)
	}
	return a, nil
}

func (a *acceptance) add(v verdict) {
	a.sources++
	file, err := pyscan.Scan("source.py", v.Source)
	if err == nil && len(file.Faults) > 0 {
		err = file.Faults[0] // passed over, but no Python
	}
	switch {
	case err == nil && v.Error == "":
		a.accepted++
	case err != nil && v.Error != "":
	case err == nil && isLenient(v.Error):
		a.lenient++
	default:
		a.wrong = append(a.wrong, fmt.Sprintf("%.300q: Python says %q, the scanner %v", v.Source, v.Error, err))
	}
}

func isLenient(message string) bool {
	for _, begin := range lenient {
		if strings.HasPrefix(message, begin) {
			return true
		}
	}
	return false
}

func (a acceptance) String() string {
	return fmt.Sprintf("%d odd sources: both take %d, both refuse %d, only the scanner takes %d (checks after parsing), other differences %d\n",
		a.sources, a.accepted, a.sources-a.accepted-a.lenient-len(a.wrong), a.lenient, len(a.wrong))
}

func (a acceptance) err() error {
	if len(a.wrong) == 0 {
		return nil
	}
	return fmt.Errorf("%d sources that Python judges otherwise:\n%s", len(a.wrong), strings.Join(a.wrong, "\n"))
}
