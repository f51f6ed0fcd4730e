"""selection: reading and checking a selection file."""

import json

import pytest

from rules_xdist.errors import ConfigError
from rules_xdist.selection import Markers, Place, load, parse

GOOD = {
    "target": "//tests:test_a",
    "dist": "loadgroup",
    "files": ["tests/test_a.py", "tests/test_b.py"],
    "runs": ["rest", "group:cache"],
    "elsewhere": {"serial": ["tests/test_a.py"]},
    "markers": {
        "serial": ["alone"],
        "group": ["xdist_group"],
        "split": ["slow", "unit"],
    },
    "config": "pytest.ini",
    "weights": {"tests/test_a.py::test_x": 64},
}


def parse_with(**fields):
    return parse(json.dumps(GOOD | fields), "sel.json")


def test_good():
    selection = parse_with()
    assert selection.target == "//tests:test_a"
    assert selection.dist == "loadgroup"
    assert selection.files == ("tests/test_a.py", "tests/test_b.py")
    assert selection.runs == ("rest", "group:cache")
    assert selection.elsewhere == {"serial": frozenset({"tests/test_a.py"})}
    assert selection.markers == Markers(("alone",), ("xdist_group",), ("slow", "unit"))
    assert selection.config == "pytest.ini"
    assert selection.weights == {"tests/test_a.py::test_x": 64}


def test_keys_of_a_later_version_do_no_harm():
    assert parse_with(later=1) == parse_with()


@pytest.mark.parametrize(
    ("file", "part", "place"),
    [
        ("tests/test_a.py", "rest", Place.HERE),
        ("tests/test_a.py", "group:cache", Place.HERE),
        ("tests/test_a.py", "serial", Place.ELSEWHERE),
        ("tests/test_b.py", "serial", Place.NOWHERE),
        ("tests/test_a.py", "group:db", Place.NOWHERE),
        ("tests/test_c.py", "rest", Place.NOWHERE),
    ],
)
def test_place(file, part, place):
    assert parse_with().place(file, part) is place


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"target": ""}, """sel.json: "target": "": must be a target's label"""),
        (
            {"dist": "laod"},
            'sel.json: "dist": "laod": '
            "must be one of load, loadscope, loadfile, loadgroup, no",
        ),
        (
            {"dist": ["load"]},
            'sel.json: "dist": ["load"]: '
            "must be one of load, loadscope, loadfile, loadgroup, no",
        ),
        (
            {"files": []},
            'sel.json: "files": []: must be a list of paths relative to the workspace',
        ),
        (
            {"files": ["/abs.py"]},
            'sel.json: "files": ["/abs.py"]: '
            "must be a list of paths relative to the workspace",
        ),
        (
            {"runs": ["cache"]},
            'sel.json: "runs": ["cache"]: '
            'must be a list of parts: "rest", "serial", "group:NAME" or "other_groups", '
            'then "+MARKER" for split markers, sorted',
        ),
        (
            {"elsewhere": {"serial": "tests/test_a.py"}},
            'sel.json: "elsewhere": {"serial": "tests/test_a.py"}: must be parts '
            '("rest", "serial", "group:NAME" or "other_groups", then "+MARKER" for split markers, '
            "sorted), each with a list of paths relative to the workspace",
        ),
        (
            {"elsewhere": {"rest": ["tests/test_a.py"]}},
            'sel.json: "elsewhere": "rest": is in "runs" too: it would run twice',
        ),
        (
            {"runs": ["rest+fast+unit"], "elsewhere": {"serial+fast": ["t.py"]}},
            'sel.json: "markers": "split": "fast": missing: '
            'part "rest+fast+unit" has it\n'
            'sel.json: "markers": "split": "fast": missing: part "serial+fast" has it',
        ),
        (
            {"markers": {"serial": [], "group": []}},
            'sel.json: "markers": {"serial": [], "group": []}: '
            "must be serial, group, split, each with a list of names of marks",
        ),
        (
            {"markers": {"serial": [], "group": ["a b"], "split": []}},
            'sel.json: "markers": {"serial": [], "group": ["a b"], "split": []}: '
            "must be serial, group, split, each with a list of names of marks",
        ),
        ({"config": None}, 'sel.json: "config": null: must be a path, or ""'),
        *(
            (
                {"weights": {"a.py": weight}},
                f'sel.json: "weights": {{"a.py": {json.dumps(weight)}}}: must be node ids, '
                "each with a power of two from 1 to 1024",
            )
            for weight in [0, 3, -2, 2048, 2.0, True, "2"]
        ),
    ],
)
def test_bad_field(fields, message):
    with pytest.raises(ConfigError) as error:
        parse_with(**fields)
    assert str(error.value) == message


def test_all_problems_are_reported_together():
    with pytest.raises(ConfigError) as error:
        parse('{"dist": "x", "files": ["a.py"], "runs": ["rest"]}', "sel.json")
    assert [line.split(": ")[1] for line in str(error.value).splitlines()] == [
        '"target"',
        '"dist"',
        '"elsewhere"',
        '"markers"',
        '"config"',
        '"weights"',
    ]


def test_not_json():
    with pytest.raises(ConfigError, match=r"^sel\.json:2: not JSON: Expecting"):
        parse("{\n]", "sel.json")


def test_not_an_object():
    with pytest.raises(ConfigError, match=r"^sel\.json: not a JSON object$"):
        parse("[]", "sel.json")


def test_no_such_file(tmp_path):
    with pytest.raises(ConfigError, match=r"x\.json: cannot read the selection: .*No"):
        load(str(tmp_path / "x.json"))


def test_not_text(tmp_path):
    path = tmp_path / "x.json"
    path.write_bytes(b"\xff")
    with pytest.raises(ConfigError, match=r"x\.json: cannot read the selection: .*utf"):
        load(str(path))
