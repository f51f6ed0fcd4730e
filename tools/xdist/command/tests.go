package command

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/rules-xdist/rules_xdist/internal/bep"
	"github.com/rules-xdist/rules_xdist/tools/xdist/invocation"
	"github.com/rules-xdist/rules_xdist/tools/xdist/summary"
	"github.com/rules-xdist/rules_xdist/tools/xdist/workspace"
)

// defaultWidth is that of the summary where the terminal's is not known.
const defaultWidth = 80

// testRequest is what a person asks of xdist itself.
type testRequest struct {
	options        invocation.Options
	paths          []string
	gazelle        string
	noGazelle      bool
	verbose        bool
	storeDurations bool
}

// run regenerates the targets, runs the tests and prints the summary. What is
// wrong with the request is said before anything runs.
func (r testRequest) run(ctx context.Context, system System) error {
	r.options.Auto, _ = system.lookup(invocation.AutoVariable)
	flags, err := r.options.Flags()
	if err != nil {
		return usage(err)
	}
	filter, err := r.options.Filter()
	if err != nil {
		return usage(err)
	}
	s, err := system.open()
	if err != nil {
		return err
	}
	defer s.close()
	places, err := r.places(s.workspace)
	if err != nil {
		return usage(err)
	}
	reports, err := r.reports(s)
	if err != nil {
		return err
	}
	if !r.noGazelle {
		if err := s.runBazel(ctx, "run", r.gazelle); err != nil {
			return err
		}
	}
	patterns, err := s.patterns(ctx, places)
	if err != nil {
		return err
	}
	tags, err := s.tags(ctx, filter, patterns)
	if err != nil {
		return err
	}
	return s.test(ctx, append(tags, flags...), patterns, reports)
}

// A report is made of a build when its tests have come to an end.
type report func(bep.Build) error

func (r testRequest) reports(s *session) ([]report, error) {
	reports := []report{s.summary(r.verbose)}
	if r.storeDurations {
		store, err := s.storedDurations()
		if err != nil {
			return nil, err
		}
		reports = append(reports, store)
	}
	return reports, nil
}

func (r testRequest) places(w workspace.Workspace) ([]workspace.Place, error) {
	if len(r.paths) == 0 {
		return []workspace.Place{{Pattern: workspace.Everything}}, nil
	}
	var places []workspace.Place
	for _, path := range r.paths {
		place, err := w.Place(path)
		if err != nil {
			return nil, err
		}
		places = append(places, place)
	}
	return places, nil
}

// patterns finds the target patterns that the places mean. Only Bazel knows
// which tests have a file among their sources, and only after Gazelle has run; such a
// test may run tests of other places too, with which it shares a process.
func (s *session) patterns(ctx context.Context, places []workspace.Place) ([]string, error) {
	var patterns []string
	for _, place := range places {
		if place.Pattern != "" {
			patterns = append(patterns, place.Pattern)
		}
		query := place.Users()
		if query == "" {
			continue
		}
		labels, err := s.bazelOutput(ctx, "query", query)
		if err != nil {
			return nil, err
		}
		if len(labels) == 0 && place.Pattern == "" {
			return nil, usage(fmt.Errorf("%s: in the srcs of no test target; is it a test file?", place.Path))
		}
		patterns = append(patterns, labels...)
	}
	slices.Sort(patterns)
	return slices.Compact(patterns), nil
}

// test runs the tests and makes the reports, whatever became of the tests. The exit
// code is Bazel's.
func (s *session) test(ctx context.Context, flags, patterns []string, reports []report) error {
	events := s.file("events.json")
	args := []string{"test", "--build_event_json_file=" + events, "--nobuild_event_json_file_path_conversion"}
	args = append(append(append(args, flags...), "--"), patterns...)
	code, err := s.run(ctx, s.bazelCommand(s.Stderr, args))
	if err != nil {
		return err
	}
	err = s.reportOn(events, reports)
	if code != 0 {
		return &exit{code, err}
	}
	var finding *exit
	if err != nil && !errors.As(err, &finding) {
		return environment(err)
	}
	return err
}

// reportOn makes the reports of a stream. There is nothing to report when Bazel
// refused its command line.
func (s *session) reportOn(events string, reports []report) error {
	stream, err := os.Open(events)
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		return err
	}
	defer stream.Close()
	if info, err := stream.Stat(); err == nil && info.Size() == 0 {
		return nil
	}
	build, damage := bep.Read(stream)
	if damage != nil {
		fmt.Fprintf(s.Stderr, "xdist: the summary is incomplete: %v\n", damage)
	}
	for _, report := range reports {
		err = errors.Join(err, report(build))
	}
	return err
}

// summary is the report that pytest would print.
func (s *session) summary(verbose bool) report {
	style := s.style()
	style.Verbose = verbose
	return func(build bep.Build) error {
		made := summary.New(build, summary.ReadFile)
		err := made.Write(s.Stdout, style)
		if divided := made.Divided(); len(divided) > 0 {
			err = errors.Join(err, &exit{codeFindings, fmt.Errorf("%s: shards of one target collected different tests", strings.Join(divided, ", "))})
		}
		if apart := made.Apart(); len(apart) > 0 {
			err = errors.Join(err, &exit{codeFindings, fmt.Errorf("%s: in several targets, so that its tests did not share a process", strings.Join(apart, ", "))})
		}
		return err
	}
}

func (s *session) style() summary.Style {
	style := summary.Style{Colour: s.Colour, Width: defaultWidth}
	columns, _ := s.lookup("COLUMNS")
	if width, err := strconv.Atoi(columns); err == nil && width > 0 {
		style.Width = width
	}
	return style
}
