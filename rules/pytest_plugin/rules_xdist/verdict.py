"""What a shard's story means: whether a new process goes on, and the exit code. Pure.

A process that dies takes one test with it; those that are left run in a new process.
"""

from __future__ import annotations

from rules_xdist.journal import Story

PASSED, FAILED, INTERRUPTED, INTERNAL_ERROR, WRONG_USE, NOTHING_COLLECTED = range(6)

# Enough for a suite with some crashes; and an end for one in which each test crashes,
# as when a fixture of the session does.
MAX_DEATHS = 20


def cause_of_death(story: Story, code: int, ending: str) -> str:
    """Why the process did not come to its proper end; empty if it did."""
    if code < 0 or story.exit_code is None:
        return ending
    if story.exit_code == INTERNAL_ERROR and story.running:
        return "pytest could not go on: see the log, or whether it closes sys.stdout"
    return ""


def why_not_go_on(ended_before: int, story: Story, told_to_end: bool) -> str:
    """Why no new process runs what a dead one left; empty if one does.

    `ended_before` is how many tests had ended before the process that died.
    """
    if told_to_end:
        return "the shard was told to end, as by a timeout"
    if len(story.finished) == ended_before:
        return "the process that was to run it died before any test"
    if 0 < story.maxfail <= story.failures:
        return "enough tests had failed"
    if story.deaths >= MAX_DEATHS:
        return f"{story.deaths} processes of this shard had died"
    return ""


def exit_code(story: Story, code: int) -> int:
    """The shard's exit code, given that of its last process."""
    if story.exit_code is None:
        return FAILED
    # What pytest said counts, even if something made the process exit with 0.
    said = empty_passes(story.exit_code) or code
    lost = story.deaths > 0 or bool(story.running)
    return said or (FAILED if lost else PASSED)


def empty_passes(pytest_code: int) -> int:
    """pytest's exit code, if a shard without any test is to pass."""
    return PASSED if pytest_code == NOTHING_COLLECTED else pytest_code
