"""The client of a stack that has none: asks the engine over HTTP with the standard library."""


def start(setup, chain):
    """Nothing to start."""


def stop():
    """Nothing to stop."""


def answers(ask):
    """Nothing yet."""
    return frozenset()
