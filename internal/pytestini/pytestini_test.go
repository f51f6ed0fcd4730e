package pytestini

import (
	"slices"
	"testing"
)

// find reads a folder with the given files.
func find(t *testing.T, files map[string]string) Config {
	t.Helper()
	c, err := Find(reader(files))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func reader(files map[string]string) func(string) ([]byte, bool) {
	return func(name string) ([]byte, bool) {
		content, ok := files[name]
		return []byte(content), ok
	}
}

func TestFiles(t *testing.T) {
	const section, tool = "[pytest]\npython_classes = A B\n", "[tool:pytest]\npython_classes = A B\n"
	for _, c := range []struct {
		name  string
		files map[string]string
		want  string // the file
	}{
		{"none", nil, ""},
		{"pytest.ini", map[string]string{"pytest.ini": section, "tox.ini": "[pytest]\n"}, "pytest.ini"},
		{"hidden", map[string]string{".pytest.ini": section, "setup.cfg": tool}, ".pytest.ini"},
		{"tox.ini", map[string]string{"tox.ini": "[tox]\nenvlist = py3\n" + section}, "tox.ini"},
		{"tox.ini without the section", map[string]string{"tox.ini": "[tox]\n", "setup.cfg": "[metadata]\nname: x\n" + tool}, "setup.cfg"},
		{"pyproject, older table", map[string]string{"pyproject.toml": "[tool.pytest.ini_options]\npython_classes = \"A B\"\n"}, "pyproject.toml"},
		{"pyproject, list", map[string]string{"pyproject.toml": "[tool.pytest.ini_options]\npython_classes = [\"A\", 'B']\n"}, "pyproject.toml"},
		{"pyproject, pytest 9", map[string]string{"pyproject.toml": "[tool.pytest]\npython_classes = [\"A\", \"B\"]\n"}, "pyproject.toml"},
		{"pyproject of others", map[string]string{"pyproject.toml": "[tool.black]\n", "tox.ini": section}, "tox.ini"},
		{"pytest.toml", map[string]string{"pytest.toml": "[pytest]\npython_classes = [\"A\", \"B\"]\n", "pytest.ini": "[pytest]\n"}, "pytest.toml"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := find(t, c.files)
			if got.File != c.want {
				t.Errorf("file %q, want %q", got.File, c.want)
			}
			args, ok := got.Args("python_classes")
			if c.want != "" && (!ok || !slices.Equal(args, []string{"A", "B"})) {
				t.Errorf("python_classes %q, %v; want A, B", args, ok)
			}
		})
	}
}

// pytest's own file counts though it is empty: what follows is not read.
func TestEmptyFile(t *testing.T) {
	got := find(t, map[string]string{"pytest.ini": "", "tox.ini": "[pytest]\npython_files = a.py\n"})
	if _, ok := got.Args("python_files"); ok || got.File != "pytest.ini" {
		t.Errorf("got %+v, want pytest.ini without options", got)
	}
}

func TestForms(t *testing.T) {
	got := find(t, map[string]string{"pytest.ini": "; comment\n[pytest]\n# comment\naddopts = -ra\n    --strict # no comment\n\tpython_files = no\n" +
		"python_files =\n    check_*.py   'a b.py'\n    # comment\n    *_check.py\npython_functions: test_ \"check\"\nlog_format = %(message)s\ntestpaths =\n"})
	for option, want := range map[string][]string{
		"python_files":     {"check_*.py", "a b.py", "*_check.py"},
		"python_functions": {"test_", "check"},
		"testpaths":        nil,
	} {
		if args, ok := got.Args(option); !ok || !slices.Equal(args, want) {
			t.Errorf("%s: %q, %v; want %q", option, args, ok, want)
		}
	}
	if _, ok := got.Args("python_classes"); ok {
		t.Error("python_classes is set")
	}
	if place := got.Place("python_functions"); place != "pytest.ini:11" {
		t.Errorf("python_functions at %s, want pytest.ini:11", place)
	}
}

func TestErrors(t *testing.T) {
	for name, c := range map[string]struct{ file, content, want string }{
		"TOML": {"pyproject.toml", "[tool.pytest]\npython_files = [\n", "pyproject.toml:"},
		"INI":  {"pytest.ini", "[pytest\n", "pytest.ini:1: "},
	} {
		_, err := Find(reader(map[string]string{c.file: c.content}))
		if err == nil || len(err.Error()) < len(c.want) || err.Error()[:len(c.want)] != c.want {
			t.Errorf("%s: %v, want an error that begins with %s", name, err, c.want)
		}
	}
}

// Flags in addopts are found in all the forms that pytest's command line takes.
func TestFlags(t *testing.T) {
	const options = "-q -p one --ignore=a -ptwo --ignore 'b c' --ignore-glob=*_x.py -p=three --ignored -p"
	for name, file := range map[string]map[string]string{
		"ini":        {"pytest.ini": "[pytest]\naddopts = " + options + "\n"},
		"toml":       {"pytest.toml": "[pytest]\naddopts = \"" + options + "\"\n"},
		"toml, list": {"pytest.toml": "[pytest]\naddopts = ['-q', '-p', 'one', '--ignore=a', '-ptwo', '--ignore', 'b c', '--ignore-glob=*_x.py', '-p=three', '--ignored', '-p']\n"},
	} {
		c := find(t, file)
		for flag, want := range map[string][]string{
			"-p":            {"one", "two", "three"},
			"--ignore":      {"a", "b c"},
			"--ignore-glob": {"*_x.py"},
			"--ds":          nil,
		} {
			if got := c.Flags(flag); !slices.Equal(got, want) {
				t.Errorf("%s: %s: %q, want %q", name, flag, got, want)
			}
		}
	}
}
