package command

import (
	"fmt"
	"html"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/rules-xdist/rules_xdist/tools/xdist/process"
)

const selected = `{"files": ["tests/test_a.py"], "errors": [], "selections": [
	{"target": "//tests:test_a", "dist": "loadgroup", "files": ["tests/test_a.py"], "runs": ["rest", "group:db"], "elsewhere": {"serial": ["tests/test_a.py"]}, "config": ""},
	{"target": "//tests:test_a_serial", "dist": "loadgroup", "files": ["tests/test_a.py"], "runs": ["serial"], "elsewhere": {}, "config": ""}]}`

const (
	testX = `{"nodeid": "tests/test_a.py::test_x", "file": "tests/test_a.py", "serial": false, "group": null}`
	testG = `{"nodeid": "tests/test_a.py::test_g", "file": "tests/test_a.py", "serial": false, "group": "db"}`
	testS = `{"nodeid": "tests/test_a.py::test_s", "file": "tests/test_a.py", "serial": true, "group": null}`
)

const collected = testX + ", " + testG + ", " + testS

// faithful is what targets write that collect what they should.
var faithful = map[string]string{"//tests:test_a": testX + ", " + testG, "//tests:test_a_serial": testS}

// verifiable is a workspace with the census and pytest's collection.
func verifiable(t *testing.T, census, collection string) *fake {
	f := newFake(t)
	f.write(f.root+"/xdist_census.json", census)
	f.plays["query"] = prints("//:xdist_census\n")
	f.plays["cquery"] = prints("xdist_census.sh\nxdist_census.json\n")
	f.plays["info"] = prints(f.root + "\n")
	f.plays["-m"] = collects(f, collection, 0)
	f.plays["test"] = f.collectIn(faithful, 0)
	return f
}

// collectIn plays `bazel test` of targets that write the items which they collect, each
// with its own Python.
func (f *fake) collectIn(items map[string]string, code int) play {
	var stream strings.Builder
	for _, target := range slices.Sorted(maps.Keys(items)) {
		collection := fmt.Sprintf(`{"target": %q, "python": {"path": "/bin/sh"}, "path": [{"repository": "", "path": "src"}, {"repository": "pypi~x", "path": "lib"}], "items": [%s]}`, target, items[target])
		xml := fmt.Sprintf("%s/%d.xml", f.root, stream.Len())
		f.write(xml, `<testsuites><testsuite><properties><property name="collection" value="`+html.EscapeString(collection)+`"/></properties></testsuite></testsuites>`)
		fmt.Fprintf(&stream, `{"id": {"testResult": {"label": %q, "run": 1, "shard": 1, "attempt": 1}}, "testResult": {"status": "PASSED", "testActionOutput": [{"name": "test.xml", "uri": "file://%s"}]}}`, target, xml)
	}
	return f.streams(stream.String(), code)
}

// collects plays pytest: it writes the collection, if there is one, and exits.
func collects(f *fake, collection string, code int) play {
	return func(c process.Command) int {
		prints("3 tests collected\n")(c)
		if collection != "" {
			f.write(variable(c, outputVariable), `{"items": [`+collection+`]}`)
		}
		return code
	}
}

// variable returns the value of a variable in a command's environment.
func variable(c process.Command, name string) string {
	for _, entry := range c.Env {
		if value, ok := strings.CutPrefix(entry, name+"="); ok {
			return value
		}
	}
	return ""
}

func TestVerify(t *testing.T) {
	f := verifiable(t, selected, collected)
	f.mkdir("src", "external/pypi~x/lib")
	if code := f.run("verify"); code != 0 {
		t.Errorf("exit code %d", code)
	}
	expect(t, "stderr", f.stderr.String(), "")
	expect(t, "stdout", f.stdout.String(), "verify: 3 tests, each in exactly one target\n")
	want := []string{
		`bazel query kind("^xdist_census_test rule$", //...) except attr("tags", "[\[ ]manual[,\]]", //...)`,
		"bazel build //:xdist_census",
		"bazel cquery --output=files //:xdist_census",
		"bazel info execution_root",
		"bazel test --build_event_json_file=collect.json --nobuild_event_json_file_path_conversion --keep_going --build_tests_only --test_summary=none " +
			"--test_output=summary --test_sharding_strategy=disabled --runs_per_test=1 --test_tag_filters= " +
			"--test_arg=--collect-only --test_arg=-qq --test_arg=-prules_xdist.collect --target_pattern_file=targets",
		"bazel info output_base",
		"/bin/sh -m pytest --collect-only -q -p rules_xdist.collect --rootdir=/workspace",
	}
	if got := f.lines(); !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	pytest := f.calls[len(f.calls)-1]
	if pytest.Dir != f.root || !slices.Contains(pytest.Env, "PYTHONPATH=/runfiles/pytest_plugin:"+f.root+":"+f.root+"/src:"+f.root+"/external/pypi~x/lib:/libs") {
		t.Errorf("wrong surroundings of pytest: %v", pytest)
	}
}

