package gazelle_ext

import (
	"cmp"
	"log"
	"os"
	"slices"
	"strconv"
	"strings"
)

// report collects what is wrong in a run, so that one run tells all of it.
type report struct {
	errors, warnings []string
	// failed says that errors have been printed.
	failed bool
}

func (r *report) add(errs ...error) {
	for _, err := range errs {
		// Joined errors are several.
		r.errors = append(r.errors, strings.Split(err.Error(), "\n")...)
	}
}

func (r *report) warn(err error) { r.warnings = append(r.warnings, err.Error()) }

// print writes the warnings and errors so far, sorted, each once.
func (r *report) print() {
	r.failed = r.failed || len(r.errors) > 0
	for _, messages := range [][]string{r.warnings, r.errors} {
		slices.SortFunc(messages, byPlace)
		for _, message := range slices.Compact(messages) {
			log.Print(message)
		}
	}
	r.warnings, r.errors = nil, nil
}

// byPlace orders messages that begin with "path:line:" by path and line, others by text.
func byPlace(a, b string) int {
	fileA, lineA := placeOf(a)
	fileB, lineB := placeOf(b)
	return cmp.Or(strings.Compare(fileA, fileB), cmp.Compare(lineA, lineB), strings.Compare(a, b))
}

func placeOf(message string) (file string, line int) {
	file, rest, _ := strings.Cut(message, ":")
	number, _, _ := strings.Cut(rest, ":")
	line, _ = strconv.Atoi(number)
	return file, line
}

// exitOnErrors ends the process if there are errors.
func (r *report) exitOnErrors() {
	r.print()
	if r.failed {
		log.Print("no BUILD file was changed")
		os.Exit(1)
	}
}
