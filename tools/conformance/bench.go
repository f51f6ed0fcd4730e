package main

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"github.com/rules-xdist/rules_xdist/tools/internal/scratch"
)

// bench is where suites are run. It has one workspace, so that all parts share a Bazel
// server and what it knows of the rules.
type bench struct {
	scratch.Workspace
	folder   string
	packages packages // of the part that runs
	log      *os.File
	lock     *os.File
}

func openBench() (bench, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return bench{}, err
	}
	w, err := scratch.Open("")
	if err != nil {
		return bench{}, err
	}
	// Each checkout has a bench of its own.
	id := fmt.Sprintf("%x", sha256.Sum256([]byte(w.Repository)))[:12]
	b := bench{Workspace: w, folder: filepath.Join(cache, "rules_xdist", "conformance", id)}
	b.Folder = filepath.Join(b.folder, "workspace")
	if err := os.MkdirAll(b.Folder, 0o755); err != nil {
		return bench{}, err
	}
	if b.lock, err = os.Create(filepath.Join(b.folder, "lock")); err != nil {
		return bench{}, err
	}
	if err := syscall.Flock(int(b.lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return bench{}, fmt.Errorf("%s: another run of this checkout uses it: %w", b.folder, err)
	}
	b.log, err = os.Create(filepath.Join(b.folder, "bazel.log"))
	b.Log = b.log
	return b, err
}

func (b bench) close() {
	b.log.Close()
	b.lock.Close()
}

// path is that of a file of this repository.
func (b bench) path(name string) string { return filepath.Join(b.Repository, name) }

func (b bench) corpus() corpus { return corpus(b.path(corpusFolder)) }
