package durations

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRead(t *testing.T) {
	tests := []struct {
		name, content string
		want          Durations
		wrong         []string
	}{
		{name: "none", content: "{}"},
		{name: "as pytest-split writes", content: "{\n    \"a.py::x[\\u00e9]\": 1.25e-05,\n    \"a.py::y\": 2\n}", want: Durations{"a.py::x[é]": 1.25e-05, "a.py::y": 2}},
		{name: "CRLF", content: "{\r\n\"a.py::x\": 1\r\n}\r\n", want: Durations{"a.py::x": 1}},
		{name: "empty", wrong: []string{"f:1: not JSON: unexpected end of JSON input"}},
		{name: "conflict markers", content: "{\n    \"a\": 1,\n<<<<<<< ours\n", wrong: []string{"f:3: not JSON: invalid character '<'"}},
		{name: "pytest-split's first format", content: "[\n[\"a\", 1]]", wrong: []string{"f:1: must be a JSON object"}},
		{name: "no object", content: "\n1", wrong: []string{"f:2: must be a JSON object"}},
		{
			name:    "wrong values, all of them",
			content: "{\n\"a\": -1,\n\"b\": 1,\n\"c\": \"1\",\n\"d\": null,\n\"e\": {\"f\": [1]},\n\"g\": 1e999}",
			wrong: []string{
				`f:2: "a": -1: must be seconds, a number from 0 to 86400`,
				`f:4: "c": "1": must be`,
				`f:5: "d": null: must be`,
				`f:6: "e": {"f": [1]}: must be`,
				`f:7: "g": 1e999: must be`,
			},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "f")
			if err := os.WriteFile(path, []byte(test.content), 0o644); err != nil {
				t.Fatal(err)
			}
			got, err := Read(path)
			if !maps.Equal(got, test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
			var lines []string
			if err != nil {
				lines = strings.Split(err.Error(), "\n")
			}
			if len(lines) != len(test.wrong) {
				t.Fatalf("errors %q, want %q", lines, test.wrong)
			}
			for i, line := range lines {
				if want := filepath.Dir(path) + "/" + test.wrong[i]; !strings.HasPrefix(line, want) {
					t.Errorf("error %q, want %q", line, want)
				}
			}
		})
	}
}

func TestReadNoFile(t *testing.T) {
	if got, err := Read(filepath.Join(t.TempDir(), File)); len(got) != 0 || err != nil {
		t.Errorf("got %v, %v", got, err)
	}
	if _, err := Read(t.TempDir()); err == nil {
		t.Error("a folder was read")
	}
}

func TestWrite(t *testing.T) {
	path := filepath.Join(t.TempDir(), File)
	d := Durations{"t/b.py::y[<a>\\u00e9]": 0.001, "t/a.py::x": 12, "t/a.py::é": 0}
	const want = `{
    "t/a.py::x": 12,
    "t/a.py::é": 0,
    "t/b.py::y[<a>\\u00e9]": 0.001
}
`
	for range 2 { // the second time over the first
		if err := d.Write(path); err != nil {
			t.Fatal(err)
		}
		content, err := os.ReadFile(path)
		if err != nil || string(content) != want {
			t.Errorf("got %s, %v", content, err)
		}
	}
	if back, err := Read(path); err != nil || !maps.Equal(back, d) {
		t.Errorf("read back: %v, %v", back, err)
	}
	alone(t, filepath.Dir(path))
}

func TestWriteKeepsModeAndLink(t *testing.T) {
	folder := t.TempDir()
	path, link := filepath.Join(folder, "real"), filepath.Join(t.TempDir(), File)
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	if err := (Durations{"a.py::x": 1}).Write(link); err != nil {
		t.Fatal(err)
	}
	info, err := os.Lstat(path)
	if err != nil || info.Mode() != 0o600 || info.Size() == 0 {
		t.Errorf("the file that is linked to: %v, %v", info, err)
	}
	alone(t, filepath.Dir(link))
}

func TestWriteFails(t *testing.T) {
	if err := (Durations{}).Write(filepath.Join(t.TempDir(), "no", File)); err == nil {
		t.Error("wrote to a folder that is not there")
	}
	folder := filepath.Join(t.TempDir(), File)
	if err := os.MkdirAll(filepath.Join(folder, "x"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := (Durations{}).Write(folder); err == nil {
		t.Error("replaced a folder")
	}
	alone(t, filepath.Dir(folder))
}

// alone fails the test unless there is exactly one entry: nothing may be left over.
func alone(t *testing.T, folder string) {
	t.Helper()
	if entries, err := os.ReadDir(folder); err != nil || len(entries) != 1 {
		t.Errorf("%s: %v, %v", folder, entries, err)
	}
}
