"""plugin: the JUnit report of a shard that came to its end."""


def test_outcomes_are_pytests_own(target):
    target.write(
        "tests/test_a.py",
        """
        import pytest

        def test_passes(): pass
        def test_fails(): assert 0
        def test_skips(): pytest.skip("why")
        @pytest.mark.xfail
        def test_xfails(): assert 0
        @pytest.mark.xfail
        def test_xpasses(): pass
        @pytest.fixture
        def broken(): yield 1 / 0
        def test_errors(broken): pass
        """,
    )
    run = target.run()
    assert run.code == 1
    assert run.outcomes == {
        "tests/test_a.py::test_passes": "passed",
        "tests/test_a.py::test_fails": "failure",
        "tests/test_a.py::test_skips": "skipped",
        "tests/test_a.py::test_xfails": "xfailed",
        "tests/test_a.py::test_xpasses": "passed",
        "tests/test_a.py::test_errors": "error",
    }
    counts = "1 failed, 1 passed, 1 skipped, 1 xfailed, 1 xpassed, 1 error"
    assert counts in run.output


def test_each_testcase_has_its_nodeid_also_where_one_item_makes_two(target):
    target.write(
        "tests/test_a.py",
        """
        import pytest

        @pytest.fixture
        def broken():
            yield
            1 / 0

        def test_twice(broken): assert 0
        """,
    )
    run = target.run()
    assert len(run.cases) == 2
    assert [*run.outcomes] == ["tests/test_a.py::test_twice"]


def test_the_nodeid_property_is_no_business_of_tests(target):
    target.write(
        "tests/test_a.py",
        """
        def test_properties(request, record_property):
            record_property("mine", 1)
            request.addfinalizer(lambda: check(request.node))

        def check(node):
            assert node.user_properties == [("mine", 1)]
        """,
    )
    run = target.run()
    assert run.code == 0, run.output
    (case,) = run.cases
    assert [each.get("name") for each in case.iter("property")] == ["mine", "nodeid"]
