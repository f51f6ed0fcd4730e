"""A stand-in, which makes nothing."""

def gazelle_python_manifest(**_kwargs):
    pass
