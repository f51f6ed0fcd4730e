package syntax

import (
	"cmp"
	"regexp"
	"strconv"
	"strings"
)

// Versions is a set of minor versions of Python 3.
type Versions uint64

const maxMinor = 63

// Has says whether the set has Python 3.minor; versions beyond its range are as the last.
func (v Versions) Has(minor int) bool { return v&(1<<min(minor, maxMinor)) != 0 }

// All says whether the set has all versions.
func (v Versions) All() bool { return ^v == 0 }

// versionTest is a comparison of sys.version_info with a constant, the way around as
// well. A slice or an element of it may be compared.
var versionTest = regexp.MustCompile(`^(?:sys\s*\.\s*)?version_info\s*(?:\[\s*(:?\s*\d)\s*\]|\.\s*(major|minor))?\s*(<=|>=|==|!=|<|>)\s*(\(\s*\d[\d\s,]*\)|\d+)$`)

var turnedTest = regexp.MustCompile(`^(\(\s*\d[\d\s,]*\)|\d+)\s*(<=|>=|==|!=|<|>)\s*((?:sys\s*\.\s*)?version_info\b.*)$`)

var turned = map[string]string{"<": ">", ">": "<", "<=": ">=", ">=": "<=", "==": "==", "!=": "!="}

// versionsOf returns on which versions a condition is true, and on which false: those that
// its source, a comparison of sys.version_info, tells.
func versionsOf(condition string) (truth, falsity Versions) {
	if !strings.Contains(condition, "version_info") {
		return 0, 0
	}
	condition = strings.TrimSpace(condition)
	if negated, ok := strings.CutPrefix(condition, "not "); ok {
		falsity, truth = versionsOf(negated)
		return truth, falsity
	}
	if way := turnedTest.FindStringSubmatch(condition); way != nil {
		condition = way[3] + turned[way[2]] + way[1]
	}
	test := versionTest.FindStringSubmatch(condition)
	if test == nil {
		return 0, 0
	}
	part, operator, constant := test[1]+test[2], test[3], numbers(test[4])
	for minor := range maxMinor + 1 {
		order, known := compareVersion(minor, part, constant)
		switch {
		case !known:
		case holds(operator, order):
			truth |= 1 << minor
		default:
			falsity |= 1 << minor
		}
	}
	return truth, falsity
}

// compareVersion compares a part of sys.version_info of Python 3.minor with a constant;
// false means that more than the minor version decides.
func compareVersion(minor int, part string, constant []int) (order int, known bool) {
	version := []int{3, minor}
	length := 5
	switch part = strings.TrimSpace(strings.TrimPrefix(part, ":")); {
	case part == "major", part == "0":
		version, length = version[:1], 1
	case part == "minor", part == "1":
		version, length = version[1:], 1
	case part != "":
		length, _ = strconv.Atoi(part)
	}
	for i, number := range constant {
		switch {
		case i >= length:
			return -1, true // the shorter tuple is less
		case i >= len(version):
			return 0, false
		case version[i] != number:
			return cmp.Compare(version[i], number), true
		}
	}
	return cmp.Compare(length, len(constant)), true
}

func holds(operator string, order int) bool {
	switch operator {
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	case ">":
		return order > 0
	case ">=":
		return order >= 0
	case "==":
		return order == 0
	}
	return order != 0
}

// numbers returns those of a tuple, or the one that stands alone.
func numbers(constant string) []int {
	var list []int
	for _, text := range strings.FieldsFunc(constant, func(r rune) bool { return r < '0' || r > '9' }) {
		number, _ := strconv.Atoi(text)
		list = append(list, number)
	}
	return list
}

// absentOn marks the imports from the given one on as not reached on some versions.
func (p *parser) absentOn(versions Versions, first int) {
	for i := range p.imports[first:] {
		p.imports[first+i].Absent |= versions
	}
}
