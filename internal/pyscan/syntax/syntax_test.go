package syntax

import (
	"strings"
	"testing"
)

// TestValid has one source a form of Python's grammar.
func TestValid(t *testing.T) {
	sources := []string{
		"", "\n", "# only a comment", "x", "\ufeffx = 1\n", "x = 1\r\ny = 2\rz = 3", "\f\nx = 1\n\f", "x = 1 # no line end",
		"if x:\n\ty\n", "if x:\n \ty\n \tz\n", "if x:\n  if y:\n    z\nw\n", "if x: y; z;\n", "if x:\n  pass\n   # a comment, deeper\n \n  pass\n",
		"x = 1 + \\\n  2\n", "if x:\n    y = 1\n    \\\n    z = 2\n", "x = (1,\n# comment\n\n  2)\n",
		// literals
		"0, 00, 0_0, 1_000, 0x_fF, 0o17, 0b1, 1., .5, 1e5, 1E-5, 1_0.0_1e+1_0, 1j, 1.5J", "1if 1else 2", "x = 0xfor 1",
		`r'\'', b'a', rb"\x", Rb'', bR'', u'', F'', fR"", '''a'b''', "\x41\u0041\U00000041\N{DASH}\8"`, "'a' \"b\" f'c' r'd'", "'a\\\nb'", `""`,
		// template strings
		"f'{x}{{}}{x!r}{x:>5}{x!s:{w}.{p}}{x=}{x = !r:^20}{x:%H:%M}'", "f'{x['a']}' f\"{f\"{f'{1}'}\"}\"", "f'''{\nx # comment\n}'''", "f'{x:{y:{z}}}'",
		"f'{(lambda: 1)()}{(y := 2)}{yield_}{*a, 1}{x if y else z}{ {1: 2}[1] }{x != y}{x:=5}'", `f"\N{DASH}{x}\{x}"`, `rf"\{x}\N{x}"`, "t'{x}' t\"{y}\"", "def f(): f'{yield}'", "f'{x:\n}'", "f'\\\n{x}'",
		// expressions
		"a or b and not c < d | e ^ f & g << h + i * j ** -k", "a if b else c if d else e", "a not in b is not c", "-+~x", "not not x", "await x ** y", "x ** -y",
		"lambda: 0", "lambda a, /, b=1, *c, d, e=2, **f: (a, b)", "lambda *, a: a", "lambda x: lambda y: x", "f(a, *b, c=d, **e)", "f(*a, *b, c)", "f(a=1, *b)", "f(x for x in y)", "f(a, (x for x in y))", "f(a := 1)",
		"x[1], x[:], x[::], x[1:2:3], x[a:b, c], x[*a, b], x[a := 1], x[()]", "[], [1], [1,], [*a, b]", "(), (1,), (1, 2), (*a, b), (yield_)", "{}, {1}, {1, *a}, {1: 2, **a}, {**a,}",
		"[x for x in y if z if w for (a, *b), c in d]", "{x: y for x, y in z}", "{x async for x in y}", "(x for x in lambda_)", "[*x for x in y], {*x for x in y}, {**x for x in y}, (*x async for x in y)", "f(*x for x in y)", "class A(*x for x in y): pass", "[x := 1, y := 2]", "x = y = z", "x: int", "x: int = 1", "(x): int = 1", "x.y[z]: int", "x += 1; x //= y; x **= 2; x @= y; x >>= 1; x = yield_",
		"*a, b = c", "[a, b] = (c, d) = e", "a, = b", "() = x", "x = *a, b", "...", "print(x)", "exec(x)", "a.b.c().d[0]", "x = (y\n).z",
		// statements
		"import a", "import a.b.c as d, e", "from . import a", "from .. a import b", "from ...a.b import (c as d, e,)", "from .... import a", "from a import *", "lazy import a", "lazy from a import b",
		"pass\nbreak\ncontinue\nreturn\nreturn x, *y\nraise\nraise x\nraise x from y\nassert x\nassert x, y\nglobal a, b\nnonlocal c\ndel a, b.c, (d, [e]), f[0]",
		"if a: pass\nelif b: pass\nelse: pass", "while a: pass\nelse: pass", "for a, *b in c, d: pass\nelse: pass", "for x in *a, b: pass", "for x.y[0] in z: pass",
		"try: pass\nexcept: pass", "try: pass\nexcept A: pass\nexcept (B, C) as d: pass\nelse: pass\nfinally: pass", "try: pass\nfinally: pass", "try: pass\nexcept* A as e: pass", "try: pass\nexcept A, B: pass",
		"with a: pass", "with a as b, c as d: pass", "with (a as b, c,): pass", "with (a, b): pass", "with (a, b) as c: pass", "with (a) as b, c: pass", "with (yield_) as c: pass", "with (a).b() as c[0]: pass", "with a() as (b, c): pass", "with (a as b): pass",
		"def f(): pass", "def f(a, b: int = 1, /, c=2, *d: int, e, f: str = 'x', **g) -> int: pass", "def f(*, a, b=1, c): pass", "def f(a, b=1, *, c): pass", "def f(a,): pass", "def f(*args: *Ts): pass", "def f[T, *Ts, **P](x: T) -> P: pass", "def f[T: (int, str) = int, *Ts = *X](): pass",
		"class A: pass", "class A(): pass", "class A(B, metaclass=C, **k): pass", "class A[T](B[T]): pass", "class A:\n  '''doc'''\n", "async def f():\n  async with a as b: await c\n  async for d in e: pass\n  return [x async for x in y]\n",
		"@a\n@b.c(d)\n\n# comment\n@e[0] if f else g\ndef h(): pass", "@a\nclass B: pass", "@a\nasync def b(): pass", "type X = int", "type X[T] = list[T]", "type = 1; type.x; type(x); type[0]; print(type)",
		// match and its soft keywords
		"match x:\n  case 1: pass\n  case -1 | 1.5 + 2j | 'a' 'b' | None | True: pass\n  case a.b.c: pass\n  case [a, *rest] | (b, c): pass\n  case {'k': v, **rest}: pass\n  case A(): pass\n  case A(1, x=y, z=B(_)): pass\n  case (A() as a) | B() as b: pass\n  case _ if x > 1: pass",
		"match x, y:\n  case a, b: pass\n  case a, *_: pass\n  case (): pass\n  case []: pass\n  case 1,: pass", "match *a, b:\n  case _: pass", "match (x):\n  case y:\n    pass", "match -x:\n  case _: pass", "match [x]:\n  case _: pass", "match match:\n  case case: pass",
		"match = 1", "match.x = 1", "match(x)", "match[x]", "match[x]: int = 1", "match -x", "match * y", "match, case = 1, 2", "case = match", "print(match, case, type, _)", "match: int", "match: int = 1", "if match: pass", "lambda match: 1",
		"x = 'é'; é = 1; ℘ = 2; 变量 = 3",
	}
	for _, src := range sources {
		if _, err := Parse("x.py", []byte(src)); err != nil {
			t.Errorf("%v, in %q", err, src)
		}
	}
}

