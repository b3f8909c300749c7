"""Which decisions replace which, as their records say."""

import re
from collections.abc import Mapping
from pathlib import PurePosixPath

from featherchat.capture.planning import Read


def supersessions(read: Read, heads: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """New id, old id and the words that say so, for each supersession a record states."""
    here = heads.get(read.file.path)
    if read.decision is None or here is None:
        return []
    found: list[tuple[str, str, str]] = []
    for references, forward in (
        (read.decision.supersedes, True),
        (read.decision.superseded_by, False),
    ):
        for reference in references:
            other = (
                None
                if reference.partial
                else _resolved(reference.path, reference.number, read, heads)
            )
            if other is not None and other != here:
                ends = (here, other) if forward else (other, here)
                found.append((*ends, str(reference)))
    return found


def _resolved(
    target: str | None, number: int | None, read: Read, heads: Mapping[str, str]
) -> str | None:
    """The decision that a reference means: by its path, else by its number in this folder."""
    folder = PurePosixPath(read.file.path).parent
    if target is not None:
        wanted = (folder / target.split("#")[0]).name
        for path, memory_id in heads.items():
            if PurePosixPath(path).name == wanted and PurePosixPath(path).parent == folder:
                return memory_id
    if number is None:
        return None
    for path, memory_id in heads.items():
        if PurePosixPath(path).parent == folder and _number_in(path) == number:
            return memory_id
    return None


def _number_in(path: str) -> int | None:
    found = re.search(r"\d+", PurePosixPath(path).name)
    return int(found[0]) if found else None
