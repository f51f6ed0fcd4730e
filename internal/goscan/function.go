package goscan

import (
	"go/ast"
	"strings"
	"unicode"
	"unicode/utf8"
)

// isTest says whether `go test` runs a function among the tests. Of examples it runs
// only those that say what they print; a mark on another one has no effect.
func isTest(function *ast.FuncDecl) bool {
	if function.Recv != nil || function.Type.TypeParams != nil || function.Type.Results != nil {
		return false
	}
	name, parameters := function.Name.Name, function.Type.Params.List
	switch {
	case name == "TestMain":
		return false
	case hasPrefix(name, "Test"):
		return isPointerTo(parameters, "T")
	case hasPrefix(name, "Fuzz"):
		return isPointerTo(parameters, "F")
	}
	return hasPrefix(name, "Example") && len(parameters) == 0
}

// hasPrefix says whether name is the prefix, or goes on with anything but a lower-case
// letter: Testimony is no test.
func hasPrefix(name, prefix string) bool {
	rest, ok := strings.CutPrefix(name, prefix)
	first, _ := utf8.DecodeRuneInString(rest)
	return ok && !unicode.IsLower(first)
}

// isPointerTo says whether the only parameter is a *testing.name, under whatever name
// the package testing is imported.
func isPointerTo(parameters []*ast.Field, name string) bool {
	if len(parameters) != 1 || len(parameters[0].Names) > 1 {
		return false
	}
	pointer, ok := parameters[0].Type.(*ast.StarExpr)
	if !ok {
		return false
	}
	switch of := pointer.X.(type) {
	case *ast.SelectorExpr:
		return of.Sel.Name == name
	case *ast.Ident:
		return of.Name == name
	}
	return false
}
