"""measuring: coverage of a shard, as `bazel coverage` sees it."""

import sys

import pytest

pytest.importorskip("coverage")

SOURCE = """\
def sign(n):
    if n < 0:
        return -1
    return 1
"""

# Writes its arguments, and what it would merge, in place of a merged tracefile.
MERGER = """\
#!{python}
import pathlib, sys
args = dict(arg.removeprefix("--").split("=") for arg in sys.argv[1:])
files = pathlib.Path(args["coverage_dir"]).glob("*.dat")
text = "".join(file.read_text() for file in files)
pathlib.Path(args["output_file"]).write_text("merged " + text)
"""


class Measured:
    """A target's runfiles and what `bazel coverage` adds, in links as in a sandbox."""

    def __init__(self, target, folder):
        self.target = target
        self.root = folder / "execroot"
        self.folder = self.root / "coverage"
        self.folder.mkdir(parents=True)
        self.workspace = folder / "workspace"
        self.output = self.root / "coverage.dat"
        self.listed = []
        merger = self.root / "merger"
        merger.write_text(MERGER.format(python=sys.executable))
        merger.chmod(0o755)

    def source(self, path, text):
        """Writes a source that counts, in the workspace, with a link in the runfiles."""
        file = self.workspace / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        link = self.target.root / path
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(file)
        self.listed.append(path)

    def run(self, *args, env=None, **how):
        (self.root / "manifest").write_text(
            "".join(f"{path}\n" for path in self.listed)
        )
        env = {
            "ROOT": str(self.root),
            "COVERAGE_DIR": str(self.folder),
            "COVERAGE_MANIFEST": str(self.root / "manifest"),
            "COVERAGE_OUTPUT_FILE": str(self.output),
            "LCOV_MERGER": "merger",
            # As in Bazel's runfiles, where imports begin at the root.
            "PYTHONPATH": f"{self.target.root}:{self.target.environ()['PYTHONPATH']}",
            **(env or {}),
        }
        return self.target.run(*args, env=env, **how)

    def tracefile(self):
        (file,) = self.folder.glob("*.dat")
        return file.read_text().splitlines()


@pytest.fixture
def measured(target, tmp_path):
    measured = Measured(target, tmp_path)
    measured.source("lib/sign.py", SOURCE)
    return measured


USE = """\
from lib.sign import sign

def test_sign():
    assert sign(-5) == {want}
"""


def test_sources_have_the_names_that_bazel_knows(measured):
    measured.source("lib/never.py", "def never():\n    return 1\n")
    measured.target.write("lib/helper.py", "x = 1\n")
    measured.target.write(
        "tests/test_a.py", "import lib.helper\n" + USE.format(want=-1)
    )
    run = measured.run()
    assert run.code == 0, run.output
    lines = measured.tracefile()
    assert [line for line in lines if line.startswith("SF:")] == [
        "SF:lib/never.py",
        "SF:lib/sign.py",
    ]
    never, sign = (" ".join(lines).split("end_of_record"))[:2]
    assert "DA:1,0 DA:2,0" in never
    assert "DA:1,1 DA:2,1 DA:3,1 DA:4,0" in sign
    assert "BRDA:2,0,jump to line 3,1 BRDA:2,0,jump to line 4,0" in sign
    assert "FN:1,4,sign" in sign
    assert not measured.output.exists(), (
        "Bazel merges the tracefiles of those that pass"
    )


@pytest.mark.parametrize("workers", ["1", "2"])
def test_sources_have_these_names_in_a_project_in_a_folder_too(measured, workers):
    if workers == "2":
        pytest.importorskip("xdist")
    measured.source("svc/beside.py", "def beside():\n    return 2\n")
    measured.target.write("svc/.coveragerc", "[report]\nexclude_lines = return sign\n")
    measured.target.write("svc/pytest.ini", "[pytest]\n")
    use = "from svc.beside import beside\nassert beside() == 2\n"
    measured.target.write("svc/tests/test_a.py", use + USE.format(want=-1))
    measured.target.select(
        root="svc", config="svc/pytest.ini", files=["svc/tests/test_a.py"]
    )
    run = measured.run(env={"RULES_XDIST_WORKERS": workers})
    assert run.code == 0, run.output
    lines = [
        line
        for file in measured.folder.glob("*.dat")
        for line in file.read_text().splitlines()
    ]
    names = {line for line in lines if line.startswith("SF:")}
    assert names == {"SF:lib/sign.py", "SF:svc/beside.py"}
    assert "DA:3,1" in lines


def test_a_failing_shard_reports_too(measured):
    measured.target.write("tests/test_a.py", USE.format(want=1))
    run = measured.run()
    assert run.code == 1, run.output
    merged = measured.output.read_text()
    assert merged.startswith("merged SF:lib/sign.py\n")
    assert "DA:3,1\n" in merged


def test_a_merger_that_fails_is_told(measured):
    (measured.root / "merger").write_text("#!/bin/sh\nexit 7\n")
    measured.target.write("tests/test_a.py", USE.format(want=1))
    run = measured.run()
    assert run.code == 1, run.output
    assert "rules_xdist: no coverage is reported: " in run.output
    assert "exit status 7" in run.output


def test_a_shard_without_tests_reports_its_sources(measured):
    measured.target.write("tests/test_a.py", "def test_a(): pass\n")
    run = measured.run(shard=(1, 2))
    assert run.code == 0, run.output
    assert "Warning" not in run.output
    lines = measured.tracefile()
    assert "DA:1,0" in lines
    assert "BRDA:2,0,jump to line 3,-" in lines


