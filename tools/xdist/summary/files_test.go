package summary

import (
	"net/url"
	"os"
	"path/filepath"
	"testing"
)

func TestReadFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a b%.xml")
	if err := os.WriteFile(path, []byte(`<testsuites><testsuite><testcase name="a"/></testsuite></testsuites>`), 0o644); err != nil {
		t.Fatal(err)
	}
	uri := (&url.URL{Scheme: "file", Path: path}).String()
	if file, err := ReadFile(uri); err != nil || len(file.Cases) != 1 {
		t.Errorf("%s: got %+v, %v", uri, file, err)
	}
	for _, uri := range []string{"", "bytestream://host/x", uri + "x"} {
		if _, err := ReadFile(uri); err == nil {
			t.Errorf("%q: no error", uri)
		}
	}
}
