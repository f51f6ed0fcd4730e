package syntax

// An Import is one module named by an import statement.
//
//	import a.b as c         Module "a.b", Alias "c"
//	from ..x import y as z  Module "x", Level 2, Names [{y z}]
type Import struct {
	Module string
	Level  int
	// Alias is the name after "as" of a plain import.
	Alias string
	// From tells "from x import ..." from "import x".
	From  bool
	Names []ImportedName
	// Guarded says that the program can do without: the import stands under
	// TYPE_CHECKING, in a try that handles a failing import, or is a call of
	// pytest.importorskip.
	Guarded bool
	// Typing says that it stands under TYPE_CHECKING.
	Typing bool
	// Absent are the versions of Python that do not come to the statement, because of a
	// condition on sys.version_info.
	Absent Versions
	Offset int
}

// An Annotation is a comment "# gazelle:KEY VALUE".
type Annotation struct {
	Key, Value string
	Offset     int
}

// An ImportedName is one name of a from-import; Alias is empty without "as".
type ImportedName struct{ Name, Alias string }

// StmtKind says which fields of a Stmt are in use.
type StmtKind uint8

const (
	StmtImport  StmtKind = iota // Imports
	StmtAssign                  // Targets and Value, which is nil where it cannot be known, as for a loop's variable
	StmtAugment                 // Targets[0] += Value; Value is nil for other operators
	StmtExpr                    // Value
	StmtDelete                  // Targets
	StmtDef                     // Def
	StmtClass                   // Def
	StmtBranch                  // Branches
	StmtFor                     // for Targets[0] in Value: Branches, which has one branch, its body
	StmtReturn                  // Value, nil without one
	StmtRaise                   // nothing
)

// A Stmt is one statement that may bear on the names of a module or class.
type Stmt struct {
	Kind     StmtKind
	Offset   int
	Imports  []Import
	Targets  []*Expr
	Value    *Expr
	Def      *Def
	Branches *Branches
}

// Branches are the ways through a compound statement, of which one is taken:
// those of an if, the body and each handler of a try, the cases of a match, the
// body of a loop or with.
type Branches struct {
	List []Branch
	// Complete says that one branch is taken in any case.
	Complete bool
	// Finally is run after whichever branch.
	Finally []Stmt
	// Jumps says that a loop may end before its last turn, or that it has an else.
	Jumps bool
}

// A Branch is one way through a compound statement.
type Branch struct {
	Cond *Expr // of an if or elif, else nil
	Body []Stmt
}

// A Def is the definition of a function or class.
type Def struct {
	Name       string
	Offset     int // of its name
	Start, End int // of the whole, but for decorators
	Decorators []*Expr
	Params     []Param // of a function
	Args       []*Expr // of a class: bases, ExprKeyword and starred ones
	Body       []Stmt  // of a class; of a function, for which see Module.Function
}

// A Param is a parameter of a function.
type Param struct {
	Name string
	// Stars is the number of stars before it.
	Stars int
	// Default is kept where Body is.
	Default *Expr
}

// ExprKind says which fields of an Expr are in use.
type ExprKind uint8

const (
	ExprOther             ExprKind = iota // nothing: not of the kinds below
	ExprName                              // Text
	ExprAttribute                         // X.Text
	ExprCall                              // X(List...)
	ExprSubscript                         // X[Y]
	ExprString                            // Text is the value of a literal without replacement fields
	ExprFormat                            // List: the texts and replacement fields of an f-string; a field that is formatted is an ExprOther
	ExprConstant                          // Text: True, False, None, ..., or a number as written
	ExprTuple                             // List
	ExprList                              // List; also a set
	ExprDict                              // List: keys and values in turn; the key of **X is an ExprDoubleStarred, and so is its value
	ExprStarred                           // *X
	ExprDoubleStarred                     // **X, in a call
	ExprKeyword                           // Text=X, in a call
	ExprAdd                               // X + Y
	ExprModulo                            // X % Y
	ExprEqual                             // X == Y
	ExprNotEqual                          // X != Y
	ExprIn                                // X in Y
	ExprNotIn                             // X not in Y
	ExprAnd                               // X and Y
	ExprOr                                // X or Y
	ExprNot                               // not X
	ExprConditional                       // X if Z else Y
	ExprNamed                             // Text := X
	ExprLambda                            // lambda List: X; the names of the parameters
	ExprComprehension                     // X List...: list, set or generator, with its clauses
	ExprDictComprehension                 // X: Y List...
	ExprClause                            // for X in Y if List[0] if List[1] ...
	exprKinds
)

// An Expr is an expression, or an argument of a call.
type Expr struct {
	Kind       ExprKind
	fixed      bool // of what else could be one, that it is no target
	Start, End int  // offsets
	Text       string
	X, Y, Z    *Expr
	List       []*Expr
}

// isTarget says whether the expression can stand left of an assignment.
func (e *Expr) isTarget() bool {
	switch e.Kind {
	case ExprName, ExprAttribute, ExprSubscript, ExprTuple, ExprList, ExprStarred:
		return !e.fixed
	}
	return false
}
