package gazelle_ext

import (
	"strings"
	"testing"
)

func TestParseManifest(t *testing.T) {
	m, err := parseManifest("gazelle_python.yaml", []byte(`# Made by a rule.
---
manifest:
  modules_mapping:
    google.cloud.storage: google-cloud-storage
    yaml: PyYAML
  pip_repository:
    name: pypi
integrity: 123
`))
	if err != nil {
		t.Fatal(err)
	}
	if got := m.distributions["google.cloud.storage"]; got != "google-cloud-storage" || m.repository != "pypi" {
		t.Errorf("%q in %q", got, m.repository)
	}
	older, err := parseManifest("x", []byte("manifest:\n  modules_mapping: {}\n  pip_deps_repository_name: pip\n"))
	if err != nil || older.repository != "pip" {
		t.Errorf("%+v, %v", older, err)
	}
}

func TestParseManifestErrors(t *testing.T) {
	for content, want := range map[string]string{
		"manifest:\n  modules_mapping:\n  - a\n": "m.yaml:3: cannot unmarshal",
		"manifest: [\n":                          "m.yaml:1: ",
		"manifest:\n  a: b\n c: d\n":             "m.yaml:2: ",
	} {
		if _, err := parseManifest("m.yaml", []byte(content)); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: %v; want %s...", content, err, want)
		}
	}
}

func TestDistributionLabel(t *testing.T) {
	m := &manifest{repository: "pypi"}
	for _, test := range []struct {
		in   importSettings
		want string
	}{
		{importSettings{}, "@pypi//zope_interface"},
		{importSettings{pipRepository: "pip"}, "@pip//zope_interface"},
		{importSettings{labelNormalization: "pep503"}, "@pypi//zope-interface"},
		{importSettings{labelNormalization: "none"}, "@pypi//Zope.Interface"},
		{importSettings{labelConvention: "py_$distribution_name$"}, "@pypi//py_zope_interface"},
	} {
		if got := test.in.distributionLabel(m, "Zope.Interface").String(); got != test.want {
			t.Errorf("%+v: %s; want %s", test.in, got, test.want)
		}
	}
}
