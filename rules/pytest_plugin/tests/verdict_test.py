"""verdict: what a shard's story means."""

import pytest

from rules_xdist.journal import Finished, Planned, Story
from rules_xdist.verdict import (
    MAX_DEATHS,
    cause_of_death,
    empty_passes,
    exit_code,
    unexplained,
    why_left,
    why_not_go_on,
)


@pytest.mark.parametrize(
    ("code", "expected"), [(0, 0), (5, 0), (1, 1), (2, 2), (3, 3), (4, 4), (77, 77)]
)
def test_an_empty_shard_passes(code, expected):
    assert empty_passes(code) == expected


@pytest.mark.parametrize(
    ("story", "code", "expected"),
    [
        (Story(exit_code=0), 0, ""),
        (Story(exit_code=1), 1, ""),
        (Story(), 0, "ending"),
        (Story(running=["a"]), 7, "ending"),
        (Story(exit_code=0), -6, "ending"),
        (Story(exit_code=2, running=["a"]), 2, ""),
        (Story(exit_code=3), 3, ""),
        (
            Story(exit_code=3, running=["a"]),
            3,
            "pytest could not go on: see the log, or whether it closes sys.stdout",
        ),
        (
            Story(exit_code=3, planned=[Planned("a")]),
            3,
            "pytest had an internal error between tests: see the log",
        ),
        (Story(exit_code=2, planned=[Planned("a")]), 2, ""),
    ],
)
def test_cause_of_death(story, code, expected):
    assert cause_of_death(story, code, "ending") == expected


DEAD = Finished("a", "failed")


@pytest.mark.parametrize(
    ("story", "expected"),
    [
        (Story(finished=[DEAD], maxfail=1), "enough tests had failed"),
        (Story(finished=[DEAD], maxfail=2), "pytest ended without it"),
        (
            Story(collected={"a.py": Finished("a.py", "error")}),
            "files could not be collected",
        ),
        (
            Story(collected={"a.py": Finished("a.py", "skipped")}),
            "pytest ended without it",
        ),
    ],
)
def test_why_tests_are_left_at_the_end(story, expected):
    assert why_left(story) == expected


@pytest.mark.parametrize(
    ("story", "told_to_end", "expected"),
    [
        (Story(finished=[DEAD], deaths=1), False, ""),
        (Story(finished=[DEAD], deaths=1), True, "told to end"),
        (Story(deaths=1), False, "died before any test"),
        (Story(finished=[DEAD], deaths=1, maxfail=1), False, "enough tests had failed"),
        (Story(finished=[DEAD], deaths=1, maxfail=2), False, ""),
        (Story(finished=[DEAD], deaths=MAX_DEATHS), False, "20 processes"),
    ],
)
def test_why_not_go_on(story, told_to_end, expected):
    why = why_not_go_on(0, story, told_to_end)
    assert expected in why
    assert bool(why) == bool(expected)


@pytest.mark.parametrize(
    ("story", "code", "expected"),
    [
        (Story(exit_code=0), 0, 0),
        (Story(exit_code=5), 0, 0),
        (Story(exit_code=1), 0, 1),
        (Story(exit_code=0), 3, 3),
        (Story(exit_code=0, deaths=1), 0, 1),
        (Story(exit_code=2, deaths=1), 2, 2),
        (Story(exit_code=0, running=["a"]), 0, 1),
        (Story(deaths=1), -9, 1),
        (Story(exit_code=0, planned=[Planned("a")]), 0, 1),
        (Story(exit_code=0, finished=[DEAD]), 0, 1),
        (Story(exit_code=0, collected={"a.py": Finished("a.py", "error")}), 0, 1),
        (Story(exit_code=0, finished=[Finished("a", "xfailed")]), 0, 0),
    ],
)
def test_exit_code(story, code, expected):
    assert exit_code(story, code) == expected


@pytest.mark.parametrize(
    ("story", "expected"),
    [
        (Story(exit_code=0), False),
        (Story(exit_code=5), False),
        (Story(exit_code=4), True),
        (Story(exit_code=1, finished=[Finished("a", "passed")]), True),
        (Story(exit_code=1, finished=[DEAD]), False),
        (Story(exit_code=2, running=["a"]), False),
        (Story(exit_code=2, collected={"a": Finished("a", "error")}), False),
        (Story(exit_code=3, causes=["why"]), False),
        (Story(), False),
    ],
)
def test_a_failure_without_a_case(story, expected):
    assert bool(unexplained(story)) == expected


def test_what_is_left():
    story = Story(planned=[Planned("a"), Planned("b")], finished=[DEAD])
    assert story.left == [Planned("b")]
