"""Links between changes and decisions: shown, confirmed, rejected, taken away.

What a person has rejected or taken away is noted on the change itself, so that neither a
new index nor an amended commit brings it back.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from featherchat.capture.changes import LINKED_IMPORTANCE, QUIET_IMPORTANCE
from featherchat.capture.known_decisions import is_in_force
from featherchat.capture.references import CONFIRMED, with_turned_down
from featherchat.capture.weighing import LIKELY
from featherchat.commands.adr_places import the_decision
from featherchat.commands.memories import Linked, cause, linked_of, the_memory
from featherchat.errors import InvalidValue, NothingFound
from featherchat.memory import MAY_CAUSE, Edge, Kind, Layer, Memory, RelationType, traits_of
from featherchat.project import Project
from featherchat.recollection import Filter

_LOOKED_AT = 1_000
"""Changes among which those with links are looked for."""

_REASONS = (RelationType.CAUSES, RelationType.RELATED_TO)


class Verb(StrEnum):
    """What a person can say of a link."""

    CONFIRM = "confirm"
    REJECT = "reject"
    UNLINK = "unlink"


@dataclass(frozen=True, slots=True)
class SaidOf:
    """A link that a person has said something of."""

    change: Memory
    memory: Memory
    """The decision."""


@dataclass(frozen=True, slots=True)
class LinkedChange:
    """A change with the decisions that it is, or may be, linked with."""

    change: Memory
    links: tuple[Linked, ...]
    """What holds first, then what is suggested, each the surest first."""

    @property
    def suggested(self) -> tuple[Linked, ...]:
        """What waits for a person's word."""
        return tuple(link for link in self.links if is_suggested(link.edge))

    @property
    def likely(self) -> tuple[Linked, ...]:
        """What waits for a person's word and is told unasked."""
        return tuple(link for link in self.suggested if link.edge.confidence >= LIKELY)

    @property
    def told(self) -> tuple[Linked, ...]:
        """What holds, and what is likely."""
        likely = self.likely
        return tuple(x for x in self.links if not is_suggested(x.edge) or x in likely)


def is_suggested(edge: Edge) -> bool:
    """Whether nobody has said yet that a link holds."""
    return edge.relation == MAY_CAUSE


def is_told(edge: Edge) -> bool:
    """Whether a link is told unasked: it holds, or it is likely."""
    return not is_suggested(edge) or edge.confidence >= LIKELY


async def changes_with_links(
    project: Project,
    limit: int = 50,
    *,
    suggested: bool = False,
    path: str | None = None,
    faint: bool = False,
) -> tuple[LinkedChange, ...]:
    """Changes that are, or may be, linked with decisions, the newest first.

    Args:
        project: The open project.
        limit: How many at the most.
        suggested: Only those of which something waits for a person's word, the surest first.
        path: Only changes of this file or folder.
        faint: Suggestions, too, that are not likely.
    """
    where = Filter(kinds=(Kind.CODE_CHANGE,), path=path)
    linked = await links_of(project, await project.memories.find(where, _LOOKED_AT))
    kept = linked if faint else [replace(each, links=each.told) for each in linked]
    listed = [each for each in kept if each.links]
    if suggested:
        listed = [each for each in listed if each.suggested]
        listed.sort(key=lambda each: -each.suggested[0].edge.confidence)
    return tuple(listed[:limit])


async def links_of(project: Project, changes: Sequence[Memory]) -> tuple[LinkedChange, ...]:
    """Changes with their links to decisions; of those without any, no links."""
    linked = await linked_of(project, changes)
    return tuple(LinkedChange(each, _decisions(linked.get(each.id, ()))) for each in changes)


async def confirm(project: Project, edge: Edge) -> Edge:
    """Say that a suggestion holds: from now on it is a reason.

    Raises:
        InvalidValue: If it is none.
        NothingFound: If it is no longer there.
    """
    if not is_suggested(edge):
        raise InvalidValue(
            "This link holds already.", hint="Take it away with links unlink if it is wrong."
        )
    change = await _change_of(project, edge)
    held = replace(
        edge,
        relation=RelationType.CAUSES,
        weight=1.0,
        origin=CONFIRMED,
        confidence=1.0,
        evidence=f"{edge.origin}: {edge.evidence}" if edge.evidence else edge.origin,
        created_at=project.clock.now(),
    )
    why = cause(project, f"confirmed a link: {change.title}")
    raised = replace(change, importance=max(change.importance, LINKED_IMPORTANCE))
    others = await project.memories.edges_of([change.id])
    # What was less likely needs no word any more.
    fainter = [x for x in others if is_suggested(x) and x.confidence < edge.confidence]
    await project.memories.remember([raised], why, [held])
    await project.memories.unlink([edge, *fainter], why)
    return held


