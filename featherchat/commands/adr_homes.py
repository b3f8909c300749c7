"""The file that a decision is written in, as it was learnt."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from featherchat.code.files import Document as File
from featherchat.code.files import inside, read_document
from featherchat.commands.adr_parts import status_of
from featherchat.decisions import Decision, parse
from featherchat.memory import Memory
from featherchat.project import Project
from featherchat.store.base import Document

_DECISION_SLOT = "decision"
"""What a record's document calls the decision itself."""


async def homes_of(project: Project) -> dict[str, Document]:
    """The file of each decision that has one, by the decision's id."""
    documents = await project.memories.documents()
    return {
        document.pieces[_DECISION_SLOT]: document
        for document in documents.values()
        if _DECISION_SLOT in document.pieces
    }


def place_of(project: Project, path: str) -> Path:
    """Where a learnt file lies; one outside the project is named by its whole path.

    Raises:
        InvalidValue: If a path in the project has come to lead out of it.
    """
    return Path(path) if path.startswith("/") else inside(project.root, path)


async def decision_in_file(
    project: Project, memory: Memory, homes: Mapping[str, Document]
) -> Decision | None:
    """What a decision's file says, with the status that memory has; None without a file.

    None, too, if the file has changed since it was learnt: memory says then what is known.
    """
    document = homes.get(memory.id)
    if document is None:
        return None
    whole = Path(document.path)
    root, path = (
        (whole.parent, whole.name) if whole.is_absolute() else (project.root, document.path)
    )
    found = await asyncio.to_thread(read_document, root, path)
    if not isinstance(found, File) or found.blob_hash != document.blob:
        return None
    decision = parse(project.memories.redacted(found.text), document.path)
    return replace(decision, status=status_of(memory) or decision.status)
