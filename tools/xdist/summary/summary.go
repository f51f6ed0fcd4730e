// Package summary makes of a build the summary that pytest would print: a line
// a shard, the tests and targets that failed, and the count of everything.
//
// It judges nothing: whether the run passed is Bazel's exit code alone.
package summary

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/rules-xdist/rules_xdist/internal/bep"
	"github.com/rules-xdist/rules_xdist/internal/junitxml"
)

// Reader reads the test.xml that a build names by its URI.
type Reader func(uri string) (junitxml.File, error)

// Summary is what is to be said of a build.
type Summary struct {
	shards   []shard
	remarks  []remark
	tally    tally
	cached   int
	elapsed  time.Duration
	complete bool
	divided  []string
	empty    []string
	groups   groupRuns
	apart    []string
}

// Divided are the targets whose shards did not collect the same tests, by label: some
// test may have run twice, or in no shard.
func (s Summary) Divided() []string { return s.divided }

// Apart are the groups that no BUILD file names and that came up in several targets.
func (s Summary) Apart() []string { return s.apart }

// shard is a run of a shard that finished.
type shard struct {
	label    string
	position string // empty for the only run of an unsharded test
	tally    tally
	duration time.Duration
	notes    []string
	cases    []remark
	run      int
	// collected is the fingerprint of what the shard collected, or empty.
	collected string
}

// remark is a line of the short test summary info.
type remark struct {
	outcome outcome
	subject string
	message string
	flaky   bool // a test that passed after attempts that failed
}

// New summarises a build. A test.xml that cannot be read is no error: its shard
// then counts as one test.
func New(build bep.Build, read Reader) Summary {
	s := Summary{elapsed: build.Elapsed, complete: build.Complete}
	for _, target := range build.Targets {
		for _, run := range target.Shards {
			s.add(target, run, read)
		}
	}
	s.divide()
	for _, apart := range s.groups.apart() {
		s.apart = append(s.apart, apart.subject)
		s.tally[errored]++
		s.remarks = append(s.remarks, apart)
	}
	s.remarkFailures()
	for _, problem := range build.Problems {
		s.problem(problem)
	}
	slices.SortStableFunc(s.remarks, func(a, b remark) int { return cmp.Compare(a.outcome, b.outcome) })
	return s
}

// add adds a run of a shard: its last attempt is the one that counts.
func (s *Summary) add(target bep.Target, run bep.Shard, read Reader) {
	position := positionOf(target, run)
	name := strings.TrimSpace(target.Label + " " + position)
	if len(run.Attempts) == 0 {
		s.tally[notRun]++
		s.remarks = append(s.remarks, remark{outcome: notRun, subject: name})
		return
	}
	last := run.Attempts[len(run.Attempts)-1]
	line := shard{label: target.Label, position: position, run: run.Run, duration: last.Duration, notes: notes(run.Attempts)}
	file, err := read(last.XML)
	line.cases = cases(name, last, file, err)
	line.collected = file.Collected
	s.remarkEmpty(target.Label, file)
	s.groups.add(target.Label, file)
	for _, c := range line.cases {
		line.tally[c.outcome]++
		if c.flaky {
			line.tally[flaky]++
		}
	}
	s.tally.add(line.tally)
	if len(run.Attempts) > 1 && last.Status == bep.Passed {
		s.tally[flaky]++
	}
	if last.Cache != bep.NotCached {
		s.cached++
	}
	s.shards = append(s.shards, line)
}

// remarkEmpty says of a target, once, that it has no tests at all.
func (s *Summary) remarkEmpty(label string, file junitxml.File) {
	if file.Empty == "" || len(file.Cases) > 0 || slices.Contains(s.empty, label) {
		return
	}
	s.empty = append(s.empty, label)
	s.tally[notRun]++
	s.remarks = append(s.remarks, remark{outcome: notRun, subject: label, message: "it has no tests: " + file.Empty})
}

// remarkFailures lists what failed, if only in an attempt of several, with its target if several have run it, as those of
// several environments do.
func (s *Summary) remarkFailures() {
	first := map[string]string{}
	several := map[string]bool{}
	for _, line := range s.shards {
		for _, c := range line.cases {
			label, known := first[c.subject]
			first[c.subject] = cmp.Or(label, line.label)
			several[c.subject] = several[c.subject] || known && label != line.label
		}
	}
	for _, line := range s.shards {
		for _, c := range line.cases {
			if c.flaky {
				c.outcome = flaky
			}
			if c.outcome != failed && c.outcome != errored && c.outcome != flaky {
				continue
			}
			if several[c.subject] {
				c.subject += " (" + line.label + ")"
			}
			s.remarks = append(s.remarks, c)
		}
	}
}

