package plainrun

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// plainly runs a test file by pytest.
func plainly(t *testing.T, source string, limit time.Duration, args ...string) Plain {
	t.Helper()
	if err := exec.Command("python3", "-m", "pytest", "--version").Run(); err != nil {
		t.Skipf("python3 has no pytest: %v", err)
	}
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "test_it.py"), []byte(source), 0o644); err != nil {
		t.Fatal(err)
	}
	plain, err := Suite{Folder: folder, Limit: limit, Scratch: t.TempDir(), Args: append(args, "--rootdir=.", "-s")}.Pytest(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return plain
}

// describe has a word a test; in brackets are those that the first run did not reach.
func (p Plain) describe() string {
	var words []string
	for _, id := range slices.Sorted(maps.Keys(p.Tests)) {
		var all []string
		for _, c := range p.Tests[id] {
			all = append(all, c.Outcome.String())
		}
		word := strings.TrimPrefix(id, "test_it.py::test_") + "=" + strings.Join(all, "+")
		if p.Reached[id] {
			word = "(" + word + ")"
		}
		words = append(words, word)
	}
	return strings.Join(words, " ")
}

const (
	before = "import os, signal, sys, time, pytest\n\ndef test_a(): pass\n\ndef test_bad():\n    "
	after  = "\n\ndef test_c(): pass\n"
)

func TestPytest(t *testing.T) {
	for _, test := range []struct {
		name, body, want string
		code             int
	}{
		{"passes", "pass", "a=passed bad=passed c=passed", 0},
		{"fails", "assert 0", "a=passed bad=failed c=passed", 1},
		{"exits", "os._exit(0)", "a=passed bad=failed c=passed", 0},
		{"kills itself", "os.kill(os.getpid(), 9)", "a=passed bad=failed c=passed", 128 + 9},
		{"kills its group", "os.killpg(0, 9); time.sleep(9)", "a=passed bad=failed c=passed", lost},
		{"kills its parent", "os.kill(os.getppid(), 9)", "a=passed bad=passed c=passed", 0},
		// Its code is 1 as pytest misses files of its own.
		{"closes its files", "os.closerange(3, 256)", "a=passed bad=passed c=passed", 1},
		{"forks", "os.fork()", "a=passed bad=passed c=passed", 0},
		{"tells pytest to stop", "pytest.exit('enough')", "a=passed bad=failed (c=passed)", 2},
		{"is interrupted", "raise KeyboardInterrupt", "a=passed bad=failed (c=passed)", 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			plain := plainly(t, before+test.body+after, time.Minute)
			if got := plain.describe(); got != test.want || plain.Code != test.code {
				t.Errorf("got %s, code %d, want %s, code %d", got, plain.Code, test.want, test.code)
			}
		})
	}
}

// Node ids are relative to the folder of the configuration, or else to where pytest starts.
func TestPytestRoot(t *testing.T) {
	if err := exec.Command("python3", "-m", "pytest", "--version").Run(); err != nil {
		t.Skipf("python3 has no pytest: %v", err)
	}
	for file, want := range map[string]string{"pytest.ini": ".. map[inner/test_it.py::test_a:1]", "README": ". map[test_it.py::test_a:1]"} {
		folder := t.TempDir()
		inner := filepath.Join(folder, "inner")
		err := errors.Join(
			os.Mkdir(inner, 0o755),
			os.WriteFile(filepath.Join(folder, file), []byte("[pytest]\n"), 0o644),
			os.WriteFile(filepath.Join(inner, "test_it.py"), []byte("def test_a(): pass\n"), 0o644),
		)
		if err != nil {
			t.Fatal(err)
		}
		plain, err := Suite{Folder: inner, Limit: time.Minute, Scratch: t.TempDir()}.Pytest(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		times := map[string]int{}
		for id, cases := range plain.Tests {
			times[id] = len(cases)
		}
		if got := fmt.Sprint(plain.Root, " ", times); got != want {
			t.Errorf("%s: got %s, want %s", file, got, want)
		}
	}
}

func TestPytestOutOfTime(t *testing.T) {
	plain := plainly(t, before+"signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(99)"+after, 4*time.Second)
	if got, want := plain.describe(), "a=passed bad=failed (c=passed)"; got != want || plain.Code != outOfTime {
		t.Errorf("got %s, code %d, want %s, code %d", got, plain.Code, want, outOfTime)
	}
}

func TestPytestUncollected(t *testing.T) {
	if got, want := fmt.Sprint(plainly(t, "import nothing_of_this_name", time.Minute).Uncollected), "[test_it.py]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestPytestBadOptions(t *testing.T) {
	plain := plainly(t, "def test_a(): pass", time.Minute, "--no-such-option")
	if len(plain.Tests) > 0 || plain.Code != 4 || !strings.Contains(plain.Output, "--no-such-option") {
		t.Errorf("got %s, code %d, output %q, want no test, code 4, the option", plain.describe(), plain.Code, plain.Output)
	}
}
