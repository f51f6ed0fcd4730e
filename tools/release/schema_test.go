package release

import (
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

func conforms(t *testing.T, name, schema string, value any) {
	t.Helper()
	compiled, err := jsonschema.NewCompiler().Compile("testdata/" + schema)
	if err != nil {
		t.Fatal(err)
	}
	if err := compiled.Validate(value); err != nil {
		t.Errorf("%s: %v", name, err)
	}
}

func TestTemplatesConformToTheirSchemas(t *testing.T) {
	conforms(t, "metadata", "metadata.schema.json", decodeJSON(t, ".bcr/metadata.template.json"))
	conforms(t, "source", "source.schema.json", decodeJSON(t, ".bcr/source.template.json"))
	var presubmit map[string]any
	decodeYAML(t, ".bcr/presubmit.yml", &presubmit)
	conforms(t, "presubmit", "presubmit.schema.json", presubmit)
}

// A schema that takes everything would pass the test above.
func TestSchemasRefuse(t *testing.T) {
	for _, c := range []struct {
		name, schema, template string
		spoil                  func(value map[string]any)
	}{
		{"no homepage", "metadata.schema.json", ".bcr/metadata.template.json", func(v map[string]any) { delete(v, "homepage") }},
		{"no maintainer", "metadata.schema.json", ".bcr/metadata.template.json", func(v map[string]any) { v["maintainers"] = []any{} }},
		{"a user without a number", "metadata.schema.json", ".bcr/metadata.template.json", func(v map[string]any) {
			v["maintainers"] = []any{map[string]any{"name": "A", "github": "a"}}
		}},
		{"an unknown field", "metadata.schema.json", ".bcr/metadata.template.json", func(v map[string]any) { v["license"] = "Apache-2.0" }},
		{"no url", "source.schema.json", ".bcr/source.template.json", func(v map[string]any) { delete(v, "url") }},
		{"an archive that GitHub makes", "source.schema.json", ".bcr/source.template.json", func(v map[string]any) {
			v["url"] = "https://github.com/{OWNER}/{REPO}/archive/{TAG}.tar.gz"
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			value := decodeJSON(t, c.template)
			c.spoil(value)
			compiled := jsonschema.NewCompiler()
			schema, err := compiled.Compile("testdata/" + c.schema)
			if err != nil {
				t.Fatal(err)
			}
			if schema.Validate(value) == nil {
				t.Error("is taken")
			}
		})
	}
}
