"""The one exception by which rules_xdist rejects what it was given."""


class ConfigError(Exception):
    """Something outside of the tests is wrong: says what, its value and the rule."""