func TestVerifyFlags(t *testing.T) {
	f := verifiable(t, selected, collected)
	if code := f.run("verify", "--", "--config=remote"); code != 0 {
		t.Errorf("exit code %d: %s", code, f.stderr.String())
	}
	for _, line := range f.lines() {
		builds := strings.HasPrefix(line, "bazel build") || strings.HasPrefix(line, "bazel cquery") || strings.HasPrefix(line, "bazel test")
		if builds != strings.Contains(line, " --config=remote ") {
			t.Errorf("%s: wrong flags", line)
		}
	}
}

// TestVerifyTestRoots collects each test root by itself, with its own marks.
func TestVerifyTestRoots(t *testing.T) {
	const (
		outer = `{"root": "", "selections": [
			{"target": "//:test_a", "dist": "loadgroup", "files": ["test_a.py"], "runs": ["rest"], "markers": {"split": ["unit"]}}]}`
		inner = `{"root": "web/api", "selections": [
			{"target": "//web/api:test_b", "config": "web/api/pytest.ini", "dist": "loadgroup", "files": ["web/api/test_b.py"], "runs": ["rest+slow"], "markers": {"serial": ["alone"]}}]}`
		innermost = `{"root": "web/api/v2", "selections": []}`
		testY     = `{"nodeid": "web/api/test_b.py::test_y", "file": "web/api/test_b.py", "markers": ["slow"]}`
	)
	f := verifiable(t, outer, "")
	f.plays["query"] = prints("//web/api:xdist_census\n//:xdist_census\n//web/api/v2:xdist_census\n")
	f.plays["cquery"] = prints("b.json\nb.sh\nxdist_census.json\nxdist_census.sh\nc.json\n")
	f.write(f.root+"/b.json", inner)
	f.write(f.root+"/c.json", innermost)
	f.plays["test"] = f.collectIn(map[string]string{"//web/api:test_b": testY}, 0)
	markers, ignored := map[string]string{}, map[string]string{}
	f.plays["-m"] = func(c process.Command) int {
		folder := strings.TrimPrefix(c.Dir, f.root)
		read, err := os.ReadFile(variable(c, markersVariable))
		if err != nil {
			t.Error(err)
		}
		markers[folder] = string(read)
		if read, err = os.ReadFile(variable(c, ignoredVariable)); err != nil {
			t.Error(err)
		}
		ignored[folder] = string(read)
		switch folder {
		case "":
			return collects(f, `{"nodeid": "test_a.py::test_x", "file": "test_a.py", "markers": ["unit"]}`, 0)(c)
		case "/web/api":
			return collects(f, testY, 0)(c)
		default:
			return collects(f, " ", nothingCollected)(c)
		}
	}
	if code := f.run("verify"); code != codeFindings {
		t.Errorf("exit code %d: %s", code, f.stderr.String())
	}
	expect(t, "stdout", f.stdout.String(), "test_a.py::test_x: lost: its file is in //:test_a, but no target runs the file's rest+unit; "+
		"run Gazelle, or if a hook adds the mark, write it in the source\nverify: 2 tests, 1 findings\n")
	want := map[string]string{
		"":            `{"test_a.py":{"split":["unit"]}}`,
		"/web/api":    `{"web/api/test_b.py":{"serial":["alone"]}}`,
		"/web/api/v2": `{}`,
	}
	if !maps.Equal(markers, want) {
		t.Errorf("got  %q\nwant %q", markers, want)
	}
	const pytest = " -m pytest --collect-only -q -p rules_xdist.collect"
	want = map[string]string{"": `["web/api","web/api/v2"]`, "/web/api": `["web/api/v2"]`, "/web/api/v2": "[]"}
	if !maps.Equal(ignored, want) {
		t.Errorf("got  %q\nwant %q", ignored, want)
	}
	// Where no target says which Python it runs under, the machine's is taken; where there
	// is a configuration, pytest's root is its.
	if got, want := f.lines()[6:], []string{"python3" + pytest + " --rootdir=/workspace", "/bin/sh" + pytest, "python3" + pytest + " --rootdir=/workspace"}; !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if got, want := f.lines()[1:3], []string{
		"bazel build //web/api:xdist_census //:xdist_census //web/api/v2:xdist_census",
		"bazel cquery --output=files //web/api:xdist_census + //:xdist_census + //web/api/v2:xdist_census",
	}; !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestVerifyFindings(t *testing.T) {
	const lost = `{"nodeid": "tests/test_b.py::test_y", "file": "tests/test_b.py", "serial": false, "group": null}`
	tests := []struct {
		name   string
		code   int
		play   func(f *fake)
		stdout string
		stderr string
	}{
		{
			name: "a lost test",
			play: func(f *fake) { f.plays["-m"] = collects(f, collected+", "+lost, 0) },
			stdout: "tests/test_b.py::test_y: lost: its file is in no target; run Gazelle, or if no target is to run it, name it in left_out of the census\n" +
				"verify: 4 tests, 1 findings\n",
		},
		{
			name: "errors of the collection, beside which the rest is compared",
			play: func(f *fake) { f.plays["-m"] = collects(f, collected+", "+lost, 2) },
			stdout: "pytest: the collection failed with exit code 2, see above; it was run by /bin/sh: --python names another interpreter\n" +
				"tests/test_b.py::test_y: lost: its file is in no target; run Gazelle, or if no target is to run it, name it in left_out of the census\n" +
				"verify: 4 tests, 2 findings\n",
			stderr: "3 tests collected\n",
		},
		{
			name: "nothing collected, though there are targets",
			play: func(f *fake) { f.plays["-m"] = collects(f, " ", nothingCollected) },
			stdout: "pytest: the collection failed with exit code 5, see above; it was run by /bin/sh: --python names another interpreter\n" +
				"verify: 0 tests, 1 findings\n",
			stderr: "3 tests collected\n",
		},
		{
			name: "no collection at all",
			play: func(f *fake) { f.plays["-m"] = collects(f, "", 4) },
			stdout: "pytest: the collection failed with exit code 4, see above; it was run by /bin/sh: --python names another interpreter\n" +
				"verify: 0 tests, 1 findings\n",
			stderr: "3 tests collected\n",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := verifiable(t, selected, collected)
			test.play(f)
			if code := f.run("verify"); code != codeFindings {
				t.Errorf("exit code %d", code)
			}
			expect(t, "stdout", f.stdout.String(), test.stdout)
			expect(t, "stderr", f.stderr.String(), test.stderr)
		})
	}
}

