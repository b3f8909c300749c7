"""Hints of the store in the words of a library: a Python process has no options to give."""

from featherchat.errors import FeatherchatError

_WORDS = {
    "another place with --store PATH": "another path",
    "Leave out --as-of to change what is remembered now.": (
        "Use the library itself to change what is remembered now."
    ),
    "Find its id with search": "Check its id with get",
    "repeat the command": "try again",
    "run featherchat compact": "call compact",
    # Without the path it would look at the project of the folder that it is run in.
    "Run featherchat doctor": "Run featherchat doctor --store PATH",
    "Run featherchat reindex to embed damaged memories anew": (
        "Give damaged memories their vectors anew with update"
    ),
    "run featherchat reindex": "give the memory its vector anew with update",
    "raise store.busy_timeout": "close what else has it open",
}


def reword(error: BaseException | None) -> None:
    """Say the hint of an error of ours to a caller of ``DB``."""
    if isinstance(error, FeatherchatError):
        for shell, library in _WORDS.items():
            error.hint = error.hint.replace(shell, library)


class for_a_library:  # noqa: N801 - reads as the function that contextlib would make of it
    """Reword the hints of what is raised in a block."""

    __slots__ = ()

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        reword(error)
