"""What files hold in git's own copy, many at once, without any filter of the repository."""

from collections.abc import Collection

from featherchat.code.git import read_git
from featherchat.code.repository import Repository

_BLOB = b"blob"


def blob_ids(repository: Repository, names: Collection[str]) -> dict[str, str]:
    """The ids of some blobs; those that are not there are left out.

    Args:
        repository: Where they lie.
        names: Such as ``HEAD:path``.

    Raises:
        RepositoryProblem: If git cannot tell.
    """
    wanted = _askable(names)
    if not wanted:
        return {}
    said = read_git(repository.root, "cat-file", "--batch-check", given=_lines(wanted))
    return {
        name: line.split(b" ", 1)[0].decode("ascii")
        for name, line in zip(wanted, said.split(b"\n"), strict=False)
        if _size(line) is not None
    }


def read_blobs(repository: Repository, names: Collection[str], limit: int) -> dict[str, bytes]:
    """The contents of some blobs; those that are not there, or too large, are left out.

    Two processes, however many they are.

    Args:
        repository: Where they lie.
        names: Their ids, or ``HEAD:path``.
        limit: Bytes; of a larger blob nothing is read.

    Raises:
        RepositoryProblem: If git cannot read one that is there.
    """
    wanted = _askable(names)
    if not wanted:
        return {}
    said = read_git(repository.root, "cat-file", "--batch-check", given=_lines(wanted))
    small = [
        name
        for name, line in zip(wanted, said.split(b"\n"), strict=False)
        if (size := _size(line)) is not None and size <= limit
    ]
    return _contents(repository, small) if small else {}


def _askable(names: Collection[str]) -> list[str]:
    # A line break would end the question; such a path can be asked about by its id alone.
    return [name for name in dict.fromkeys(names) if "\n" not in name]


def _contents(repository: Repository, names: list[str]) -> dict[str, bytes]:
    said = read_git(repository.root, "cat-file", "--batch", "--buffer", given=_lines(names))
    found: dict[str, bytes] = {}
    place = 0
    for name in names:
        end = said.find(b"\n", place)
        size = _size(said[place:end]) or 0
        found[name] = said[end + 1 : end + 1 + size]
        place = end + 1 + size + 1
    return found


def _size(line: bytes) -> int | None:
    """Of ``ID blob SIZE``; None for what is missing, or no blob."""
    parts = line.rsplit(b" ", 2)
    is_blob = len(parts) == 3 and parts[1] == _BLOB and parts[2].isdigit()
    return int(parts[2]) if is_blob else None


def _lines(names: list[str]) -> bytes:
    return "".join(f"{name}\n" for name in names).encode("utf-8", "surrogateescape")
