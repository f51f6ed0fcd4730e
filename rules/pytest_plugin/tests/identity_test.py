"""identity and settings: who a shard is, from its environment."""

import json
import re

import pytest

from rules_xdist.errors import ConfigError
from rules_xdist.filter import Filter
from rules_xdist.identity import Shard, Worker
from rules_xdist.settings import Settings


@pytest.mark.parametrize(
    ("total", "index", "expected"),
    [
        (None, None, Shard(0, 1)),
        ("0", "0", Shard(0, 1)),
        ("1", "0", Shard(0, 1)),
        ("", "", Shard(0, 1)),
        ("4", "3", Shard(3, 4)),
        ("2", None, Shard(0, 2)),
    ],
)
def test_shard(total, index, expected):
    environ = {"TEST_TOTAL_SHARDS": total, "TEST_SHARD_INDEX": index}
    given = {name: value for name, value in environ.items() if value is not None}
    assert Shard.from_environ(given) == expected


@pytest.mark.parametrize(
    ("total", "index", "message"),
    [
        ("two", "0", "TEST_TOTAL_SHARDS: 'two': must be a whole number, 0 or above"),
        ("-1", "0", "TEST_TOTAL_SHARDS: '-1': must be a whole number, 0 or above"),
        ("2", "1.0", "TEST_SHARD_INDEX: '1.0': must be a whole number, 0 or above"),
        ("2", "٣", "TEST_SHARD_INDEX: '٣': must be a whole number, 0 or above"),
        ("2", "2", "TEST_SHARD_INDEX: 2: must be below TEST_TOTAL_SHARDS (2)"),
    ],
)
def test_bad_shard(total, index, message):
    with pytest.raises(ConfigError) as error:
        Shard.from_environ({"TEST_TOTAL_SHARDS": total, "TEST_SHARD_INDEX": index})
    assert str(error.value) == message


def test_shard_counts_from_one_for_people():
    assert str(Shard(0, 2)) == "shard 1 of 2"


def test_worker_is_a_function_of_target_shard_and_run():
    # Written out: a change would move every suite's databases and folders.
    worker = Worker.of("//t:test_a", Shard(1, 4), "1")
    assert worker == Worker(
        id="gw5607986752967508",
        count=4,
        testrun_uid="f83606f478e4df047a323cab483c8f13",
    )
    assert worker.environ() == {
        "PYTEST_XDIST_WORKER": "gw5607986752967508",
        "PYTEST_XDIST_WORKER_COUNT": "4",
        "PYTEST_XDIST_TESTRUNUID": "f83606f478e4df047a323cab483c8f13",
    }


def test_no_two_shards_share_a_worker_id():
    workers = [
        Worker.of(f"//t:test_{target}", Shard(index, 10), run)
        for target in range(100)
        for index in range(10)
        for run in ("1", "2")
    ]
    assert len({worker.id for worker in workers}) == len(workers)
    assert all(re.fullmatch(r"gw\d+", worker.id) for worker in workers)
    assert all(int(worker.id[2:]) < 2**53 for worker in workers)


def test_the_shards_of_a_run_share_its_uid_and_no_other_run_does():
    uids = [
        [Worker.of(target, Shard(index, 3), run).testrun_uid for index in range(3)]
        for target in ("//t:a", "//t:b")
        for run in ("1", "2")
    ]
    assert [len({*of_run}) for of_run in uids] == [1, 1, 1, 1]
    assert len({of_run[0] for of_run in uids}) == 4


@pytest.fixture
def environ(tmp_path):
    path = tmp_path / "selection.json"
    fields = {
        "target": "//t:a",
        "dist": "load",
        "files": ["a.py"],
        "runs": ["rest"],
        "elsewhere": {},
        "markers": {"serial": [], "group": [], "split": []},
        "config": "",
        "weights": {},
    }
    path.write_text(json.dumps(fields))
    return {"RULES_XDIST_SELECTION": str(path)}


def test_settings_by_hand(environ):
    settings = Settings.from_environ(environ)
    assert settings.selection.target == "//t:a"
    assert settings.dist == "load"
    assert settings.shard == Shard(0, 1)
    assert settings.worker == Worker.of("//t:a", Shard(0, 1), "1")
    assert (settings.xml_path, settings.tmpdir, settings.fail_fast) == ("", "", False)


def test_settings_by_bazel(environ):
    environ |= {
        "TEST_TARGET": "@@other//t:a",
        "TEST_RUN_NUMBER": "2",
        "TEST_TOTAL_SHARDS": "3",
        "TEST_SHARD_INDEX": "2",
        "TEST_TMPDIR": "/t",
        "XML_OUTPUT_FILE": "/x",
        "TESTBRIDGE_TEST_RUNNER_FAIL_FAST": "1",
        "TESTBRIDGE_TEST_ONLY": "a.py::test_x",
        "RULES_XDIST_DIST": "loadfile",
    }
    settings = Settings.from_environ(environ)
    assert settings.dist == "loadfile"
    assert settings.selection.dist == "load"
    assert settings.worker == Worker.of("@@other//t:a", Shard(2, 3), "2")
    assert settings.xml_path == "/x"
    assert (settings.tmpdir, settings.fail_fast) == ("/t", True)
    assert (settings.filter, settings.run) == (Filter(nodeids=("a.py::test_x",)), "2")


def test_settings_with_an_unknown_mode(environ):
    with pytest.raises(ConfigError) as error:
        Settings.from_environ(environ | {"RULES_XDIST_DIST": "each"})
    assert str(error.value) == (
        "RULES_XDIST_DIST: 'each': must be one of "
        "load, loadscope, loadfile, loadgroup, no"
    )


def test_settings_without_a_selection():
    with pytest.raises(ConfigError, match=r"^RULES_XDIST_SELECTION: not set: must be"):
        Settings.from_environ({})


def test_processes_of_a_shard_have_names_of_their_own():
    shards = [Worker.of("//t:a", Shard(index, 3), "1") for index in range(3)]
    processes = [shard.process(n, 4) for shard in shards for n in range(4)]
    ids = {worker.id for worker in [*shards, *processes]}
    assert len(ids) == 3 + 12
    assert {worker.count for worker in processes} == {12}
    assert {worker.testrun_uid for worker in processes} == {shards[0].testrun_uid}
    assert Worker.from_environ(processes[5].environ()) == processes[5]
    assert Worker.from_environ({}) is None
