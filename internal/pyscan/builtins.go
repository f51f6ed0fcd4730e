package pyscan

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/rules-xdist/rules_xdist/internal/pyscan/syntax"
)

// A dict is a dictionary whose keys are known.
type dict struct {
	keys, values list
}

// A method is one of an object that is known.
type method struct {
	object value
	name   string
}

// truthOf says whether a value is true, if that is known.
func truthOf(v value) (truth, known bool) {
	switch v := v.(type) {
	case boolean:
		return bool(v), true
	case none:
		return false, true
	case integer:
		return v != 0, true
	case text:
		return v != "", true
	}
	return false, false
}

func isScalar(v value) bool {
	switch v.(type) {
	case boolean, integer, text, none, *enumMember:
		return true
	}
	return false
}

// equal says whether values are, if that is known.
func equal(v, w value) (same, known bool) {
	m, isMember := v.(*enumMember)
	if n, ok := w.(*enumMember); ok && isMember {
		return m.equals(n)
	}
	v, w = withoutEnum(v), withoutEnum(w)
	if isOtherEnum(v) || isOtherEnum(w) {
		return false, false
	}
	known = isScalar(v) && isScalar(w)
	return known && v == w, known
}

// withoutEnum returns the string that a member of an enumeration of strings is, else the
// value.
func withoutEnum(v value) value {
	if s, ok := textOf(v); ok {
		return s
	}
	return v
}

// isOtherEnum says whether a value is a member of an enumeration that may equal what is none.
func isOtherEnum(v value) bool {
	m, ok := v.(*enumMember)
	return ok && m.class.enum != plainEnum
}

// contains evaluates v in container.
func contains(container, v value) (in, known bool) {
	var elements list
	switch c := container.(type) {
	case list:
		elements = c
	case *dict:
		elements = c.keys
	case text:
		part, ok := v.(text)
		return strings.Contains(string(c), string(part)), ok
	default:
		return false, false
	}
	known = true
	for _, element := range elements {
		same, comparable := equal(element, v)
		if same && comparable {
			return true, true
		}
		known = known && comparable
	}
	return false, known
}

// either evaluates "x and y" or "x or y".
func (ev *evaluator) either(e *syntax.Expr, s *scope, depth int) value {
	v := ev.evalDepth(e.X, s, depth)
	if truth, known := truthOf(v); known {
		if truth == (e.Kind == syntax.ExprOr) {
			return v
		}
		return ev.evalDepth(e.Y, s, depth)
	}
	return choose([]value{v, ev.evalDepth(e.Y, s, depth)})
}

// maxTurns bounds the turns of a loop or comprehension that are followed one by one.
const maxTurns = 256

// iterate returns the elements of a value, if each is known to be there.
func (ev *evaluator) iterate(v value) (list, bool) {
	var elements list
	switch v := v.(type) {
	case list:
		elements = v
	case *dict:
		elements = v.keys
	case *class:
		members, ok := v.elements()
		if !ok {
			return nil, false
		}
		elements = members
	default:
		return nil, false
	}
	if len(elements) > maxTurns || !ev.spend(len(elements)) {
		return nil, false
	}
	return elements, !slices.ContainsFunc(elements, isListChoice)
}

// isListChoice says whether what stands in a list is several elements, by what cannot be
// known: see add.
func isListChoice(v value) bool {
	return slices.ContainsFunc(alternativesOf(v), func(a value) bool {
		_, isList := a.(list)
		_, isChoice := v.(choice)
		return isList && isChoice
	})
}

// comprehension evaluates the element for each turn or, where the values are not known,
// once, for any number of times.
func (ev *evaluator) comprehension(e *syntax.Expr, s *scope, depth int) value {
	var out list
	inner := newScope(s)
	if ev.turns(e.List, inner, depth, func() { out = append(out, ev.evalDepth(e.X, inner, depth)) }) && len(out) <= maxTurns {
		return out
	}
	inner = unknownTurn(ev, e.List, s)
	return list{ev.evalDepth(e.X, inner, depth)}
}

func unknownTurn(ev *evaluator, clauses []*syntax.Expr, s *scope) *scope {
	inner := newScope(s)
	for _, clause := range clauses {
		ev.assign(clause.X, nil, inner)
	}
	return inner
}

