package gazelle_ext

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const (
	referenceFile  = "../docs/reference.md"
	tableBegins    = "<!-- directives: made from gazelle_ext/directives.go -->\n"
	tableEnds      = "<!-- end of directives -->"
	updateVariable = "UPDATE_DOCS"
)

// directiveTable renders the list of directives as Markdown.
func directiveTable() string {
	var b strings.Builder
	b.WriteString("| directive | values | |\n|---|---|---|\n")
	for _, d := range directives {
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", d.key, strings.ReplaceAll(d.values, "|", `\|`), d.doc)
	}
	return b.String()
}

// The reference's table of directives is the code's. UPDATE_DOCS=true writes it.
func TestReferenceIsUpToDate(t *testing.T) {
	content, err := os.ReadFile(filepath.FromSlash(referenceFile))
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(content), tableBegins)
	_, after, okAfter := strings.Cut(rest, tableEnds)
	if !ok || !okAfter {
		t.Fatalf("%s: the lines around the table of directives are missing", referenceFile)
	}
	want := before + tableBegins + directiveTable() + tableEnds + after
	if want == string(content) {
		return
	}
	if os.Getenv(updateVariable) == "" {
		t.Fatalf("%s: out of date; run: %s=true go test ./gazelle_ext -run TestReference", referenceFile, updateVariable)
	}
	if err := os.WriteFile(filepath.FromSlash(referenceFile), []byte(want), 0o644); err != nil {
		t.Fatal(err)
	}
}
