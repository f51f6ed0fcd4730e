"""share: each test of a target in exactly one shard, and no unit in two."""

import random
from dataclasses import replace
from itertools import compress

import pytest

from rules_xdist.identity import Shard
from rules_xdist.selection import Markers, Selection
from rules_xdist.share import share, weightless
from rules_xdist.units import DISTS, Collected, part, unit


def random_tests(rng):
    return [
        Collected(
            nodeid=f"t/test_{rng.choice('abc')}.py::Test{rng.choice('XY')}::test_{n}",
            serial=rng.random() < 0.2,
            group=rng.choice([None, None, "db", "cache"]),
            markers=rng.choice([(), (), ("unit",), ("slow", "unit")]),
        )
        for n in range(rng.randint(0, 40))
    ]


def selection(dist, *runs):
    files = tuple(f"t/test_{letter}.py" for letter in "abc")
    return Selection("//t:a", dist, files, runs, {}, Markers(), "")


@pytest.mark.parametrize("dist", DISTS)
def test_shards_partition_the_targets_own_tests(dist):
    rng = random.Random(5)
    for _ in range(60):
        tests = random_tests(rng)
        target = selection(dist, "rest", "rest+unit", "group:db", "group:db+unit")
        total = rng.randint(1, 6)
        shares = [share(tests, target, dist, Shard(n, total)) for n in range(total)]
        own = [part(test, dist) in target.runs for test in tests]
        times = [sum(run) for run in zip(*(each.chosen for each in shares))]
        assert times == [int(mine) for mine in own]
        assert {each.of_target for each in shares} == {sum(own)}


@pytest.mark.parametrize("dist", DISTS)
def test_no_unit_is_split(dist):
    rng = random.Random(6)
    for _ in range(60):
        tests = random_tests(rng)
        total = rng.randint(2, 6)
        shards_of_unit = {}
        for index in range(total):
            target = selection(dist, "rest", "group:db", "group:db+slow+unit")
            ours = share(tests, target, dist, Shard(index, total))
            for test, chosen in zip(tests, ours.chosen):
                if chosen:
                    shards_of_unit.setdefault(unit(test, dist), set()).add(index)
        assert all(len(shards) == 1 for shards in shards_of_unit.values())


def test_another_mode_cuts_other_units_but_leaves_the_parts():
    tests = [Collected("t.py::a"), Collected("t.py::b", group="db")]
    target = Selection("//t:a", "loadgroup", ("t.py",), ("rest",), {}, Markers(), "")
    assert share(tests, target, "no", Shard(0, 2)).chosen == (True, False)


def test_what_people_read():
    tests = [Collected("t.py::a"), Collected("t.py::b"), Collected("t.py::c")]
    target = Selection("//t:a", "load", ("t.py",), ("rest",), {}, Markers(), "")
    assert str(share(tests, target, "load", Shard(0, 2))) == "2 of 3 tests"


def test_weights_move_units_and_lose_none():
    rng = random.Random(7)
    for _ in range(60):
        tests = random_tests(rng)
        weights = {test.nodeid: 1 << rng.randint(0, 10) for test in tests[::3]}
        target = replace(selection("load", "rest", "group:db"), weights=weights)
        total = rng.randint(1, 6)
        shares = [share(tests, target, "load", Shard(n, total)) for n in range(total)]
        own = [part(test, "load") in target.runs for test in tests]
        times = [sum(run) for run in zip(*(each.chosen for each in shares))]
        assert times == [int(mine) for mine in own]


def test_a_heavy_test_has_a_shard_of_its_own():
    tests = [Collected(f"t/test_a.py::test_{n}") for n in range(9)]
    target = replace(
        selection("load", "rest"), weights={"t/test_a.py::test_4": 16, "t/test_b.py": 2}
    )
    heaviest = share(tests, target, "load", Shard(0, 2))
    assert [*compress(range(9), heaviest.chosen)] == [4]
    nodeids = [test.nodeid for test in tests]
    assert weightless(nodeids, target) == ["t/test_b.py"]
