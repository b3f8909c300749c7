"""What a person can do to a decision: accept, reject, deprecate, supersede, link it.

Both ends of a change are stored in one transaction, which one undo takes back. A file is
changed only by ``adr_files``. Nothing here may be offered to a model: only a person accepts.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from featherchat.commands import inbox
from featherchat.commands.adr_parts import (
    Recorder,
    decision_of,
    next_section,
    parts_among,
    slot_of,
)
from featherchat.commands.adr_places import the_decision
from featherchat.commands.adr_relations import relation_of
from featherchat.commands.decisions import (
    DecisionView,
    NewDecision,
    edge_between,
    linking,
    new_decision,
    standing,
    store,
    superseded,
    view_of,
)
from featherchat.decisions import Decision
from featherchat.errors import InvalidValue, NothingFound
from featherchat.memory import AdrStatus, Edge, Memory, RelationType, Status
from featherchat.project import Project


class Verb(StrEnum):
    """What is done to one decision's status."""

    ACCEPT = "accept"
    REJECT = "reject"
    DEPRECATE = "deprecate"


@dataclass(frozen=True, slots=True)
class Changed:
    """What a change came to."""

    views: tuple[DecisionView, ...]
    """The decisions at both ends as they are now; the one in focus first."""

    before: str
    """The standing of the one in focus, before."""

    done: bool = True
    """False when everything was so already."""


@dataclass(frozen=True, slots=True)
class _Rule:
    status: AdrStatus
    past: str
    allowed: frozenset[str]
    hint: str
    """What to do where it is not allowed."""


_RULES: Mapping[Verb, _Rule] = {
    Verb.ACCEPT: _Rule(
        AdrStatus.ACCEPTED,
        "accepted",
        frozenset({"proposed", "unstated", "unconfirmed", "rejected"}),
        "Record a new decision that supersedes it.",
    ),
    Verb.REJECT: _Rule(
        AdrStatus.REJECTED,
        "rejected",
        frozenset({"proposed", "unstated", "unconfirmed"}),
        "Deprecate it, or supersede it by another decision.",
    ),
    Verb.DEPRECATE: _Rule(
        AdrStatus.DEPRECATED,
        "deprecated",
        frozenset({"accepted", "unstated"}),
        "Reject what was only proposed; what is rejected or superseded is out of force already.",
    ),
}
_LIKE_A_NAME = re.compile(r"(?:adr)?[-_ #]*\d+|\[?m:.*|.*\.md|.*/.*", re.IGNORECASE)
_SUPERSEDES = str(RelationType.SUPERSEDES)


async def change_status(project: Project, reference: str, verb: Verb, because: str = "") -> Changed:
    """Accept, reject or deprecate a decision.

    Args:
        project: Where it is.
        reference: What a person calls it.
        verb: What is done.
        because: Why; it is kept as one of the decision's reasons.

    Raises:
        InvalidValue: If that makes no sense from where it stands.
        NothingFound: If there is none.
    """
    memory = await the_decision(project, reference)
    rule, before = _RULES[verb], standing(memory)
    view = await view_of(project, memory)
    if before == rule.status.value and not because:
        return Changed((view,), before, done=False)
    if before not in rule.allowed and before != rule.status.value:
        raise InvalidValue(
            f"{memory.title} is {before}, so it cannot be {rule.past}.", hint=rule.hint
        )
    if before == "unconfirmed" and verb is Verb.ACCEPT:
        # What it contradicts gives way to it, as when it is accepted in the inbox.
        await inbox.decide(project, [memory.id], inbox.Verb.ACCEPT)
        return Changed((await _again(project, memory),), before)
    memories, edges = _with_status(project, view, rule.status)
    if because.strip():
        recorder = Recorder(project.clock, project.developer)
        said = project.memories.redacted(because).strip()
        slot, title = next_section(view.linked), f"Why it was {rule.past}"
        reason, to_reason = recorder.reason(memory, slot, title, said)
        memories, edges = [*memories, reason], [*edges, to_reason]
    await store(project, memories, edges, f"{rule.past}: {memory.title}")
    return Changed((await _again(project, memory),), before)


async def supersede(project: Project, old: str, new: str) -> Changed:
    """Let a decision take the place of another: one that is there, or a new one by its title.

    A new one is accepted: whoever replaces a decision has decided.

    Raises:
        InvalidValue: If either is out of force already.
        NothingFound: If there is none of that name.
    """
    before = await the_decision(project, old)
    try:
        after = await the_decision(project, new)
    except NothingFound:
        if _LIKE_A_NAME.fullmatch(new.strip()):
            raise
        stated = Decision(title=new, status=AdrStatus.ACCEPTED)
        view = await new_decision(project, NewDecision(stated, supersedes=(before.id,)))
        return Changed((await _again(project, before), view), standing(before))
    if standing(after) in ("superseded", "rejected", "deprecated", "unconfirmed"):
        raise InvalidValue(
            f"{after.title} is {standing(after)}, so it cannot take another's place.",
            hint="Name a decision that is accepted or proposed, or the title of a new one.",
        )
    replaced = await superseded(project, before, after)
    edge = edge_between(project, after, before, _SUPERSEDES)
    await store(project, replaced, [edge], f"superseded: {before.title}")
    return Changed((await _again(project, before), await _again(project, after)), standing(before))


async def link(project: Project, one: str, relation: str, other: str, reverse: str = "") -> Changed:
    """State how two decisions stand to each other; "supersedes" also changes the statuses.

    Raises:
        InvalidValue: If they are one, or the relation is none.
        NothingFound: If one of them is not there.
    """
    first, second = await the_decision(project, one), await the_decision(project, other)
    name, swapped = relation_of(relation)
    if name == _SUPERSEDES:
        old, new = (first, second) if swapped else (second, first)
        return await supersede(project, old.id, new.id)
    if first.id == second.id:
        raise InvalidValue(
            f"{first.title} cannot be linked with itself.", hint="Name two different decisions."
        )
    edges = linking(project, first, second, relation, reverse)
    known = {edge.key for edge in await project.memories.edges_of([first.id])}
    added = [edge for edge in edges if edge.key not in known]
    if added:
        await store(project, [], added, f"linked: {first.title} {relation} {second.title}")
    views = (await _again(project, first), await _again(project, second))
    return Changed(views, standing(first), done=bool(added))


def _with_status(
    project: Project, view: DecisionView, status: AdrStatus
) -> tuple[list[Memory], list[Edge]]:
    """What is stored when a decision gets a status; its options may be rejected with that."""
    own = parts_among(view.linked)
    if not own or not all(slot_of(link) for link in own):
        attributes = {**view.memory.attributes, "adr_status": status.value}
        return [replace(view.memory, attributes=attributes, status=Status.ACTIVE)], []
    decision = replace(decision_of(view.memory, view.linked), status=status)
    known = {slot_of(link): link.memory for link in own} | {"": view.memory}
    recorder = Recorder(project.clock, project.developer)
    recorded = recorder.recorded(decision, view.memory.anchors, known)
    there = {memory.id: memory for memory in known.values()}
    head = replace(recorded.decision, title=view.memory.title, status=Status.ACTIVE)
    changed = [head, *(part for part in recorded.parts if part != there.get(part.id))]
    linked = {link.edge.key for link in own}
    return [*recorded.retired, *changed], [e for e in recorded.edges if e.key not in linked]


async def _again(project: Project, memory: Memory) -> DecisionView:
    found = await project.memories.get([memory.id])
    return await view_of(project, found[memory.id])
