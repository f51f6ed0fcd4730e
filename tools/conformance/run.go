package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/rules-xdist/rules_xdist/tools/internal/plainrun"
	"github.com/rules-xdist/rules_xdist/tools/internal/scratch"
	"golang.org/x/sync/errgroup"
)

// prepare fills the workspace with the part's suites.
func (b *bench) prepare(ctx context.Context, p part) error {
	if err := b.Empty(); err != nil {
		return err
	}
	if err := b.copyPart(p, b.Folder); err != nil {
		return err
	}
	own, err := os.ReadFile(filepath.Join(b.Folder, "BUILD.bazel"))
	if err != nil && !os.IsNotExist(err) {
		return err
	}
	module := b.ModuleFile("conformance")
	if p.packages {
		requirements := filepath.Join(string(b.corpus()), p.name, requirementsFile)
		if b.packages, err = openPackages(ctx, requirements, filepath.Dir(b.folder)); err != nil {
			return err
		}
		module += b.packages.module()
	}
	return b.Write(map[string]string{
		"MODULE.bazel": module,
		"BUILD.bazel":  scratch.GazelleTarget("DEFAULT_LANGUAGES") + "\n" + string(own),
		".bazelrc":     b.Bazelrc(),
	})
}

// copyPart copies the part with its chosen suites, but not their overlays.
func (b bench) copyPart(p part, to string) error {
	return scratch.Copy(filepath.Join(string(b.corpus()), p.name), to, func(name string, entry fs.DirEntry) bool {
		return entry.Name() == overlayFolder || !p.takes(name, entry.IsDir())
	})
}

// plainFolder is what the plain runs' copy of a part is called.
const plainFolder = "plain"

// plainRuns is how many suites are run without Bazel at one time.
const plainRuns = 2

// plainLimit bounds a plain run.
const plainLimit = 2 * time.Minute

// runPlain runs the suites of a part without Bazel, by their folders.
func (b bench) runPlain(ctx context.Context, p part) (map[string]plainrun.Plain, error) {
	all := map[string]plainrun.Plain{}
	folder := filepath.Join(b.folder, plainFolder)
	if err := os.RemoveAll(folder); err != nil {
		return nil, err
	}
	if err := b.copyPart(p, folder); err != nil {
		return nil, err
	}
	var lock sync.Mutex
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(plainRuns)
	for _, s := range p.suites {
		group.Go(func() error {
			if err := b.overlay(p, s, folder); err != nil {
				return err
			}
			run, err := b.plain(p, s, folder)
			if err != nil {
				return fmt.Errorf("%s: %w", p.key(s), err)
			}
			if p.hostile {
				run = b.hostile(p, s, run)
			}
			plain, err := p.runner.run(ctx, run)
			if err != nil {
				return fmt.Errorf("%s: %w", p.key(s), err)
			}
			lock.Lock()
			defer lock.Unlock()
			all[s.folder] = plain
			return nil
		})
	}
	return all, group.Wait()
}

// overlay adds to a suite what only its plain run needs.
func (b bench) overlay(p part, s suite, parent string) error {
	overlay := filepath.Join(string(b.corpus()), p.name, s.folder, overlayFolder)
	if _, err := os.Stat(overlay); os.IsNotExist(err) {
		return nil
	}
	return scratch.Copy(overlay, filepath.Join(parent, s.folder), nil)
}

// run runs a suite without Bazel.
func (r runner) run(ctx context.Context, s plainrun.Suite) (plainrun.Plain, error) {
	if r == byGo {
		return s.GoTest(ctx)
	}
	return s.Pytest(ctx)
}

// plain is how a suite is run without Bazel: in its folder, without the suites below it.
func (b bench) plain(p part, s suite, parent string) (plainrun.Suite, error) {
	args := s.Plain
	for _, other := range p.suites {
		if p.runner == byPytest && other.folder != s.folder && isBelow(other.folder, s.folder) {
			args = append(args, "--ignore="+filepath.Join(parent, other.folder))
		}
	}
	path, err := b.packages.pythonPath(s.Distributions)
	return plainrun.Suite{
		Folder:  filepath.Join(parent, s.folder),
		Args:    args,
		Env:     []string{"PYTHONPATH=" + path},
		Limit:   plainLimit,
		Scratch: filepath.Join(b.folder, "plain.scratch", p.name, s.folder),
	}, err
}

// hostileLimit bounds a run of tests of which some hang.
const hostileLimit = 20 * time.Second

// hostile gives a run what its tests may break instead of what is needed: Bazel's folders
// for tests, and the sources, which are put back.
func (b bench) hostile(p part, s suite, run plainrun.Suite) plainrun.Suite {
	own := run.Scratch + ".bazel"
	run.Limit = hostileLimit
	run.Env = append(run.Env,
		"TMPDIR="+filepath.Join(own, "tmp"), "TEST_TMPDIR="+filepath.Join(own, "tmp"),
		"TEST_SRCDIR="+filepath.Join(own, "runfiles"), "XML_OUTPUT_FILE="+filepath.Join(own, "xml", "test.xml"))
	run.Before = func() error {
		if err := errors.Join(os.RemoveAll(own), os.RemoveAll(run.Folder)); err != nil {
			return err
		}
		for _, name := range []string{"tmp", "runfiles", "xml"} {
			if err := os.MkdirAll(filepath.Join(own, name), 0o777); err != nil {
				return err
			}
		}
		return scratch.Copy(filepath.Join(string(b.corpus()), p.name, s.folder), run.Folder, nil)
	}
	return run
}

// runTargets has Gazelle write the targets, and runs them.
func (b bench) runTargets(ctx context.Context, p part) (testedTargets, error) {
	t := testedTargets{suites: map[string]map[string]target{}}
	if p.modes == nil {
		gazelle, err := b.Run(ctx, "run", "//:gazelle")
		if err != nil {
			return t, err
		}
		if gazelle.Code != 0 {
			t.problems = append(t.problems, finding{suite: p.name, what: fmt.Sprintf("gazelle: exit code %d", gazelle.Code)})
		}
	}
	flags := append([]string{
		"//...", "--keep_going", "--build_tests_only", "--test_output=errors", "--test_summary=none",
		// A sandbox that a test has broken would be the next one's; and Bazel 7.7 crashes at
		// times where it takes one.
		"--noreuse_sandbox_directories",
	}, p.flags...)
	tested, err := b.Run(ctx, "test", flags...)
	t.add(p, tested.Build)
	return t, err
}
