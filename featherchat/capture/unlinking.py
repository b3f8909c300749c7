"""Links that decision records stated once and state no more.

Only what records said is taken away; what a person stated in memory stays.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from featherchat.capture.pieces import Draft
from featherchat.capture.planning import Plan, Read
from featherchat.capture.supersessions import stated_relations
from featherchat.memory import Edge, Memory, RelationType, Status
from featherchat.recall.memories import Memories
from featherchat.store.base import Cause, Document


async def unlink_records(
    memories: Memories, plan: Plan, known: Mapping[str, Document], cause: Cause
) -> None:
    """Take away the links that changed records no longer state.

    What was superseded by such a link alone stands again as its own record says.

    Args:
        memories: Where the links are.
        plan: What the records say now.
        known: What was learnt before, by path.
        cause: Of the change.
    """
    heads = heads_of(known)
    if not heads or not any(each.known for each in plan.documents):
        return
    records = [each for each in (*plan.documents, *plan.standing) if each.decision is not None]
    gone = withdrawn(records, heads, await memories.edges_of(list(heads.values())))
    if not gone:
        return
    await memories.unlink(gone, cause)
    freed = {edge.target_id for edge in gone if edge.relation == RelationType.SUPERSEDES}
    # A record that has changed itself is learnt anyway.
    for read in plan.standing:
        if heads.get(read.file.path) in freed:
            await _reinstate(memories, read, known[read.file.path].pieces, cause)


def withdrawn(reads: Iterable[Read], heads: Mapping[str, str], edges: Iterable[Edge]) -> list[Edge]:
    """The links that records stated once and that none of them states any more.

    Args:
        reads: The records as they are now; a link that leads to another one is left alone.
        heads: The id of the decision of each record, by path, as they were learnt.
        edges: What is known. What a person stated in memory names no words of a record.
    """
    records = [read for read in reads if read.file.path in heads]
    ends = {heads[read.file.path] for read in records}
    stated = {
        (said.source, said.target, said.relation)
        for read in records
        for said in stated_relations(read, heads)
    }
    return [
        edge
        for edge in edges
        if edge.evidence
        and edge.origin == "explicit"
        and {edge.source_id, edge.target_id} <= ends
        and edge.key not in stated
    ]


def heads_of(documents: Mapping[str, Document]) -> dict[str, str]:
    """The id of the decision of each record, by path."""
    return {
        path: document.pieces["decision"]
        for path, document in documents.items()
        if "decision" in document.pieces
    }


async def is_replaced(memories: Memories, decision: Memory) -> bool:
    """Whether another decision supersedes it."""
    return any(
        edge.relation == RelationType.SUPERSEDES and edge.target_id == decision.id
        for edge in await memories.edges_of([decision.id])
    )


async def _reinstate(
    memories: Memories, read: Read, pieces: Mapping[str, str], cause: Cause
) -> None:
    """Let a decision with its parts stand as its record says, unless something else replaced it."""
    old = await memories.get(list(pieces.values()))
    head = old.get(pieces["decision"])
    if head is None or await is_replaced(memories, head):
        return
    stated = [(old.get(pieces.get(each.slot, "")), each) for each in read.drafts.memories]
    again = [_standing(memory, draft) for memory, draft in stated if memory is not None]
    await memories.remember(again, cause)


def _standing(memory: Memory, draft: Draft) -> Memory:
    """A memory that was superseded, as its record has it."""
    if memory.status is not Status.SUPERSEDED:
        return memory
    attributes = {key: said for key, said in memory.attributes.items() if key != "adr_status"}
    if "adr_status" in draft.attributes:
        attributes["adr_status"] = draft.attributes["adr_status"]
    return replace(memory, status=draft.status, valid_to=None, attributes=attributes)
