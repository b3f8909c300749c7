"""What a person can do with one memory: say it, see it, change it, let it go."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from featherchat.commands.lesson_fields import refreshed
from featherchat.errors import InvalidValue, NothingFound, StoreDamaged
from featherchat.memory import (
    MAX_TEXT,
    AdrStatus,
    Attribute,
    Author,
    Edge,
    Kind,
    Layer,
    Memory,
    Source,
    Status,
    traits_of,
)
from featherchat.project import Project
from featherchat.ranking import DecayPolicy, parts_of, strength
from featherchat.recall.context import doubts
from featherchat.recall.finding import Recall
from featherchat.recollection import Filter, Recollection, ScoreParts
from featherchat.store.base import Cause, Undone, Version
from featherchat.store.refusals import Refusals
from featherchat.store.unseen import mark_seen

if TYPE_CHECKING:
    # The gate is loaded with the first write, not with a search.
    from featherchat.capture.gate import Kept

MAX_DIGITS = 12
"""Of a record's number; log4brains' have eight, and SQLite's integers end at eighteen."""

FULL_IMPORTANCE = 10
"""On the scale of 1 to 10 that people use, this also pins."""


@dataclass(frozen=True, slots=True)
class Linked:
    """A memory at the other end of an edge."""

    edge: Edge
    forward: bool
    """True if the memory in focus is where the edge starts."""

    memory: Memory


