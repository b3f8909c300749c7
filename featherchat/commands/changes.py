"""The changes of memory, one by one: looked at, and taken back alone or as a period."""

from collections.abc import Sequence
from dataclasses import dataclass

from featherchat.commands.memories import undo
from featherchat.commands.signs import title_words
from featherchat.commands.telling import change_lines, edge_line
from featherchat.commands.timeline import Differences
from featherchat.commands.wording import kind_words, shown_line
from featherchat.errors import FeatherchatError
from featherchat.memory import Memory
from featherchat.project import Project
from featherchat.recall.context import short_id
from featherchat.recall.memories import Memories
from featherchat.store.base import Difference
from featherchat.store.operations import Operation, operations


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What an undo of a period did."""

    operations: tuple[Operation, ...]
    memories: int
    stopped: str = ""
    """Why the rest stands; empty if nothing is left."""


async def changes(project: Project, since: float = 0.0) -> tuple[Operation, ...]:
    """What was done to memory after a time, newest first, as far as it may be seen."""
    found: dict[str, Operation] = {}
    for home in _homes(project):
        listed = await home.ask(lambda store: operations(store.database, since))
        ids = [each for operation in listed for each in operation.memories]
        known = await home.get(ids)
        visible = await project.memories.get(ids)
        for operation in listed:
            theirs = [each for each in operation.memories if each in known]
            if not theirs or any(each in visible for each in theirs):
                # What is private to another developer of this account is not named.
                found.setdefault(operation.id, operation)
    return tuple(sorted(found.values(), key=lambda each: -each.at))


async def differences_of(project: Project, operation: str) -> Differences:
    """What one operation did."""
    parts = [
        await home.ask(lambda store: store.histories.diff_of(operation)) for home in _homes(project)
    ]
    one = Difference(
        tuple(each for part in parts for each in part.added),
        tuple(pair for part in parts for pair in part.changed),
        tuple(each for part in parts for each in part.removed),
        tuple(edge for part in parts for edge in part.edges_added),
        tuple(edge for part in parts for edge in part.edges_removed),
    )
    edges = (*one.edges_added, *one.edges_removed)
    ids = {end for edge in edges for end in (edge.source_id, edge.target_id)}
    gone = {memory.id: memory for memory in one.removed}
    return Differences(0.0, 0.0, one, gone | await project.memories.get(sorted(ids)))


def difference_lines(found: Differences) -> tuple[str, ...]:
    """What is different, a line each: ``+`` new, ``~`` changed, ``-`` gone."""
    difference = found.difference
    lines = [f"+ {_named(memory)}" for memory in difference.added]
    for before, after in difference.changed:
        lines.append(f"~ {_named(after)}")
        lines += [f"    {line}" for line in change_lines(before, after)]
    lines += [f"- {_named(memory)}" for memory in difference.removed]
    lines += [f"+ {edge_line(edge, found.ends)}" for edge in difference.edges_added]
    lines += [f"- {edge_line(edge, found.ends)}" for edge in difference.edges_removed]
    return tuple(shown_line(line) if line[0] != " " else line for line in lines)


async def take_back(project: Project, chosen: Sequence[Operation]) -> TakenBack:
    """Take operations back, the newest first, until one cannot be."""
    done: list[Operation] = []
    touched = 0
    for operation in sorted(chosen, key=lambda each: -each.at):
        if not operation.stands or operation.is_undo:
            continue
        try:
            undone = await undo(project, operation.id)
        except FeatherchatError as error:
            return TakenBack(tuple(done), touched, f"{error} {error.hint}")
        done.append(operation)
        touched += len(undone.removed) + len(undone.restored)
    return TakenBack(tuple(done), touched)


def _named(memory: Memory) -> str:
    return f"{title_words(memory)} · {kind_words(memory.kind)} · m:{short_id(memory.id)}"


def _homes(project: Project) -> list[Memories]:
    return [project.memories, *([project.personal] if project.personal is not None else [])]
