"""A pytest plugin that adds each test's node id to its case in the JUnit XML file."""

import pytest


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    report = yield
    report.user_properties = [*report.user_properties, ("nodeid", item.nodeid)]
    return report
