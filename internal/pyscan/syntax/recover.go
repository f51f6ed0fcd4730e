package syntax

import (
	"slices"
	"strings"
)

// A fault within a function's body hides nothing that runs when the module is imported.
// So the text is read again with the rest of that body blanked, by indentation, and if that
// does not help with all of it. Imports are still looked for in what was blanked.

// NewestPython is the newest version whose syntax is known.
const NewestPython = "3.15"

// maxReadAgain bounds how many bytes of a file are read again.
const maxReadAgain = 1 << 25

// functionBody is where a function's body begins, and where its "def" stands.
type functionBody struct{ def, start int }

// A recovery passes over faults in functions.
type recovery struct {
	// text is the source with what is wrong blanked.
	text    string
	faults  []*fault
	imports []Import
	// tries counts by the function's offset how often its body has been blanked.
	tries map[int]int
	read  int
}

// passOver blanks what is wrong; false means that it is in no function's body.
func (r *recovery) passOver(p *parser, f *fault) bool {
	if len(p.bodies) == 0 || r.read > maxReadAgain {
		return false
	}
	r.read += len(r.text)
	body := p.bodies[0]
	start := body.start
	switch r.tries[body.def]++; r.tries[body.def] {
	case 1:
		r.faults = append(r.faults, f)
		start = max(start, strings.LastIndexByte(r.text[:f.since], '\n')+1)
	case 2:
	default:
		return false
	}
	end := bodyEnd(r.text, body)
	if start >= end {
		start = body.start // what is wrong ends behind the body, such as a bracket within
	}
	r.imports = append(r.imports, importsIn(r.text, start, end)...)
	r.text = r.text[:start] + blanked(r.text[start:end]) + r.text[end:]
	return true
}

// tell adds to a module what was passed over.
func (r *recovery) tell(m *Module, path string) {
	for _, f := range r.faults {
		m.Faults = append(m.Faults, f.in(path, m.Text))
	}
	if len(r.imports) > 0 {
		m.Imports = append(m.Imports, r.imports...)
		slices.SortStableFunc(m.Imports, func(a, b Import) int { return a.Offset - b.Offset })
	}
}

// bodyEnd returns the offset of the first line behind the body's beginning that is
// indented no deeper than the function, blank lines and comments left out.
func bodyEnd(text string, body functionBody) int {
	outer := widthOf(text[strings.LastIndexByte(text[:body.def], '\n')+1:])
	for offset := body.start; ; {
		n := strings.IndexByte(text[offset:], '\n')
		if n < 0 {
			return len(text)
		}
		offset += n + 1
		if line := strings.TrimLeft(text[offset:], " \t\f"); line != "" && line[0] != '\n' && line[0] != '#' && widthOf(text[offset:]) <= outer {
			return offset
		}
	}
}

// widthOf returns how deep a line is indented.
func widthOf(line string) int {
	width := 0
	for _, c := range []byte(line) {
		switch c {
		case ' ':
			width++
		case '\t':
			width = width/8*8 + 8
		case '\f':
			width = 0
		default:
			return width
		}
	}
	return width
}

// blanked returns lines of the same lengths with a statement in the first, and nothing else
// but comments.
func blanked(lines string) string {
	var b strings.Builder
	b.Grow(len(lines))
	filled := false
	for line := range strings.Lines(lines) {
		code := strings.TrimLeft(line, " \t\f")
		indentation := len(line) - len(code)
		switch {
		case code == "" || code[0] == '\n' || code[0] == '#':
			b.WriteString(line)
			continue
		case filled:
			b.WriteString(strings.Repeat(" ", indentation+1))
		default:
			b.WriteString(line[:indentation] + "0")
			filled = true
		}
		b.WriteString(strings.Repeat(" ", len(strings.TrimSuffix(code, "\n"))-1))
		if strings.HasSuffix(code, "\n") {
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// maxImport bounds the length of an import statement that is looked for.
const maxImport = 1 << 12

// importsIn returns the imports on the lines between two offsets, as far as they can be
// read one by one. In which block they stand is not known, so the program may do without.
func importsIn(text string, start, end int) []Import {
	var imports []Import
	for offset := start; offset < end; {
		line := strings.TrimLeft(text[offset:end], " \t\f")
		at := end - len(line)
		if strings.HasPrefix(line, "import ") || strings.HasPrefix(line, "from ") {
			imports = append(imports, importAt(text, at, min(end, at+maxImport))...)
		}
		n := strings.IndexByte(text[offset:end], '\n')
		if n < 0 {
			break
		}
		offset += n + 1
	}
	return imports
}

func importAt(text string, start, end int) []Import {
	toks, _, _ := tokenize(text[start:end])
	p := parser{src: text[start:end], toks: toks}
	p.simple(nil)
	if p.fault != nil || p.kind() != tokNewline && p.kind() != tokSemicolon {
		return nil
	}
	for i := range p.imports {
		p.imports[i].Offset += start
		p.imports[i].Guarded = true
	}
	return p.imports
}
