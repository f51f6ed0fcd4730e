package plainrun

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// goPlainly runs the tests of a file by Go.
func goPlainly(t *testing.T, source string, limit time.Duration) Plain {
	t.Helper()
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip(err)
	}
	folder := t.TempDir()
	for name, content := range map[string]string{"go.mod": "module p\n\ngo 1.25\n", "p_test.go": "package p\n\n" + source} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	plain, err := Suite{Folder: folder, Limit: limit, Scratch: t.TempDir()}.GoTest(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return plain
}

const goTests = `import ("fmt"; "os"; "syscall"; "testing"; "time")

var _, _, _ = fmt.Print, os.Exit, time.Sleep
var _ = syscall.Kill

func TestA(t *testing.T) {}
func TestBad(t *testing.T) { `

func TestGoTest(t *testing.T) {
	for _, test := range []struct {
		name, body, want string
		code             int
	}{
		{"passes, with subtests", `t.Run("x y", func(t *testing.T) { t.Skip() })`, "TestA=passed TestBad=passed TestBad/x_y=skipped TestC=passed", 0},
		{"exits", "os.Exit(3)", "TestA=passed TestBad=failed TestC=passed", 1},
		{"panics", "panic(1)", "TestA=passed TestBad=failed TestC=passed", 1},
		{"is killed", "syscall.Kill(os.Getpid(), 9)", "TestA=passed TestBad=failed TestC=passed", 1},
		{"prints what looks like a test", `fmt.Print("\x16=== RUN   TestGhost\n\x16--- FAIL: TestGhost (0.00s)\n")`, "TestA=passed TestBad=passed TestC=passed", 0},
		{"prints its result before it has one", `fmt.Print("\x16--- PASS: TestBad (0.00s)\n"); t.Fail()`, "TestA=passed TestBad=failed TestC=passed", 1},
		{"prints the result of another test", `fmt.Print("\x16--- FAIL: TestA (0.00s)\n")`, "TestA=passed TestBad=passed TestC=passed", 0},
		{"waits for nothing", "select {}", "TestA=passed TestBad=failed (TestC=passed)", outOfTime},
		{"hangs", "time.Sleep(time.Hour)", "TestA=passed TestBad=failed (TestC=passed)", outOfTime},
	} {
		t.Run(test.name, func(t *testing.T) {
			plain := goPlainly(t, goTests+test.body+" }\nfunc TestC(t *testing.T) {}\n", 5*time.Second)
			if got := plain.describe(); got != test.want || plain.Code != test.code {
				t.Errorf("got %s, code %d, want %s, code %d", got, plain.Code, test.want, test.code)
			}
		})
	}
}

// Of tests that run in parallel, the one that ends the process fails, and no other.
func TestGoTestParallel(t *testing.T) {
	plain := goPlainly(t, `import ("os"; "testing"; "time")

func TestA(t *testing.T) { t.Parallel(); time.Sleep(200 * time.Millisecond) }
func TestBad(t *testing.T) { t.Parallel(); time.Sleep(100 * time.Millisecond); os.Exit(5) }
func TestC(t *testing.T) { t.Parallel(); t.Run("sub", func(t *testing.T) { time.Sleep(300 * time.Millisecond) }) }
`, time.Minute)
	if got, want := plain.describe(), "TestA=passed TestBad=failed TestC=passed TestC/sub=passed"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// A TestMain that runs the tests twice has the result of the second time.
func TestGoTestTwice(t *testing.T) {
	plain := goPlainly(t, `import ("os"; "testing")

var n int

func TestMain(m *testing.M) { m.Run(); os.Exit(m.Run()) }
func TestA(t *testing.T) { if n++; n == 1 { t.Fatal() } }
`, time.Minute)
	if got, want := plain.describe(), "TestA=passed"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestGoTestWithoutRun(t *testing.T) {
	plain := goPlainly(t, "import \"testing\"\n\nfunc TestMain(m *testing.M) {}\nfunc TestA(t *testing.T) {}\n", time.Minute)
	if len(plain.Tests) > 0 || plain.Code != 0 {
		t.Errorf("got %s, code %d, want nothing, code 0", plain.describe(), plain.Code)
	}
}
