package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// options are Bazel's flags. A test's tracefiles are in a folder, those of all tests in a
// list.
type options struct {
	coverageDir  string
	reportsFile  string
	outputFile   string
	filters      list
	manifest     string
	replacements string
}

type list []string

func (l *list) String() string         { return strings.Join(*l, " ") }
func (l *list) Set(value string) error { *l = append(*l, value); return nil }

func parseOptions(args []string) (options, error) {
	var o options
	flags := flag.NewFlagSet("lcov", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&o.coverageDir, "coverage_dir", "", "folder with a test's tracefiles, *.dat")
	flags.StringVar(&o.reportsFile, "reports_file", "", "file that lists tracefiles")
	flags.StringVar(&o.outputFile, "output_file", "", "the merged tracefile")
	flags.Var(&o.filters, "filter_sources", "pattern of sources that do not count")
	flags.StringVar(&o.manifest, "source_file_manifest", "", "file that lists the sources that count")
	flags.StringVar(&o.replacements, "sources_to_replace_file", "", "file that maps reported sources to those that count")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	switch {
	case flags.NArg() > 0:
		return o, fmt.Errorf("%q: must be a flag", flags.Arg(0))
	case (o.coverageDir == "") == (o.reportsFile == ""):
		return o, errors.New("one of --coverage_dir and --reports_file must be given, and not both")
	case o.outputFile == "":
		return o, errors.New("--output_file must be given")
	}
	return o, nil
}

// tracefiles returns the tracefiles to merge, and files with coverage in other formats.
func (o options) tracefiles() (tracefiles, others []string, err error) {
	if o.reportsFile != "" {
		tracefiles, err = lines(o.reportsFile)
		return tracefiles, nil, err
	}
	// WalkDir does not follow a link, not even to where it begins.
	dir, err := filepath.EvalSymlinks(o.coverageDir)
	if err != nil {
		return nil, nil, err
	}
	err = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil || entry.IsDir() || o.isOutput(path):
		case strings.HasSuffix(path, ".dat"):
			tracefiles = append(tracefiles, path)
		case endsWithAny(path, ".gcov", ".gcov.json.gz", ".profdata"):
			others = append(others, path)
		}
		return err
	})
	return tracefiles, others, err
}

// isOutput says that a file is the output of this run, which Bazel makes beforehand.
func (o options) isOutput(path string) bool {
	output, err := os.Stat(o.outputFile)
	if err != nil {
		return false
	}
	info, err := os.Stat(path)
	return err == nil && os.SameFile(info, output)
}

func endsWithAny(path string, suffixes ...string) bool {
	return slices.ContainsFunc(suffixes, func(suffix string) bool { return strings.HasSuffix(path, suffix) })
}

// lines returns the lines of a file that are not empty.
func lines(name string) ([]string, error) {
	content, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	all := strings.FieldsFunc(string(content), func(r rune) bool { return r == '\n' || r == '\r' })
	return all, nil
}
