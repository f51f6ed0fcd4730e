"""Runs one shard of a py_xdist_test under pytest.

The decisions are pure and know neither pytest nor Bazel nor the operating system:

    selection   which tests a target owns, as its BUILD file says
    units       an item's part and its unit, from its marks and its node id
    assign      units to shards
    share       which of all items a shard runs
    nodeids     node ids as pytest says them, and as the whole repository knows them
    census      what to say of items that no target owns
    search_path where processes that tests start find modules
    identity    the names by which a shard's tests tell it from others

What touches the world is thin:

    settings    reads the environment, once
    marks       reads the marks of pytest's items
    plugin      pytest's hooks: select the shard's items, give tests their worker id
    doctests    keeps what is no doctest out of a target of doctests
    skipping    has a folder that skips itself skipped, as plain pytest does
    ignoring    pytest's hook: leave out files that pytest passes over
    empty_sets  pytest's hook: fail what would be skipped for lack of parameters
    strays      pytest's hook: fail what no target runs
    recording   pytest's hooks: tell the journal what happens
    attempts    what failed before a plugin ran a test again
    around      a hook around all that happens to a test
    guard       what is to hold in a process in which tests run
    flood       bounds what a test may print
    originals   what the hooks call while tests run, safe from what these do to Python
    measuring   coverage.py around pytest, for `bazel coverage`
    boxed       a process for each test
    standin     says how many workers pytest-xdist starts inside a shard, mostly none, and
                that pytest-cov measures nothing
    worker_api  makes a shard without them a worker itself, to plugins and to tests
    controller  gives them their work, where there are any
    schedulers  which of them runs what
    worker      what the shard's one process is otherwise
    handover    what these two tell each other
    bytecode    lets Python and pytest find what build actions compiled
    compiling   what these actions execute
    journal     what happened so far, readable after a crash
    junit       the report of a crashed shard
    process     the process that runs pytest, seen from the one that watches it
    runner      puts these together
    collect     a plugin of its own for `xdist verify`, which runs without all the above

Not here: which targets exist (Gazelle), when shards run (Bazel).
"""
