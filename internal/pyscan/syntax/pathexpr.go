package syntax

import (
	"regexp"
	"strconv"
	"strings"
)

// expression reads the expression at the present token, which can begin one, and returns
// what it gives. Any progress will do: the parser has checked the syntax.
func (r *pathReader) expression() pathValue {
	at := r.i
	v := r.binary(0)
	if r.kind(r.i) == tokWalrus {
		r.i++
		v = r.expression()
		r.bind(r.text(at), v)
	}
	if r.kind(r.i) == kwIf && r.i > at {
		// A conditional expression, or a comprehension's filter.
		r.i++
		r.operand(pathMentioned)
		if r.kind(r.i) == kwElse {
			r.i++
			return r.either(v, r.expression(), at)
		}
	}
	return v
}

// operand reads an expression, if there is one, and notes what it gives.
func (r *pathReader) operand(how pathUse) pathValue {
	at := r.i
	if !startsExpr[r.kind(at)] {
		return pathValue{}
	}
	v := r.expression()
	r.use(v, how, at)
	return v
}

// either returns of two values that which is a path, and notes the other.
func (r *pathReader) either(a, b pathValue, at int) pathValue {
	if a.kind != valuePath {
		return b
	}
	if b.kind == valuePath {
		r.use(b, pathMentioned, at)
	}
	return a
}

// binary reads operands with operators of at least the given precedence between them.
func (r *pathReader) binary(least uint8) pathValue {
	at := r.i
	v := r.unary()
	for {
		op := r.kind(r.i)
		prec := precedence[op]
		if op == kwNot { // not in
			prec = precCompare
		}
		if prec == 0 || prec <= least {
			return v
		}
		sign := r.text(r.i)
		for r.i++; r.kind(r.i) == kwNot || op == kwNot && r.kind(r.i) == kwIn; {
			r.i++
		}
		right := r.i
		if op == kwIn && !startsExpr[r.kind(right)] {
			return v
		}
		w := r.binary(prec)
		v = r.operate(op, sign, v, w, at, right)
	}
}

// operate returns what an operator makes of two values, the expressions of which begin at
// tokens.
func (r *pathReader) operate(op tokenKind, sign string, v, w pathValue, at, right int) pathValue {
	switch {
	case sign == "/":
		if v.kind == valueText && w.kind == valuePath {
			return w
		}
		return v.joined(w)
	case sign == "%" && v.kind == valueText:
		return r.substitute(v.path, percentField, w)
	case op == tokPlus:
		return r.plus(v, w)
	case op == kwOr, op == kwAnd:
		return r.either(v, w, right)
	}
	how := pathMentioned
	if op == tokEqual || op == tokCompare {
		how = pathCompared
	}
	r.use(v, how, at)
	r.use(w, how, right)
	return pathValue{}
}

func (r *pathReader) unary() pathValue {
	switch r.kind(r.i) {
	case kwNot, tokMinus, tokPlus, tokTilde:
		r.i++
		r.operand(pathMentioned)
		return pathValue{}
	case tokStar, tokDoubleStar, kwAwait:
		r.i++
		return r.binary(precNot)
	case kwLambda:
		for r.i++; r.kind(r.i) != tokColon && r.kind(r.i) != tokEOF && r.kind(r.i) != tokNewline; {
			r.i++
		}
		r.i++
		r.operand(pathGivenAway)
		return pathValue{}
	}
	at := r.i
	v := r.atom()
	for {
		switch r.kind(r.i) {
		case tokDot:
			v = r.member(v, at)
		case tokLeftParen:
			v = r.call(v, pathValue{}, at)
		case tokLeftBracket:
			v = r.subscript(v, at)
		case tokDoubleStar:
			r.i++
			r.unary()
			return pathValue{}
		default:
			return v
		}
	}
}

func (r *pathReader) atom() pathValue {
	switch r.kind(r.i) {
	case tokName:
		r.i++
		return r.nameValue(r.i - 1)
	case tokString, tokTemplateStart:
		return r.strings()
	case tokLeftParen, tokLeftBracket, tokLeftBrace:
		return r.brackets()
	}
	r.i++
	return pathValue{}
}

// nameValue returns what a variable holds.
func (r *pathReader) nameValue(i int) pathValue {
	switch text := r.text(i); text {
	case OwnFile:
		return own(OwnFile)
	case "AppConfig":
		r.djangoFolders(i)
		return symbolValue(text)
	case "shared_datadir":
		return relativeTo(TestFolder, "data")
	default:
		if v, ok := r.names[text]; ok {
			return v
		}
		return symbolValue(text)
	}
}

// strings reads string literals that follow each other.
func (r *pathReader) strings() pathValue {
	v := textValue("")
	for {
		switch r.kind(r.i) {
		case tokString:
			text, kind := literal(r.text(r.i))
			r.i++
			if kind != literalText {
				return pathValue{}
			}
			v = r.plus(v, textValue(text))
		case tokTemplateStart:
			v = r.template(v)
		default:
			return v
		}
	}
}

