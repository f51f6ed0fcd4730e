"""bytecode and compiling: what actions compiled is what runs, and nothing else differs."""

import importlib.util
import os
import subprocess
import sys
from importlib.machinery import SourceFileLoader

import pytest

from rules_xdist import bytecode, compiling


@pytest.fixture
def compiled(target):
    """Compiles files of a target as an action would; returns the shard's environment."""

    def compile_(*files):
        lines = [str(target.root / "archive")]
        for kind, file in files:
            lines.append(f"{kind}\t{target.root / file}\t{target.root.name}/{file}")
        target.write("parameters", "\n".join(lines))
        run_compiler(target.root / "parameters")
        target.write("list", "archive\n")
        return {
            bytecode.VARIABLE: "list",
            "TEST_SRCDIR": str(target.root.parent),
            "PYTHONPATH": f"{target.environ()['PYTHONPATH']}{os.pathsep}{target.root}",
        }

    return compile_


def run_compiler(parameters, **env):
    code = "from rules_xdist.compiling import main; main()"
    path = os.pathsep.join(filter(None, sys.path))
    subprocess.run(
        [sys.executable, "-c", code, f"@{parameters}"],
        env={**os.environ, "PYTHONPATH": path, **env},
        cwd=parameters.parent,
        check=True,
    )


def test_what_was_compiled_is_what_runs(target, compiled):
    target.write("library.py", "VALUE = 'compiled'")
    target.write("conftest.py", "VALUE = 'compiled'")
    target.write("tests/test_a.py", "VALUE = 'compiled'\n")
    env = compiled(
        ("plain", "library.py"),
        ("rewritten", "conftest.py"),
        ("rewritten", "tests/test_a.py"),
    )
    # Bazel would not let this happen: it only shows which one runs.
    target.write("library.py", "VALUE = 'source'")
    target.write("conftest.py", "VALUE = 'source'")
    target.write(
        "tests/test_a.py",
        """
        def test_x():
            import conftest, library
            assert (library.VALUE, conftest.VALUE) == (1, 2)
        """,
    )
    assert "collected 0 items" in target.run(env=env).output
    env[bytecode.VARIABLE] = ""
    assert "('source', 'source') == (1, 2)" in target.run(env=env).output
    # Outside of Bazel sources change without a build.
    env[bytecode.VARIABLE] = "list"
    assert "('source', 'source')" in target.run(env={**env, "TEST_TMPDIR": ""}).output


def test_failures_look_as_ever(target, compiled):
    target.write(
        "library.py",
        """
        def fail():
            raise ValueError("no")
        """,
    )
    target.write(
        "tests/test_a.py",
        """
        import library

        def test_assert():
            word = "left"
            assert word == "right"

        def test_raise():
            assert __file__ and library.__file__
            library.fail()
        """,
    )
    env = compiled(("plain", "library.py"), ("rewritten", "tests/test_a.py"))
    told = [
        [case.find("failure").text for case in target.run(env=how).cases]
        for how in (env, {**env, bytecode.VARIABLE: ""})
    ]
    assert told[0] == told[1]
    assert "AssertionError: assert 'left' == 'right'" in told[0][0]
    assert "library.py:3: ValueError" in told[0][1]


def test_sources_that_warn_or_do_not_compile_are_left_to_the_test(target, compiled):
    target.write("warns.py", r"VALUE = '\d'")
    target.write("broken.py", "def")
    target.write(
        "tests/test_a.py",
        r"""
        import pytest

        def test_x():
            with pytest.warns(SyntaxWarning):
                import warns
            with pytest.raises(SyntaxError, match="invalid syntax"):
                import broken
            assert (1, "never false")

        def test_y(): pass
        """,
    )
    files = ("warns.py", "broken.py", "tests/test_a.py")
    run = target.run(env=compiled(*(("rewritten", file) for file in files)))
    assert run.code == 0, run.output
    assert "assertion is always true" in run.output


@pytest.mark.parametrize(
    ("what", "instead"),
    [
        (importlib.util.MAGIC_NUMBER, b"\0\0\r\n"),
        (sys.implementation.cache_tag.encode(), b"cpython-00"),
    ],
)
def test_bytecode_of_another_python_counts_for_nothing(target, compiled, what, instead):
    target.write("tests/test_a.py", "def test_x(): pass")
    env = compiled(("rewritten", "tests/test_a.py"))
    archive = target.root / "archive"
    content = archive.read_bytes()
    assert what in content
    archive.write_bytes(content.replace(what, instead.ljust(len(what), b"0")))
    target.write("tests/test_a.py", "def test_other(): pass")
    assert [*target.run(env=env).outcomes] == ["tests/test_a.py::test_other"]