// invalid has what is not Python, and how the message begins.
var invalid = []struct{ src, want string }{
	// lexer
	{"x = 'abc\ny = 1\n", "1:5: the string has no closing ' on its line"},
	{"x = 1\ny = '''abc\n\n", "2:5: the string has no closing '''"},
	{"x = 'abc\\", "1:5: the string has no closing '"},
	{"x = f'abc\n", "1:5: the string has no closing ' on its line"},
	{"x = f'''{a}\n", "1:5: the string is never closed"},
	{"f'{a'", "1:3: the string's '{' is never closed"},
	{"f'{a:'", "1:3: the string's '{' is never closed"},
	{"f'}'", "1:3: a single '}'"},
	{"f'{}'", "1:4: an expression expected"},
	{"f'{a b}'", "1:6: '}' of the replacement field expected"},
	{"f'{a!x}'", "1:6: a conversion is one of s, r and a"},
	{"b'é'", "1:3: a bytes literal holds ASCII"},
	{`'\x4'`, `1:2: malformed escape: \x`},
	{`'\N'`, `1:2: malformed escape: \N`},
	{"b'a' 'b'", "1:1: literals of different types"},
	{"t'a' 'b'", "1:1: literals of different types"},
	{"foo(1, [2, 3)\n", "1:13: ')' does not close '[' opened on line 1"},
	{"foo(1,\ndef f(): pass\n", "1:4: '(' is never closed"},
	{"x = 1)\n", "1:6: ')' closes nothing"},
	{"if x:\n    a\n  b\n", "3:3: unindent does not match"},
	{"if x:\n        a\n\tb\n", "3:2: tabs and spaces are mixed"},
	{"x = 1\n  y = 2\n", "2:3: unexpected indentation"},
	{"a $ b\n", "1:3: '$' has no meaning"},
	{"a ? b\n", "1:3: '?' has no meaning"},
	{"a ! b\n", "1:3: '!' has no meaning"},
	{"x = `a`\n", "1:5: '`' has no meaning"},
	{"x = “a”\n", "1:5: invalid character '“' (U+201C)"},
	{"x\u00a0= 1\n", "1:2: invalid character"},
	{"x = 1 \\ \n", "1:7: a backslash"},
	{"x = 1 \\\n", "1:7: the file ends after a backslash"},
	{"x = 1\x00\n", "1:6: NUL byte"},
	{"é = 1 $\n", "1:7: '$'"},
	{"x = 012\n", "1:5: an integer does not begin with 0"},
	{"x = 1_\n", "1:7: malformed number"},
	{"x = 0b12\n", "1:8: the digit 2"},
	{"x = 1a\n", `1:5: malformed number "1a"`},
	{"x = 1__0\n", "1:7: malformed number"},
	// blocks
	{"if x:\ny\n", `2:1: an indented block must follow the "if" of line 1`},
	{"def f():\n", `1:9: an indented block must follow the "def" of line 1`},
	{"class A:\n# comment\n\nx = 1\n", `4:1: an indented block must follow the "class" of line 1`},
	{"if x\n  y\n", "1:5: ':' expected, found the end of the line"},
	{"for x in y\n", "1:11: ':' expected"},
	{"else:\n  x\n", `1:1: a statement expected, found "else"`},
	{"try:\n  x\ny\n", `3:1: "except" or "finally" expected`},
	{"try:\n  x\nexcept*:\n  y\n", "3:8: an expression expected"},
	{"x = 1; if y: z\n", `1:8: a statement expected, found "if"`},
	{"if x: if y: z\n", `1:7: a statement expected, found "if"`},
	// definitions
	{"def f:\n  x\n", "1:6: '(' after the function's name"},
	{"def (x):\n  x\n", "1:5: the function's name expected"},
	{"def f(x, y\n", "1:6: '(' is never closed"},
	{"def f(1): pass\n", `1:7: a parameter expected, found "1"`},
	{"def f(a=1, b): pass\n", "1:12: a parameter without a default"},
	{"def f(*): pass\n", "1:8: a name after * expected"},
	{"def f(*, **k): pass\n", "1:10: a name after the bare *"},
	{"def f(**k, a): pass\n", "1:12: the end of the parameters after **"},
	{"def f(/, a): pass\n", "1:7: a parameter expected"},
	{"def f(a b): pass\n", "1:9: ',' or ')' expected"},
	{"def f(a)\n  pass\n", "1:9: ':' expected"},
	{"class 1A: pass\n", "1:7: malformed number"},
	{"class A(B: pass\n", "1:8: '(' is never closed"},
	{"@\ndef f(): pass\n", "1:2: an expression expected"},
	{"@a b\ndef f(): pass\n", `1:4: the end of the decorator's line expected, found "b"`},
	{"@a\nx = 1\n", `2:1: "def" or "class" after a decorator expected`},
	{"@a def f(): pass\n", "1:4: the end of the decorator's line"},
	{"async x\n", `1:7: "def", "for" or "with" after "async" expected`},
	// statements and expressions
	{"import\n", "1:7: a module's name expected"},
	{"import a as b.c\n", "1:14: an operator or the end of the line expected"},
	{"from a import\n", "1:14: a name to import expected"},
	{"from a import b,\n", "1:17: a name to import expected"},
	{"from import b\n", "1:6: a module's name expected"},
	{"x = \n", "1:5: an expression expected, found the end of the line"},
	{"x = = 1\n", `1:5: an expression expected, found "="`},
	{"1 = x\n", "1:1: this cannot be assigned to"},
	{"f() += 1\n", "1:1: this cannot be assigned to"},
	{"a, 1 = x\n", "1:1: this cannot be assigned to"},
	{"f(): int\n", "1:1: only a name"},
	{"del f()\n", "1:5: this cannot be deleted"},
	{"for 1 in x: pass\n", "1:5: this cannot be assigned to"},
	{"a b\n", `1:3: an operator or the end of the line expected, found "b"`},
	{"print 'x'\n", "1:7: an operator or the end of the line"},
	{"a + * b\n", "1:5: an expression expected"},
	{"a + not b\n", "1:5: an expression expected"},
	{"a if b\n", `1:7: "else" of the conditional expression`},
	{"f(a=1, b)\n", "1:8: a positional argument follows"},
	{"f(**a, *b)\n", "1:8: a starred argument follows"},
	{"f(1, *x for x in y)\n", "1:6: a generator among other arguments"},
	{"f(**x for x in y)\n", `1:7: ',' or ')' expected, found "for"`},
	{"f(x for x in y, 1)\n", "1:3: a generator among other arguments"},
	{"{1: 2, 3}\n", "1:8: elements of a set and items"},
	{"(*a)\n", "1:1: a starred expression alone"},
	{"x[]\n", "1:3: an expression expected"},
	{"lambda a b: 1\n", "1:10: ':' of the lambda expected"},
	{"match x:\n  y = 1\n", `2:3: "case" expected`},
	{"a <> b\n", "1:4: an expression expected"},
	{"None = 1\n", "1:1: this cannot be assigned to"},
	{"class = 1\n", "1:7: the class's name expected"},
}

