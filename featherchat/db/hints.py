"""Hints of the store in the words of a library: a Python process has no options to give."""

from collections.abc import Iterator
from contextlib import contextmanager

from featherchat.errors import FeatherchatError

_WORDS = {
    "another place with --store PATH": "another path",
    "Leave out --as-of to change what is remembered now.": (
        "Use the library itself to change what is remembered now."
    ),
    "Find its id with search": "Check its id with get",
    "repeat the command": "try again",
    "raise store.busy_timeout": "close what else has it open",
}


@contextmanager
def for_a_library() -> Iterator[None]:
    """Say the hints of what is raised in here to a caller of ``DB``."""
    try:
        yield
    except FeatherchatError as error:
        for shell, library in _WORDS.items():
            error.hint = error.hint.replace(shell, library)
        raise
