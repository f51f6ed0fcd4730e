package lcov

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
)

// maxLine bounds the length of a record: function names of C++ templates can be long.
const maxLine = 16 << 20

// Read merges a tracefile into the report. Errors start with its name and the line; what
// was read before one stays.
func (r *Report) Read(name string, in io.Reader) error {
	scanner := bufio.NewScanner(in)
	scanner.Buffer(make([]byte, 1<<16), maxLine)
	parser := parser{report: r}
	number := 0
	for scanner.Scan() {
		number++
		if err := parser.line(bytes.TrimRight(scanner.Bytes(), "\r")); err != nil {
			return fmt.Errorf("%s:%d: %w", name, number, err)
		}
	}
	if err := scanner.Err(); err != nil {
		return fmt.Errorf("%s:%d: %w", name, number+1, err)
	}
	if parser.open {
		return fmt.Errorf("%s:%d: SF:%s: must have an end_of_record; the file seems to be cut off", name, number, parser.reported)
	}
	return nil
}

// parser reads one tracefile. It is open between SF and end_of_record; section is nil
// meanwhile if the report does not want the source.
type parser struct {
	report   *Report
	open     bool
	reported string
	section  *section
}

func (p *parser) line(text []byte) error {
	kind, value, found := cut(text, ':')
	switch {
	case string(text) == "end_of_record":
		return p.end()
	case len(text) == 0, text[0] == '#':
		return nil
	case !found:
		return fmt.Errorf("%q: must be KIND:VALUE or end_of_record", text)
	case string(kind) == "SF":
		return p.begin(string(value))
	}
	read, ok := kinds[string(kind)]
	switch {
	case !ok:
		return nil
	case !p.open:
		return fmt.Errorf("%q: must follow an SF", text)
	case p.section == nil:
		return nil
	}
	if err := read(p.section, value); err != nil {
		return fmt.Errorf("%q: %w", text, err)
	}
	return nil
}

func (p *parser) begin(reported string) error {
	switch {
	case p.open:
		return fmt.Errorf("SF:%s: must follow the end_of_record of SF:%s", reported, p.reported)
	case reported == "":
		return fmt.Errorf("SF: must have the path of a source")
	}
	p.open, p.reported = true, reported
	if path, ok := p.report.source(reported); ok {
		p.section = &section{file: p.report.file(path)}
	}
	return nil
}

func (p *parser) end() error {
	if !p.open {
		return fmt.Errorf("end_of_record: must follow an SF")
	}
	if p.section != nil {
		p.section.end()
	}
	p.open, p.section = false, nil
	return nil
}

// kinds are the records that say something new: others sum them up (LF, BRH, ...), are
// not kept (TN, VER) or not known.
var kinds = map[string]func(*section, []byte) error{
	"DA":   (*section).lineData,
	"BRDA": (*section).branchData,
	"FN":   (*section).functionPlace,
	"FNDA": (*section).functionData,
	"FNL":  (*section).indexedPlace,
	"FNA":  (*section).indexedData,
}

// section is one source's part of one tracefile.
type section struct {
	file *file
	// named has, of each name, the function that came last: the one that a following
	// FNDA is of.
	named map[string]*function
	// early are the counts of functions whose FN had not come.
	early map[string]uint64
	// places are what FNL says of each index.
	places map[string]place
}

type place struct{ line, end uint32 }

func (s *section) end() {
	for name, count := range s.early {
		// Without a place there is nothing that the count could be shown at.
		if f := s.named[name]; f != nil {
			f.count = sum(f.count, count)
		}
	}
}

// lineData reads DA:<line>,<count>[,<checksum>].
func (s *section) lineData(value []byte) error {
	line, rest, _ := cut(value, ',')
	count, _, _ := cut(rest, ',')
	n, err := lineNumber(line)
	if err != nil {
		return err
	}
	c, err := executions(count)
	if err != nil {
		return err
	}
	s.file.lines.add(n, c)
	return nil
}

// branchData reads BRDA:<line>,<block>,<branch>,<taken>. A block may bear the mark "e" of
// an exception; a branch may be text, with commas too; what was never evaluated is "-".
func (s *section) branchData(value []byte) error {
	last := bytes.LastIndexByte(value, ',')
	if last < 0 || bytes.Count(value[:last], []byte{','}) < 2 {
		return fmt.Errorf("must have four fields: line, block, branch, taken")
	}
	key, taken := value[:last], value[last+1:]
	b := s.file.branches[string(key)]
	if b == nil {
		line, _, _ := cut(key, ',')
		if _, err := lineNumber(line); err != nil {
			return err
		}
	}
	evaluated := string(taken) != "-"
	var count uint64
	if evaluated {
		var err error
		if count, err = executions(taken); err != nil {
			return fmt.Errorf("%w, or -", err)
		}
	}
	if b == nil {
		b = &branch{}
		s.file.branches[string(key)] = b
	}
	b.evaluated = b.evaluated || evaluated
	b.taken = sum(b.taken, count)
	return nil
}