func TestInvalid(t *testing.T) {
	for _, c := range invalid {
		_, err := Parse("x.py", []byte(c.src))
		if err == nil {
			t.Errorf("%q: no error, want %s", c.src, c.want)
		} else if !strings.HasPrefix(err.Error(), "x.py:"+c.want) {
			t.Errorf("%q:\n got %s\nwant x.py:%s", c.src, err, c.want)
		}
	}
}

// TestNesting makes sure that deep input ends in an error and not in the stack's.
func TestNesting(t *testing.T) {
	const n = 100_000
	rep := strings.Repeat
	for name, src := range map[string]string{
		"parentheses": rep("(", n) + rep(")", n),
		"f-strings":   rep("f'{", n),
		"signs":       rep("-", n) + "x",
		"not":         rep("not ", n) + "x",
		"lambda":      rep("lambda: ", n) + "x",
		"powers":      rep("x**", n) + "x",
		"conditions":  rep("x if y else ", n) + "z",
		"blocks":      indented(200),
	} {
		if _, err := Parse("x.py", []byte(src)); err == nil || !strings.Contains(err.Error(), "than") {
			t.Errorf("%s: got %v, want an error about the depth", name, err)
		}
	}
	for name, src := range map[string]string{
		"sum":      rep("x+", n) + "x",
		"elif":     "if x: pass\n" + rep("elif x: pass\n", n),
		"calls":    "x" + rep("()", n),
		"strings":  rep("'a' ", n),
		"brackets": rep("[", 200) + rep("]", 200),
	} {
		if _, err := Parse("x.py", []byte(src)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func indented(levels int) string {
	var b strings.Builder
	for i := range levels {
		b.WriteString(strings.Repeat(" ", i) + "if x:\n")
	}
	return b.String() + strings.Repeat(" ", levels) + "x\n"
}

func TestEncodings(t *testing.T) {
	for _, src := range []string{
		"# -*- coding: latin-1 -*-\nx = 'caf\xe9'\n",
		"#!/usr/bin/python\n# vim: set fileencoding=iso-8859-15 :\nx = '\xa4'\n",
		"# coding: cp1251\n\xef\xf0\xe8 = '\xe2'\n",
		"# coding: shift_jis\nx = '\x83\x5c'\ny = '\xb1'\n",
		"# coding: gbk\nx = '\x81\x5c'\n",
		"# coding: euc-jp\nx = '\xa4\xa2'\n",
		"# coding: utf8\nx = 'é'\n",
		"\xef\xbb\xbf# coding: utf-8\nx = 'é'\n",
	} {
		if _, err := Parse("x.py", []byte(src)); err != nil {
			t.Errorf("%q: %v", src, err)
		}
	}
	for _, c := range []struct{ src, want string }{
		{"x = 1\ny = 'caf\xe9'\n", "x.py:2:9: byte 0xe9 is not UTF-8"},
		{"# coding: utf-8\nx = '\xe9'\n", "x.py:2:6: byte 0xe9 is not UTF-8"},
		{"x = 1\n# coding: latin-1\ny = '\xe9'\n", "x.py:3:6: byte 0xe9 is not UTF-8"},
		{"# coding: nosuch\n", `x.py:1:11: encoding "nosuch"`},
		{"#!/bin/sh\r\n# vim: fileencoding=utf-16 :\r\n", `x.py:2:21: encoding "utf-16"`},
		{"# coding: rot13\n", `x.py:1:11: encoding "rot13"`},
		{"# coding: ascii\nx = '\xe9'\n", "x.py:2:6: byte 0xe9 is not of the declared"},
		{"# coding: euc-jp\nx = 'a\xe9'\n", `x.py:2:7: the file is not in the encoding "euc-jp"`},
		{"# coding: johab\nx = 'a\xff'\n", `x.py:2:7: the file is not in the encoding "johab"`},
		{"# coding: iso-8859-7\nx = '\xff'\n", `x.py:2:6: the file is not in the encoding "iso-8859-7"`},
		{"# coding: latin-1 \xe9\nx = )\n", "x.py:2:5: ')' closes nothing"},
		{"\xef\xbb\xbf# coding: latin-1\n", `x.py:1:11: encoding "latin-1" is declared, and`},
	} {
		if _, err := Parse("x.py", []byte(c.src)); err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%q: got %v, want %s", c.src, err, c.want)
		}
	}
}

func TestDecoded(t *testing.T) {
	for src, want := range map[string]string{
		"# coding: latin-1\n'caf\xe9'\n":                           "café",
		"# coding: latin-1\n'é'\n":                                 "Ã©", // though it is valid UTF-8
		"# -*- coding: Latin_1-unix -*-\n'\xe9'":                   "é",
		"# coding: cp1252\n'\x80'\n":                               "€",
		"# coding: windows-1251\n'\xef\xf0'\n":                     "пр",
		"# coding: koi8-r\n'\xd0'\n":                               "п",
		"# coding: euc_jp\n'\xa4\xa2'\n":                           "あ",
		"# coding: shift_jis\n'\x83\x5c'\n":                        "ソ", // its second byte is a backslash
		"# coding: gbk\n'\x81\x5c'\n":                              "乗",
		"# coding: big5\n'\xa4\xa4'\n":                             "中",
		"# coding: euc-kr\n'\xb0\xa1'\n":                           "가",
		"# coding: tis-620\n'\xa1'\n":                              "ÿ", // of which there is no table
		"# coding: iso-8859-2\n'\x85\xb1'\n":                       "\u0085ą",
		"# coding: iso-8859-15\n'\x80\xa4'\n":                      "\u0080€",
		"# coding: cp932\n'\x83\x5c\xf0\x5c'\n":                    "ソÿ", // a user's character
		"# coding: gb18030\n'\xa2\x70\x81\x30\x81\x30'\n":          "ÿ\u0080",
		"# coding: johab\n'\x88\x5c'\n":                            "ÿ", // its second byte is a backslash
		"# coding: shift_jis_2004\n'\x83\x5c~'\n":                  "ソ‾",
		"# coding: shift_jisx0213\n'\\'\n":                         "¥", // no backslash
		"# coding: euc_jis_2004\n'\xfd\xe5\x8f\xfe\xe7\xa4\xa2'\n": "ÿÿあ",
		"x = 1\n# coding: nosuch\n'é'":                             "é",
	} {
		m, err := Parse("x.py", []byte(src))
		if err != nil {
			t.Errorf("%q: %v", src, err)
			continue
		}
		if got := m.Body[len(m.Body)-1].Value.Text; got != want {
			t.Errorf("%q: got %q, want %q", src, got, want)
		}
	}
}

func TestLine(t *testing.T) {
	m, err := Parse("x.py", []byte("a\n\n'''b\nc'''; d\n"))
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []int{1, 3, 4} {
		if got := m.Line(m.Body[i].Offset); got != want {
			t.Errorf("statement %d: line %d, want %d", i, got, want)
		}
	}
}
