package main

import (
	"io/fs"
	"log"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/rules-xdist/rules_xdist/internal/pyscan"
	"github.com/rules-xdist/rules_xdist/tools/gazellebench/corpus"
)

// cost is what reading some files took.
type cost struct {
	files int
	// wall depends on what else the machine does; cpu is of this process.
	wall, cpu time.Duration
}

// perFile returns processor time, in milliseconds.
func (c cost) perFile() float64 {
	if c.files == 0 {
		return 0
	}
	return c.cpu.Seconds() * 1e3 / float64(c.files)
}

// perSecond returns how many files were read a second.
func (c cost) perSecond() float64 {
	if c.files == 0 {
		return 0
	}
	return float64(c.files) / c.wall.Seconds()
}

// cpuTime returns the processor time of this process until now.
func cpuTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		log.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// scan is what this repository's extension does with each file.
func scan(source []byte) bool {
	_, err := pyscan.Scan("x.py", source)
	return err == nil
}

// onOneCore reads the files one after the other, garbage collection included.
func onOneCore(files []string, parse func([]byte) bool) cost {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	return timed(files, parse, 1)
}

func onAllCores(files []string, parse func([]byte) bool) cost {
	return timed(files, parse, runtime.GOMAXPROCS(0))
}

func timed(files []string, parse func([]byte) bool, workers int) cost {
	if parse == nil {
		return cost{}
	}
	runtime.GC()
	var next, failed atomic.Int64
	var wait sync.WaitGroup
	start, before := time.Now(), cpuTime()
	for range workers {
		wait.Add(1)
		go func() {
			defer wait.Done()
			for i := next.Add(1); int(i) <= len(files); i = next.Add(1) {
				source, err := os.ReadFile(files[i-1])
				if err != nil || !parse(source) {
					failed.Add(1)
				}
			}
		}()
	}
	wait.Wait()
	c := cost{len(files), time.Since(start), cpuTime() - before}
	if n := failed.Load(); n > 0 {
		log.Printf("%d of %d files are not Python to one of the two", n, len(files))
	}
	return c
}

func readAll(files []string) (int64, error) {
	var total int64
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			return 0, err
		}
		total += int64(len(content))
	}
	return total, nil
}

func sourcesBelow(folder string) ([]string, error) {
	var files []string
	err := filepath.WalkDir(folder, func(file string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() && filepath.Ext(file) == ".py" {
			files = append(files, file)
		}
		return err
	})
	return files, err
}

// copySources copies a suite's Python files: Gazelle writes BUILD files beside them.
func copySources(from, to string) error {
	files, err := sourcesBelow(from)
	if err != nil {
		return err
	}
	copied := map[string]string{"MODULE.bazel": "module(name = \"suite\")\n"}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		copied[path.Join(filepath.Base(to), filepath.ToSlash(strings.TrimPrefix(file, from)))] = string(content)
	}
	return corpus.Write(filepath.Dir(to), copied)
}

func writeGenerated(workspace string, tests corpus.Corpus) error {
	files := tests.Files()
	files["MODULE.bazel"] = "module(name = \"generated\")\n"
	return corpus.Write(workspace, files)
}
