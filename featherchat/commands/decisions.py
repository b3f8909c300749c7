"""What a person can do with decisions: record, list and read them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from featherchat.commands.adr_homes import decision_in_file, homes_of
from featherchat.commands.adr_parts import Recorder, decision_of, parts_among, slot_of
from featherchat.commands.adr_places import governed_anchors, governs, the_decision
from featherchat.commands.adr_relations import is_usual, relation_of
from featherchat.commands.memories import Linked, cause, linked_of
from featherchat.decisions import Decision, LinkRequest, Style, parse, render
from featherchat.errors import InvalidValue
from featherchat.memory import AdrStatus, Edge, Kind, Memory, RelationType, Status, as_superseded
from featherchat.project import Project
from featherchat.recollection import Filter, NearDuplicate
from featherchat.store.base import Written

MAX_TITLE = 200
"""Characters; what is longer is no title, and would not be a file's name."""


@dataclass(frozen=True, slots=True)
class DecisionView:
    """A decision with what it is linked to."""

    memory: Memory
    linked: tuple[Linked, ...] = ()
    alike: tuple[NearDuplicate, ...] = ()
    """What else says nearly the same, when it was recorded just now."""

    again: bool = False
    """It was to be recorded just now, and stood there already."""

    decision: Decision | None = None
    """Its fields, when it is shown whole."""

    @property
    def relations(self) -> tuple[Linked, ...]:
        """Its links but those to its own reasons and options."""
        own = {link.edge.key for link in parts_among(self.linked)}
        return tuple(link for link in self.linked if link.edge.key not in own)