// turns calls turn for each turn of the clauses, and says whether all are known. A turn
// whose condition is not known counts.
func (ev *evaluator) turns(clauses []*syntax.Expr, s *scope, depth int, turn func()) bool {
	if len(clauses) == 0 {
		turn()
		return ev.spend(1)
	}
	clause := clauses[0]
	elements, known := ev.iterate(ev.evalDepth(clause.Y, s, depth))
	if !known {
		return false
	}
	for _, v := range elements {
		ev.assign(clause.X, v, s)
		skipped := slices.ContainsFunc(clause.List, func(cond *syntax.Expr) bool {
			truth, known := ev.truth(cond, s)
			return known && !truth
		})
		if !skipped && !ev.turns(clauses[1:], s, depth, turn) {
			return false
		}
	}
	return true
}

func (ev *evaluator) dictComprehension(e *syntax.Expr, s *scope, depth int) value {
	d := &dict{}
	inner := newScope(s)
	full := false
	known := ev.turns(e.List, inner, depth, func() {
		full = !d.set(ev.evalDepth(e.X, inner, depth), ev.evalDepth(e.Y, inner, depth)) || full
	})
	if full || !known || slices.ContainsFunc(d.keys, func(key value) bool { return !isScalar(key) }) {
		return nil
	}
	return d
}

// dict evaluates a display of keys and values in turn.
func (ev *evaluator) dict(items []*syntax.Expr, s *scope, depth int) value {
	d := &dict{}
	for i := 0; i+1 < len(items); i += 2 {
		if items[i].Kind == syntax.ExprDoubleStarred {
			other, ok := ev.evalDepth(items[i].X, s, depth).(*dict)
			if !ok || !ev.spend(len(other.keys)) {
				return nil
			}
			for j, key := range other.keys {
				if !d.set(key, other.values[j]) {
					return nil
				}
			}
			continue
		}
		if !d.set(ev.evalDepth(items[i], s, depth), ev.evalDepth(items[i+1], s, depth)) {
			return nil
		}
	}
	return d
}

// set sets an item, and says whether there was room. Keys that are not known are taken to
// differ.
func (d *dict) set(key, v value) bool {
	if i := d.index(key); i >= 0 {
		d.values[i] = v
		return true
	}
	if len(d.keys) == maxTurns {
		return false
	}
	d.keys, d.values = append(d.keys, key), append(d.values, v)
	return true
}

func (d *dict) index(key value) int {
	return slices.IndexFunc(d.keys, func(k value) bool {
		same, known := equal(k, key)
		return same && known
	})
}

// subscript evaluates an index. Of a class it makes the same class.
func (ev *evaluator) subscript(e *syntax.Expr, s *scope, depth int) value {
	v := ev.evalDepth(e.X, s, depth)
	switch v := v.(type) {
	case *class:
		if name, ok := ev.evalDepth(e.Y, s, depth).(text); ok && v.enum != noEnum {
			return v.memberOrAttribute(string(name))
		}
		return v
	case symbol:
		return v
	case *dict:
		if i := v.index(ev.evalDepth(e.Y, s, depth)); i >= 0 {
			return v.values[i]
		}
	case list:
		i, ok := ev.evalDepth(e.Y, s, depth).(integer)
		if ok && i >= 0 && int64(i) < int64(len(v)) && !slices.ContainsFunc(v, isListChoice) {
			return v[i]
		}
	}
	return nil
}

// format evaluates the pieces of an f-string.
func (ev *evaluator) format(pieces []*syntax.Expr, s *scope, depth int) value {
	var b strings.Builder
	for _, piece := range pieces {
		part, ok := toText(ev.evalDepth(piece, s, depth))
		if !ok || b.Len()+len(part) > maxText || !ev.spend(len(part)/64) {
			return nil
		}
		b.WriteString(part)
	}
	return text(b.String())
}

// toText returns str(v).
func toText(v value) (string, bool) {
	switch v := v.(type) {
	case text:
		return string(v), true
	case integer:
		return strconv.FormatInt(int64(v), 10), true
	case boolean:
		if v {
			return "True", true
		}
		return "False", true
	case none:
		return "None", true
	case *enumMember:
		return v.written()
	}
	return "", false
}

// percent evaluates pattern % v, with %s and %d alone.
func (ev *evaluator) percent(pattern, v value) value {
	format, ok := pattern.(text)
	if !ok {
		return nil
	}
	values, ok := v.(list)
	if !ok {
		values = list{v}
	}
	var b strings.Builder
	for rest := string(format); ; {
		before, after, found := strings.Cut(rest, "%")
		b.WriteString(before)
		if !found {
			break
		}
		if after == "" {
			return nil
		}
		verb := after[0]
		rest = after[1:]
		if verb == '%' {
			b.WriteByte('%')
			continue
		}
		if len(values) == 0 || verb != 's' && verb != 'd' {
			return nil
		}
		part, ok := toText(values[0])
		if !ok {
			return nil
		}
		b.WriteString(part)
		values = values[1:]
	}
	if len(values) > 0 || b.Len() > maxText {
		return nil
	}
	return text(b.String())
}

