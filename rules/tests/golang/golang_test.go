// Package golang is what the analysis tests of go_xdist_test look at, and a test that the
// macro works here, where rules_xdist itself is the main repository.
package golang

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

var steps int

//xdist:group steps
func TestFirstStep(t *testing.T) { steps++ }

//xdist:group steps
func TestSecondStep(t *testing.T) { steps++ }

//xdist:group steps
func TestThirdStep(t *testing.T) {
	if steps != 2 {
		t.Errorf("%d steps were taken here, want 2: the group was split", steps)
	}
}

//xdist:serial
func TestAlone(t *testing.T) {}

// As under go_test and `go test`.
func TestRunsInTheFolderOfThePackage(t *testing.T) {
	if _, err := os.Stat("golang_data.txt"); err != nil {
		dir, _ := filepath.Abs(".")
		t.Errorf("%v, in %s", err, dir)
	}
}

func TestArgumentsAndEnvironment(t *testing.T) {
	if os.Getenv("TEST_SRCDIR") == "" {
		t.Skip("only the target gives them")
	}
	data := os.Args[len(os.Args)-1]
	if name := filepath.Base(data); name != "golang_data.txt" {
		t.Errorf("the last argument is %s", data)
	}
	if value := os.Getenv("SUBJECT_DATA"); filepath.Base(value) != "golang_data.txt" {
		t.Errorf("SUBJECT_DATA=%s", value)
	}
}

func Example() {
	fmt.Println("an example")
	// Output: an example
}
