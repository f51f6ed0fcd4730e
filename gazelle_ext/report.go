package gazelle_ext

import (
	"log"
	"os"
	"slices"
	"strings"
)

// report collects what is wrong in a run, so that one run tells all of it.
type report struct {
	errors, warnings []string
	printed          bool
}

func (r *report) add(errs ...error) {
	for _, err := range errs {
		// Joined errors are several.
		r.errors = append(r.errors, strings.Split(err.Error(), "\n")...)
	}
}

func (r *report) warn(err error) { r.warnings = append(r.warnings, err.Error()) }

// print writes warnings and errors, sorted, each once.
func (r *report) print() {
	for _, messages := range [][]string{r.warnings, r.errors} {
		slices.Sort(messages)
		for _, message := range slices.Compact(messages) {
			log.Print(message)
		}
	}
	r.printed = true
}

// exitOnErrors ends the process if there are errors.
func (r *report) exitOnErrors() {
	if len(r.errors) == 0 {
		return
	}
	if !r.printed {
		r.print()
	}
	log.Print("no BUILD file was changed")
	os.Exit(1)
}
