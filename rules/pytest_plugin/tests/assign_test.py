"""assign: the vectors that its twin in Go is held to, and properties of any input."""

import itertools
import json
import random
from pathlib import Path

import pytest

from rules_xdist.assign import assign, names, weigh

VECTORS = json.loads(
    Path(__file__).with_name("assign_vectors.json").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("name", VECTORS)
def test_vector(name):
    vector = VECTORS[name]
    units = vector.get("units")
    if units is None:
        units = weigh(vector["tests"].items(), vector["weights"])
    assert assign(units, vector["shards"]) == vector["expected"]


def random_problems(count, most_units, most_shards):
    rng = random.Random(20)
    for _ in range(count):
        units = {f"u{n}": rng.randint(0, 9) for n in range(rng.randint(0, most_units))}
        yield units, rng.randint(1, most_shards), rng


def loads(weights, shards):
    return [sum(weights[name] for name in names) for names in shards]


def test_total_and_disjoint():
    for weights, shards, _ in random_problems(200, 40, 12):
        assignment = assign(weights, shards)
        assert len(assignment) == shards
        assert sorted(itertools.chain(*assignment)) == sorted(weights)


def test_any_order_of_collection_gives_the_same():
    for weights, shards, rng in random_problems(200, 40, 12):
        shuffled = list(weights.items())
        rng.shuffle(shuffled)
        assert assign(dict(shuffled), shards) == assign(weights, shards)


def test_the_heaviest_shard_has_the_lowest_index():
    for weights, shards, _ in random_problems(200, 40, 12):
        result = loads(weights, assign(weights, shards))
        assert result == sorted(result, reverse=True)


def test_makespan_is_within_four_thirds_of_the_best():
    for weights, shards, _ in random_problems(60, 7, 3):
        makespan = max(loads(weights, assign(weights, shards)))
        assert 3 * makespan <= 4 * best_makespan(weights, shards)


def best_makespan(weights, shards):
    """By trying everything."""
    return min(
        max(
            sum(weight for weight, at in zip(weights.values(), spread) if at == shard)
            for shard in range(shards)
        )
        for spread in itertools.product(range(shards), repeat=len(weights))
    )


def test_more_shards_than_units_leaves_the_last_ones_empty():
    assert assign({"a": 1, "b": 2}, 4) == [["b"], ["a"], [], []]


def test_no_shards_at_all():
    with pytest.raises(ValueError, match="shards: 0: must be at least 1"):
        assign({"a": 1}, 0)


def random_weighted_tests(rng):
    tests = [
        (
            f"t/test_{rng.choice('ab')}.py::Test{rng.choice('XY')}::test_{n}[{p}]",
            f"u{rng.randint(0, 5)}",
        )
        for n in range(rng.randint(0, 8))
        for p in range(rng.randint(1, 3))
    ]
    every = sorted({name for nodeid, _ in tests for name in names(nodeid)})
    known = rng.sample(every, rng.randint(0, len(every)))
    return tests, {name: 1 << rng.randint(0, 10) for name in known}


def test_weights_do_not_depend_on_the_order_of_collection():
    rng = random.Random(21)
    for _ in range(200):
        tests, weights = random_weighted_tests(rng)
        units = weigh(tests, weights)
        assert {*units} == {unit for _, unit in tests}
        assert sum(units.values()) >= len(tests), "nothing weighs nothing"
        rng.shuffle(tests)
        assert weigh(tests, weights) == units


def test_makespan_of_weighted_tests_is_within_four_thirds_of_the_best():
    rng = random.Random(22)
    for _ in range(60):
        units = weigh(*random_weighted_tests(rng))
        shards = rng.randint(1, 3)
        makespan = max(loads(units, assign(units, shards)))
        assert 3 * makespan <= 4 * best_makespan(units, shards)


def test_names_from_the_nearest_on():
    assert [*names("t.py::TestX::test_y[a::b]")] == [
        "t.py::TestX::test_y[a::b]",
        "t.py::TestX::test_y",
        "t.py::TestX",
        "t.py",
    ]
    assert [*names("t.py::test_y")] == ["t.py::test_y", "t.py"]
    assert [*names("TestGo")] == ["TestGo"]