async def reject(project: Project, edge: Edge) -> None:
    """Say that a suggestion is wrong: it is never made again.

    Raises:
        InvalidValue: If it is no suggestion.
        NothingFound: If it is no longer there.
    """
    if not is_suggested(edge):
        raise InvalidValue("This link holds.", hint="Take it away with links unlink.")
    await _turn_down(project, edge, "rejected a link")


async def unlink(project: Project, edge: Edge) -> None:
    """Take a link away that holds; it is neither made nor suggested again.

    Raises:
        InvalidValue: If it is only a suggestion.
        NothingFound: If it is no longer there.
    """
    if is_suggested(edge):
        raise InvalidValue(
            "This link is only a suggestion.", hint="Say that it is wrong with links reject."
        )
    await _turn_down(project, edge, "took a link away")


async def decide(
    project: Project, verb: Verb, change: str, decision: str | None = None
) -> tuple[SaidOf, ...]:
    """Do what a person says of a change's link with a decision.

    Args:
        project: The open project.
        verb: What is said.
        change: A memory, by its id or the end of it.
        decision: ``ADR-7``, an id, a title; not needed where only one link can be meant, or
            where every suggestion is rejected.

    Raises:
        NothingFound: If there is no such link.
        InvalidValue: If one of several is to be chosen.
    """
    memory = await the_memory(project, change)
    chosen = await _meant(project, verb, memory, decision)
    for link in chosen:
        if verb is Verb.CONFIRM:
            await confirm(project, link.edge)
        elif verb is Verb.REJECT:
            await reject(project, link.edge)
        else:
            await unlink(project, link.edge)
    return tuple(SaidOf(memory, link.memory) for link in chosen)


def to_record(change: Memory, link: Linked) -> dict[str, Any]:
    """A link as ``--json`` prints it: a stable schema, one object a line."""
    return {
        "change": change.id,
        "commit": change.source.sha,
        "title": change.title,
        "created_at": change.created_at,
        "decision": link.memory.id,
        "decision_title": link.memory.title,
        "relation": link.edge.relation,
        "suggested": is_suggested(link.edge),
        "origin": link.edge.origin,
        "confidence": round(link.edge.confidence, 4),
        "evidence": link.edge.evidence,
    }


async def _meant(
    project: Project, verb: Verb, change: Memory, decision: str | None
) -> tuple[Linked, ...]:
    (found,) = await links_of(project, [change])
    suggested = verb is not Verb.UNLINK
    links = [each for each in found.links if is_suggested(each.edge) is suggested]
    if decision is not None:
        wanted = (await the_decision(project, decision)).id
        links = [each for each in links if each.memory.id == wanted]
    if not links:
        word = "suggestion" if suggested else "link"
        raise NothingFound(
            f"{change.title} has no such {word}.", hint="See what there is with featherchat links."
        )
    if len(links) > 1 and verb is not Verb.REJECT:
        named = ", ".join(each.memory.title for each in links[:5])
        raise InvalidValue(
            f"{change.title} has several: {named}.", hint="Name the decision behind the change."
        )
    return tuple(links)


async def _turn_down(project: Project, edge: Edge, words: str) -> None:
    change = await _change_of(project, edge)
    why = cause(project, f"{words}: {change.title}")
    noted = with_turned_down(change, [edge.source_id])
    others = await project.memories.edges_of([change.id])
    causes = [each for each in others if each.relation == RelationType.CAUSES and each != edge]
    if not causes and change.importance == LINKED_IMPORTANCE:
        usual = traits_of(Kind.CODE_CHANGE).importance
        quiet = change.attributes.get("bulk")
        noted = replace(noted, importance=QUIET_IMPORTANCE if quiet else usual)
    await project.memories.remember([noted], why)
    await project.memories.unlink([edge], why)


async def _change_of(project: Project, edge: Edge) -> Memory:
    """The change at an edge's end, if the edge still is as it was shown."""
    stored = {each.key for each in await project.memories.edges_of([edge.target_id])}
    found = (await project.memories.get([edge.target_id])).get(edge.target_id)
    if found is None or edge.key not in stored:
        raise NothingFound(
            "This link is no longer there.", hint="See what there is with featherchat links."
        )
    return found


def _waits(link: Linked) -> bool:
    """Whether somebody may be asked about a suggestion: its decision is in force."""
    return is_suggested(link.edge) and is_in_force(link.memory)


def _decisions(linked: Sequence[Linked]) -> tuple[Linked, ...]:
    found = [
        each
        for each in linked
        if not each.forward
        and each.memory.layer is Layer.DECISION
        and (each.edge.relation in _REASONS or _waits(each))
    ]
    # A confirmed suggestion whose old edge is still there, after a crash, is told once.
    held = {each.memory.id for each in found if not is_suggested(each.edge)}
    shown = [x for x in found if not (is_suggested(x.edge) and x.memory.id in held)]
    return tuple(
        sorted(shown, key=lambda x: (is_suggested(x.edge), -x.edge.confidence, x.edge.key))
    )
