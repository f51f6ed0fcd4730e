"""slot: small numbers, no two alike at one time."""

import os
import signal
import subprocess
import sys
import uuid

import pytest

from rules_xdist import slot


@pytest.fixture
def name():
    """Apart from the slot that the run of this very test has."""
    return f"test_{uuid.uuid4().hex}"


@pytest.fixture(params=["sockets", "files"])
def means(request, monkeypatch):
    if request.param == "files":
        monkeypatch.setattr(sys, "platform", "darwin")
    elif sys.platform != "linux":
        pytest.skip("only Linux has abstract sockets")


@pytest.mark.usefixtures("means")
def test_the_lowest_free_number(name):
    first, hold = slot.take(name)
    second, other_hold = slot.take(name)
    assert (first, second) == (0, 1)
    hold.close()
    again, hold = slot.take(name)
    assert again == 0
    for each in (hold, other_hold):
        each.close()


HOLDER = """
import sys, time
from rules_xdist import slot

number, hold = slot.take(sys.argv[1])
print(number, flush=True)
time.sleep(60)
"""


def test_killed_processes_give_theirs_back(name, plain_environ):
    held = [
        subprocess.Popen(
            [sys.executable, "-c", HOLDER, name],
            env=plain_environ,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    try:
        assert sorted(int(each.stdout.readline()) for each in held) == [0, 1, 2, 3]
    finally:
        for each in held:
            each.send_signal(signal.SIGKILL)
            each.communicate()
    assert slot.take(name)[0] == 0


def test_what_tests_see_of_it(target):
    target.write(
        "tests/test_a.py",
        """
        import os

        def test_slot(xdist_slot):
            with open("slots", "a") as slots:
                print(xdist_slot, os.environ["RULES_XDIST_SLOT"], file=slots)

        def test_crashes(): os._exit(1)

        test_slot_after = test_slot
        """,
    )
    taken, hold = slot.take()
    run = target.run()
    assert run.outcomes["tests/test_a.py::test_slot_after"] == "passed", run.output
    pairs = [line.split() for line in (target.root / "slots").read_text().splitlines()]
    assert len(pairs) == 2 == len({*sum(pairs, [])}) + 1
    assert int(pairs[0][0]) != taken
    hold.close()


def test_programs_that_a_test_starts_do_not_keep_it(name):
    _, hold = slot.take(name)
    assert not os.get_inheritable(hold.fileno())
    hold.close()
