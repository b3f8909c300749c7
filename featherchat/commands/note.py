"""A reason at hand: what a person says of a change in progress stays with it through its commit."""

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace

from featherchat.capture.absorbing import NOTE, linked_reasons
from featherchat.code.blobs import blob_ids
from featherchat.code.files import inside
from featherchat.commands.adr_places import governed_anchors, touches
from featherchat.commands.memories import cause, fitted_text, title_of
from featherchat.commands.wording import counted
from featherchat.errors import InvalidValue, UsageError
from featherchat.memory import Author, Kind, Memory, Source, Status, traits_of
from featherchat.project import Project
from featherchat.store.base import Cause
from featherchat.store.commits import NOTE_FOR, open_saves
from featherchat.store.sqlite import SqliteStore


@dataclass(frozen=True, slots=True)
class Noted:
    """A reason, and what it was given for."""

    memory: Memory
    changes: tuple[Memory, ...]
    """The changes in progress that it is linked with."""

    waiting: tuple[str, ...]
    """The paths whose next commit takes it up."""

    known: bool = False
    """It was there before, in the same words."""


async def note(project: Project, paths: Sequence[str], why: str) -> Noted:
    """Keep the reason for the change in progress of some files or folders.

    Args:
        project: It must have a git repository.
        paths: Relative to the root, or absolute.
        why: The reason, in a person's words.

    Raises:
        UsageError: If there is no git repository.
        InvalidValue: If there is no reason, no path, or a path leads out of the project.
        StoreError: If it cannot be stored.
    """
    if project.repository is None or project.saves is None:
        raise UsageError(
            "There is no git repository here, so no change is in progress.",
            hint="Use featherchat remember.",
        )
    if not (paths and why.strip()):
        raise InvalidValue(
            "A note is a path and a reason.", hint='Say note PATH "why it is changed".'
        )
    named = await asyncio.to_thread(_relative, project, paths)
    if project.config.learn.policy.get(Kind.CODE_CHANGE) != "off":
        await project.saves.saved(named)
    saves = await project.memories.ask(_open_saves)
    memory = await _memory(project, named, why)
    edges = linked_reasons(memory, saves, project.clock.now())
    said = cause(project, f"noted why {', '.join(named)} is changed")
    written = await project.gate.keep([memory], said, edges)
    stored_id = written.duplicates.get(memory.id, memory.id)
    if written.duplicates:
        await _wait_also(project, stored_id, named, said)
    found = await project.memories.get([stored_id, *(edge.target_id for edge in edges)])
    ends = (found[edge.target_id] for edge in edges if edge.target_id in found)
    changes = tuple(_led_by(named, change) for change in ends)
    return Noted(found.get(stored_id, memory), changes, tuple(named), bool(written.duplicates))


async def notes_of(project: Project, changes: Sequence[Memory]) -> dict[str, tuple[Memory, ...]]:
    """What people said at hand of some changes, by the change's id, the oldest first."""
    edges = await project.memories.edges_of([each.id for each in changes])
    given = [edge for edge in edges if edge.origin == NOTE]
    notes = await project.memories.get([edge.source_id for edge in given])
    found: dict[str, tuple[Memory, ...]] = {}
    for edge in sorted(given, key=lambda edge: edge.source_id):
        reason = notes.get(edge.source_id)
        if reason is not None and reason.status is Status.ACTIVE:
            found[edge.target_id] = (*found.get(edge.target_id, ()), reason)
    return found


async def saves_of(project: Project, path: str) -> list[Memory]:
    """What is in progress in a file and not committed yet."""
    saves = await project.memories.ask(_open_saves)
    return [each for each in saves if any(anchor.path == path for anchor in each.anchors)]


def _led_by(paths: Sequence[str], save: Memory) -> Memory:
    """A change in progress, called by what a person spoke of rather than by its first files."""
    files = list(dict.fromkeys(each.path for each in save.anchors))
    meant = [each for each in files if any(touches(path, each) for path in paths)]
    if not meant or any(each in save.title for each in meant):
        return save
    rest = counted(len(files) - 1, "other file")
    return replace(save, title=f"Uncommitted: {meant[0]} and {rest}")


def _open_saves(store: SqliteStore) -> list[Memory]:
    return list(store.get(open_saves(store.database)).values())


async def _wait_also(project: Project, note_id: str, paths: Sequence[str], said: Cause) -> None:
    """Let a reason that was given before wait for further paths."""
    known = (await project.memories.get([note_id]))[note_id]
    before = str(known.attributes.get(NOTE_FOR, "")).split("\n")
    waits = "\n".join(dict.fromkeys(path for path in (*before, *paths) if path))
    again = replace(known, attributes={**known.attributes, NOTE_FOR: waits})
    await project.memories.remember([again], said)


async def _memory(project: Project, paths: Sequence[str], why: str) -> Memory:
    now, text = project.clock.now(), fitted_text(project, why)
    return Memory(
        id=project.clock.new_id(),
        text=text,
        title=title_of(text),
        kind=Kind.RATIONALE,
        source=Source(Author.USER, now),
        created_at=now,
        importance=traits_of(Kind.RATIONALE).importance,
        developer=project.developer,
        anchors=await governed_anchors(project, paths),
        attributes={NOTE_FOR: "\n".join(paths)},
    )


def _relative(project: Project, paths: Sequence[str]) -> list[str]:
    """The paths from the root, each of something that is there or was at the last commit."""
    assert project.repository is not None
    root = project.root.resolve()
    named = {path: inside(root, path).relative_to(root).as_posix() for path in paths}
    committed = blob_ids(project.repository, [f"HEAD:{path}" for path in named.values()])
    for path, relative in named.items():
        if relative == ".":
            raise InvalidValue(
                "The whole project is no change in progress.", hint="Name files or folders in it."
            )
        if not (root / relative).exists() and f"HEAD:{relative}" not in committed:
            raise InvalidValue(
                f"There is no {path} here, and the last commit has none.",
                hint="Give the path of a file or folder that is being changed.",
            )
    return [os.fsencode(path).decode("utf-8", "replace") for path in dict.fromkeys(named.values())]
