"""Writes a distribution's metadata, as a build action:

xdist_metadata.py OUTPUT NAME VERSION FILE...

An empty name or version is what the files say.
"""

import sys
from pathlib import Path

import distribution


def main(output: str, name: str, version: str, *files: str) -> None:
    """Writes the metadata into the folder `output`."""
    found = distribution.read(map(Path, files))
    found.name = name or found.name
    found.version = version or found.version
    if found.name:
        found.write(Path(output))
        return
    # Most tests do without; those that do not say that they find no metadata.
    print(
        f"{', '.join(files)}: no metadata is made, since none of these names the "
        'distribution; write distribution = "NAME" in the xdist_metadata rule',
        file=sys.stderr,
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
