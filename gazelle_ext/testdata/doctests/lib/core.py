import os


def twice(n):
    """
    >>> import lib.shown as shown
    >>> shown.show(twice(3))
    6
    """
    return n * 2
