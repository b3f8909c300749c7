"""What a prompt can mention besides files: decisions, symbols, memories, commits, by name."""

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from featherchat.commands.wording import kind_words

if TYPE_CHECKING:
    from featherchat.project import Project

MOST_COMMITS = 500
MOST_SYMBOLS = 5_000
"""Symbols that are looked through, those that the newest changes touched."""

MOST_MEMORIES = 20_000
"""Memories whose titles are looked through, the newest: half a second for all of them."""


@dataclass(frozen=True, slots=True)
class Mentionable:
    """Something with a name that a prompt can mention."""

    name: str
    """As it stands behind the ``@``: ``ADR-12``, ``m:4kx2p9ab``, ``src/pool.py::Pool``."""

    title: str
    sort: str
    """What it is: ``decision``, ``bug fix``, ``symbol``, ``commit``."""


async def mentionables(project: "Project") -> tuple[Mentionable, ...]:
    """Decisions first, then other memories, symbols and commits, each the newest first."""
    from featherchat.commands.decisions import list_decisions
    from featherchat.recollection import Filter
    from featherchat.store.commits import touched_symbols
    from featherchat.store.overview import overview

    decisions = [view.memory for view in await list_decisions(project)]
    now = project.clock.now()
    found = await project.memories.ask(lambda store: overview(store.database, Filter(), now))
    touched = await project.memories.ask(
        lambda store: touched_symbols(store.database, MOST_SYMBOLS)
    )
    known = {memory.id for memory in decisions}
    rows = zip(found.titles[:MOST_MEMORIES], found.outlines, strict=False)
    return (
        *(
            Mentionable(_name(memory.id, memory.attributes.get("number")), memory.title, "decision")
            for memory in decisions
        ),
        *(
            Mentionable(_name(row.id), title, kind_words(row.kind))
            for title, row in rows
            if row.id not in known
        ),
        *(
            Mentionable(f"{each.path}::{each.symbol}", f"{each.symbol} · {each.title}", "symbol")
            for each in touched
        ),
        *await asyncio.to_thread(_commits, project),
    )


def _name(memory_id: str, number: object = None) -> str:
    return f"ADR-{number}" if isinstance(number, int) else f"m:{memory_id[-8:].lower()}"


def _commits(project: "Project") -> list[Mentionable]:
    from featherchat.code.git import RepositoryProblem, read_git

    if project.repository is None:
        return []
    try:
        said = read_git(project.root, "log", f"-{MOST_COMMITS}", "--format=%h%x09%s", "HEAD", "--")
    except RepositoryProblem:
        return []  # a repository without a commit
    lines = said.decode("utf-8", "replace").splitlines()
    pairs = (line.partition("\t") for line in lines)
    return [Mentionable(sha, subject, "commit") for sha, _, subject in pairs]
