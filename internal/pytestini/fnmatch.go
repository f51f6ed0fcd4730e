package pytestini

import (
	"regexp"
	"strings"
)

// Fnmatch returns what matches names as Python's fnmatch does: *, ? and [...] match slashes
// as well.
func Fnmatch(pattern string) func(name string) bool {
	var expression strings.Builder
	expression.WriteString(`(?s)\A`)
	for rest := pattern; rest != ""; {
		set := setAt(rest)
		switch {
		case set != "":
			rest = rest[len(set):]
			inside := strings.NewReplacer(`\`, `\\`, `[`, `\[`, `&&`, `&\&`).Replace(set[1 : len(set)-1])
			if negated, ok := strings.CutPrefix(inside, "!"); ok {
				inside = "^" + negated
			} else if strings.HasPrefix(inside, "^") {
				inside = `\` + inside
			}
			expression.WriteString("[" + inside + "]")
			continue
		case rest[0] == '*':
			expression.WriteString(".*")
		case rest[0] == '?':
			expression.WriteString(".")
		default:
			expression.WriteString(regexp.QuoteMeta(rest[:1]))
		}
		rest = rest[1:]
	}
	expression.WriteString(`\z`)
	compiled, err := regexp.Compile(expression.String())
	if err != nil {
		return func(string) bool { return false } // such as [z-a], which matches nothing
	}
	return compiled.MatchString
}

// setAt returns the set of characters that text begins with, "" if it does with none. A
// bracket at its beginning is one of its characters.
func setAt(text string) string {
	if text[0] != '[' {
		return ""
	}
	start := 1
	if strings.HasPrefix(text[start:], "!") {
		start++
	}
	if strings.HasPrefix(text[start:], "]") {
		start++
	}
	end := strings.Index(text[min(start, len(text)):], "]")
	if end < 0 {
		return ""
	}
	return text[:start+end+1]
}
