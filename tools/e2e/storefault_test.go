//go:build e2e && linux

package e2e

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rules-xdist/rules_xdist/internal/junitxml"
	"github.com/rules-xdist/rules_xdist/internal/outcomes"
)

// Tests whose outputs are together as much as the smallest store takes; those of what runs at
// one time are a fourth of it.
const (
	bigFiles, bigTests = 16, 6
	bigTest            = `

def test_%d():
    folder = os.environ["TEST_UNDECLARED_OUTPUTS_DIR"]
    with open(os.path.join(folder, "%[1]d"), "wb") as file:
        file.write(os.urandom(1 << 20))
`
)

func (w workspace) writeBigSuite() outcomes.Outcomes {
	w.t.Helper()
	w.haveTestsIn("big")
	want := outcomes.Outcomes{}
	for i := range bigFiles {
		name := fmt.Sprintf("big/test_big_%d.py", i)
		text := "import os\n"
		for j := range bigTests {
			text += fmt.Sprintf(bigTest, j)
			id := fmt.Sprintf("%s::test_%d", name, j)
			want[id] = []junitxml.Case{{NodeID: id, Outcome: junitxml.Passed}}
		}
		w.write(name, text)
	}
	w.mustPass("run", "//:gazelle")
	return want
}

const (
	smallStore     = 128 << 20
	smallStoreFlag = "--cache-size=128MiB"
)

// More is written than the store may keep: it keeps to its size, what it dropped is made or
// uploaded again, and nobody is told of it.
func TestStoreEvicts(t *testing.T) {
	w := newWorkspaceAt(t, "faults")
	want := w.writeBigSuite()
	c := startCluster(t, append(slices.Clone(faultPools), smallStoreFlag)...)
	w = w.on(c)
	// After the first build, Bazel believes that its inputs are there.
	same := mark(t)
	run := func(what, mark string) result {
		// Files each for itself: the store does not take one as large as all of them.
		r := w.inBackground(t, mark, "//big/...", "--nozip_undeclared_test_outputs").wait()
		if r.code != 0 {
			t.Fatalf("%s: exit code %d, want 0\n%s", what, r.code, r.output)
		}
		for _, difference := range outcomes.Compare(want, r.tests(t)) {
			t.Errorf("%s: %v", what, difference)
		}
		return r
	}
	run("a store that is filled", same)
	run("a store that overflows", mark(t))
	if got, most := sizeOf(t, c.state()), int64(smallStore*11/10); got > most {
		t.Errorf("the store's files are of %d bytes, want at most %d", got, most)
	}
	w.mustPass("clean")
	if got := run("again, after bazel clean", same).executed(); len(got) == 0 {
		t.Errorf("all results were still there, so that nothing was evicted")
	}
}

// sizeOf is the size of all files in a folder.
func sizeOf(t *testing.T, dir string) int64 {
	t.Helper()
	var size int64
	check(t, filepath.WalkDir(dir, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		info, err := entry.Info()
		if err == nil {
			size += info.Size()
		}
		return err
	}))
	return size
}

// A disk without room is noticed at the start; one that others fill while builds run breaks
// these with a message that says so, and none after that.
func TestDiskIsFull(t *testing.T) {
	const diskBytes = 200 << 20
	c := newCluster(t)
	c.mountDisk(t, diskBytes)
	c.launch("--cache-size=1GiB")
	select {
	case err := <-c.ended:
		wantContains(t, "a disk that is too small", c.log.String(), c.state()+": the cache may take", "make room, or ask for a smaller one")
		if err == nil {
			t.Errorf("a disk that is too small: exit code 0")
		}
	case <-time.After(clusterStart):
		t.Fatalf("the server starts on a disk that is too small:\n%s", c.log)
	}

	w := newWorkspaceAt(t, "faults")
	w.haveTestsIn("few")
	w.write("few/test_few.py", "import time\n"+sleepers(8, "0.1"))
	w.mustPass("run", "//:gazelle")
	c.start(append(slices.Clone(faultPools), smallStoreFlag)...)
	w = w.on(c)
	filler := filepath.Join(c.state(), "filler")
	fill(t, filler)
	same := mark(t)
	r := w.inBackground(t, same, "//few/...").wait()
	if r.code != 34 {
		t.Errorf("a full disk: exit code %d, want 34, for a remote error\n%s", r.code, r.output)
	}
	wantContains(t, "a full disk", r.output, "errors during bulk transfer")
	check(t, os.Remove(filler))
	if r = w.inBackground(t, same, "//few/...").wait(); r.code != 0 {
		t.Errorf("with room again: exit code %d, want 0\n%s", r.code, r.output)
	}
	if got := len(r.tests(t)); got != 8 {
		t.Errorf("with room again: %d tests, want 8", got)
	}
	c.stop()
	wantContains(t, "the server", c.log.String(), "no space left on device")
}

// mountDisk has the cluster's folder be on a small disk of its own.
func (c *cluster) mountDisk(t *testing.T, bytes int) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("only root may mount a small disk")
	}
	check(t, os.Mkdir(c.state(), 0o755))
	if err := syscall.Mount("none", c.state(), "tmpfs", 0, fmt.Sprintf("size=%d", bytes)); err != nil {
		t.Skipf("mounting a small disk: %v", err)
	}
	t.Cleanup(func() {
		c.stop()
		if err := syscall.Unmount(c.state(), 0); err != nil {
			t.Errorf("unmounting %s: %v", c.state(), err)
		}
	})
}

// fill writes a file until its disk is full.
func fill(t *testing.T, name string) {
	t.Helper()
	file, err := os.Create(name)
	check(t, err)
	defer file.Close()
	for err == nil {
		_, err = file.Write(make([]byte, 1<<16))
	}
	if !strings.Contains(err.Error(), "no space left on device") {
		t.Fatal(err)
	}
}
