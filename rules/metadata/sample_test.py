"""xdist_metadata: a test that depends on it finds the distribution."""

from importlib import metadata


def test_version_and_entry_points():
    assert metadata.version("rules_xdist_sample") == "1.5"
    points = metadata.distribution("rules-xdist-sample").entry_points
    assert [(each.group, each.name, each.load()([])) for each in points] == [
        ("sample", "one", "[]")
    ]
