// Package corpus generates Python repositories to measure on: test files with the marks of
// suites that run under pytest-xdist, the libraries that they import, conftest.py files.
//
// It makes sources only: BUILD files are for Gazelle, or whoever measures, to write.
package corpus

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"strings"
)

const (
	foldersPerArea  = 12
	testsPerLibrary = 5
)

// Corpus is how many test files there are, and how many in each folder. The same values
// give the same files.
type Corpus struct {
	Tests, PerFolder int
	// Monorepo makes each folder a team's package, with the library that its tests test,
	// which imports another team's; of its files, which have ten tests each, few are marked.
	// Without it the libraries stand apart, a few in each large folder.
	Monorepo bool
}

// Test is a test file and what it needs of the corpus.
type Test struct {
	// Path and Library, the module that it tests, are paths in the workspace.
	Path, Library string
}

// List returns the test files.
func (c Corpus) List() []Test {
	tests := make([]Test, c.Tests)
	for i := range tests {
		tests[i] = Test{path.Join(c.folder(i), fmt.Sprintf("test_feature_%05d.py", i)), c.library(i)}
	}
	return tests
}

// folder returns the folder of test file i.
func (c Corpus) folder(i int) string {
	folder := i / c.PerFolder
	return fmt.Sprintf("tests/area_%03d/team_%03d", folder/foldersPerArea, folder)
}

// library returns the module that test file i tests.
func (c Corpus) library(i int) string {
	if c.Monorepo {
		return path.Join(c.folder(i), "product.py")
	}
	return fmt.Sprintf("product/area_%03d/module_%05d.py", i/c.PerFolder/foldersPerArea, i/testsPerLibrary)
}

// imported returns the module that the library of test file i imports, "" if none. Half the
// folder's number makes chains as long as its logarithm, as the layers of a product are.
func (c Corpus) imported(i int) string {
	folder := i / c.PerFolder
	if !c.Monorepo || folder == 0 {
		return ""
	}
	return c.library(folder / 2 * c.PerFolder)
}

// Files returns the contents of all files by their paths in the workspace, but for
// MODULE.bazel and BUILD files.
func (c Corpus) Files() map[string]string {
	files := map[string]string{
		"pytest.ini":        "[pytest]\naddopts = -ra\n",
		"tests/conftest.py": conftest("everything"),
	}
	for i, test := range c.List() {
		if c.Monorepo {
			files[test.Path] = teamTests(i, module(test.Library))
		} else {
			files[test.Path] = testModule(i, module(test.Library))
		}
		if folder := i / c.PerFolder; i%c.PerFolder == 0 {
			files[path.Dir(test.Path)+"/conftest.py"] = conftest(fmt.Sprint("team_", folder))
		}
		if files[test.Library] == "" {
			files[test.Library] = library(i/testsPerLibrary, c.imported(i))
		}
	}
	return files
}

// module returns what Python calls the module in the file.
func module(file string) string {
	return strings.ReplaceAll(strings.TrimSuffix(file, ".py"), "/", ".")
}

// Write makes files in a workspace, given by their paths there.
func Write(workspace string, files map[string]string) error {
	for name, content := range files {
		file := filepath.Join(workspace, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
			return err
		}
	}
	return nil
}

func conftest(of string) string {
	return fmt.Sprintf(`"""Fixtures of %[1]s."""

import os
from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session")
def settings_of_%[1]s() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.startswith("APP_")}


@pytest.fixture
def account(settings_of_%[1]s) -> Iterator[dict]:
    yield {"name": "%[1]s", **settings_of_%[1]s}
`, of)
}

func library(i int, imported string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\"\"\"Module %d of the product.\"\"\"\n\nfrom __future__ import annotations\n\nimport dataclasses\nimport re\n\n", i)
	if imported != "" {
		fmt.Fprintf(&b, "from %s import parse as parse_below\n\n", module(imported))
	}
	fmt.Fprintf(&b, "PATTERN = re.compile(r\"^(?P<key>[a-z_]+)\\s*=\\s*(?P<value>.*)$\")\n\n\n@dataclasses.dataclass(frozen=True)\nclass Record:\n    key: str\n    value: str = \"\"\n\n    def render(self) -> str:\n        return f\"{self.key} = {self.value!r}\"\n\n\n")
	fmt.Fprintf(&b, "def parse(text: str) -> list[Record]:\n    return [Record(**m.groupdict()) for line in text.splitlines() if (m := PATTERN.match(line))]\n")
	return b.String()
}

