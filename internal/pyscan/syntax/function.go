package syntax

// A Function is a function with its body and the defaults of its parameters, which Parse
// leaves out.
type Function struct {
	*Def
	// Module has the source of the function alone; all offsets of Def are in its Text.
	Module *Module
	// Lines is how many lines of the file stand before those of Module.
	Lines int
}

// Function reads a function of m once more, with its body. It is nil if the definition is
// none of m's.
func (m *Module) Function(def *Def) *Function {
	from := m.lines[m.Line(def.Start)-1]
	text, lines := m.Text[from:def.End], m.Line(from)-1
	if def.Start > from {
		text, lines = "if 1:\n"+text, lines-1 // it is indented
	}
	toks, _, fault := tokenize(text)
	p := parser{src: text, toks: toks, keepBody: true}
	body := p.file()
	if fault != nil || p.fault != nil || len(body) != 1 {
		return nil
	}
	if body[0].Kind == StmtBranch {
		body = body[0].Branches.List[0].Body
	}
	if len(body) != 1 || body[0].Kind != StmtDef {
		return nil
	}
	return &Function{
		Def:    body[0].Def,
		Module: &Module{Text: text, Imports: p.imports, lines: lineStarts(text)},
		Lines:  lines,
	}
}
