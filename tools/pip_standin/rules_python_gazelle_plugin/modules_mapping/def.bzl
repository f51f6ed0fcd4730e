"""A stand-in, which makes nothing."""

def modules_mapping(**_kwargs):
    pass
