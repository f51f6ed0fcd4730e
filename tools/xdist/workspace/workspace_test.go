package workspace

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// tree makes a folder with the files, each with its own path for content.
func tree(t *testing.T, files ...string) string {
	t.Helper()
	root := t.TempDir()
	for _, file := range files {
		path := filepath.Join(root, file)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(file+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func system(dir string, variables map[string]string, programs ...string) System {
	return System{
		Dir:    dir,
		Lookup: func(name string) (string, bool) { value, ok := variables[name]; return value, ok },
		LookPath: func(program string) (string, error) {
			if slices.Contains(programs, program) {
				return "/usr/bin/" + program, nil
			}
			return "", errors.New("not found")
		},
	}
}

func TestFind(t *testing.T) {
	root := tree(t, "MODULE.bazel", "a/b/f", "a/inner/WORKSPACE", "a/inner/c/f")
	outside := t.TempDir()
	tests := []struct {
		name      string
		dir       string
		variables map[string]string
		want      Workspace
	}{
		{name: "in the root", dir: root, want: Workspace{root, root}},
		{name: "below it", dir: root + "/a/b", want: Workspace{root, root + "/a/b"}},
		{name: "the innermost counts", dir: root + "/a/inner/c", want: Workspace{root + "/a/inner", root + "/a/inner/c"}},
		{name: "by bazel run", dir: outside, variables: map[string]string{rootVariable: root, dirVariable: root + "/a"}, want: Workspace{root, root + "/a"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := Find(system(test.dir, test.variables))
			if err != nil || got != test.want {
				t.Errorf("got %v, %v, want %v", got, err, test.want)
			}
		})
	}
	if _, err := Find(system(outside, nil)); err == nil || !strings.HasPrefix(err.Error(), outside+": not in a Bazel workspace") {
		t.Errorf("outside: %v", err)
	}
}

func TestBazel(t *testing.T) {
	plain := tree(t, "MODULE.bazel")
	wrapped := tree(t, "MODULE.bazel", "tools/bazel")
	if err := os.Chmod(filepath.Join(wrapped, wrapper), 0o755); err != nil {
		t.Fatal(err)
	}
	unusable := tree(t, "MODULE.bazel", "tools/bazel")
	tests := []struct {
		name, root string
		variables  map[string]string
		programs   []string
		want       string
	}{
		{"the one that is named", wrapped, map[string]string{bazelVariable: "/opt/bazel"}, []string{"bazel"}, "/opt/bazel"},
		{"the workspace's own", wrapped, nil, []string{"bazel"}, wrapped + "/tools/bazel"},
		{"not one that cannot be run", unusable, nil, []string{"bazel", "bazelisk"}, "/usr/bin/bazel"},
		{"Bazelisk last", plain, nil, []string{"bazelisk"}, "/usr/bin/bazelisk"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := Workspace{Root: test.root}.Bazel(system("", test.variables, test.programs...))
			if err != nil || got != test.want {
				t.Errorf("got %q, %v, want %q", got, err, test.want)
			}
		})
	}
	if _, err := (Workspace{Root: plain}).Bazel(system("", nil)); err == nil || !strings.HasPrefix(err.Error(), plain+": no Bazel") {
		t.Errorf("without any: %v", err)
	}
}

func TestPlace(t *testing.T) {
	root := tree(t, "MODULE.bazel", "tests/BUILD.bazel", "tests/unit/BUILD", "tests/unit/test_a.py", "tests/e2e/test_b.py", "loose/test_c.py", "a/::x/f")
	tests := []struct{ name, dir, path, pattern, label, above, wrong string }{
		{name: "the root", path: ".", pattern: "//..."},
		{name: "the current folder", dir: "tests/unit", path: ".", pattern: "//tests/unit/...", above: "//tests:all"},
		{name: "a folder", path: "tests/unit/", pattern: "//tests/unit/...", above: "//tests:all"},
		{name: "a folder above", dir: "tests/unit", path: "..", pattern: "//tests/..."},
		{name: "an absolute path", path: root + "/tests", pattern: "//tests/..."},
		{name: "a file", path: "tests/unit/test_a.py", label: "//tests/unit:test_a.py"},
		{name: "a file of a package above", path: "tests/e2e/test_b.py", label: "//tests:e2e/test_b.py"},
		{name: "a file in the current folder", dir: "tests/unit", path: "test_a.py", label: "//tests/unit:test_a.py"},
		{name: "a file in no package", path: "loose/test_c.py", wrong: "loose/test_c.py: in no package"},
		{name: "nothing", path: "tests/nope", wrong: "tests/nope: no such file or folder"},
		{name: "outside", path: "../x", wrong: "../x: outside the workspace"},
		{name: "a node id", path: "tests/unit/test_a.py::TestX::test_m", wrong: "tests/unit/test_a.py::TestX::test_m: node ids are not offered yet"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			place, err := Workspace{Root: root, Dir: filepath.Join(root, test.dir)}.Place(test.path)
			if test.wrong != "" {
				if err == nil || !strings.HasPrefix(err.Error(), test.wrong) {
					t.Errorf("got error %v, want %s", err, test.wrong)
				}
				return
			}
			if err != nil || place != (Place{Path: test.path, Pattern: test.pattern, Label: test.label, Above: test.above}) {
				t.Errorf("got %+v, %v", place, err)
			}
		})
	}
}

func TestUsers(t *testing.T) {
	for _, test := range []struct {
		place Place
		want  string
	}{
		{Place{Label: "//tests/unit:test_a+b.py"}, `kind("_test rule$", attr("srcs", "[\[ ]@*//tests/unit:test_a\+b\.py[,\]]", //...))`},
		{Place{Pattern: "//tests/c++/...", Above: "//tests:all + //:all"}, `kind("_test rule$", attr("srcs", "[\[ ]@*//tests/c\+\+[:/]", //tests:all + //:all))`},
		{Place{Pattern: Everything}, ""},
	} {
		if got := test.place.Users(); got != test.want {
			t.Errorf("got  %s\nwant %s", got, test.want)
		}
	}
}

func TestInvisible(t *testing.T) {
	root := tree(t, "MODULE.bazel", "bazel-tests/test_a.py")
	for _, link := range []string{"bazel-out", "data"} {
		if err := os.Symlink(t.TempDir(), filepath.Join(root, link)); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{"bazel-out"}
	if got, err := (Workspace{Root: root}).Invisible(); err != nil || !slices.Equal(got, want) {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
	if err := os.WriteFile(filepath.Join(root, ".bazelignore"), []byte("# comment\n\nexamples/platform\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	want = append(want, "examples/platform")
	if got, err := (Workspace{Root: root}).Invisible(); err != nil || !slices.Equal(got, want) {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
}

func TestUnseen(t *testing.T) {
	root := tree(t, "MODULE.bazel", ".git/f", "ignored/BUILD", "a/b/f.py", "a/c/f.py", "a/deep/er/gen/f.py", "a/deep/keep/f.py", "b/keep/f.py", "c/odd.py", "c/even.py")
	for file, content := range map[string]string{
		".bazelignore":     "ignored\n",
		"ignored/BUILD":    "# gazelle:exclude nothing\n",
		"BUILD.bazel":      "# gazelle:exclude a/c\n#gazelle:exclude **/gen\n",
		"BUILD":            "# gazelle:exclude b\n", // not read beside BUILD.bazel
		"c/BUILD":          "load(\"x\", \"y\")\n\n# gazelle:exclude odd.py \n    # gazelle:exclude even.py\n",
		"a/b/BUILD.bazel":  "# gazelle:excluded f.py\n",
		"a/c/BUILD.bazel":  "# gazelle:exclude ../b\n", // not read in what is excluded
		"a/deep/BUILD":     "# gazelle:exclude keep/**\n",
		"a/deep/er/BUILD2": "",
	} {
		if err := os.WriteFile(filepath.Join(root, file), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{"ignored", "a/c", "a/deep/er/gen", "a/deep/keep", "c/odd.py"}
	if got, err := (Workspace{Root: root}).Unseen(); err != nil || !slices.Equal(got, want) {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
	if _, err := (Workspace{Root: root + "/missing"}).Unseen(); err == nil {
		t.Error("no error where there is no workspace")
	}
}

func TestEnviron(t *testing.T) {
	got := Environ([]string{"PATH=/bin", rootVariable + "=/w", "RUNFILES_DIR=/r", bazelVariable + "=/b", "EMPTY="})
	if want := []string{"PATH=/bin", bazelVariable + "=/b", "EMPTY="}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
