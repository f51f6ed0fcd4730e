package syntax

// A token is a piece of source text, src[start:end].
type token struct {
	kind       tokenKind
	start, end int32
}

type tokenKind uint8

const (
	tokEOF   tokenKind = iota
	tokError           // the lexer stopped here
	tokNewline
	tokIndent
	tokDedent
	tokName
	tokNumber
	tokString

	// An f-string or t-string is cut into its parts.
	tokTemplateStart // prefix and opening quotes
	tokTemplateText
	tokTemplateEnd
	tokFieldOpen  // {
	tokFieldSpec  // the colon before the format specification
	tokFieldClose // }
	tokBang       // the ! before a conversion

	tokLeftParen
	tokRightParen
	tokLeftBracket
	tokRightBracket
	tokLeftBrace
	tokRightBrace
	tokColon
	tokComma
	tokSemicolon
	tokDot
	tokEllipsis
	tokAssign
	tokWalrus
	tokArrow
	tokPlusAssign
	tokAugAssign // every other augmented assignment
	tokPlus
	tokMinus
	tokStar
	tokSlash // also // and %
	tokAt
	tokDoubleStar
	tokTilde
	tokBar
	tokCaret
	tokAmper
	tokShift
	tokCompare // < > <= >= !=
	tokEqual   // ==

	kwFalse
	kwNone
	kwTrue
	kwAnd
	kwAs
	kwAssert
	kwAsync
	kwAwait
	kwBreak
	kwClass
	kwContinue
	kwDef
	kwDel
	kwElif
	kwElse
	kwExcept
	kwFinally
	kwFor
	kwFrom
	kwGlobal
	kwIf
	kwImport
	kwIn
	kwIs
	kwLambda
	kwNonlocal
	kwNot
	kwOr
	kwPass
	kwRaise
	kwReturn
	kwTry
	kwWhile
	kwWith
	kwYield
	tokenKinds
)

// keyword returns the kind of a word: that of a keyword, or tokName. The soft
// keywords match, case and type are names.
func keyword(word string) tokenKind {
	if len(word) < len("if") || len(word) > len("continue") {
		return tokName
	}
	if k, ok := keywords[word]; ok {
		return k
	}
	return tokName
}

var keywords = map[string]tokenKind{
	"False": kwFalse, "None": kwNone, "True": kwTrue, "and": kwAnd, "as": kwAs, "assert": kwAssert,
	"async": kwAsync, "await": kwAwait, "break": kwBreak, "class": kwClass, "continue": kwContinue,
	"def": kwDef, "del": kwDel, "elif": kwElif, "else": kwElse, "except": kwExcept, "finally": kwFinally,
	"for": kwFor, "from": kwFrom, "global": kwGlobal, "if": kwIf, "import": kwImport, "in": kwIn, "is": kwIs,
	"lambda": kwLambda, "nonlocal": kwNonlocal, "not": kwNot, "or": kwOr, "pass": kwPass, "raise": kwRaise,
	"return": kwReturn, "try": kwTry, "while": kwWhile, "with": kwWith, "yield": kwYield,
}

type operator struct {
	text string
	kind tokenKind
}

// operators lists all operators by first byte, the longest first.
var operators = [128][]operator{
	'(': {{"(", tokLeftParen}},
	')': {{")", tokRightParen}},
	'[': {{"[", tokLeftBracket}},
	']': {{"]", tokRightBracket}},
	'{': {{"{", tokLeftBrace}},
	'}': {{"}", tokRightBrace}},
	':': {{":=", tokWalrus}, {":", tokColon}},
	',': {{",", tokComma}},
	';': {{";", tokSemicolon}},
	'.': {{"...", tokEllipsis}, {".", tokDot}},
	'=': {{"==", tokEqual}, {"=", tokAssign}},
	'-': {{"->", tokArrow}, {"-=", tokAugAssign}, {"-", tokMinus}},
	'+': {{"+=", tokPlusAssign}, {"+", tokPlus}},
	'*': {{"**=", tokAugAssign}, {"**", tokDoubleStar}, {"*=", tokAugAssign}, {"*", tokStar}},
	'/': {{"//=", tokAugAssign}, {"//", tokSlash}, {"/=", tokAugAssign}, {"/", tokSlash}},
	'%': {{"%=", tokAugAssign}, {"%", tokSlash}},
	'@': {{"@=", tokAugAssign}, {"@", tokAt}},
	'~': {{"~", tokTilde}},
	'|': {{"|=", tokAugAssign}, {"|", tokBar}},
	'^': {{"^=", tokAugAssign}, {"^", tokCaret}},
	'&': {{"&=", tokAugAssign}, {"&", tokAmper}},
	'<': {{"<<=", tokAugAssign}, {"<<", tokShift}, {"<=", tokCompare}, {"<", tokCompare}},
	'>': {{">>=", tokAugAssign}, {">>", tokShift}, {">=", tokCompare}, {">", tokCompare}},
	'!': {{"!=", tokCompare}},
}

// Levels of precedence, the loosest first. Those from precOr to precPower are
// the ones of binary operators; "not" and the signs stand between.
const (
	precOr uint8 = iota + 1
	precAnd
	precNot
	precCompare
	precBitOr
	precBitXor
	precBitAnd
	precShift
	precSum
	precProduct
)

// precedence of each binary operator; zero for every other token.
var precedence = [tokenKinds]uint8{
	kwOr: precOr, kwAnd: precAnd,
	kwIn: precCompare, kwIs: precCompare, tokCompare: precCompare, tokEqual: precCompare,
	tokBar: precBitOr, tokCaret: precBitXor, tokAmper: precBitAnd, tokShift: precShift,
	tokPlus: precSum, tokMinus: precSum,
	tokStar: precProduct, tokSlash: precProduct, tokAt: precProduct,
}

// startsExpr says which tokens an expression can begin with, a starred one
// included.
var startsExpr = [tokenKinds]bool{
	tokName: true, tokNumber: true, tokString: true, tokTemplateStart: true, tokEllipsis: true,
	tokLeftParen: true, tokLeftBracket: true, tokLeftBrace: true,
	tokPlus: true, tokMinus: true, tokTilde: true, tokStar: true,
	kwFalse: true, kwNone: true, kwTrue: true, kwNot: true, kwLambda: true, kwAwait: true,
}
