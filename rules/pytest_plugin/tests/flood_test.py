"""flood: a test that prints a gigabyte takes neither the memory nor the report."""

import os
import resource

import pytest

from rules_xdist import flood

# What a plain pytest takes for such a test is more than a gigabyte.
ENOUGH_MEMORY = 300 << 20


@pytest.mark.parametrize("args", [[], ["-s"]])
@pytest.mark.parametrize("write", ["print(line)", "os.write(1, line.encode())"])
@pytest.mark.parametrize("ending", ["pass", "assert 0"])
def test_a_gigabyte(target, args, write, ending):
    target.write(
        "tests/test_a.py",
        f"""
        import os

        def test_first(): print("first")
        def test_floods():
            line = "x" * 1_000_000
            for _ in range(1000):
                {write}
            print("the end")
            {ending}
        def test_last(): print("last")
        """,
    )
    with (target.root / "log").open("wb") as log:
        run = target.run(*args, log=log)
    # Of all processes that this one has waited for.
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    assert peak < ENOUGH_MEMORY
    assert target.xml.stat().st_size < 1_000_000
    bad = "passed" if ending == "pass" else "failure"
    assert [*run.outcomes.values()] == ["passed", bad, "passed"]
    assert run.code == (0 if ending == "pass" else 1)
    if not args:
        report = target.xml.read_text()
        assert "characters left out" in report
        assert "the end" in report


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (b"", b""),
        (b"12345678", b"12345678"),
        (b"1234-5678", b"1234\n[... 1 bytes left out ...]\n5678"),
    ],
)
def test_shorten(tmp_path, text, left):
    with (tmp_path / "file").open("wb+", buffering=0) as file:
        file.write(text)
        flood.shorten(file.fileno(), 4)
        file.write(b".")
        assert (tmp_path / "file").read_bytes() == left + b"."


def test_a_file_with_a_name_is_nobodys_capture(tmp_path):
    kept = os.dup(1)
    path = tmp_path / "log"
    try:
        with path.open("wb") as log:
            os.dup2(log.fileno(), 1)
            with flood.bounded():
                os.ftruncate(1, 3 * flood.KEPT)
    finally:
        os.dup2(kept, 1)
        os.close(kept)
    assert path.stat().st_size == 3 * flood.KEPT
