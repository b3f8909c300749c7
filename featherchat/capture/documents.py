"""Learning a project's documents: storing what a plan has read.

A second run stores nothing new; a changed document changes only its own
memories; a vanished one retires them. Each document is one transaction, so a
run that is interrupted goes on where it stopped.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from featherchat.capture.pieces import Draft
from featherchat.capture.planning import Plan, Read
from featherchat.capture.returning import reinstated, retired_by_path
from featherchat.capture.supersessions import stated_relations
from featherchat.capture.unlinking import heads_of, is_replaced, unlink_records
from featherchat.clock import Clock
from featherchat.code.files import Skipped
from featherchat.memory import (
    Author,
    Edge,
    Kind,
    Memory,
    RelationType,
    Source,
    Status,
    as_superseded,
    traits_of,
)
from featherchat.recall.memories import Memories
from featherchat.sameness import normalized
from featherchat.store.base import Cause, Document
from featherchat.store.provenance import with_sources


@dataclass(frozen=True, slots=True)
class Report:
    """What learning has done."""

    documents: int = 0
    records: int = 0
    new: int = 0
    changed: int = 0
    retired: int = 0
    unchanged: int = 0
    """Documents that were as they had been."""

    links: int = 0
    """Supersessions found in records."""

    skipped: tuple[Skipped, ...] = ()
    operation: str = ""
    """What undoes the whole run."""


Step = Callable[[int, int], None]
"""Called with how many documents are done, and how many there are."""


class Learner:
    """Stores what a plan has read."""

    def __init__(self, memories: Memories, clock: Clock, developer: str | None) -> None:
        self._memories = memories
        self._clock = clock
        self._developer = developer

    async def learn(
        self,
        plan: Plan,
        dates: Mapping[str, float],
        step: Step = lambda done, total: None,
    ) -> Report:
        """Store a plan's documents and the links between its records.

        Words are searchable when this returns; meaning follows with ``embed_pending``.

        Args:
            plan: What was read.
            dates: When each record was first committed, in seconds UTC, by path.
            step: Told after each document.
        """
        operation = self._clock.new_id()
        report = Report(
            records=plan.records,
            unchanged=len(plan.unchanged),
            skipped=plan.skipped,
            operation=operation,
        )
        known = await self._memories.documents()
        gone = self._cause(operation, "links that records state no more")
        await unlink_records(self._memories, plan, known, gone)
        # A document that moved takes its memories along, with their pins and recalls.
        moved = {known[path].blob: known[path] for path in plan.gone if path in known}
        once = await retired_by_path(self._memories, plan)
        for number, read in enumerate(plan.documents, 1):
            cause = self._cause(operation, f"learnt {read.file.path}")
            before = (
                known.get(read.file.path)
                or moved.pop(read.file.blob_hash, None)
                or await self._written_from(read, known, plan.gone)
                or await reinstated(self._memories, read, once.get(read.file.path, ()), cause)
            )
            report = await self._learn_one(read, before, dates, cause, report)
            step(number, len(plan.documents))
        for path in plan.gone:
            cause = self._cause(operation, f"{path} is gone")
            retired = await self._memories.drop_document(path, cause)
            report = replace(report, retired=report.retired + len(retired))
        links = await self._link_records(plan, self._cause(operation, "links between records"))
        return replace(report, links=links)

    async def _learn_one(
        self,
        read: Read,
        before: Document | None,
        dates: Mapping[str, float],
        cause: Cause,
        report: Report,
    ) -> Report:
        made_at = read.drafts.dated or dates.get(read.file.path) or read.file.modified
        made_at = min(made_at, self._clock.now())
        fresh = [self._memory(draft, read, made_at) for draft in read.drafts.memories]
        slots = {
            draft.slot: memory for draft, memory in zip(read.drafts.memories, fresh, strict=True)
        }
        old = await self._memories.get(list(before.pieces.values()) if before else [])
        if before is not None and before.path != read.file.path:
            old = {key: _moved(memory, before.path, read.file.path) for key, memory in old.items()}
        written_from = None if read.decision is None else read.decision.featherchat_id
        kept = _matched(slots, before.pieces if before else {}, old, written_from)
        head = old.get(before.pieces.get("decision", "")) if before else None
        if head is not None and await is_replaced(self._memories, head):
            since = head.valid_to or cause.at
            kept = {
                slot: memory if memory.status is Status.RETIRED else as_superseded(memory, since)
                for slot, memory in kept.items()
            }
        pieces = {slot: memory.id for slot, memory in kept.items()}
        retired = [memory_id for memory_id in old if memory_id not in set(pieces.values())]
        edges = [
            Edge(pieces[link.source], pieces[link.target], link.relation, created_at=cause.at)
            for link in read.drafts.links
        ]
        document = Document(read.file.path, read.file.blob_hash, cause.at, pieces)
        written = await self._memories.learn_document(
            document, list(kept.values()), edges, retired, cause
        )
        changed = sum(memory.id in old for memory in written.stored)
        return replace(
            report,
            documents=report.documents + 1,
            new=report.new + len(written.stored) - changed,
            changed=report.changed + changed,
            retired=report.retired + len(retired),
        )

    def _memory(self, draft: Draft, read: Read, made_at: float) -> Memory:
        return Memory(
            id=self._clock.new_id(),
            text=draft.text,
            title=draft.title,
            kind=draft.kind,
            source=Source(
                Author.DOCUMENT,
                self._clock.now(),
                path=read.file.path,
                line=draft.line or 1,
                heading=draft.heading or None,
                sha=read.file.blob_hash,
            ),
            created_at=made_at,
            importance=traits_of(draft.kind).importance,
            status=draft.status,
            developer=self._developer,
            anchors=draft.anchors,
            attributes=dict(draft.attributes),
        )

    async def _written_from(
        self, read: Read, known: Mapping[str, Document], gone: Sequence[str]
    ) -> Document | None:
        """What is stored of the decision that a new file was written from, or moved with.

        None if the file names none, if a person has forgotten it, or if another file that is
        still there speaks for it: a copy is a decision of its own.
        """
        named = None if read.decision is None else read.decision.featherchat_id
        head = (await self._memories.get([named])).get(named) if named else None
        if head is None or head.kind != Kind.DECISION:
            return None
        for path, document in known.items():
            if document.pieces.get("decision") == head.id:
                return document if path in gone else None
        if head.status is Status.RETIRED:
            return None
        parts = [
            edge.target_id
            for edge in await self._memories.edges_of([head.id])
            if edge.source_id == head.id
            and edge.relation in (RelationType.LEADS_TO, RelationType.CONTRADICTS)
        ]
        pieces = {"decision": head.id} | {f"part {n}": each for n, each in enumerate(parts)}
        return Document(read.file.path, "", head.created_at, pieces)

    async def _link_records(self, plan: Plan, cause: Cause) -> int:
        """Store the relations that records state, and mark what they replaced.

        Unchanged records are asked, too: what they replace may be new, and a run may have been
        interrupted before its links.
        """
        records = [each for each in (*plan.documents, *plan.standing) if each.decision is not None]
        if not records:
            return 0
        documents = await self._memories.documents()
        heads = heads_of(documents)
        edges: dict[tuple[str, str, str], Edge] = {}
        for read in records:
            for said in stated_relations(read, heads):
                evidence, at = said.evidence, cause.at
                edge = Edge(
                    said.source, said.target, said.relation, evidence=evidence, created_at=at
                )
                edges.setdefault(edge.key, edge)
        known = {edge.key for edge in await self._memories.edges_of(list(heads.values()))}
        found = [edge for key, edge in edges.items() if key not in known]
        superseding = [edge for edge in found if edge.relation == RelationType.SUPERSEDES]
        if found:
            replaced = await self._replaced(superseding, documents, cause)
            await self._memories.remember(replaced, cause, found)
        return len(superseding)

    async def _replaced(
        self, edges: Sequence[Edge], documents: Mapping[str, Document], cause: Cause
    ) -> list[Memory]:
        """The superseded decisions with all their parts, marked as such."""
        old_heads = {edge.target_id for edge in edges}
        parts = [
            memory_id
            for document in documents.values()
            if document.pieces.get("decision") in old_heads
            for memory_id in document.pieces.values()
        ]
        found = await self._memories.get(parts)
        return [
            as_superseded(memory, cause.at)
            for memory in found.values()
            if memory.status is not Status.RETIRED
        ]

    def _cause(self, operation: str, reason: str) -> Cause:
        return Cause(operation, self._clock.now(), Author.DOCUMENT, reason)


def _matched(
    fresh: Mapping[str, Memory],
    pieces: Mapping[str, str],
    old: Mapping[str, Memory],
    written_from: str | None,
) -> dict[str, Memory]:
    """What is stored for each slot: the old memory if it says the same, or takes its place.

    A retired memory was forgotten by a person: it stays so, and nothing takes its place.
    """
    taken: set[str] = set()
    kept: dict[str, Memory] = {}
    head, decided = old.get(pieces.get("decision", "")), fresh.get("decision")
    if head is not None and decided is not None and head.id == written_from:
        taken.add(head.id)
        kept["decision"] = _rewritten(decided, head)
    by_text = {(normalized(m.text), m.kind): m for m in old.values()}
    for slot, memory in fresh.items():
        same = by_text.get((normalized(memory.text), memory.kind))
        if slot not in kept and same is not None and same.id not in taken:
            taken.add(same.id)
            kept[slot] = same if same.status is Status.RETIRED else _continued(memory, same)
    for slot, memory in fresh.items():
        if slot in kept:
            continue
        there = old.get(pieces.get(slot, ""))
        free = there is not None and there.id not in taken and there.status is not Status.RETIRED
        if there is not None and free and there.kind == memory.kind and _is_own(memory, there):
            taken.add(there.id)
            kept[slot] = _continued(memory, there)
        else:
            kept[slot] = memory
    return {slot: kept[slot] for slot in fresh}


def _is_own(new: Memory, old: Memory) -> bool:
    """Whether nobody but this document says the old memory."""
    return old.source.place == new.source.place and not old.sources


def _continued(new: Memory, old: Memory) -> Memory:
    """The old memory, saying what the document says now."""
    if not _is_own(new, old):
        return with_sources(old, [new.source])
    return _kept(new, old)


def _rewritten(new: Memory, old: Memory) -> Memory:
    """A decision that was recorded first and written to this file, saying what the file says.

    A person wrote both, and the file is the later word: it wins for the text, and whoever
    recorded it stays named.
    """
    if old.status is Status.RETIRED:
        return old
    attributes = {**old.attributes, **new.attributes}
    anchors = new.anchors if new.anchors else old.anchors
    kept = replace(_kept(new, old), attributes=attributes, anchors=anchors)
    if normalized(old.text) == normalized(new.text):
        return with_sources(replace(kept, source=old.source, sources=old.sources), [new.source])
    return with_sources(kept, [old.source, *old.sources])


def _kept(new: Memory, old: Memory) -> Memory:
    """The new words under the old memory's id, with what people and recalls did to it."""
    return replace(
        new,
        id=old.id,
        created_at=old.created_at,
        pinned=old.pinned,
        importance=old.importance,
        recall_count=old.recall_count,
        recalled_at=old.recalled_at,
    )


def _moved(memory: Memory, before: str, now: str) -> Memory:
    """A memory of a document that has another path now: it is still the document's own."""
    if memory.source.path != before:
        return memory
    return replace(memory, source=replace(memory.source, path=now))
