// Command scale measures how the cost of a monorepo grows with its test files, and compares
// each cost with a peer's in the same run: Gazelle with walking the same tree, loading and
// analysis of our targets with those of a plain py_test a file with the same libraries.
//
//	go run ./scale [-files 1000,3000,10000] [-folder 5] [-rounds 3] [-keep]
//
// Workspaces and Bazel's outputs are in a folder of their own, which is removed at the end.
// On a machine that does other things too, believe processor times and ratios.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/rules-xdist/rules_xdist/tools/gazellebench/corpus"
	"github.com/rules-xdist/rules_xdist/tools/gazellebench/process"
	"github.com/rules-xdist/rules_xdist/tools/internal/scratch"
	"github.com/rules-xdist/rules_xdist/tools/xdist/workspace"
)

func main() {
	log.SetFlags(log.Ltime)
	log.SetPrefix("scale: ")
	if process.Act() {
		return
	}
	files := flag.String("files", "1000,3000,10000", "how many test files to generate, of each size in turn")
	folder := flag.Int("folder", 5, "how many of them stand in a folder")
	rounds := flag.Int("rounds", 3, "how often each cost is measured; its median is told")
	keep := flag.Bool("keep", false, "leave the workspaces and Bazel's outputs, and say where")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *files, *folder, *rounds, *keep); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, files string, folder, rounds int, keep bool) (err error) {
	at, err := os.MkdirTemp("", "scale")
	if err != nil {
		return err
	}
	if keep {
		log.Printf("left in %s", at)
	} else {
		defer func() { err = errors.Join(err, removeAll(at)) }()
	}
	bench, err := newBench(at, rounds)
	if err != nil {
		return err
	}
	var sizes []size
	for word := range strings.SplitSeq(files, ",") {
		n, err := strconv.Atoi(word)
		if err != nil {
			return fmt.Errorf("-files: %w", err)
		}
		s, err := bench.measure(ctx, corpus.Corpus{Tests: n, PerFolder: folder, Monorepo: true})
		if err != nil {
			return fmt.Errorf("%d test files: %w", n, err)
		}
		sizes = append(sizes, s)
		show(os.Stdout, sizes)
	}
	return nil
}

// bench measures in a folder of its own.
type bench struct {
	scratch, repository, bazel string
	rounds                     int
}

func newBench(scratch string, rounds int) (bench, error) {
	repository, err := filepath.Abs("../..")
	if err != nil {
		return bench{}, err
	}
	program, err := workspace.Workspace{Root: repository}.Bazel(workspace.System{Lookup: os.LookupEnv, LookPath: exec.LookPath})
	return bench{scratch, repository, program, rounds}, err
}

// workspace returns a workspace with an output base of its own; what Bazel says goes to
// the file beside it.
func (b bench) workspace(folder string) (scratch.Workspace, error) {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return scratch.Workspace{}, err
	}
	said, err := os.Create(folder + ".log")
	return scratch.Workspace{
		Folder: folder, Repository: b.repository, Bazel: b.bazel, Log: said,
		Startup: []string{"--output_base=" + folder + ".outputs"},
	}, err
}

// measure measures everything of one size; nothing of it stays.
func (b bench) measure(ctx context.Context, c corpus.Corpus) (size, error) {
	s := size{tests: c.Tests}
	ours, err := b.workspace(filepath.Join(b.scratch, fmt.Sprint(c.Tests), "ours"))
	if err != nil {
		return s, err
	}
	plain, err := b.workspace(filepath.Join(b.scratch, fmt.Sprint(c.Tests), "plain"))
	if err != nil {
		return s, err
	}
	if err := writeOurs(ours, c); err != nil {
		return s, err
	}
	log.Printf("%d test files: xdist", c.Tests)
	if s.reports, err = b.reports(ctx, filepath.Join(b.scratch, fmt.Sprint(c.Tests), "reports"), c.Tests); err != nil {
		return s, err
	}
	log.Printf("%d test files: Gazelle", c.Tests)
	if s.gazelle, err = b.gazelle(ours.Folder, c); err != nil {
		return s, err
	}
	if err := writePlain(ours.Folder, plain, c); err != nil {
		return s, err
	}
	log.Printf("%d test files: Bazel", c.Tests)
	err = b.analyses(ctx, ours, plain, c, &s)
	return s, err
}

// removeAll also removes what Bazel has made read-only.
func removeAll(folder string) error {
	err := filepath.WalkDir(folder, func(path string, entry os.DirEntry, err error) error {
		if err == nil && entry.IsDir() {
			err = os.Chmod(path, 0o755)
		}
		return err
	})
	return errors.Join(err, os.RemoveAll(folder))
}
