"""What a prompt means by ``@ADR-12``, ``@m:4kx2p9``, ``@a1b2c3d`` or ``@src/pool.py::Pool``.

A memory, a commit, or what a file defines.
"""

import asyncio
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from featherchat.chat.editing import Edits
from featherchat.chat.tools import Attachment, Toolbox
from featherchat.code.files import Skipped, read_document
from featherchat.code.git import RepositoryProblem, read_git
from featherchat.memory import Kind, Memory, Status
from featherchat.recall.memories import Memories
from featherchat.recall.retriever import Retriever
from featherchat.recollection import Filter

_RECORD = re.compile(r"adr-(\d{1,8})", re.IGNORECASE)
_MEMORY = re.compile(r"m:([0-9a-z]{4,26})", re.IGNORECASE)
_SYMBOL = re.compile(r"(?P<path>.+)::(?P<symbol>[\w.]+)")
_COMMIT = re.compile(r"[0-9a-f]{7,40}")


def toolbox_of(
    root: Path,
    list_files: Callable[[], Sequence[str]],
    retriever: Retriever,
    memories: Memories,
    edits: Edits,
) -> Toolbox:
    """The tools of a project, whose prompts can mention its memories and commits."""
    mentioned = Mentioned(memories, root)
    return Toolbox(root, list_files, retriever, memories.redacted, mentioned.attachment, edits)


class Mentioned:
    """Finds what is mentioned in one project."""

    def __init__(self, memories: Memories, root: Path) -> None:
        self._memories = memories
        self._root = root

    async def attachment(self, name: str) -> Attachment | None:
        """What is called that; None if nothing is, or more than one."""
        if place := _SYMBOL.fullmatch(name):
            return await asyncio.to_thread(self._symbol, place["path"], place["symbol"])
        memory = await self._memory(name)
        if memory is not None and memory.status is not Status.RETIRED:
            said = f"{memory.kind} · {memory.status} · {memory.title}\n\n{memory.text}"
            return Attachment(name, said, "memory")
        if _COMMIT.fullmatch(name):
            return await asyncio.to_thread(self._commit, name)
        return None

    async def _memory(self, name: str) -> Memory | None:
        if record := _RECORD.fullmatch(name):
            numbered = {"number": int(record[1])}
            wanted = Filter(kinds=(Kind.DECISION,), statuses=(), attributes=numbered)
            found = await self._memories.find(wanted)
            found = [each for each in found if each.status is not Status.RETIRED]
        elif reference := _MEMORY.fullmatch(name):
            ids = await self._memories.resolve(reference[1])
            found = list((await self._memories.get(ids)).values())
        else:
            found = []
        return found[0] if len(found) == 1 else None

    def _symbol(self, path: str, symbol: str) -> Attachment | None:
        document = read_document(self._root, path)
        if isinstance(document, Skipped):
            return None
        # The grammars are loaded when the first symbol is mentioned.
        from featherchat.code.symbols import symbols_in

        defined = symbols_in(path, document.text.encode())
        found = next((each for each in defined if each.name == symbol), None)
        if found is None:
            return None
        lines = document.text.split("\n")[found.first - 1 : found.last]
        numbered = [f"{number:5} {line}" for number, line in enumerate(lines, found.first)]
        return Attachment(f"{path}::{symbol}", "\n".join(numbered), "symbol")

    def _commit(self, name: str) -> Attachment | None:
        form = "--format=%H%n%an, %as%n%n%B"
        try:
            said = read_git(self._root, "log", "-1", "--stat", form, name, "--")
        except RepositoryProblem:
            return None
        return Attachment(name, said.decode("utf-8", "replace").strip(), "commit")
