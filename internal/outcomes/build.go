package outcomes

import (
	"errors"
	"fmt"
	"net/url"
	"os"

	"github.com/rules-xdist/rules_xdist/internal/bep"
	"github.com/rules-xdist/rules_xdist/internal/junitxml"
)

// ByTarget reads the test cases of every shard of a build, by the target's label: those of
// its last attempt. It is an error if a shard did not run, or failed with no test that did.
func ByTarget(build bep.Build) (map[string]Outcomes, error) {
	byTarget := map[string]Outcomes{}
	for _, target := range build.Targets {
		tests, problems := OfTarget(target, ByNodeID)
		if len(problems) > 0 {
			return nil, fmt.Errorf("%s: %w", target.Label, problems[0])
		}
		byTarget[target.Label] = tests
	}
	return byTarget, nil
}

// Naming gives a test case the name by which it is compared; none, if it is of no test.
type Naming func(junitxml.Case) string

// ByNodeID names cases as pytest does, seen from the workspace's root.
func ByNodeID(c junitxml.Case) string { return c.NodeID }

// ByStartID names cases as pytest does, seen from where it was started.
func ByStartID(c junitxml.Case) string { return c.StartID }

// ByName names cases of one Go package as Go does.
func ByName(c junitxml.Case) string { return c.Name }

// OfTarget reads the test cases of every shard of a target, and returns what is wrong with
// those that did not run, or failed with no test that did.
func OfTarget(target bep.Target, name Naming) (Outcomes, []error) {
	tests := Outcomes{}
	var problems []error
	for _, shard := range target.Shards {
		if err := tests.addShard(shard, name); err != nil {
			problems = append(problems, fmt.Errorf("shard %d %w", shard.Index, err))
		}
	}
	return tests, problems
}

func (o Outcomes) addShard(shard bep.Shard, name Naming) error {
	if len(shard.Attempts) == 0 {
		return errors.New("did not run")
	}
	last := shard.Attempts[len(shard.Attempts)-1]
	location, err := url.Parse(last.XML)
	if err != nil {
		return err
	}
	file, err := ReadXML(location.Path)
	if err != nil {
		return fmt.Errorf("has no results: %w", err)
	}
	before := o.Failures()
	o.Add(file, name)
	if last.Status != bep.Passed && o.Failures() == before {
		return fmt.Errorf("failed, and none of its tests: see %s", last.Log)
	}
	return nil
}

// ReadXML reads a JUnit file.
func ReadXML(path string) (junitxml.File, error) {
	file, err := os.Open(path)
	if err != nil {
		return junitxml.File{}, err
	}
	defer file.Close()
	return junitxml.Read(file)
}
