"""What is recorded while the code is watched, as memories and words."""

from collections.abc import Sequence
from dataclasses import dataclass

from featherchat.capture.keeper import Keeper, Noticed
from featherchat.commands.changes import differences_of
from featherchat.commands.wording import counted
from featherchat.errors import UsageError
from featherchat.memory import Kind, Memory
from featherchat.project import Project


@dataclass(frozen=True, slots=True)
class Happened:
    """A memory of the code that was written or changed just now."""

    memory: Memory
    is_new: bool


def keeper_of(project: Project) -> Keeper:
    """What keeps memory at the code of a project.

    Raises:
        UsageError: If there is no git, learning from code is switched off, or the store is
            read-only.
    """
    if project.repository is None:
        raise UsageError(
            f"There is no git repository around {project.root}: changes have nothing to be"
            " compared with.",
            hint="Install git if it is missing, or run git init there.",
        )
    if project.memories.read_only is not None:
        raise project.memories.read_only
    if project.keeper is None:
        raise UsageError(
            "Learning from code is switched off.",
            hint='Set learn.policy.code_change to "auto"; featherchat where names the file.',
        )
    return project.keeper


async def happened(project: Project, noticed: Noticed) -> tuple[Happened, ...]:
    """The memories of one change, new ones first."""
    found: list[Happened] = []
    recorded = noticed.recorded
    if recorded is not None and recorded.operation:
        differences = (await differences_of(project, recorded.operation)).difference
        found += [Happened(each, True) for each in _changes(differences.added)]
        found += [Happened(now, False) for now in _changes([now for _, now in differences.changed])]
    if noticed.saved is not None:
        # A task's memory keeps the time of its first save, and its source has that of the last.
        found += [
            Happened(each, each.created_at == each.source.at) for each in noticed.saved.written
        ]
    return tuple(found)


def beginning_words(noticed: Noticed) -> str:
    """What had happened before anybody watched, in one sentence."""
    recorded = noticed.recorded
    if recorded is None:
        return "No commit could be read."
    if not recorded.commits:
        return "Every commit was recorded already."
    partial = " The history is partial: this clone is shallow." if recorded.partial else ""
    if recorded.lacking:
        partial += f" git misses contents of {counted(recorded.lacking, 'commit')}."
    return (
        f"Read {counted(recorded.commits, 'commit')} from before:"
        f" {counted(recorded.new, 'new change')}.{partial}"
    )


def standing_words(keeper: Keeper) -> str:
    """Whether the code is watched, by whom and how."""
    standing = keeper.standing
    if standing is not None:
        if standing.notice:
            return standing.notice
        return f"Watching {counted(standing.folders, 'folder')}."
    holder = keeper.holder
    if holder is None:
        return "Nobody is watching; the app does, and featherchat watch."
    return f"Process {holder} records commits and saves; the next one takes over when it ends."


def _changes(memories: Sequence[Memory]) -> list[Memory]:
    return [each for each in memories if each.kind == Kind.CODE_CHANGE]