def test_a_test_that_changes_directory_still_imports(target, compiled):
    target.write("library.py", "VALUE = 1")
    target.write(
        "tests/test_a.py",
        """
        import os

        def test_x():
            os.chdir("/")
            import library
        """,
    )
    env = compiled(("plain", "library.py"), ("rewritten", "tests/test_a.py"))
    assert "1 passed" in target.run(env=env).output


def test_with_a_hook_for_passing_asserts_pytest_rewrites(target, compiled):
    target.write("pytest.ini", "[pytest]\nenable_assertion_pass_hook = true\n")
    target.select(config="pytest.ini")
    target.write(
        "conftest.py",
        """
        def pytest_assertion_pass(item, lineno, orig, expl):
            print("passed:", orig)
        """,
    )
    target.write("tests/test_a.py", "def test_x(): assert 1 + 1 == 2")
    run = target.run("-s", env=compiled(("rewritten", "tests/test_a.py")))
    assert "passed: 1 + 1 == 2" in run.output


def test_the_same_sources_give_the_same_bytes(tmp_path):
    archives = []
    for seed in "123":
        folder = tmp_path / seed
        folder.mkdir()
        source = folder / "source.py"
        source.write_text(
            "A = {'x', 'y', 'z'}\ndef f(a=(1, 'x')): assert a in {'p', 'q', 'r'}, A\n"
        )
        archive = folder / "archive"
        parameters = folder / "parameters"
        parameters.write_text(f"{archive}\nrewritten\t{source}\ta/test_source.py\n")
        run_compiler(parameters, PYTHONHASHSEED="0", TMPDIR=str(folder))
        archives.append(archive.read_bytes())
    assert archives[0] == archives[1] == archives[2]
    assert str(tmp_path).encode() not in archives[0]


def test_an_archive_of_no_files(tmp_path):
    (tmp_path / "archive").write_bytes(bytecode.pack({}))
    archives = bytecode.Archives([str(tmp_path / "archive")], ["/r"])
    assert archives.read("/r/x.pyc") is None


def test_an_archive_of_several(tmp_path):
    archive = tmp_path / "archive"
    archive.write_bytes(bytecode.pack({"a/x.pyc": b"one", "ü.pyc": b"two"}))
    archives = bytecode.Archives([str(archive)], ["/r", "/s"])
    read = [archives.read(path) for path in ("/r/a/x.pyc", "/s/ü.pyc", "a/x.pyc")]
    assert read == [b"one", b"two", None]
    archive.unlink()
    assert archives.read("/r/a/x.pyc") is None


@pytest.mark.skipif("TEST_SRCDIR" not in os.environ, reason="not run by Bazel")
def test_this_test_was_started_with_bytecode():
    from _pytest.assertion import rewrite

    folder = os.path.dirname(__file__)
    for path in (
        importlib.util.cache_from_source(compiling.__file__),
        importlib.util.cache_from_source(__file__),
        f"{folder}/__pycache__/bytecode_test{rewrite.PYC_TAIL}",
        f"{folder}/__pycache__/conftest{rewrite.PYC_TAIL}",
    ):
        assert SourceFileLoader("any", __file__).get_data(path)[4] == 1, path


# A virtual environment's site-packages links packages, or single modules where several
# distributions share a folder, of repositories beside it in the runfiles.
@pytest.mark.parametrize(
    ("link", "to", "module"),
    [
        ("package", "../../../../repository/package", "package/module"),
        ("module.py", "../../../../repository/package/module.py", "module"),
        ("module.py", "../other/module.py", "module"),
        ("unlinked.py", "module.py", None),
    ],
)
def test_what_a_virtual_environment_links_has_its_bytecode(
    tmp_path, monkeypatch, link, to, module
):
    prefix, root = tmp_path / "_main/x.venv", tmp_path.resolve()
    site, package = prefix / "lib/site-packages", tmp_path / "repository/package"
    for folder in (site, package, prefix / "lib/other"):
        folder.mkdir(parents=True)
    # As Bazel makes runfiles: each file leads to its source.
    (tmp_path / "source.py").touch()
    (package / "module.py").symlink_to(tmp_path / "source.py")
    (prefix / "lib/other/module.py").symlink_to(
        "../../../../repository/package/module.py"
    )
    (site / link).symlink_to(to)
    name = importlib.util.cache_from_source("repository/package/module.py")
    archive = tmp_path / "archive"
    archive.write_bytes(bytecode.pack({name: b"pyc"}))
    archives = bytecode.Archives([str(archive)], [str(root)])
    path = importlib.util.cache_from_source(f"{site}/{module or 'unlinked'}.py")
    assert archives.read(path) is None
    monkeypatch.setattr(sys, "prefix", str(prefix))
    monkeypatch.setattr(sys, "base_prefix", "/usr")
    assert archives.read(path) == (b"pyc" if module else None)
