"""strays: a test that no target runs fails by name, once, and the others run."""

import re

import pytest

HOOK = """
    import pytest

    def pytest_collection_modifyitems(items):
        for item in items:
            if "late" in item.name:
                item.add_marker(pytest.mark.xdist_group("late"))
            if "alone" in item.name:
                item.add_marker(pytest.mark.serial)
"""
SUITE = """
    import pytest

    def test_1(): pass
    def test_2(): pass

    @pytest.fixture(scope="module")
    def dear():
        raise AssertionError("nothing is set up for a stray")

    def test_late_1(dear): pass
    def test_late_2(dear): pass
    def test_alone(dear): pass

    @pytest.mark.serial
    def test_serial(): pass
"""
FILE = "tests/test_a.py"
# The targets of the file, as Gazelle made them.
TARGETS = [
    {"runs": ["rest"], "elsewhere": {"serial": [], "group:db": [FILE]}},
    {"runs": ["group:db"], "elsewhere": {"rest": [FILE]}},
]
STRAYS = {f"{FILE}::test_late_1", f"{FILE}::test_late_2", f"{FILE}::test_alone"}
STRAYS_AND_MARKED = STRAYS | {f"{FILE}::test_serial"}


@pytest.fixture
def suite(target):
    target.write("conftest.py", HOOK)
    target.write(FILE, SUITE)
    return target


def failing(run):
    return {nodeid for nodeid, outcome in run.outcomes.items() if outcome != "passed"}


@pytest.mark.parametrize("boxed", ["0", "1"])
def test_of_all_targets_and_shards_one_reports_each_stray(suite, boxed):
    cases = []
    for fields in TARGETS:
        suite.select(**fields)
        for index in range(2):
            run = suite.run(shard=(index, 2), env={"RULES_XDIST_BOXED": boxed})
            assert run.code == (1 if failing(run) else 0), run.output
            assert "nothing is set up" not in run.output
            cases += run.outcomes.items()
    assert sorted(cases) == sorted(
        [(f"{FILE}::test_{n}", "passed") for n in (1, 2)]
        + [(nodeid, "error") for nodeid in STRAYS_AND_MARKED]
    )


def test_a_filter_asks_for_strays_as_for_others(suite):
    run = suite.run(env={"TESTBRIDGE_TEST_ONLY": f"{FILE}::test_late_2"})
    assert run.outcomes == {f"{FILE}::test_late_2": "error"}
    run = suite.run(env={"TESTBRIDGE_TEST_ONLY": "test_1"})
    assert (run.code, run.outcomes) == (0, {f"{FILE}::test_1": "passed"})


def test_who_only_collects_finds_no_strays(suite):
    """So that `xdist verify` finds them in no target."""
    run = suite.run("--collect-only", "-q")
    assert run.code == 0, run.output
    listed = [line for line in run.output.splitlines() if line.startswith(FILE)]
    assert listed == [f"{FILE}::test_1", f"{FILE}::test_2"]


def test_a_target_of_strays_alone_is_not_called_empty(target):
    target.write("conftest.py", HOOK)
    target.write(FILE, "def test_alone(): pass")
    run = target.run()
    assert (run.code, run.outcomes) == (1, {f"{FILE}::test_alone": "error"})
    assert 'name="empty"' not in target.xml.read_text()


def test_each_stray_says_what_to_do_and_the_log_how_many_there_are(suite):
    run = suite.run()
    assert "rules_xdist: 4 collected tests would run in no target" in run.output
    message = next(
        case.find("error").text
        for case in run.cases
        if case.get("name") == "test_alone"
    )
    assert message == (
        'tests/test_a.py::test_alone: part "serial" is neither in runs nor in elsewhere '
        "of //tests:test_a: no target runs it.\n"
        "Way out:\n"
        "  mark the tests in the source, where Gazelle sees it, with "
        "@pytest.mark.serial, and run Gazelle: they get a target of their own"
    )


def test_the_advice_to_keep_groups_with_the_file_works(suite):
    """As it stands in the message, whatever that says."""
    told = {*re.findall(r'add "(\S+)" to runs', suite.run().output)}
    assert len(told) == 1
    suite.write("conftest.py", HOOK.replace('"alone"', '"nothing"'))
    suite.write(FILE, SUITE.replace("raise", "return"))
    elsewhere = {"serial": [FILE], "group:db": [FILE]}
    suite.select(runs=["rest", *told], elsewhere=elsewhere)
    late = {f"{FILE}::test_late_1", f"{FILE}::test_late_2"}
    shards = []
    for index in range(3):
        run = suite.run(shard=(index, 3))
        assert run.code == 0, run.output
        shards.append(late <= {*run.outcomes})
        said = 'name="dynamic_groups" value="[&quot;group:late&quot;]"'
        assert (said in suite.xml.read_text()) is shards[-1]
    assert shards.count(True) == 1
    suite.select(runs=["serial"], elsewhere={part: [FILE] for part in ["rest", *told]})
    assert {*suite.run().outcomes} == {f"{FILE}::test_serial"}


def test_the_advice_to_mark_the_source_works(target):
    """With the mark that the message says, and the targets that Gazelle then makes."""
    target.write("conftest.py", HOOK)
    source = "import pytest\n\n{}\ndef test_alone(): pass\n\ndef test_1(): pass\n"
    target.write(FILE, source.format(""))
    mark = re.findall(r"with (@pytest\S+),", target.run().output)[0]
    target.write(FILE, source.format(mark))
    outcomes = []
    for runs, others in (("rest", "serial"), ("serial", "rest")):
        target.select(runs=[runs], elsewhere={others: [FILE]})
        run = target.run()
        assert run.code == 0, run.output
        outcomes += run.outcomes
    assert sorted(outcomes) == [f"{FILE}::test_1", f"{FILE}::test_alone"]


def test_a_file_that_is_not_the_targets(target):
    target.write(FILE, "def test_a(): pass")
    target.write("tests/test_b.py", "def test_b(): pass")
    shards = [target.run("tests/test_b.py", shard=(index, 2)) for index in range(2)]
    assert sorted(case for run in shards for case in run.outcomes.items()) == [
        ("tests/test_a.py::test_a", "passed"),
        ("tests/test_b.py::test_b", "error"),
    ]
    told = "tests/test_b.py::test_b: its file is not one of //tests:test_a's"
    assert told in shards[0].output


def test_tests_that_share_a_node_id_with_a_stray(target):
    target.write(FILE, "def test_1(): pass")
    target.write(
        "conftest.py",
        """
        import copy
        import pytest

        def pytest_collection_modifyitems(items):
            twin = copy.copy(items[0])
            twin.own_markers = [pytest.mark.serial.mark]
            twin.keywords = dict(items[0].keywords)
            items.append(twin)
        """,
    )
    run = target.run()
    assert run.code == 1
    assert len(run.cases) == 2
