"""What a py_xdist_test executes: rules_xdist's runner, and nothing else."""

import os
import sys

from rules_xdist import bytecode

if __name__ == "__main__":
    # Python puts a script's own folder first, with symlinks resolved: it is a folder of
    # rules_xdist's sources, and nothing in it may shadow a module of the tests. Not under
    # PYTHONSAFEPATH.
    if not getattr(sys.flags, "safe_path", False):
        if os.path.realpath(sys.path[0]) == os.path.dirname(os.path.realpath(__file__)):
            del sys.path[0]
    bytecode.serve(os.environ)
    from rules_xdist.runner import main

    main()
