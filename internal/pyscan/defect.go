package pyscan

import (
	"fmt"
	"path"
	"runtime"
	"strings"
)

// A Defect is that reading a file made this package fail, which no file should. It is the
// package's fault, not the file's.
type Defect struct {
	Path string
	// cause is what the panic said, and at the place of it.
	cause any
	at    string
}

func (d *Defect) Error() string {
	return fmt.Sprintf("%s:1: reading this file fails (%v, at %s), which is a defect of rules_xdist; please report it with the file", d.Path, d.cause, d.at)
}

// Guard calls read, which reads a file, and returns a *Defect if it panics: one file never
// stops a repository.
func Guard(file string, read func() error) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = &Defect{Path: file, cause: cause, at: placeOfPanic()}
		}
	}()
	return read()
}

// placeOfPanic returns the source file and line of what has panicked, for a deferred
// function.
func placeOfPanic() string {
	callers := make([]uintptr, 32)
	frames := runtime.CallersFrames(callers[:runtime.Callers(1, callers)])
	panicked := false
	for {
		frame, more := frames.Next()
		isRuntime := strings.HasPrefix(frame.Function, "runtime.")
		if panicked && !isRuntime || !more {
			return fmt.Sprintf("%s:%d", path.Base(frame.File), frame.Line)
		}
		panicked = panicked || isRuntime
	}
}

// guard notes a panic of what reads the source as its defect; of several the first.
func (s *Source) guard(read func()) {
	err := Guard(s.Path, func() error {
		read()
		return nil
	})
	if defect, ok := err.(*Defect); ok && s.defect == nil {
		s.defect = defect
	}
}
