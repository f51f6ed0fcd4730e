// Package subject has a test of each kind that the runner must come to terms with. The
// runner's tests choose among them by name.
package subject

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"runtime/debug"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestMain(m *testing.M) {
	switch os.Getenv("SUBJECT_MAIN") {
	case "nothing":
		fmt.Println("nothing to do here")
		os.Exit(0)
	case "fails":
		fmt.Println("no database")
		os.Exit(3)
	case "prints":
		fmt.Println("Testing begins\nTest me if you can\nTestGhost")
	}
	flag.Parse()
	if flag.Lookup("test.list").Value.String() != "" {
		os.Exit(m.Run())
	}
	switch os.Getenv("SUBJECT_MAIN") {
	case "only lists":
		os.Exit(0)
	case "fails to begin":
		fmt.Println("no database")
		os.Exit(4)
	case "fails at the end":
		m.Run()
		fmt.Println("leaks")
		os.Exit(5)
	case "forgives":
		m.Run()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func TestPass1(t *testing.T) {}
func TestPass2(t *testing.T) {}
func TestPass3(t *testing.T) {}
func TestPass4(t *testing.T) {}

func TestFail(t *testing.T) { t.Error("it <failed> & \x01\xff said so") }
func TestSkip(t *testing.T) { t.Skip("not today") }

func TestSub(t *testing.T) {
	t.Run("good", func(t *testing.T) {})
	t.Run("bad one", func(t *testing.T) { t.Error("bad") })
	t.Run("deep", func(t *testing.T) { t.Run("down", func(t *testing.T) { t.Log("deep down") }) })
}

//xdist:serial
func TestSerial1(t *testing.T) {}

//xdist:serial
func TestSerial2(t *testing.T) {}

//xdist:group db
func TestGroup1(t *testing.T) {}

//xdist:group db
func TestGroup2(t *testing.T) {}

//xdist:group db
func TestGroup3(t *testing.T) {}

func TestDiePanic(t *testing.T) { panic("at the disco") }

func TestDiePanicInSub(t *testing.T) {
	t.Run("fine", func(t *testing.T) {})
	t.Run("sub", func(t *testing.T) { panic("down there") })
}

func TestDiePanicElsewhere(t *testing.T) {
	go func() { panic("in a goroutine") }()
	time.Sleep(time.Minute)
}
func TestDieExit0(t *testing.T)   { os.Exit(0) }
func TestDieExit7(t *testing.T)   { os.Exit(7) }
func TestDieRawExit(t *testing.T) { syscall.Exit(0) }
func TestDieKill(t *testing.T)    { _ = syscall.Kill(os.Getpid(), syscall.SIGKILL); select {} }
func TestDieOverflow(t *testing.T) {
	debug.SetMaxStack(1 << 20)
	t.Log(recurse(0))
}

func recurse(n int) int { return recurse(n+1) + 1 }

// In parallel: one dies while the others run.
func TestParallelExits(t *testing.T) {
	t.Parallel()
	time.Sleep(200 * time.Millisecond)
	os.Exit(9)
}

func TestParallelInnocent1(t *testing.T) { t.Parallel(); time.Sleep(time.Second) }
func TestParallelInnocent2(t *testing.T) { t.Parallel(); time.Sleep(time.Second) }

func TestParallelPanics(t *testing.T) {
	t.Parallel()
	time.Sleep(200 * time.Millisecond)
	panic("in parallel")
}

// Only together do these two end their process.
func TestTogether1(t *testing.T) { t.Parallel(); together() }
func TestTogether2(t *testing.T) { t.Parallel(); together() }

var inside = make(chan bool, 1)

func together() {
	select {
	case inside <- true:
		time.Sleep(500 * time.Millisecond)
		<-inside
	default:
		os.Exit(8)
	}
}

// These two need each other at the same time.
func TestMeet1(t *testing.T) { t.Parallel(); meet(t) }
func TestMeet2(t *testing.T) { t.Parallel(); meet(t) }

var here = make(chan bool)

func meet(t *testing.T) {
	select {
	case here <- true:
	case <-here:
	case <-time.After(20 * time.Second):
		t.Error("nobody came")
	}
}

func TestHang(t *testing.T) { hang() }

func hang() { time.Sleep(time.Hour) }

func TestNoisy(t *testing.T) {
	line := strings.Repeat("x", 1<<20)
	for range 64 {
		fmt.Print(line)
	}
	t.Error("at the end")
}

// TestFloods prints a gigabyte, half of it in one line.
func TestFloods(t *testing.T) {
	text := bytes.Repeat([]byte{'x'}, 1<<20)
	for range 512 {
		fmt.Println(string(text))
	}
	for range 512 {
		os.Stdout.Write(text)
	}
	t.Error("the end")
}

func TestUnfinishedLine(t *testing.T) { fmt.Print("no newline") }

func TestForger(t *testing.T) {
	fmt.Println("--- FAIL: TestForger (0.00s)\n=== RUN   TestNowhere\nFAIL\nPASS")
	fmt.Println("\x16 odd \x16--- WHAT: is this")
	fmt.Println("\x16=== RUN   TestNowhere\n\x16--- FAIL: TestNowhere (0.00s)\n\x16=== RUN   TestOpen")
}

// So long that the report after it, in the same line, is read in two pieces.
func TestLongLine(t *testing.T) { fmt.Print(strings.Repeat("x", 1<<20-5)) }

func TestTakesStdout(t *testing.T) { os.Stdout, os.Stderr = nil, nil }

func TestClosesStdout(t *testing.T) { os.Stdout.Close() }

func TestLeavesProcess(t *testing.T) {
	command := exec.Command("sleep", "60")
	command.Stdout, command.Stderr = os.Stdout, os.Stderr
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
}

func TestReadsStdin(t *testing.T) {
	if n, err := os.Stdin.Read(make([]byte, 1)); n != 0 || err == nil {
		t.Error("there is something to read")
	}
}

func TestEnvironment(t *testing.T) {
	for _, name := range []string{"TEST_TOTAL_SHARDS", "TEST_SHARD_INDEX", "TESTBRIDGE_TEST_ONLY", "RULES_XDIST_SELECTION"} {
		if value, ok := os.LookupEnv(name); ok {
			t.Errorf("%s=%s", name, value)
		}
	}
}

func Example() {
	fmt.Println("said")
	// Output: said
}

func Example_wrong() {
	fmt.Println("other")
	// Output: said
}

func Example_notRun() { panic("an example without output is not run") }

func FuzzSeeds(f *testing.F) {
	f.Add("good")
	f.Add("bad")
	f.Fuzz(func(t *testing.T, s string) {
		if s == "bad" {
			t.Error("bad seed")
		}
	})
}

func BenchmarkNever(b *testing.B) { panic("benchmarks are not run") }
