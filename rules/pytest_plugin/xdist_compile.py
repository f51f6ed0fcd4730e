"""Compiles the sources of a library or of a test target, as a build action."""

from rules_xdist.compiling import main

if __name__ == "__main__":
    main()
