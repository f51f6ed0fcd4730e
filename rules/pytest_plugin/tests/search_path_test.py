"""search_path and runner: what a test starts imports what the test does."""

import os
from pathlib import Path

import pytest

import rules_xdist
from rules_xdist.search_path import for_children

# As rules_python's newer launchers do: sys.path is set in their own process alone.
LAUNCHER = """
import os, runpy, sys
os.environ.pop("PYTHONPATH")
sys.path += {added!r}
sys.argv[0] = {main!r}
runpy.run_path(sys.argv[0], run_name="__main__")
"""
SUITE = """
    import subprocess, sys

    import pytest

    @pytest.mark.parametrize("number", range(4))
    def test_children(number):
        code = "import code_of_the_target"
        done = subprocess.run([sys.executable, "-c", code], cwd="/")
        assert done.returncode == 0
"""


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize("root", ["", "tests"])
def test_children_import_what_only_the_launcher_knows(target, workers, root):
    if workers == "2":
        pytest.importorskip("xdist")
    target.select(root=root, files=["tests/test_a.py"])
    target.write("tests/test_a.py", SUITE)
    target.write("lib/code_of_the_target.py", "")
    main = Path(rules_xdist.__file__).parent.parent / "xdist_main.py"
    added = [*filter(None, target.environ()["PYTHONPATH"].split(os.pathsep))]
    added = [entry for entry in added if os.path.isdir(entry)]
    target.write(
        "launcher.py",
        LAUNCHER.format(added=[*added, str(target.root / "lib")], main=str(main)),
    )
    # A folder above all of it, where this test may run with its own runfiles.
    where = {"TEST_SRCDIR": "/", "RULES_XDIST_WORKERS": workers}
    run = target.run(main=str(target.root / "launcher.py"), env=where)
    assert run.code == 0, run.output


@pytest.mark.parametrize(
    ("given", "path", "expected"),
    [
        (None, [], None),
        ("", ["", "/elsewhere"], ""),
        (None, ["/r/a", "/r", "/runner", "/usr/lib", "lib"], "/r/a:/r"),
        ("/mine:/r/b", ["/r/b", "/r/a"], "/mine:/r/b:/r/a"),
        (None, ["/r/python/lib/python3.14", "/r/python_x", "/r/a"], "/r/python_x:/r/a"),
    ],
)
def test_what_is_handed_on(given, path, expected):
    assert for_children(given, path, "/r", ["/usr", "/r/python"]) == expected
