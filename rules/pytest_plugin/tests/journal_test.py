"""journal: what the parent reads of what the child wrote."""

import os
import tempfile
import time
from collections import Counter

import pytest

from rules_xdist.journal import (
    Attempt,
    Finished,
    Journal,
    Planned,
    Story,
    pending,
)


@pytest.fixture
def file():
    with tempfile.TemporaryFile(buffering=0) as file:
        yield file


@pytest.fixture
def journal(file):
    journal = Journal(file)
    journal.open_for_writing()
    return journal


def test_nothing_written(journal):
    assert journal.read() == Story()


def test_a_test_is_running_until_it_finished(journal):
    plan = [Planned("a", "group:x", "a.py", 3), Planned("b")]
    journal.planned(plan, maxfail=1)
    journal.started("a")
    assert journal.read() == Story(planned=plan, maxfail=1, running=["a"])
    done = Finished("a", "failed", 0.5, "no ☃", "line\n", properties=(("p", "v"),))
    journal.finished(done)
    story = journal.read()
    assert story == Story(planned=plan, maxfail=1, finished=[done])
    assert (story.left, story.failures) == ([Planned("b")], 1)


def test_the_end(journal):
    journal.started("a")
    journal.ended(2)
    assert journal.read() == Story(running=["a"], exit_code=2)


def test_a_death_takes_the_running_test_and_the_exit_code_with_it(journal):
    journal.started("a")
    time.sleep(0.01)
    journal.ended(0)
    journal.died("why")
    finished = journal.read().finished
    took = finished[0].duration
    assert 0.01 <= took < 10
    assert finished == [Finished("a", "failed", took, message="why")]
    assert journal.read() == Story(finished=finished, deaths=1)
    journal.died("again")
    assert journal.read() == Story(finished=finished, deaths=2, causes=["again"])


def test_what_each_process_meets_again_is_told_once(journal):
    for plan in ([Planned("a"), Planned("b")], [Planned("b")]):
        journal.collected(Finished("x.py", "skipped"))
        journal.warned("w")
        journal.planned(plan)
    story = journal.read()
    assert [*story.collected] == ["x.py"]
    assert [*story.warnings] == ["w"]
    assert len(story.planned) == 2


def test_tests_of_one_node_id_count_one_by_one():
    assert pending(["a", "b", "a"], Counter(["a"])) == [False, True, True]
    assert pending(["a", "b", "a"], Counter(["a", "a"])) == [False, True, False]


def test_a_line_cut_short_by_death(journal, file):
    journal.started("a")
    file.write(b'{"event": "fini')
    assert journal.read() == Story(running=["a"])
    journal.died("why")
    assert journal.read().deaths == 1


@pytest.mark.parametrize(
    "line",
    [
        b"no JSON",
        b"{}",
        b"[]",
        b"null",
        b'{"event": "unknown"}',
        b'{"event": ["started"]}',
        b'{"event": "started"}',
        b'{"event": "started", "nodeid": "b", "at": 0, "more": 1}',
        b'{"event": "finished", "nodeid": "a"}',
        b'{"event": "ended", "exit_code": "none"}',
        b"\xff\0",
    ],
)
def test_a_line_that_is_no_event_is_skipped(journal, file, line):
    journal.started("a")
    file.write(line)
    journal.ended(1)
    assert journal.read() == Story(running=["a"], exit_code=1)


def test_a_test_empties_the_file(journal, file):
    journal.planned([Planned("a")])
    journal.started("a")
    file.truncate(0)
    journal.finished(Finished("a", "failed"))
    journal.ended(1)
    story = journal.read()
    assert story == Story(
        planned=[Planned("a")], finished=[Finished("a", "failed")], exit_code=1
    )
    # The next process knows of what the one before has written.
    journal.open_for_writing()
    file.truncate(0)
    journal.ended(2)
    assert journal.read().finished == story.finished


def test_a_test_puts_its_own_file_in_the_place(journal, file, tmp_path):
    mine = tmp_path / "mine"
    with mine.open("wb") as other:
        os.dup2(other.fileno(), file.fileno())
    with pytest.raises(OSError, match="a file of its own"):
        journal.ended(0)
    assert mine.read_bytes() == b""


def test_a_test_that_starts_again_runs_once(journal):
    journal.started("a")
    journal.started("a")
    assert journal.read().running == ["a"]
    earlier = (Attempt("failed", "why", "where"),)
    journal.finished(Finished("a", "passed", earlier=earlier))
    story = journal.read()
    assert (story.running, story.finished[0].earlier) == ([], earlier)


def test_only_the_writer_writes(journal):
    child = os.fork()
    if child == 0:
        journal.started("a test that forked and went on")
        os._exit(0)
    os.waitpid(child, 0)
    assert journal.is_ours
    assert journal.read() == Story()


def test_the_file_has_no_name(tmp_path):
    Journal.create(str(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_a_worker_that_dies_takes_its_own_test_only(journal):
    journal.planned([Planned("a"), Planned("b"), Planned("c")])
    journal.started("a")
    journal.started("b")
    journal.crashed("a", "why")
    story = journal.read()
    assert (story.running, story.cut_short, story.deaths) == (["b"], True, 1)
    assert [(test.nodeid, test.message) for test in story.finished] == [("a", "why")]
    journal.finished(Finished("b", "passed"))
    journal.crashed("", "at its end")
    journal.ended(1)
    story = journal.read()
    assert (story.causes, story.exit_code) == (["at its end"], 1)
    assert story.left == [Planned("c")]
    journal.planned([Planned("c")])
    assert not journal.read().cut_short


def test_a_death_of_which_one_of_several_tests_is_the_cause(journal):
    plan = [Planned("a"), Planned("b")]
    journal.planned(plan)
    journal.started("a")
    journal.started("b")
    journal.died("why", suspects=True)
    story = journal.read()
    assert (story.running, story.finished, story.left) == ([], [], plan)
    assert (story.causes, story.suspects) == (["why, while these ran: a, b"], True)


def test_a_death_takes_all_running_tests_with_it(journal):
    journal.started("a")
    journal.started("b")
    journal.died("why")
    story = journal.read()
    assert [(test.nodeid, test.message) for test in story.finished] == [
        ("a", "why"),
        ("b", "why"),
    ]
    assert (story.running, story.causes) == ([], [])
