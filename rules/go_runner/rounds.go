package main

import "slices"

// settle makes one case of those of a test that a TestMain runs again, by calling m.Run
// once more. Cases of one round stay: a package and its _test package may have tests of one
// name. The last round counts, as under `go test`; but if the process fails, a failure
// counts before it, or nothing would say which test it was.
func (s *story) settle(end ending) {
	byName := map[string][]*testCase{}
	for _, c := range s.cases {
		byName[c.name] = append(byName[c.name], c)
	}
	s.cases = slices.DeleteFunc(s.cases, func(c *testCase) bool {
		all := byName[c.name]
		round := roundOf(all, end)
		if c == all[slices.IndexFunc(all, func(c *testCase) bool { return c.round == round })] {
			c.earlier = failuresOutside(all, round)
		}
		return c.round != round
	})
}

// roundOf returns the round that counts of a test's cases.
func roundOf(all []*testCase, end ending) int {
	round := all[len(all)-1].round
	if end.succeeded() {
		return round
	}
	for _, c := range slices.Backward(all) {
		if !c.isGood() {
			return c.round
		}
	}
	return round
}

func failuresOutside(all []*testCase, round int) []*testCase {
	return slices.DeleteFunc(slices.Clone(all), func(c *testCase) bool { return c.round == round || c.isGood() })
}