@dataclass(frozen=True, slots=True)
class NewDecision:
    """A decision as a person states it, and how it stands to others."""

    decision: Decision
    """Without a status it is proposed."""

    supersedes: tuple[str, ...] = ()
    links: tuple[LinkRequest, ...] = ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which decisions are listed; what is empty admits all."""

    statuses: tuple[str, ...] = ()
    """In the words of ``standing``."""

    kinds: tuple[str, ...] = (Kind.DECISION,)
    path: str | None = None
    """What they govern, or the record they come from: a file or a folder."""


async def list_decisions(project: Project, wanted: Wanted = Wanted()) -> tuple[DecisionView, ...]:
    """Every decision that is not retired, the ones in force first, then the newest."""
    found = await project.memories.find(
        Filter(
            kinds=wanted.kinds or (Kind.DECISION,),
            statuses=(Status.ACTIVE, Status.CANDIDATE, Status.SUPERSEDED),
        )
    )
    statuses = {status.lower() for status in wanted.statuses}
    chosen = [
        memory
        for memory in found
        if (not statuses or standing(memory) in statuses)
        and (wanted.path is None or governs(memory, wanted.path))
    ]
    linked = await linked_of(project, chosen)
    chosen.sort(key=lambda memory: (_order(memory), -memory.created_at))
    return tuple(DecisionView(memory, linked.get(memory.id, ())) for memory in chosen)


async def show_decision(project: Project, reference: str) -> DecisionView:
    """The decision that a person means, whole."""
    return await view_of(project, await the_decision(project, reference))


async def new_decision(project: Project, new: NewDecision) -> DecisionView:
    """Record a decision: it lands in memory at once, and in no file.

    It stands with its reasons, options and links in one change. Only the person's word
    makes it accepted: that it is, or that it replaces another one, which would else leave
    nothing in force.

    Raises:
        InvalidValue: If it has no title, or names a status or a path that it cannot have.
        NothingFound: If it names a decision that is not there.
    """
    stated = fitted(project, new.decision)
    replaces = new.supersedes or any(_replaces(link) for link in new.links)
    if replaces and stated.status is AdrStatus.PROPOSED:
        stated = replace(stated, status=AdrStatus.ACCEPTED)
    anchors = await governed_anchors(project, stated.governs)
    recorder = Recorder(project.clock, project.developer)
    recorded = recorder.recorded(stated, anchors)
    replaced, edges = await _related(project, recorded.decision, new)
    why = f"decided: {stated.title}"
    written = await store(project, [*replaced, *recorded.memories], [*recorded.edges, *edges], why)
    # What is decided already stands, with what was said of it now.
    decided = recorded.decision.id
    there = written.duplicates.get(decided, decided)
    found = await project.memories.get([there])
    view = await view_of(project, found[there])
    return replace(view, alike=written.alike.get(decided, ()), again=there != decided)


async def _related(
    project: Project, decision: Memory, new: NewDecision
) -> tuple[list[Memory], list[Edge]]:
    """What a new decision replaces, as it is then, and its links to others."""
    replaced: list[Memory] = []
    edges: list[Edge] = []
    replaces = [LinkRequest(each, "supersedes", "") for each in new.supersedes]
    for link in (*replaces, *new.links):
        target = await the_decision(project, link.target)
        stated = linking(project, decision, target, link.relation, link.reverse)
        if stated[0].relation == RelationType.SUPERSEDES:
            if stated[0].target_id == decision.id:
                raise _superseded_already()
            replaced += await superseded(project, target, decision)
        edges += stated
    return replaced, edges


def _replaces(link: LinkRequest) -> bool:
    return relation_of(link.relation)[0] == RelationType.SUPERSEDES


async def store(
    project: Project, memories: Sequence[Memory], edges: Sequence[Edge], why: str
) -> Written:
    """Every write of a person's decisions: one transaction, one undo.

    What a new one contradicts was shown before; nothing is superseded that was not named.
    """
    return await project.gate.keep(memories, cause(project, why), edges, settled=True)


def fitted(project: Project, decision: Decision) -> Decision:
    """A decision as it is stored: redacted as a whole, dated, proposed unless it was accepted.

    Raises:
        InvalidValue: If it has no title, too long a one, or is superseded before it is there.
    """
    title = " ".join(decision.title.split())
    if not title:
        raise InvalidValue("The decision has no title.", hint="Say what is decided.")
    if len(title) > MAX_TITLE:
        raise InvalidValue(
            f"The title has {len(title)} characters; the limit is {MAX_TITLE}.",
            hint="Name the decision shortly, and say the rest as its outcome.",
        )
    if decision.status is AdrStatus.SUPERSEDED:
        raise _superseded_already()
    today = datetime.fromtimestamp(project.clock.now(), UTC).date().isoformat()
    whole = replace(
        decision,
        title=title,
        number=None,
        style=Style.MADR,
        status=decision.status or AdrStatus.PROPOSED,
        date=decision.date or today,
        # Relations are edges; a record's own are written from those.
        supersedes=(),
        superseded_by=(),
        links=(),
        featherchat_id=None,
    )
    # The whole text, so that no field's end can hide a secret.
    return parse(project.memories.redacted(render(whole)))


def _superseded_already() -> InvalidValue:
    return InvalidValue(
        "A new decision cannot be superseded already.",
        hint="Record it as accepted, then use adr supersede.",
    )


def linking(
    project: Project, one: Memory, other: Memory, relation: str, reverse: str = ""
) -> tuple[Edge, ...]:
    """The edges of a relation that a person states: one, unless its reverse is unusual."""
    name, swapped = relation_of(relation)
    if swapped:
        one, other = other, one
    stated = edge_between(project, one, other, name)
    if swapped or not reverse or is_usual(name, reverse):
        return (stated,)
    return stated, edge_between(project, other, one, relation_of(reverse)[0])


async def superseded(project: Project, old: Memory, new: Memory) -> list[Memory]:
    """A decision with its reasons and options, as what another one has replaced.

    Raises:
        InvalidValue: If both are one, or the old one is superseded already.
    """
    if old.id == new.id:
        raise InvalidValue(
            f"{old.title} cannot supersede itself.", hint="Name two different decisions."
        )
    if old.status is Status.SUPERSEDED:
        raise InvalidValue(
            f"{old.title} is superseded already.",
            hint="Supersede what stands in its place; adr show names it.",
        )
    now = project.clock.now()
    linked = (await linked_of(project, [old])).get(old.id, ())
    parts = [link.memory for link in parts_among(linked)]
    return [as_superseded(memory, now) for memory in (old, *parts)]


def standing(memory: Memory) -> str:
    """A decision's status in one word."""
    if memory.status is Status.CANDIDATE:
        return "unconfirmed"
    if memory.status is Status.SUPERSEDED:
        return "superseded"
    return memory.adr_status or "unstated"


async def view_of(project: Project, memory: Memory) -> DecisionView:
    """A decision with its fields and its links both ways."""
    linked = (await linked_of(project, [memory])).get(memory.id, ())
    known = decision_of(memory, linked)
    stated = await decision_in_file(project, memory, await homes_of(project))
    if stated is not None:
        # What a person has added in memory stands behind what the file says.
        added = decision_of(memory, [link for link in linked if slot_of(link)]).sections
        known = replace(stated, sections=(*stated.sections, *added))
    return DecisionView(memory, linked, decision=known)


def _order(memory: Memory) -> int:
    order = ("accepted", "unstated", "proposed", "unconfirmed")
    word = standing(memory)
    return order.index(word) if word in order else len(order)


def edge_between(project: Project, one: Memory, other: Memory, relation: str) -> Edge:
    """A link that a person states now."""
    return Edge(one.id, other.id, relation, created_at=project.clock.now())