// functionPlace reads FN:<line>,[<end>,]<name>. A name may have commas.
func (s *section) functionPlace(value []byte) error {
	line, name, _ := cut(value, ',')
	var end []byte
	if first, rest, found := cut(name, ','); found && isNumber(first) {
		end, name = first, rest
	}
	if len(name) == 0 {
		return errNoName
	}
	p, err := placeOf(line, end)
	if err != nil {
		return err
	}
	s.place(p, string(name), 0)
	return nil
}

// functionData reads FNDA:<count>,<name>.
func (s *section) functionData(value []byte) error {
	count, name, _ := cut(value, ',')
	if len(name) == 0 {
		return errNoName
	}
	c, err := executions(count)
	if err != nil {
		return err
	}
	if f := s.named[string(name)]; f != nil {
		f.count = sum(f.count, c)
		return nil
	}
	if s.early == nil {
		s.early = map[string]uint64{}
	}
	s.early[string(name)] = sum(s.early[string(name)], c)
	return nil
}

// indexedPlace reads FNL:<index>,<line>[,<end>], which lcov 2 has instead of FN.
func (s *section) indexedPlace(value []byte) error {
	index, lines, _ := cut(value, ',')
	line, end, _ := cut(lines, ',')
	p, err := placeOf(line, end)
	if err != nil {
		return err
	}
	if s.places == nil {
		s.places = map[string]place{}
	}
	s.places[string(index)] = p
	return nil
}

// indexedData reads FNA:<index>,<count>,<name>, which lcov 2 has instead of FNDA. An index
// may have several names: the aliases of one function.
func (s *section) indexedData(value []byte) error {
	index, rest, _ := cut(value, ',')
	count, name, _ := cut(rest, ',')
	if len(name) == 0 {
		return errNoName
	}
	p, ok := s.places[string(index)]
	if !ok {
		return fmt.Errorf("index %q: must be that of an FNL above", index)
	}
	c, err := executions(count)
	if err != nil {
		return err
	}
	s.place(p, string(name), c)
	return nil
}

func (s *section) place(p place, name string, count uint64) {
	if first, _, found := strings.Cut(name, ","); found && p.end == 0 && isNumber([]byte(first)) {
		// Written without an end, the name would be read with one.
		p.end = max(p.line, 1)
	}
	key := functionKey{name: name, line: p.line}
	f := s.file.functions[key]
	if f == nil {
		f = &function{}
		s.file.functions[key] = f
	}
	f.end = max(f.end, p.end)
	f.count = sum(f.count, count)
	if s.named == nil {
		s.named = map[string]*function{}
	}
	s.named[name] = f
}

var errNoName = errors.New("must have the name of a function as its last field")

// placeOf reads the lines of a function; its end may be "".
func placeOf(line, end []byte) (place, error) {
	first, err := lineNumber(line)
	if err != nil || len(end) == 0 {
		return place{line: first}, err
	}
	last, err := lineNumber(end)
	return place{line: first, end: last}, err
}

func lineNumber(text []byte) (uint32, error) {
	n, ok := number(text)
	if !ok || n > math.MaxInt32 {
		return 0, fmt.Errorf("line %q: must be a whole number below 2^31", text)
	}
	return uint32(n), nil
}

func executions(text []byte) (uint64, error) {
	n, ok := number(text)
	if !ok {
		return 0, fmt.Errorf("count %q: must be a whole number below 2^64", text)
	}
	return n, nil
}

func isNumber(text []byte) bool {
	_, ok := number(text)
	return ok
}

// cut is bytes.Cut and number strconv.ParseUint, made for what they do here: the time of
// a large merge is spent in them.
func cut(text []byte, separator byte) (before, after []byte, found bool) {
	if i := bytes.IndexByte(text, separator); i >= 0 {
		return text[:i], text[i+1:], true
	}
	return text, nil, false
}

func number(text []byte) (uint64, bool) {
	var n uint64
	for _, c := range text {
		digit := uint64(c - '0')
		if c < '0' || c > '9' || n > (math.MaxUint64-digit)/10 {
			return 0, false
		}
		n = n*10 + digit
	}
	return n, len(text) > 0
}
