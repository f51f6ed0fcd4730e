package gazelle_ext

import (
	"cmp"
	"log"
	"slices"
	"strconv"
	"strings"
)

// report collects what is wrong in a run, so that one run tells all of it.
type report struct {
	errors, warnings []string
	// ofFolders is what is told only if the run updates the folder.
	ofFolders map[string]*report
	// failed says that errors have been printed, stopped that one of them was such that
	// nothing may be written.
	failed, stopped bool
}

// add adds errors. The run goes on: what they do not concern is written.
func (r *report) add(errs ...error) {
	for _, err := range errs {
		// Joined errors are several.
		r.errors = append(r.errors, strings.Split(err.Error(), "\n")...)
	}
}

// stop adds an error that concerns everything, so that nothing is written.
func (r *report) stop(err error) {
	r.stopped = true
	r.add(err)
}

func (r *report) warn(err error) { r.warnings = append(r.warnings, err.Error()) }

// in returns the report of a folder. What is wrong with files that a run was not asked
// for is not told, nor does it change the exit code.
func (r *report) in(folder string) *report {
	if r.ofFolders == nil {
		r.ofFolders = map[string]*report{}
	}
	if r.ofFolders[folder] == nil {
		r.ofFolders[folder] = &report{}
	}
	return r.ofFolders[folder]
}

// update is called for each folder that the run updates.
func (r *report) update(folder string) {
	if of := r.ofFolders[folder]; of != nil {
		r.errors = append(r.errors, of.errors...)
		r.warnings = append(r.warnings, of.warnings...)
		delete(r.ofFolders, folder)
	}
}

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
