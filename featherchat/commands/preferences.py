"""How this developer works: stated for all projects or for one, and seen by nobody else."""

from enum import StrEnum
from typing import TYPE_CHECKING

from featherchat.commands.memories import cause, fitted_text, title_of
from featherchat.errors import InvalidValue
from featherchat.memory import Author, Kind, Layer, Memory, Source, traits_of
from featherchat.project import Project
from featherchat.recall.viewing import ALL_PROJECTS, SCOPE
from featherchat.recollection import Filter

if TYPE_CHECKING:
    # The gate is loaded with the first write, not with a search.
    from featherchat.capture.gate import Kept


class Scope(StrEnum):
    """Where a preference holds."""

    ALL = "all"
    PROJECT = "project"
    """In the project that is open."""


async def prefer(project: Project, text: str, scope: Scope = Scope.ALL) -> "Kept":
    """Store a preference in the developer's own store, active at once.

    One that is stated again holds wherever it was stated.

    Raises:
        InvalidValue: If there is no text.
        StoreError: If that store cannot be used.
    """
    safe = fitted_text(project, text)
    if not safe:
        raise InvalidValue("There is no preference.", hint="Say how you like to work.")
    now = project.clock.now()
    memory = Memory(
        id=project.clock.new_id(),
        text=safe,
        title=title_of(safe),
        kind=Kind.PREFERENCE,
        source=Source(Author.USER, now),
        created_at=now,
        importance=traits_of(Kind.PREFERENCE).importance,
        developer=project.developer,
        attributes={SCOPE: ALL_PROJECTS if scope is Scope.ALL else project.known.id},
    )
    return await project.gate.keep([memory], cause(project, f"preferred: {memory.title}"))


async def preferences(project: Project) -> tuple[Memory, ...]:
    """What this developer prefers here, newest first.

    Raises:
        StoreError: If their store cannot be read: that is not the same as no preference.
    """
    if project.personal is None and project.memories.trouble is not None:
        raise project.memories.trouble
    return tuple(await project.memories.find(Filter(layers=(Layer.DEVELOPER,))))


def scope_words(memory: Memory) -> str:
    """Where a preference holds, for a person who looks at it in a project."""
    everywhere = memory.attributes.get(SCOPE, ALL_PROJECTS) == ALL_PROJECTS
    return "all projects" if everywhere else "this project"
