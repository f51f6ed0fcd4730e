package release

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// expand fills in a template as publish-to-bcr does.
func expand(template, version string) string {
	return strings.NewReplacer(
		"{OWNER}", "rules-xdist", "{REPO}", "rules_xdist", "{TAG}", "v"+version, "{VERSION}", version,
	).Replace(template)
}

// everything names the files that git knows here, or would add.
func everything(t *testing.T) []string {
	t.Helper()
	listed := git(t, repository, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	return strings.Split(strings.TrimSuffix(listed, "\x00"), "\x00")
}

// checkout is a repository with one commit, tagged as a release: files of this one, with
// edits of its own.
func checkout(t *testing.T, version string, names []string, edits map[string][2]string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range names {
		copyFile(t, inRepository(name), filepath.Join(dir, name))
	}
	for name, replaced := range edits {
		edit(t, filepath.Join(dir, name), replaced[0], replaced[1])
	}
	git(t, dir, "init", "--quiet")
	git(t, dir, "add", "--all")
	git(t, dir, "commit", "--quiet", "--message", "A release")
	git(t, dir, "tag", "v"+version)
	return dir
}

func edit(t *testing.T, name, old, replacement string) {
	t.Helper()
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(content), old) {
		t.Fatalf("%s has no %q", name, old)
	}
	if err := os.WriteFile(name, []byte(strings.Replace(string(content), old, replacement, 1)), 0o644); err != nil {
		t.Fatal(err)
	}
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	info, err := os.Lstat(from)
	if errors.Is(err, fs.ErrNotExist) {
		return // removed, and not yet committed
	}
	if err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, content, info.Mode()); err != nil {
		t.Fatal(err)
	}
}

func git(t *testing.T, dir string, args ...string) string {
	t.Helper()
	command := exec.Command("git", append([]string{"-c", "user.name=A", "-c", "user.email=a@b.c"}, args...)...)
	command.Dir = dir
	output, err := command.Output()
	if err != nil {
		t.Fatalf("git %s: %v", args[0], err)
	}
	return string(output)
}

// released is what a repository needs before it may be released.
func released(version string) map[string][2]string {
	return map[string][2]string{
		"MODULE.bazel":                {`version = "0.1.0"`, `version = "` + version + `"`},
		"CHANGELOG.md":                {"## 0.1.0 (unreleased)", "## " + version + " (2026-01-02)"},
		".bcr/metadata.template.json": {`"name": "The maintainers of rules_xdist"`, `"name": "A", "github": "a", "github_user_id": 1`},
	}
}

// prepare runs the release's script, and returns its notes.
func prepare(dir, tag string) (string, error) {
	command := exec.Command(".github/workflows/release_prep.sh", tag)
	command.Dir = dir
	var faults bytes.Buffer
	command.Stderr = &faults
	notes, err := command.Output()
	if err != nil {
		return "", errors.New(faults.String())
	}
	return string(notes), nil
}

// entries returns the names in a compressed archive without its folder, which all must be in.
func entries(t *testing.T, content []byte, prefix string) []string {
	t.Helper()
	compressed, err := gzip.NewReader(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for archive := tar.NewReader(compressed); ; {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return names
		}
		if err != nil {
			t.Fatal(err)
		}
		if header.Typeflag == tar.TypeXGlobalHeader {
			continue
		}
		name, inside := strings.CutPrefix(header.Name, prefix+"/")
		if !inside {
			t.Fatalf("%s is not in %s", header.Name, prefix)
		}
		names = append(names, name)
	}
}

func TestArchive(t *testing.T) {
	const version = "1.2.3"
	dir := checkout(t, version, everything(t), released(version))
	notes, err := prepare(dir, "v"+version)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(notes, "The first version.") || !strings.Contains(notes, `version = "`+version+`"`) {
		t.Errorf("notes:\n%s", notes)
	}
	source := decodeJSON(t, ".bcr/source.template.json")
	archive := filepath.Join(dir, filepath.Base(expand(source["url"].(string), version)))
	first, err := os.ReadFile(archive)
	if err != nil {
		t.Fatal(err)
	}
	t.Run("has what users need, and not more", func(t *testing.T) {
		names := entries(t, first, expand(source["strip_prefix"].(string), version))
		wanted := append(examples(t), readPresubmit(t).TestModule.ModulePath+"/MODULE.bazel", "MODULE.bazel", "LICENSE", "README.md", "go.mod", "gazelle_ext/stdlib.txt", "tools/buildbarn/go.mod")
		for _, name := range wanted {
			if !slices.Contains(names, name) {
				t.Errorf("%s is missing", name)
			}
		}
		for _, name := range names {
			for _, left := range []string{".bcr/", ".ci/", ".github/", "tools/conformance/", "tools/release/", "tools/root/"} {
				if strings.HasPrefix(name, left) {
					t.Errorf("%s is only for this repository's development", name)
				}
			}
		}
	})
	t.Run("unpacks everywhere", func(t *testing.T) { unpacksEverywhere(t, entries(t, first, "rules_xdist-"+version)) })
	t.Run("is the same another time", func(t *testing.T) {
		if _, err := prepare(dir, "v"+version); err != nil {
			t.Fatal(err)
		}
		second, err := os.ReadFile(archive)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(first, second) {
			t.Error("two archives of one commit differ")
		}
	})
}

// macOS's usual file system knows no case, and what is not ASCII has more than one spelling.
func unpacksEverywhere(t *testing.T, names []string) {
	t.Helper()
	seen := map[string]string{}
	for _, name := range names {
		lower := strings.ToLower(name)
		if other, taken := seen[lower]; taken {
			t.Errorf("%s and %s are one file on macOS", name, other)
		}
		seen[lower] = name
		if strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r > '~' }) {
			t.Errorf("%q is not ASCII", name)
		}
	}
}

func TestReleaseRefuses(t *testing.T) {
	const version = "1.2.3"
	needed := []string{"MODULE.bazel", "CHANGELOG.md", ".bcr/metadata.template.json", ".github/workflows/release_prep.sh"}
	for file, says := range map[string]string{
		"MODULE.bazel":                "MODULE.bazel has another version",
		"CHANGELOG.md":                "CHANGELOG.md has no heading",
		".bcr/metadata.template.json": "names no maintainer",
	} {
		t.Run(says, func(t *testing.T) {
			edits := released(version)
			delete(edits, file)
			_, err := prepare(checkout(t, version, needed, edits), "v"+version)
			if err == nil || !strings.Contains(err.Error(), says) {
				t.Errorf("says: %v", err)
			}
		})
	}
}