def test_no_sources_are_no_failure(measured):
    measured.listed = ["payout/payout.go", "gone.py"]
    measured.target.write("tests/test_a.py", "def test_a(): pass\n")
    run = measured.run()
    assert run.code == 0, run.output
    assert not [*measured.folder.iterdir()]


def test_a_source_that_does_not_parse_is_no_failure(measured):
    measured.source("lib/template.py", "def {{ name }}():\n")
    measured.target.write("tests/test_a.py", USE.format(want=-1))
    run = measured.run()
    assert run.code == 0, run.output
    assert "SF:lib/sign.py" in measured.tracefile()


def test_a_killed_process_leaves_no_half_a_tracefile(measured):
    measured.target.write("tests/test_a.py", "import os\ndef test_a(): os._exit(0)\n")
    run = measured.run()
    assert run.code == 1, run.output
    assert "test_a.py::test_a" in run.output
    assert measured.output.read_text() == "merged "


def test_the_projects_configuration_counts_in_what_it_says_of_lines(measured):
    measured.target.write(
        ".coveragerc",
        """\
        [run]
        source = elsewhere
        relative_files = true
        parallel = true
        [report]
        exclude_also = return -1
        omit = */never.py
        """,
    )
    measured.source("lib/never.py", "x = 1\n")
    measured.target.write("tests/test_a.py", USE.format(want=-1))
    run = measured.run()
    assert run.code == 0, run.output
    lines = measured.tracefile()
    assert "SF:lib/sign.py" in lines
    assert "DA:4,0" in lines
    assert not any(line.startswith("DA:3") for line in lines)
    assert "SF:lib/never.py" not in lines


@pytest.mark.parametrize("want", [-1, 1])
def test_a_measurement_that_is_running_is_used(measured, want):
    measured.target.write("tests/test_a.py", USE.format(want=want))
    # As rules_python starts a test where it is told of a coverage tool.
    measured.target.write(
        "outer.py",
        """\
        import coverage
        outer = coverage.Coverage(branch=True, data_file="outer.data")
        outer.start()
        try:
            from rules_xdist.runner import main
            main()
        finally:
            outer.stop()
            outer.save()
        """,
    )
    run = measured.run(main="outer.py")
    assert run.code == (want != -1), run.output
    assert (measured.target.root / "outer.data").exists()
    assert bool([*measured.folder.glob("*.dat")]) == measured.output.exists()
    assert measured.output.exists() == (want != -1)
    if want != -1:
        assert (
            "SF:lib/sign.py\nDA:1,1\nDA:2,1\nDA:3,1\nDA:4,0\n"
            in measured.output.read_text()
        )


def test_without_coverage_py_the_tests_run(measured):
    measured.target.write("coverage.py", "raise ModuleNotFoundError('No coverage')\n")
    measured.target.write("tests/test_a.py", "def test_a(): pass\n")
    run = measured.run()
    assert run.code == 0, run.output
    assert "coverage.py must be among the test's dependencies" in run.output


def test_generated_files_and_other_repositories(measured):
    other = measured.target.root.parent / "other"
    for place, listed in [
        (measured.target.root / "gen.py", "bazel-out/k8-fastbuild/bin/gen.py"),
        (other / "x.py", "external/other/x.py"),
        (other / "y.py", "bazel-out/k8-fastbuild/bin/external/other/y.py"),
    ]:
        place.parent.mkdir(exist_ok=True)
        place.write_text("x = 1\n")
        measured.listed.append(listed)
    measured.target.write("tests/test_a.py", "import gen\n" + USE.format(want=-1))
    run = measured.run()
    assert run.code == 0, run.output
    lines = measured.tracefile()
    assert {line for line in lines if line.startswith("SF:")} == {
        f"SF:{path}" for path in measured.listed
    }


BOTH_WAYS = """
    from lib.sign import sign

    def test_negative(): assert sign(-5) == -1
    def test_positive(): assert sign(5) == 1
"""


def lines_that_ran(measured):
    found = set()
    for file in measured.folder.glob("*.dat"):
        for line in file.read_text().splitlines():
            if line.startswith(("DA:", "BRDA:")) and not line.endswith(",0"):
                found.add(line.rpartition(",")[0])
    return found


@pytest.mark.parametrize(
    "env",
    [
        {"RULES_XDIST_BOXED": "1"},
        {"RULES_XDIST_WORKERS": "2"},
        {"RULES_XDIST_BOXED": "1", "RULES_XDIST_WORKERS": "2"},
    ],
    ids=["boxed", "workers", "both"],
)
def test_other_processes_are_measured_as_one_is(measured, env):
    if "RULES_XDIST_WORKERS" in env:
        pytest.importorskip("xdist")
    measured.target.write("tests/test_a.py", BOTH_WAYS)
    assert measured.run().code == 0
    plain = lines_that_ran(measured)
    assert "DA:3" in plain and "DA:4" in plain
    for file in measured.folder.glob("*.dat"):
        file.unlink()
    run = measured.run(env=env)
    assert run.code == 0, run.output
    assert lines_that_ran(measured) == plain


def test_a_measurement_that_is_running_has_what_boxed_tests_ran(measured):
    measured.target.write("tests/test_a.py", BOTH_WAYS + "    def test_no(): 1 / 0\n")
    main = measured.target.root / "main.py"
    main.write_text(
        "import coverage\n"
        "coverage.Coverage(branch=True, data_file='data').start()\n"
        "from rules_xdist.runner import main\n"
        "main()\n"
    )
    run = measured.run(main=str(main), env={"RULES_XDIST_BOXED": "1"})
    assert run.code == 1, run.output
    assert {"DA:3", "DA:4"} < lines_that_ran(measured)
