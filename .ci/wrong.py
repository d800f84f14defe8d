"""The one exception of the checks."""


class Wrong(Exception):
    """What a rule forbids, and where."""
