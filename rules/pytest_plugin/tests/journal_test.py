"""journal: what the parent reads of what the child wrote."""

import os
import tempfile

import pytest

from rules_xdist.journal import Finished, Journal, Story


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
    journal.selected(2)
    journal.started("a")
    assert journal.read() == Story(selected=2, running="a")
    done = Finished("a", "failed", 0.5, "no ☃", "line\nline")
    journal.finished(done)
    assert journal.read() == Story(selected=2, finished=[done])


def test_the_end(journal):
    journal.started("a")
    journal.ended(1)
    assert journal.read() == Story(exit_code=1)


def test_a_line_cut_short_by_death(journal, file):
    journal.started("a")
    file.write(b'{"event": "fini')
    assert journal.read() == Story(running="a")


def test_only_the_writer_writes(journal):
    child = os.fork()
    if child == 0:
        journal.started("a test that forked and went on")
        os._exit(0)
    os.waitpid(child, 0)
    assert journal.read() == Story()


def test_the_file_has_no_name(tmp_path):
    Journal.create(str(tmp_path))
    assert list(tmp_path.iterdir()) == []