func TestVerifyCannotCompare(t *testing.T) {
	tests := []struct {
		name string
		play func(f *fake)
		args []string
		code int
		want string
	}{
		{"the census does not build", func(f *fake) { f.plays["build"] = exits(1) }, nil, 1, "xdist: bazel build //:xdist_census: exit code 1"},
		{"it has no JSON file", func(f *fake) { f.plays["cquery"] = prints("x.sh\n") }, nil, codeEnvironment, "xdist: //:xdist_census: 0 of their outputs are JSON files"},
		{"there is none", func(f *fake) { f.plays["query"] = prints("") }, nil, codeEnvironment, "xdist: no census in this workspace: run Gazelle"},
		{"its file is not JSON", func(f *fake) { f.write(f.root+"/xdist_census.json", "oops") }, nil, codeEnvironment, "xdist: "},
		{"no plugin", func(f *fake) { f.noPlugin = true }, nil, codeEnvironment, "xdist: the pytest plugin is not among xdist's runfiles: no runfiles found; start xdist by `bazel run`"},
		{"no Python", func(*fake) {}, []string{"--python=missing"}, codeEnvironment, "xdist: missing: not found"},
		{"pytest writes nothing", func(f *fake) { f.plays["-m"] = exits(0) }, nil, codeEnvironment, "xdist: open "},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := verifiable(t, selected, collected)
			test.play(f)
			if code := f.run(append([]string{"verify"}, test.args...)...); code != test.code {
				t.Errorf("exit code %d, want %d", code, test.code)
			}
			if got := f.stderr.String(); !strings.HasPrefix(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