// template appends an f-string to a value.
func (r *pathReader) template(v pathValue) pathValue {
	for r.i++; ; {
		switch r.kind(r.i) {
		case tokTemplateEnd:
			r.i++
			return v
		case tokTemplateText:
			v = r.plus(v, textValue(doubledBraces.Replace(r.text(r.i))))
			r.i++
		case tokFieldOpen:
			v = r.plus(v, r.field())
		default:
			return v
		}
	}
}

// field reads a replacement field.
func (r *pathReader) field() pathValue {
	r.i++
	v := pathValue{}
	if startsExpr[r.kind(r.i)] {
		v = r.expression()
	}
	for depth := 1; depth > 0; r.i++ {
		switch r.kind(r.i) {
		case tokFieldOpen:
			depth++
		case tokFieldClose:
			depth--
		case tokEOF, tokNewline:
			return v
		}
	}
	return v
}

var (
	percentField = regexp.MustCompile(`%(?:\(\w+\))?[-+ #0]*\d*(?:\.\d+)?[a-z]`)
	formatField  = regexp.MustCompile(`\{[^{}]*\}`)
)

// substitute puts arguments into the fields of a format.
func (r *pathReader) substitute(format string, field *regexp.Regexp, args pathValue) pathValue {
	items := args.items
	if args.kind != valueTuple {
		items = []pathValue{args}
	}
	v := textValue("")
	for n, rest := 0, format; ; n++ {
		at := field.FindStringIndex(rest)
		if at == nil {
			return r.plus(v, textValue(rest))
		}
		v = r.plus(v, textValue(rest[:at[0]]))
		item := pathValue{}
		if n < len(items) {
			item = items[n]
		}
		v = r.plus(v, item)
		rest = rest[at[1]:]
	}
}

// brackets reads what is in parentheses, brackets or braces.
func (r *pathReader) brackets() pathValue {
	open := r.kind(r.i)
	r.i++
	first := r.i
	v := pathValue{kind: valueTuple}
	comma := false
	for !r.closes() {
		at := r.i
		switch {
		case r.kind(at) == tokComma:
			comma = true
			r.i++
		case r.kind(at) == kwFor:
			// The elements of a comprehension are used here; they name no tuple.
			r.use(v, pathGivenAway, first)
			v = pathValue{}
			r.i++
		case startsExpr[r.kind(at)]:
			item := r.expression()
			if v.kind == valueTuple {
				v.items = append(v.items, item)
			} else {
				r.use(item, pathMentioned, at)
			}
			r.i = max(r.i, at+1)
		default:
			r.i++
		}
	}
	r.i++
	switch {
	case open == tokLeftParen && !comma && len(v.items) == 1:
		return v.items[0]
	case open == tokLeftBrace:
		r.use(v, pathGivenAway, first)
		return pathValue{}
	}
	return v
}

// closes says whether the present token closes a bracket, or ends the line.
func (r *pathReader) closes() bool {
	switch r.kind(r.i) {
	case tokRightParen, tokRightBracket, tokRightBrace, tokNewline, tokEOF:
		return true
	}
	return false
}

// subscript reads what is in brackets behind a value.
func (r *pathReader) subscript(v pathValue, at int) pathValue {
	r.i++
	number, plain := -1, r.kind(r.i) == tokNumber && r.kind(r.i+1) == tokRightBracket
	if plain {
		number, _ = strconv.Atoi(r.text(r.i))
	}
	slice := r.kind(r.i) == tokColon
	for !r.closes() {
		from := r.i
		if startsExpr[r.kind(from)] {
			r.use(r.expression(), pathMentioned, from)
		}
		r.i = max(r.i, from+1)
	}
	r.i++
	switch {
	case v.kind == valueTuple && plain && number < len(v.items):
		return v.items[number]
	case v.kind == valuePair && plain && number == 0:
		return v.items[0]
	case v.kind == valueParents && plain && number <= maxNesting:
		return v.items[0].up(number + 1)
	case v.kind == valueParents:
		return v.items[0].up(1).opened(true)
	case v.kind == valuePath && v.path == OwnFile && slice:
		return v.renamed(textValue("")) // __file__[:-3]
	}
	r.use(v, pathGivenAway, at)
	return pathValue{}
}

// pair is a value of which the first item is a path.
func pair(v pathValue) pathValue { return pathValue{kind: valuePair, items: []pathValue{v}} }

// pathModule returns the module that a symbol names, with what it names there.
func (r *pathReader) pathModule(symbol string) (string, bool) {
	first, rest, dotted := strings.Cut(symbol, ".")
	r.needImports()
	if module, ok := r.modules[symbol]; ok {
		return module, true
	}
	module, ok := r.modules[first]
	if !ok {
		// import a.b binds a.
		for name := range r.modules {
			if strings.HasPrefix(name, symbol+".") {
				return symbol, true
			}
		}
		return "", false
	}
	if dotted {
		module += "." + rest
	}
	return module, true
}
