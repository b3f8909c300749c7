"""Which files a person means while typing ``@`` and a few letters."""

from collections.abc import Sequence


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
