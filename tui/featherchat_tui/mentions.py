"""What a person means while typing ``@`` and a few letters: a file, a decision, a symbol, …"""

from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING

from featherchat_tui.values import Completion

if TYPE_CHECKING:
    # The commands are imported after the first page is painted.
    from featherchat.commands.mentioning import Mentionable

MOST_FILES = 12
MOST_OF_A_SORT = 5
_SORTS = ("decision", "symbol", "commit")


def best_mentions(
    paths: Sequence[str], others: Sequence["Mentionable"], typed: str
) -> list[Completion]:
    """Files first, then decisions, symbols, commits and other memories, each the closest first.

    Files that have no more than the letters, scattered, come last.
    """
    wanted = typed.casefold()
    files = best_paths(paths, typed, MOST_FILES)
    close = [path for path in files if wanted in path.casefold()]
    found = [Completion(f"@{path}") for path in close]
    for sort in (*_SORTS, ""):
        some = (each for each in others if _is(each, sort) and _fits(each, wanted))
        found += [
            Completion(f"@{each.name}", f"{each.sort} · {each.title}")
            for each in islice(some, MOST_OF_A_SORT)
        ]
    return found + [Completion(f"@{path}") for path in files[len(close) :]]


def _is(each: "Mentionable", sort: str) -> bool:
    return each.sort == sort if sort else each.sort not in _SORTS


def _fits(each: "Mentionable", wanted: str) -> bool:
    # Of a symbol, the words of the change that touched it are not its own.
    title = "" if each.sort == "symbol" else each.title.casefold()
    return wanted in each.name.casefold() or wanted in title


def best_paths(paths: Sequence[str], typed: str, limit: int) -> list[str]:
    """The paths that have the letters in order, the closest first.

    A match in the file's name counts before one in its folders, a whole run of
    letters before scattered ones, a short path before a long one.
    """
    wanted = typed.casefold()
    ranked = [
        (rank, len(path), path) for path in paths if (rank := _rank(path.casefold(), wanted)) < 4
    ]
    return [path for _, _, path in sorted(ranked)[:limit]]


def _rank(path: str, wanted: str) -> int:
    name = path.rpartition("/")[2]
    if name.startswith(wanted):
        return 0
    if wanted in name:
        return 1
    if wanted in path:
        return 2
    letters = iter(path)
    return 3 if all(letter in letters for letter in wanted) else 4
