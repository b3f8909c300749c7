"""How memory fades: every memory at a glance, and a person's word that one still holds."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from featherchat.commands.memories import cause, the_living, the_memory
from featherchat.memory import LIVING, Layer, Memory
from featherchat.project import Project
from featherchat.recollection import Filter, Outline, outline_of
from featherchat.store.anchored import changed_anchors
from featherchat.store.overview import Outlines, overview

_SHARED = tuple(layer for layer in Layer if layer is not Layer.DEVELOPER)


@dataclass(frozen=True, slots=True)
class Glance:
    """The living memories of a project without their texts, the newest first."""

    titles: tuple[str, ...]
    outlines: Sequence[Outline]


async def glance(project: Project) -> Glance:
    """Every living memory that this developer may see; preferences come first, they are few."""
    now = project.clock.now()
    # What is private lies elsewhere and is seen by its developer alone: ``find`` knows whose it is.
    own = await project.memories.find(Filter(layers=(Layer.DEVELOPER,), statuses=LIVING))
    where = Filter(layers=_SHARED, statuses=LIVING)
    shared = await project.memories.ask(lambda store: overview(store.database, where, now))
    return Glance(
        (*(memory.title for memory in own), *shared.titles),
        Outlines.of([outline_of(memory) for memory in own]) + shared.outlines,
    )


async def verify(project: Project, reference: str) -> Memory:
    """Take a person's word that a memory still holds, with its code as it is now."""
    from featherchat.capture.radar import confirmed

    memory = the_living(await the_memory(project, reference))
    anchors = await confirmed(project.root, memory.anchors)
    held = replace(memory, verified_at=project.clock.now(), anchors=anchors)
    await project.memories.remember([held], cause(project, f"verified: {memory.title}"))
    return held


async def suspects(project: Project) -> list[Memory]:
    """What waits for a person's word because its code has changed, the newest first."""
    found = await project.memories.ask(lambda store: changed_anchors(store.database))
    known = await project.memories.get(found)
    return sorted(known.values(), key=lambda each: -each.created_at)
