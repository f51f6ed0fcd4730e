package gazelle_ext

import (
	"log"
	"os"
	"slices"
)

// errorList collects the errors of a run, so that one run shows them all.
type errorList struct {
	messages []string
	printed  bool
}

func (l *errorList) add(errs ...error) {
	for _, err := range errs {
		l.messages = append(l.messages, err.Error())
	}
}

// print writes the errors, sorted, each once.
func (l *errorList) print() {
	slices.Sort(l.messages)
	for _, message := range slices.Compact(l.messages) {
		log.Print(message)
	}
	l.printed = true
}

func (l *errorList) exitIfAny() {
	if len(l.messages) == 0 {
		return
	}
	if !l.printed {
		l.print()
	}
	log.Print("no BUILD file was changed")
	os.Exit(1)
}