// callMethod evaluates a method.
func (ev *evaluator) callMethod(m *method, positional []value, keywords map[string]value) value {
	switch object := m.object.(type) {
	case *metafunc:
		if m.name == "parametrize" {
			object.parametrize(ev, positional, keywords)
		}
	case text:
		return ev.callTextMethod(object, m.name, positional, keywords)
	case *dict:
		if !ev.spend(len(object.keys)) {
			return nil
		}
		return object.call(m.name, positional)
	}
	return nil
}

func (d *dict) call(name string, positional []value) value {
	switch name {
	case "keys":
		return d.keys
	case "values":
		return d.values
	case "items":
		items := make(list, len(d.keys))
		for i, key := range d.keys {
			items[i] = list{key, d.values[i]}
		}
		return items
	case "get":
		if len(positional) == 0 || !isScalar(positional[0]) {
			return nil
		}
		if i := d.index(positional[0]); i >= 0 {
			return d.values[i]
		}
		if len(positional) == 2 {
			return positional[1]
		}
	}
	return nil
}

func (ev *evaluator) callTextMethod(s text, name string, positional []value, keywords map[string]value) value {
	switch name {
	case "format":
		return formatFields(string(s), positional, keywords)
	case "join":
		if len(positional) == 1 {
			return ev.join(string(s), positional[0])
		}
	case "lower":
		return text(strings.ToLower(string(s)))
	case "upper":
		return text(strings.ToUpper(string(s)))
	case "strip":
		if len(positional) == 0 {
			return text(strings.TrimSpace(string(s)))
		}
	case "replace":
		if len(positional) == 2 {
			old, ok := positional[0].(text)
			with, both := positional[1].(text)
			if ok && both && old != "" && len(s)*max(1, len(with)) <= maxText {
				return text(strings.ReplaceAll(string(s), string(old), string(with)))
			}
		}
	}
	return nil
}

func (ev *evaluator) join(separator string, v value) value {
	elements, ok := ev.iterate(v)
	if !ok {
		return nil
	}
	var parts []string
	size := 0
	for _, element := range elements {
		part, ok := textOf(element)
		if size += len(part) + len(separator); !ok || size > maxText {
			return nil
		}
		parts = append(parts, string(part))
	}
	return text(strings.Join(parts, separator))
}

// formatFields evaluates str.format, with fields that are {}, {0} or {name}.
func formatFields(format string, positional []value, keywords map[string]value) value {
	var b strings.Builder
	for next := 0; ; {
		i := strings.IndexAny(format, "{}")
		if i < 0 {
			b.WriteString(format)
			break
		}
		b.WriteString(format[:i])
		if strings.HasPrefix(format[i+1:], format[i:i+1]) {
			b.WriteByte(format[i])
			format = format[i+2:]
			continue
		}
		name, after, found := strings.Cut(format[i+1:], "}")
		if format[i] == '}' || !found {
			return nil
		}
		format = after
		v, ok := keywords[name]
		if name == "" {
			name = strconv.Itoa(next)
			next++
		}
		if index, err := strconv.Atoi(name); err == nil && index >= 0 && index < len(positional) {
			v, ok = positional[index], true
		}
		part, isText := toText(v)
		if !ok || !isText || b.Len()+len(part) > maxText {
			return nil
		}
		b.WriteString(part)
	}
	return text(b.String())
}

// A builtin is a function of Python or of its standard library. It returns nil where the
// result cannot be known.
type builtin func(ev *evaluator, positional []value, keywords map[string]value) value

// builtinOf returns the builtin of a path, nil if it is none that is followed.
func builtinOf(path symbol) builtin {
	switch path {
	case "list", "tuple", "set", "frozenset":
		return listOf
	case "sorted":
		return sorted
	case "reversed":
		return reversed
	case "enumerate":
		return enumerate
	case "zip":
		return zip
	case "range":
		return countedRange
	case "itertools.product":
		return product
	case "itertools.chain":
		return chain
	case "str":
		return toString
	case "dict":
		return dictOf
	case "getattr":
		return getattr
	case "staticmethod", "classmethod", "functools.partial":
		return sameFunction
	}
	if last(string(path)) == "partial" {
		return sameFunction
	}
	return nil
}

