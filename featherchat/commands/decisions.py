"""What a person can do with decisions: record, list and read them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from featherchat.commands.memories import Linked, cause, linked_of, the_memory, title_of
from featherchat.errors import InvalidValue
from featherchat.memory import (
    AdrStatus,
    Author,
    Edge,
    Kind,
    Memory,
    RelationType,
    Source,
    Status,
    traits_of,
)
from featherchat.project import Project
from featherchat.recollection import Filter, NearDuplicate


@dataclass(frozen=True, slots=True)
class DecisionView:
    """A decision with what it is linked to."""

    memory: Memory
    linked: tuple[Linked, ...] = ()
    alike: tuple[NearDuplicate, ...] = ()
    """What else says nearly the same, when it was recorded just now."""


@dataclass(frozen=True, slots=True)
class NewDecision:
    """A decision as a person states it."""

    title: str
    outcome: str = ""
    because: str = ""
    rejected: tuple[str, ...] = ()
    """Each as ``name: reason`` or just a name."""

    accepted: bool = False
    """Whether the person said that it is decided; else it is proposed."""

    supersedes: str | None = None


async def list_decisions(
    project: Project, statuses: Sequence[str] = ()
) -> tuple[DecisionView, ...]:
    """Every decision that is not retired, the ones in force first, then the newest."""
    found = await project.memories.find(
        Filter(
            kinds=(Kind.DECISION,), statuses=(Status.ACTIVE, Status.CANDIDATE, Status.SUPERSEDED)
        )
    )
    wanted = {status.lower() for status in statuses}
    chosen = [memory for memory in found if not wanted or standing(memory) in wanted]
    linked = await linked_of(project, chosen)
    chosen.sort(key=lambda memory: (_order(memory), -memory.created_at))
    return tuple(DecisionView(memory, linked.get(memory.id, ())) for memory in chosen)


async def show_decision(project: Project, reference: str) -> DecisionView:
    """One decision with its reasons, rejected options and successors."""
    memory = await the_memory(project, reference)
    linked = await linked_of(project, [memory])
    return DecisionView(memory, linked.get(memory.id, ()))


async def new_decision(project: Project, new: NewDecision) -> DecisionView:
    """Record a decision: it lands in memory at once, and in no file.

    It stands with its rationale and rejected options in one change. Only the person's
    word makes it accepted.

    Raises:
        InvalidValue: If it has no title.
    """
    if not new.title.strip():
        raise InvalidValue("The decision has no title.", hint="Say what is decided.")
    now = project.clock.now()
    status = AdrStatus.ACCEPTED if new.accepted else AdrStatus.PROPOSED
    text = new.outcome.strip() or new.title.strip()
    decision = replace(
        _part(project, Kind.DECISION, new.title, text),
        attributes={
            "adr_status": status.value,
            "date": datetime.fromtimestamp(now, UTC).date().isoformat(),
        },
    )
    parts: list[Memory] = []
    edges: list[Edge] = []
    if new.because.strip():
        parts.append(_part(project, Kind.RATIONALE, f"{new.title}: why", new.because))
        edges.append(Edge(decision.id, parts[-1].id, RelationType.LEADS_TO, created_at=now))
    for option in new.rejected:
        name, _, reason = option.partition(":")
        said = f"Rejected: {name.strip()}." + (f" {reason.strip()}" if reason.strip() else "")
        title = f"{new.title}: rejected {name.strip()}"
        parts.append(_part(project, Kind.ALTERNATIVE, title, said))
        edges.append(Edge(decision.id, parts[-1].id, RelationType.CONTRADICTS, created_at=now))
    if new.supersedes is not None:
        old = await the_memory(project, new.supersedes)
        parts += [_superseded(each, now) for each in (old, *await _parts_of(project, old))]
        edges.append(Edge(decision.id, old.id, RelationType.SUPERSEDES, created_at=now))
    why = cause(project, f"decided: {decision.title}")
    written = await project.memories.remember([decision, *parts], why, edges, compare=True)
    # What is decided already stands, with what was said of it now.
    view = await show_decision(project, written.duplicates.get(decision.id, decision.id))
    return replace(view, alike=written.alike.get(decision.id, ()))


def standing(memory: Memory) -> str:
    """A decision's status in one word."""
    if memory.status is Status.CANDIDATE:
        return "unconfirmed"
    if memory.status is Status.SUPERSEDED:
        return "superseded"
    return memory.adr_status or "unstated"


def _order(memory: Memory) -> int:
    order = ("accepted", "unstated", "proposed", "unconfirmed")
    word = standing(memory)
    return order.index(word) if word in order else len(order)


async def _parts_of(project: Project, decision: Memory) -> list[Memory]:
    """The reasons and rejected options of a decision, which fall with it."""
    linked = (await linked_of(project, [decision])).get(decision.id, ())
    return [
        link.memory
        for link in linked
        if link.forward
        and link.memory.kind in (Kind.RATIONALE, Kind.ALTERNATIVE)
        and link.edge.relation in (RelationType.LEADS_TO, RelationType.CONTRADICTS)
    ]


def _superseded(old: Memory, now: float) -> Memory:
    attributes = dict(old.attributes)
    if old.kind == Kind.DECISION:
        attributes["adr_status"] = AdrStatus.SUPERSEDED.value
    return replace(old, status=Status.SUPERSEDED, valid_to=now, attributes=attributes)


def _part(project: Project, kind: str, title: str, text: str) -> Memory:
    now = project.clock.now()
    redacted = project.memories.redacted
    return Memory(
        id=project.clock.new_id(),
        text=redacted(text).strip(),
        title=title_of(redacted(title)),
        kind=kind,
        source=Source(Author.USER, now),
        created_at=now,
        importance=traits_of(kind).importance,
        developer=project.developer,
    )
