"""Unit tests of the static census."""

load("@bazel_skylib//lib:unittest.bzl", "asserts", "unittest")
load("//rules/private:census.bzl", "census_errors")
load("//rules/private:markers.bzl", "DEFAULT_MARKERS")

def _target(target, files, runs = ["rest"], elsewhere = {}, dist = "loadgroup", markers = DEFAULT_MARKERS):
    return struct(target = target, dist = dist, files = files, runs = runs, elsewhere = elsewhere, markers = markers)

def _partition_test_impl(ctx):
    env = unittest.begin(ctx)
    asserts.equals(env, [], census_errors([], []))
    asserts.equals(env, [], census_errors(["a.py", "b.py"], [
        _target("//:a", ["a.py"], ["rest", "group:own"], {"serial": ["a.py"], "group:db": ["a.py"]}),
        _target("//:a_serial", ["a.py"], ["serial"], {part: ["a.py"] for part in ["rest", "group:own", "group:db"]}),
        _target("//:b", ["b.py"], elsewhere = {"group:db": ["b.py"]}),
        _target("//:xdist_group_db", ["a.py", "b.py"], ["group:db"], {
            "group:own": ["a.py"],
            "rest": ["a.py", "b.py"],
            "serial": ["a.py"],
        }),
    ]))
    return unittest.end(env)

def _file_without_target_test_impl(ctx):
    env = unittest.begin(ctx)
    errors = census_errors(["new.py", "a.py"], [_target("//:a", ["a.py"])])
    asserts.equals(env, 1, len(errors))
    asserts.true(env, errors[0].startswith("new.py: this test file is in no target"), errors[0])
    return unittest.end(env)

def _doubled_test_impl(ctx):
    env = unittest.begin(ctx)
    errors = census_errors(["a.py"], [_target("//:a", ["a.py"]), _target("//:again", ["a.py"])])
    asserts.equals(env, ["a.py: its rest tests would run 2 times, in //:a and //:again"], errors)
    return unittest.end(env)

def _lost_part_test_impl(ctx):
    env = unittest.begin(ctx)
    errors = census_errors(["a.py"], [_target("//:a", ["a.py"], elsewhere = {"serial": ["a.py"]})])
    asserts.equals(env, ["a.py: its serial tests would run nowhere: //:a leaves them to another target, and there is none"], errors)
    return unittest.end(env)

def _lost_for_one_file_of_two_test_impl(ctx):
    env = unittest.begin(ctx)

    # The group's target believes that b.py's rest runs elsewhere too; only a.py's does.
    errors = census_errors(["a.py", "b.py"], [
        _target("//:a", ["a.py"], elsewhere = {"group:db": ["a.py"]}),
        _target("//:db", ["a.py", "b.py"], ["group:db"], {"rest": ["a.py", "b.py"]}),
    ])
    asserts.equals(env, ["b.py: its rest tests would run nowhere: //:db leaves them to another target, and there is none"], errors)
    return unittest.end(env)

def _unaware_test_impl(ctx):
    env = unittest.begin(ctx)
    errors = census_errors(["a.py"], [
        _target("//:a", ["a.py"]),
        _target("//:a_serial", ["a.py"], ["serial"], {"rest": ["a.py"]}),
    ])
    asserts.equals(env, ["a.py: //:a does not know that //:a_serial runs its serial tests: elsewhere lacks them"], errors)
    errors = census_errors(["a.py"], [
        _target("//:a", ["a.py"], elsewhere = {"serial": ["a.py"]}),
        _target("//:a_serial", ["a.py"], ["serial"]),
    ])
    asserts.equals(env, ["a.py: //:a_serial does not know that //:a runs its rest tests: elsewhere lacks them"], errors)
    return unittest.end(env)

def _joined_group_test_impl(ctx):
    env = unittest.begin(ctx)

    # As a shard says to write: `runs` of one target, and nothing in the others.
    asserts.equals(env, [], census_errors(["a.py"], [
        _target("//:a", ["a.py"], ["rest", "group:late"], {"serial": ["a.py"]}),
        _target("//:a_serial", ["a.py"], ["serial"], {"rest": ["a.py"]}),
    ]))
    return unittest.end(env)

def _other_groups_test_impl(ctx):
    env = unittest.begin(ctx)
    db = _target("//:xdist_group_db", ["a.py"], ["group:db"], {"rest": ["a.py"], "other_groups": ["a.py"]})
    asserts.equals(env, [], census_errors(["a.py"], [
        _target("//:a", ["a.py"], ["rest", "other_groups"], {"group:db": ["a.py"]}),
        db,
    ]))
    asserts.equals(
        env,
        ["a.py: //:a_groups does not know that //:xdist_group_db runs its group:db tests: elsewhere lacks them"],
        census_errors(["a.py"], [
            _target("//:a", ["a.py"], ["rest"], {"other_groups": ["a.py"], "group:db": ["a.py"]}),
            _target("//:a_groups", ["a.py"], ["other_groups"], {"rest": ["a.py"]}),
            db,
        ]),
    )
    return unittest.end(env)

