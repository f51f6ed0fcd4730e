package gazelle_ext

import (
	_ "embed"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/bazelbuild/buildtools/build"
)

// stdlibTable is made by tools/stdlib_table.
//
//go:embed stdlib.txt
var stdlibTable string

// alwaysThere are modules that any test can import beside the standard library's: the
// program itself, CPython's own tests, and what //rules:pytest and the test runner bring.
var alwaysThere = []string{"__main__", "test", "pytest", "_pytest", "py", "rules_xdist"}

// stdlib returns the top-level modules that are there with the Python of a minor version,
// that is of 3.minor. A version beyond the table is taken for the nearest in it.
func stdlib(minor int) map[string]bool {
	modules := set(alwaysThere...)
	lines := tableLines()
	oldest, newest := tableRange(lines)
	minor = min(max(minor, oldest), newest)
	for _, line := range lines {
		if line.first <= minor && minor <= line.last {
			modules[line.module] = true
		}
	}
	return modules
}

type tableLine struct {
	module      string
	first, last int // minor versions
}

func tableLines() []tableLine {
	var lines []tableLine
	for line := range strings.Lines(stdlibTable) {
		fields := strings.Fields(line)
		if len(fields) != 3 || strings.HasPrefix(line, "#") {
			continue
		}
		first, _ := minorVersion(fields[1])
		last, _ := minorVersion(fields[2])
		lines = append(lines, tableLine{fields[0], first, last})
	}
	return lines
}

func tableRange(lines []tableLine) (oldest, newest int) {
	oldest = lines[0].first
	for _, line := range lines {
		oldest, newest = min(oldest, line.first), max(newest, line.last)
	}
	return oldest, newest
}

// minorVersion returns 11 for "3.11" and "3.11.4".
func minorVersion(version string) (int, bool) {
	parts := strings.Split(strings.TrimSpace(version), ".")
	if len(parts) < 2 || parts[0] != "3" {
		return 0, false
	}
	minor, err := strconv.Atoi(parts[1])
	return minor, err == nil
}

// newestPython stands for the newest version in the table.
const newestPython = 1 << 20

// targetPython returns the minor version of the Python that runs the tests: of the
// default toolchain in MODULE.bazel, else of .python-version, else the newest.
func targetPython(root string) int {
	for _, source := range []struct {
		file    string
		version func(content []byte) string
	}{
		{"MODULE.bazel", toolchainVersion},
		{".python-version", func(content []byte) string {
			line, _, _ := strings.Cut(string(content), "\n")
			return strings.TrimPrefix(line, "cpython-")
		}},
	} {
		content, err := os.ReadFile(filepath.Join(root, source.file))
		if err != nil {
			continue
		}
		if minor, ok := minorVersion(source.version(content)); ok {
			return minor
		}
	}
	return newestPython
}

// toolchainVersion returns the version of the default Python toolchain in a MODULE.bazel,
// or "". As in rules_python, python.defaults says it, or is_default; an only one is it.
func toolchainVersion(content []byte) string {
	file, err := build.ParseModule("MODULE.bazel", content)
	if err != nil {
		return "" // Bazel's to tell
	}
	var versions []string
	extension := pythonExtension(file)
	for _, statement := range file.Stmt {
		tag, ok := statement.(*build.CallExpr)
		if !ok {
			continue
		}
		dot, ok := tag.X.(*build.DotExpr)
		if !ok || !isIdent(dot.X, extension) {
			continue
		}
		version := stringOf(argument(tag, "python_version"))
		if dot.Name == "defaults" && version != "" || isIdent(argument(tag, "is_default"), "True") {
			return version
		}
		if dot.Name == "toolchain" {
			versions = append(versions, version)
		}
	}
	if len(versions) == 1 {
		return versions[0]
	}
	return ""
}

// pythonExtension returns the variable that rules_python's module extension is assigned to.
func pythonExtension(file *build.File) string {
	for _, statement := range file.Stmt {
		assign, ok := statement.(*build.AssignExpr)
		if !ok {
			continue
		}
		call, ok := assign.RHS.(*build.CallExpr)
		if !ok || !isIdent(call.X, "use_extension") || len(call.List) < 2 {
			continue
		}
		variable, ok := assign.LHS.(*build.Ident)
		if ok && strings.HasSuffix(stringOf(call.List[0]), "//python/extensions:python.bzl") && stringOf(call.List[1]) == "python" {
			return variable.Name
		}
	}
	return ""
}

// argument returns a keyword argument of a call, or nil.
func argument(call *build.CallExpr, name string) build.Expr {
	for _, arg := range call.List {
		if assign, ok := arg.(*build.AssignExpr); ok && isIdent(assign.LHS, name) {
			return assign.RHS
		}
	}
	return nil
}

func isIdent(e build.Expr, name string) bool {
	ident, ok := e.(*build.Ident)
	return ok && ident.Name == name
}

func stringOf(e build.Expr) string {
	if s, ok := e.(*build.StringExpr); ok {
		return s.Value
	}
	return ""
}