// divide finds the targets whose shards collected different tests. What each shard runs
// it works out from what it collected, and no shard sees the others.
func (s *Summary) divide() {
	type run struct {
		label string
		run   int
	}
	first := map[run]string{}
	for _, line := range s.shards {
		of := run{line.label, line.run}
		switch known := first[of]; {
		case line.collected == "":
		case known == "":
			first[of] = line.collected
		case known != line.collected && !slices.Contains(s.divided, line.label):
			s.divided = append(s.divided, line.label)
			s.tally[errored]++
			s.remarks = append(s.remarks, remark{outcome: errored, subject: line.label, message: "its shards collected different tests: some may have run twice, or not at all"})
		}
	}
}

func (s *Summary) problem(p bep.Problem) {
	r := remark{outcome: notRun, subject: p.Subject, message: p.Message}
	if p.Kind == bep.Broken {
		r = remark{outcome: errored, subject: p.Subject, message: strings.TrimSuffix("not built: "+firstLine(p.Message), ": ")}
	}
	s.tally[r.outcome]++
	s.remarks = append(s.remarks, r)
}

// positionOf says which run of which shard it is, as far as there are several.
func positionOf(target bep.Target, run bep.Shard) string {
	var words []string
	if target.ShardCount > 1 {
		words = append(words, fmt.Sprintf("shard %d/%d", run.Index, target.ShardCount))
	}
	if target.Runs > 1 {
		words = append(words, fmt.Sprintf("run %d/%d", run.Run, target.Runs))
	}
	return strings.Join(words, " ")
}

// notes says what is unusual about how the last of the attempts came about.
func notes(attempts []bep.Attempt) []string {
	var words []string
	last := attempts[len(attempts)-1]
	switch last.Cache {
	case bep.CachedLocally:
		words = append(words, "cached")
	case bep.CachedRemotely:
		words = append(words, "cached remotely")
	}
	if len(attempts) > 1 {
		word := fmt.Sprintf("%d attempts", len(attempts))
		if last.Status == bep.Passed {
			word = "flaky, " + word
		}
		words = append(words, word)
	}
	return words
}

// cases lists the test cases of an attempt as remarks, whether or not they are
// to be printed. Where the attempt failed and no case says why, the shard itself
// is a failed case.
func cases(shard string, a bep.Attempt, file junitxml.File, err error) []remark {
	if err == nil && !file.ByBazel {
		all, explained := fromFile(shard, file)
		if a.Status != bep.Passed && (a.Status != bep.Failed || !explained) {
			all = append(all, remark{outcome: failed, subject: shard, message: cause(a, "no test failed, but the process did")})
		}
		return all
	}
	if a.Status == bep.Passed {
		return []remark{{outcome: passed, subject: shard}}
	}
	detail := "no readable test.xml"
	if err == nil && file.Cases[0].Message != "" {
		detail = file.Cases[0].Message
	}
	return []remark{{outcome: failed, subject: shard, message: cause(a, detail)}}
}

// fromFile converts a file's cases, and says whether any of them failed. pytest's
// node ids stand for themselves; another name means something within its shard.
func fromFile(shard string, file junitxml.File) (all []remark, explained bool) {
	for _, c := range file.Cases {
		r := remark{outcomes[c.Outcome], cmp.Or(c.NodeID, shard+" "+c.Name), c.Message, c.Flaky}
		all = append(all, r)
		explained = explained || r.outcome == failed || r.outcome == errored
	}
	return all, explained
}

// cause says why an attempt failed as a whole, and where to read on. The detail
// explains an ordinary failure.
func cause(a bep.Attempt, detail string) string {
	switch a.Status {
	case bep.Failed:
	case bep.Timeout:
		detail = "timed out after " + seconds(a.Duration)
	case bep.NoStatus:
		detail = "no status"
	default:
		detail = strings.ToLower(strings.ReplaceAll(string(a.Status), "_", " "))
	}
	if a.Log != "" {
		detail += "; see " + Place(a.Log)
	}
	return detail
}