@dataclass(frozen=True, slots=True)
class Shown:
    """One memory with everything that is known about it."""

    memory: Memory
    parts: ScoreParts
    strength: float
    linked: tuple[Linked, ...]
    history: tuple[Version, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """A search as a person words it."""

    text: str
    words_only: bool = False
    kinds: tuple[str, ...] = ()
    layers: tuple[Layer, ...] = ()
    path: str | None = None
    since: float | None = None
    half_life: float | None = None
    limit: int = 10
    explain: bool = False
    """Say what was nearly found, too."""


async def search(project: Project, question: Question) -> Recall:
    """What the project remembers about a question. Looking does not reinforce."""
    where = Filter(
        kinds=question.kinds, layers=question.layers, path=question.path, since=question.since
    )
    policy = project.policy
    if question.half_life is not None:
        policy = DecayPolicy(question.half_life, policy.time_weight)
    return await project.retriever.recall(
        question.text,
        question.limit,
        where,
        policy,
        words_only=question.words_only,
        explain=question.explain,
    )


async def episodes(project: Project, question: Question) -> tuple[Recollection, ...]:
    """Every time that something about a subject happened, the oldest first."""
    where = Filter(kinds=question.kinds, path=question.path, since=question.since)
    return await project.retriever.episodes(question.text, where, project.policy)


async def remember(
    project: Project,
    text: str,
    *,
    kind: str | None = None,
    title: str = "",
    importance: int | None = None,
    expires_at: float | None = None,
) -> "Kept":
    """Store what a person says, active at once. What it plainly reverses is superseded.

    Args:
        project: Where to.
        text: What is to be remembered; secrets in it are redacted first.
        kind: A known kind or any other word; if none is given, what the words say it is, so
            that a rule ("from now on …") does not fade like talk.
        title: A short name; the first line of the text if there is none.
        importance: From 1 to 10; 10 also pins.
        expires_at: From then on, in seconds UTC, it is not recalled any more.
    """
    now = project.clock.now()
    # 45 ms of expressions, which a search need not pay.
    from featherchat.capture.statements import explicit_statements

    said = explicit_statements(text)
    kind = normalized_kind(kind) if kind else said[0].kind if said else Kind.CONVERSATION
    safe = fitted_text(project, text)
    attributes: dict[str, Attribute] = {}
    if kind == Kind.DECISION:
        attributes["adr_status"] = AdrStatus.ACCEPTED.value
    memory = Memory(
        id=project.clock.new_id(),
        text=safe,
        title=title_of(project.memories.redacted(title) or safe),
        kind=kind,
        source=Source(Author.USER, now),
        created_at=now,
        importance=_weight(importance, kind),
        pinned=importance == FULL_IMPORTANCE,
        expires_at=expires_at,
        developer=project.developer,
        attributes=attributes,
    )
    why = cause(project, f"remembered: {memory.title}")
    return await project.gate.keep([memory], why)


async def edit(project: Project, reference: str, text: str) -> "Kept":
    """Change what a memory says; what it said before stays in its history.

    A memory that comes to say what another one says becomes that one: a duplicate.
    """
    memory = the_living(await the_memory(project, reference))
    safe = fitted_text(project, text)
    title = title_of(safe) if memory.text.startswith(memory.title) else memory.title
    edited = refreshed(replace(memory, text=safe, title=title, verified_at=project.clock.now()))
    if memory.anchors:
        from featherchat.capture.radar import confirmed

        edited = replace(edited, anchors=await confirmed(project.root, memory.anchors))
    why = cause(project, f"edited: {memory.title}")
    return await project.gate.keep([edited], why)


async def forget(project: Project, references: Sequence[str], *, hard: bool) -> list[Memory]:
    """Take memories out of use, or with ``hard`` remove every trace of their text.

    With ``hard`` a damaged memory goes, too; it is not among what is returned.
    """
    found = [await _id_of(project, reference, damaged=hard) for reference in references]
    ids = list(dict.fromkeys(found))
    if not hard:
        for memory in (await project.memories.get(ids)).values():
            the_living(memory)
    # What is forgotten for good must not live on as the reason why it was forgotten.
    reason = f"forgot {len(ids)} for good" if hard else f"forgot {len(ids)}"
    forgotten = await project.memories.forget(ids, cause(project, reason), hard=hard)
    if hard:
        # Whichever store it was in, here its words may have been refused before.
        await project.memories.ask(lambda store: Refusals(store.database).forget_words())
    return forgotten


async def mark_wrong(project: Project, reference: str) -> Memory:
    """Take what is not so out of use: its history says why, and it is not learnt again."""
    memory = the_living(await the_memory(project, reference))
    why = cause(project, f"marked wrong: {memory.title}")
    (gone,) = await project.memories.forget([memory.id], why)
    return gone


WROTE = "wrote"
"""How the reason of a change begins that notes what was written into files."""


def left_by(undone: Undone) -> str:
    """What an undo has not taken back, and who can; empty if that is nothing."""
    if not undone.reason.startswith(f"{WROTE} "):
        return ""
    return "Only what memory knew of it is taken back; the files stay, and git restores them."


async def undo(project: Project, operation: str | None = None) -> Undone:
    """Take back the last change, or one turn's writes."""
    return await project.memories.undo(cause(project, "undo"), operation)


async def pin(project: Project, reference: str, *, pinned: bool) -> Memory:
    """Keep a memory fresh at any age, or let it age again."""
    memory = replace(the_living(await the_memory(project, reference)), pinned=pinned)
    word = "pinned" if pinned else "unpinned"
    await project.memories.remember([memory], cause(project, f"{word}: {memory.title}"))
    return memory


async def show(project: Project, reference: str) -> Shown:
    """One memory with its links, its strength and its history."""
    memory = await the_memory(project, reference)
    if memory.status is Status.CANDIDATE:
        await see(project, [memory.id])
    linked = await linked_of(project, [memory])
    parts = parts_of(memory, ScoreParts(0.0), project.clock.now(), project.policy)
    history = await project.memories.history(memory.id)
    fading = strength(memory, project.clock.now(), project.policy)
    return Shown(memory, parts, fading, tuple(linked.get(memory.id, ())), tuple(history))


async def see(project: Project, ids: Sequence[str]) -> None:
    """Note that a person has looked at what waits; else it is retired after 90 days."""
    for home in (project.memories, project.personal):
        if home is not None and ids:
            await home.ask(lambda store: mark_seen(store, ids, project.clock.now()))


async def linked_of(
    project: Project, memories: Sequence[Memory]
) -> Mapping[str, tuple[Linked, ...]]:
    """What each of some memories is linked with, in both directions."""
    wanted = {memory.id for memory in memories}
    edges = await project.memories.edges_of(list(wanted))
    ends = {end for edge in edges for end in (edge.source_id, edge.target_id)}
    known = await project.memories.get(list(ends))
    found: dict[str, list[Linked]] = {}
    for edge in edges:
        for here, there, forward in (
            (edge.source_id, edge.target_id, True),
            (edge.target_id, edge.source_id, False),
        ):
            if here in wanted and there in known and known[there].status is not Status.RETIRED:
                found.setdefault(here, []).append(Linked(edge, forward, known[there]))
    return {memory_id: tuple(links) for memory_id, links in found.items()}


def the_living(memory: Memory) -> Memory:
    """The memory itself, if it is in use.

    Raises:
        InvalidValue: If it is retired: a change of it would be found by nobody.
    """
    if memory.status is Status.RETIRED:
        raise InvalidValue(
            f"{memory.id} is retired: {memory.title}.",
            hint=f"See why with history {memory.id}; undo takes the change back that retired it.",
        )
    return memory


async def the_memory(project: Project, reference: str) -> Memory:
    """The memory that a person means by an id, the end of one, or a record's number.

    Raises:
        NothingFound: If there is none.
        InvalidValue: If there are several.
    """
    wanted = _bare(reference)
    ids = await _ids_of(project, wanted)
    found = list((await project.memories.get(ids)).values())
    if not found:
        found = await _by_number(project, wanted)
    if not found:
        raise NothingFound(f"There is no memory {reference}.", hint="Find its id with search.")
    if len(found) > 1:
        named = ", ".join(f"{memory.id} ({memory.title})" for memory in found[:5])
        raise InvalidValue(
            f"{reference} may mean several memories: {named}.", hint="Give more of the id."
        )
    return found[0]


async def _id_of(project: Project, reference: str, *, damaged: bool) -> str:
    try:
        return (await the_memory(project, reference)).id
    except StoreDamaged:
        ids = await _ids_of(project, _bare(reference))
        if not damaged or len(ids) != 1:
            raise
        return ids[0]


def _bare(reference: str) -> str:
    return reference.strip().removeprefix("[").removesuffix("]").removeprefix("m:")


async def _ids_of(project: Project, wanted: str) -> list[str]:
    # Four characters tell a few thousand memories apart; an id has nothing but ASCII.
    return await project.memories.resolve(wanted) if len(wanted) >= 4 and wanted.isascii() else []


async def _by_number(project: Project, wanted: str) -> list[Memory]:
    digits = wanted.lower().removeprefix("adr").lstrip("-_ #")
    if not (digits.isdecimal() and digits.isascii() and len(digits) <= MAX_DIGITS):
        return []
    found = await project.memories.find(
        Filter(kinds=(Kind.DECISION,), statuses=(), attributes={"number": int(digits)})
    )
    # A record that is gone makes way for the one that has its number now.
    return [memory for memory in found if memory.status is not Status.RETIRED] or found


def cause(project: Project, reason: str) -> Cause:
    """The head of a change that the person at the keyboard makes."""
    return Cause(project.clock.new_id(), project.clock.now(), Author.USER, reason)


def normalized_kind(kind: str) -> str:
    """A kind as it is stored: singular, with underscores."""
    word = "_".join(kind.strip().lower().replace("-", " ").replace("_", " ").split())
    known = set(Kind)
    singular = word.removesuffix("s")
    fixed = word.removesuffix("es")
    return next((each for each in (word, singular, fixed) if each in known), word or "conversation")


def title_of(text: str) -> str:
    """The first line of a text, as a title."""
    line = next((line.strip("# ").strip() for line in text.splitlines() if line.strip()), "")
    return line if len(line) <= 80 else line[:79] + "…"


def to_record(recollection: Recollection) -> dict[str, Any]:
    """A recollection as ``--json`` prints it: a stable schema, one object a line.

    The parts are named as in ``ScoreParts``.
    """
    memory = recollection.memory
    return {
        "id": memory.id,
        "kind": str(memory.kind),
        "title": memory.title,
        "text": memory.text,
        "status": str(memory.status),
        "score": round(recollection.score, 6),
        "path": memory.source.path,
        "created_at": memory.created_at,
        "expires_at": memory.expires_at,
        "line": memory.source.line,
        "heading": memory.source.heading,
        "adr_status": memory.adr_status,
        "importance": memory.importance,
        "pinned": memory.pinned,
        "author": memory.source.author,
        "sources": [asdict(source) for source in (memory.source, *memory.sources)],
        "replaces": list(recollection.replaces),
        "note": recollection.note,
        "suspect": list(doubts(memory)),
        "trail": [step.relation for step in recollection.trail],
        "parts": asdict(recollection.parts),
    }


def fitted_text(project: Project, text: str) -> str:
    """A text as it is stored. Its length comes first: redaction takes a second for 5 MB."""
    text = text.strip()
    if len(text) > MAX_TEXT:
        raise InvalidValue(
            f"The text has {len(text):,} characters; the limit is {MAX_TEXT:,}.",
            hint="Split it into several memories, or put it into a document and run init.",
        )
    return project.memories.redacted(text).strip()


def _weight(importance: int | None, kind: str) -> float:
    if importance is None:
        return traits_of(kind).importance
    if not 1 <= importance <= FULL_IMPORTANCE:
        raise InvalidValue(
            f"The importance is {importance}, but must be from 1 to {FULL_IMPORTANCE}.",
            hint="5 is ordinary; 10 also pins.",
        )
    return importance / 5
