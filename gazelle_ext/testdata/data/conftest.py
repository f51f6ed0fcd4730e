import pathlib

SHARED = pathlib.Path(__file__).parent / 'shared'
