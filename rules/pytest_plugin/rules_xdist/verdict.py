"""What a shard's story means: whether a new process goes on, and the exit code. Pure.

A process that dies takes one test with it; those that are left run in a new process.
"""

from __future__ import annotations

from rules_xdist.journal import FAILURES, Story

PASSED, FAILED, INTERRUPTED, INTERNAL_ERROR, WRONG_USE, NOTHING_COLLECTED = range(6)

TOLD_TO_END = "the shard was told to end, as by a timeout"
ENOUGH_FAILED = "enough tests had failed"
NOT_COLLECTED = "files could not be collected"

# Enough for a suite with some crashes; and an end for one in which each test crashes,
# as when a fixture of the session does.
MAX_DEATHS = 20


def cause_of_death(story: Story, code: int, ending: str) -> str:
    """Why the process did not come to its proper end; empty if it did, or if a new one
    would not come further."""
    if code < 0 or story.exit_code is None:
        return ending
    if story.exit_code != INTERNAL_ERROR:
        return ""
    if story.running:
        return "pytest could not go on: see the log, or whether it closes sys.stdout"
    if story.left:
        return "pytest had an internal error between tests: see the log"
    return ""


def why_not_go_on(ended_before: int, story: Story, told_to_end: bool) -> str:
    """Why no new process runs what a dead one left; empty if one does.

    `ended_before` is how many tests had ended before the process that died.
    """
    if told_to_end:
        return TOLD_TO_END
    if len(story.finished) == ended_before and not story.suspects:
        return "the process that was to run it died before any test"
    if _enough_failed(story):
        return ENOUGH_FAILED
    if story.deaths >= MAX_DEATHS:
        return f"{story.deaths} processes of this shard had died"
    return ""


def _enough_failed(story: Story) -> bool:
    return 0 < story.maxfail <= story.failures


def why_left(story: Story) -> str:
    """Why pytest came to its end without the tests that are left."""
    if _enough_failed(story):
        return ENOUGH_FAILED
    if any(file.outcome in FAILURES for file in story.collected.values()):
        return NOT_COLLECTED
    return "pytest ended without it"


def unexplained(story: Story) -> str:
    """What the report has to say of a failure that no case of it shows."""
    code = empty_passes(story.exit_code or PASSED)
    if code == PASSED or _has_failure(story) or story.causes or story.running:
        return ""
    return f"pytest ended with exit code {code} although no test failed: see the log"


def _has_failure(story: Story) -> bool:
    cases = [*story.finished, *story.collected.values()]
    return any(case.outcome in FAILURES for case in cases)


def outcome_of_left(why: str) -> str:
    """That of a test that never ran: something else is to blame in some cases."""
    return "skipped" if why in (ENOUGH_FAILED, NOT_COLLECTED) else "error"


def exit_code(story: Story, code: int) -> int:
    """The shard's exit code, given that of its last process."""
    if story.exit_code is None:
        return FAILED
    # What pytest said counts, even if something made the process exit with 0.
    said = empty_passes(story.exit_code) or code
    lost = story.deaths > 0 or bool(story.running) or story.left != []
    # Whatever a hook has made of pytest's exit code.
    return said or (FAILED if lost or _has_failure(story) else PASSED)


def empty_passes(pytest_code: int) -> int:
    """pytest's exit code, if a shard without any test is to pass."""
    return PASSED if pytest_code == NOTHING_COLLECTED else pytest_code