def _split_group_test_impl(ctx):
    env = unittest.begin(ctx)
    targets = [
        _target("//:a", ["a.py"], ["rest", "group:db"]),
        _target("//:b", ["b.py"], ["rest", "group:db"]),
    ]
    asserts.equals(
        env,
        ["group:db: one group in 2 targets, //:a and //:b: its tests would not share a process"],
        census_errors(["a.py", "b.py"], targets),
    )
    return unittest.end(env)

def _marker_parts_test_impl(ctx):
    env = unittest.begin(ctx)
    elsewhere = {part: ["a.py"] for part in ["rest", "rest+unit", "serial+unit"]}
    targets = [
        _target("//:a", ["a.py"], ["rest"], {k: v for k, v in elsewhere.items() if k != "rest"}),
        _target("//:a_unit", ["a.py"], ["rest+unit"], {k: v for k, v in elsewhere.items() if k != "rest+unit"}),
        _target("//:a_serial_unit", ["a.py"], ["serial+unit"], {"rest": ["a.py"], "rest+unit": ["a.py"]}),
    ]
    asserts.equals(env, [], census_errors(["a.py"], targets))
    asserts.equals(
        env,
        ["a.py: its rest+unit tests would run nowhere: {} leaves them to another target, and there is none".format(target) for target in ["//:a", "//:a_serial_unit"]],
        census_errors(["a.py"], [targets[0], targets[2]]),
    )
    asserts.equals(
        env,
        ["a.py: its rest+unit tests would run 2 times, in //:a_unit and //:again"],
        census_errors(["a.py"], targets + [_target("//:again", ["a.py"], ["rest+unit"], targets[1].elsewhere)]),
    )
    return unittest.end(env)

def _group_split_by_markers_test_impl(ctx):
    env = unittest.begin(ctx)
    message = "group:db: one group in 2 targets, //:a and //:b: its tests would not share a process"

    # Within one target the shards keep it whole.
    both = _target("//:a", ["a.py"], ["group:db", "group:db+unit"])
    asserts.equals(env, [], census_errors(["a.py"], [both]))
    asserts.equals(env, [message], census_errors(["a.py", "b.py"], [
        _target("//:a", ["a.py"], ["rest", "group:db"]),
        _target("//:b", ["b.py"], ["group:db+unit"]),
    ]))
    asserts.equals(env, [message], census_errors(["a.py"], [
        _target("//:a", ["a.py"], ["group:db"], {"group:db+unit": ["a.py"]}),
        _target("//:b", ["a.py"], ["group:db+unit"], {"group:db": ["a.py"]}),
    ]))
    return unittest.end(env)

def _different_markers_test_impl(ctx):
    env = unittest.begin(ctx)
    others = DEFAULT_MARKERS | {"serial": ["alone"]}
    asserts.equals(env, ["a.py: //:a and //:a_serial have different markers"], census_errors(["a.py", "b.py"], [
        _target("//:a", ["a.py"], elsewhere = {"serial": ["a.py"]}),
        _target("//:a_serial", ["a.py"], ["serial"], {"rest": ["a.py"]}, markers = others),
        _target("//:b", ["b.py"], markers = others),
    ]))
    return unittest.end(env)

partition_test = unittest.make(_partition_test_impl)
file_without_target_test = unittest.make(_file_without_target_test_impl)
doubled_test = unittest.make(_doubled_test_impl)
lost_part_test = unittest.make(_lost_part_test_impl)
lost_for_one_file_of_two_test = unittest.make(_lost_for_one_file_of_two_test_impl)
unaware_test = unittest.make(_unaware_test_impl)
joined_group_test = unittest.make(_joined_group_test_impl)
other_groups_test = unittest.make(_other_groups_test_impl)
split_group_test = unittest.make(_split_group_test_impl)
marker_parts_test = unittest.make(_marker_parts_test_impl)
group_split_by_markers_test = unittest.make(_group_split_by_markers_test_impl)
different_markers_test = unittest.make(_different_markers_test_impl)

def census_test_suite(name):
    """All tests of this file.

    Args:
      name: the suite's name.
    """
    unittest.suite(
        name,
        partition_test,
        file_without_target_test,
        doubled_test,
        lost_part_test,
        lost_for_one_file_of_two_test,
        unaware_test,
        joined_group_test,
        other_groups_test,
        split_group_test,
        marker_parts_test,
        group_split_by_markers_test,
        different_markers_test,
    )