func listOf(ev *evaluator, args []value, _ map[string]value) value {
	if len(args) == 0 {
		return list{}
	}
	switch v := args[0].(type) {
	case list:
		return v
	case *dict:
		return v.keys
	case *class:
		if members, ok := ev.iterate(v); ok {
			return members
		}
	}
	return nil
}

// sorted leaves the order as it is where it is not known: for marks it counts for nothing.
func sorted(ev *evaluator, args []value, _ map[string]value) value {
	if len(args) != 1 {
		return nil
	}
	elements, ok := ev.iterate(args[0])
	if !ok {
		return nil
	}
	out := slices.Clone(elements)
	if !slices.ContainsFunc(out, func(v value) bool { _, isText := v.(text); return !isText }) {
		slices.SortFunc(out, func(a, b value) int { return cmp.Compare(a.(text), b.(text)) })
	}
	return out
}

func reversed(ev *evaluator, args []value, _ map[string]value) value {
	if len(args) != 1 {
		return nil
	}
	elements, ok := ev.iterate(args[0])
	if !ok {
		return nil
	}
	out := slices.Clone(elements)
	slices.Reverse(out)
	return out
}

func enumerate(ev *evaluator, args []value, keywords map[string]value) value {
	if len(args) == 0 {
		return nil
	}
	start := integer(0)
	if len(args) == 2 {
		start, _ = args[1].(integer)
	} else if v, ok := keywords["start"].(integer); ok {
		start = v
	}
	elements, ok := ev.iterate(args[0])
	if !ok {
		return nil
	}
	out := make(list, len(elements))
	for i, v := range elements {
		out[i] = list{start + integer(i), v}
	}
	return out
}

func zip(ev *evaluator, args []value, _ map[string]value) value {
	var out list
	for i, arg := range args {
		elements, ok := ev.iterate(arg)
		if !ok {
			return nil
		}
		if i == 0 {
			out = make(list, len(elements))
		}
		out = out[:min(len(out), len(elements))]
		for j := range out {
			row, _ := out[j].(list)
			out[j] = append(row[:len(row):len(row)], elements[j])
		}
	}
	return out
}

func countedRange(_ *evaluator, args []value, _ map[string]value) value {
	var bounds []int64
	for _, arg := range args {
		n, ok := arg.(integer)
		if !ok {
			return nil
		}
		bounds = append(bounds, int64(n))
	}
	if len(bounds) == 1 {
		bounds = append([]int64{0}, bounds...)
	}
	if len(bounds) != 2 || bounds[1]-bounds[0] > maxTurns || bounds[0] < 0 {
		return nil
	}
	out := list{}
	for n := bounds[0]; n < bounds[1]; n++ {
		out = append(out, integer(n))
	}
	return out
}

func product(ev *evaluator, args []value, keywords map[string]value) value {
	if len(keywords) > 0 {
		return nil
	}
	rows := []list{{}}
	for _, arg := range args {
		elements, ok := ev.iterate(arg)
		if !ok || len(rows)*len(elements) > maxTurns {
			return nil
		}
		var next []list
		for _, row := range rows {
			for _, v := range elements {
				next = append(next, append(row[:len(row):len(row)], v))
			}
		}
		rows = next
	}
	out := make(list, len(rows))
	for i, row := range rows {
		out[i] = row
	}
	return out
}

func chain(ev *evaluator, args []value, _ map[string]value) value {
	out := list{}
	for _, arg := range args {
		elements, ok := ev.iterate(arg)
		if !ok {
			return nil
		}
		out = append(out, elements...)
	}
	return out
}

func toString(_ *evaluator, args []value, _ map[string]value) value {
	if len(args) != 1 {
		return nil
	}
	if s, ok := toText(args[0]); ok {
		return text(s)
	}
	return nil
}

func dictOf(_ *evaluator, args []value, keywords map[string]value) value {
	if len(args) > 0 {
		return nil
	}
	d := &dict{}
	for _, name := range sortedKeys(keywords) {
		d.set(text(name), keywords[name])
	}
	return d
}

func getattr(ev *evaluator, args []value, _ map[string]value) value {
	if len(args) < 2 {
		return nil
	}
	if name, ok := args[1].(text); ok {
		return ev.member(args[0], string(name), 0)
	}
	return nil
}

// sameFunction stands for what makes a function of a function.
func sameFunction(_ *evaluator, args []value, _ map[string]value) value {
	if len(args) > 0 {
		if f, ok := args[0].(*function); ok {
			return f
		}
	}
	return nil
}

func sortedKeys(m map[string]value) []string {
	return slices.Sorted(maps.Keys(m))
}