// teamTests writes a file of ten tests. One file of twenty has a serial test, and one of
// ten a test of a group that forty teams share.
func teamTests(i int, imports string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\"\"\"Tests of feature %d.\"\"\"\n\nimport pytest\n\nfrom %s import Record, parse\n", i, imports)
	for test := range 10 {
		mark := ""
		switch {
		case test == 0 && i%20 == 3:
			mark = "@pytest.mark.serial\n"
		case test == 1 && i%10 == 7:
			mark = fmt.Sprintf("@pytest.mark.xdist_group(\"resource_%d\")\n", i/200)
		}
		fmt.Fprintf(&b, "\n\n%sdef test_%d(account):\n    assert parse(\"key = %d\") == [Record(\"key\", \"%d\")]\n", mark, test, i, i)
	}
	return b.String()
}

// testModule writes a test file: most are small, some are large, with the marks of a
// suite that runs under pytest-xdist.
func testModule(i int, imports string) string {
	random := rand.New(rand.NewPCG(1, uint64(i)))
	var b strings.Builder
	fmt.Fprintf(&b, `"""Tests of feature %d.

They check what the module promises, on small inputs and at its limits.
"""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from unittest import mock

import pytest

from %s import Record, parse

HERE = Path(__file__).parent
CASES = {
    "empty": ("", []),
    "one": ("key = value", [Record("key", "value")]),
}

`, i, imports)
	if i%97 == 0 {
		b.WriteString("pytestmark = pytest.mark.serial\n\n")
	}
	fmt.Fprintf(&b, `
@pytest.fixture(params=["plain", "quoted"], ids=str)
def text(request, tmp_path):
    """A text in one of its forms."""
    path = tmp_path / f"{request.param}.txt"
    path.write_text("key = value\n" if request.param == "plain" else 'key = "value"\n')
    return path.read_text()

`)
	// 4 to 12 pieces mostly, every tenth file five times as many.
	pieces := 4 + random.IntN(9)
	if random.IntN(10) == 0 {
		pieces *= 5
	}
	for piece := range pieces {
		testPiece(&b, random, i, piece)
	}
	return b.String()
}

func testPiece(b *strings.Builder, random *rand.Rand, file, piece int) {
	mark := ""
	switch random.IntN(40) {
	case 0:
		mark = "@pytest.mark.serial\n"
	case 1:
		mark = fmt.Sprintf("@pytest.mark.xdist_group(\"resource_%d\")\n", file/200)
	case 2:
		mark = fmt.Sprintf("@pytest.mark.xdist_group(name=\"own_%d\")\n", file)
	}
	switch piece % 3 {
	case 0:
		fmt.Fprintf(b, `
%[1]s@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param("a = %[2]d", [Record("a", "%[2]d")], id="number"),
        pytest.param("b = %[3]d\nc = x", [Record("b", "%[3]d"), Record("c", "x")], id="two"),
        ("", []),
        ("no assignment at all", []),
    ],
)
def test_parse_%[4]d(given, expected):
    """Each line that is an assignment becomes a record."""
    records = parse(given)
    assert [record.key for record in records] == [record.key for record in expected]
    for record, other in itertools.zip_longest(records, expected):
        assert record is not None and record.value.strip() == other.value, json.dumps(given)

`, mark, random.IntN(1000), random.IntN(1000), piece)
	case 1:
		fmt.Fprintf(b, `
%[1]sclass TestRecord%[2]d:
    """What records are, when they are made by hand."""

    LIMIT = %[3]d

    @pytest.fixture(autouse=True)
    def frozen(self, monkeypatch):
        monkeypatch.setenv("APP_LIMIT", str(self.LIMIT))

    def test_render(self):
        assert Record("key", "value").render() == "key = 'value'"

    def test_default(self):
        record = Record("key")
        assert record.value == "" and not record.value.strip()

    @pytest.mark.skipif(not HERE.exists(), reason="the folder of the tests is gone")
    def test_error(self):
        with pytest.raises(TypeError, match=r"missing \d+ required"):
            Record()

    class TestNested:
        def test_equal(self):
            left, right = Record("a", "b"), Record(key="a", value="b")
            assert left == right and hash(left) == hash(right)

`, mark, piece, random.IntN(1000))
	default:
		fmt.Fprintf(b, `
def make_%[2]d(count: int = %[3]d, *, prefix: str = "key") -> str:
    lines = [f"{prefix}_{chr(97 + n %% 26)} = {n}" for n in range(count)]
    if count > 10:
        lines.append("# a comment that is no assignment")
    return "\n".join(lines)


%[1]sdef test_many_%[2]d(text, account):
    with mock.patch.dict(account, {"count": "%[3]d"}, clear=True):
        total = 0
        for record in parse(make_%[2]d() + "\n" + text):
            try:
                total += int(record.value)
            except ValueError:
                continue
        assert total == sum(range(%[3]d)), f"{total} of {account['count']}"

`, mark, piece, 1+random.IntN(50))
	}
}
