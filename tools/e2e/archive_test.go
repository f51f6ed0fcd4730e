//go:build e2e

package e2e

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// A release's archive leaves out what only this repository's development needs, and nothing
// that a user's build loads.
func TestReleaseArchiveIsEnoughForUsers(t *testing.T) {
	w := newWorkspace(t)
	repository, err := filepath.Abs("../..")
	check(t, err)
	module := filepath.Join(filepath.Dir(w.dir), "archived")
	unpackArchive(t, repository, module)
	w.edit("MODULE.bazel", `path = "`+repository+`"`, `path = "`+module+`"`)
	users := []string{"//...", "@rules_xdist//gazelle_ext", "@rules_xdist//rules:pytest", "@rules_xdist//tools/buildbarn", "@rules_xdist//tools/lcov", "@rules_xdist//tools/xdist"}
	w.mustPass(append([]string{"build", "--nobuild"}, users...)...)
	w.mustPass("build", "--nobuild", "--repo_env=RULES_XDIST_SERIAL=pool", "//...")
}

// unpackArchive puts what a release of the last commit would have into a folder.
func unpackArchive(t *testing.T, repository, dir string) {
	t.Helper()
	check(t, os.RemoveAll(dir))
	check(t, os.MkdirAll(dir, 0o755))
	archive := exec.Command("git", "archive", "--format=tar", "HEAD")
	archive.Dir = repository
	content, err := archive.Output()
	check(t, err)
	unpack := exec.Command("tar", "--extract", "--directory", dir)
	unpack.Stdin = bytes.NewReader(content)
	check(t, unpack.Run())
}
