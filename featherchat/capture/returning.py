"""Documents that come back: a branch is switched, a deletion is taken back.

What was retired when a file went stands again when it returns, under its own id, with its
pin, its recalls and its links. What a person had forgotten stays forgotten.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from featherchat.capture.planning import Plan, Read
from featherchat.memory import Author, Kind, Memory, Status
from featherchat.recall.memories import Memories
from featherchat.recollection import Filter
from featherchat.sameness import normalized
from featherchat.store.base import Cause, Document
from featherchat.store.forgetting import is_buried, stones_in


async def retired_by_path(memories: Memories, plan: Plan) -> Mapping[str, Sequence[Memory]]:
    """What was retired with the files that a plan reads for the first time, the newest first."""
    new = {each.file.path for each in plan.documents if not each.known}
    if not new:
        return {}
    stones = await memories.ask(lambda store: stones_in(store.database))
    found: defaultdict[str, list[Memory]] = defaultdict(list)
    for memory in await memories.find(Filter(statuses=(Status.RETIRED,))):
        source = memory.source
        gone = source.author == Author.DOCUMENT and memory.valid_to is not None
        if gone and source.path in new and not is_buried(memory, stones):
            found[source.path].append(memory)
    return found


async def reinstated(
    memories: Memories, read: Read, retired: Sequence[Memory], cause: Cause
) -> Document | None:
    """What was learnt of a file before it went, standing again; None if that is nothing.

    Args:
        memories: Where it is.
        read: The file as it is now.
        retired: What was retired with it.
        cause: Of the change.
    """
    drafts = read.drafts.memories
    said = {(normalized(each.text), each.kind): each.slot for each in drafts}
    pieces: dict[str, Memory] = {}
    for memory in retired:
        slot = said.get((normalized(memory.text), memory.kind))
        if slot is None and memory.kind == Kind.DECISION and "decision" in said.values():
            slot = "decision"
        if slot is not None:
            pieces.setdefault(slot, memory)
    if not pieces:
        return None
    again = [replace(each, status=Status.ACTIVE, valid_to=None) for each in pieces.values()]
    await memories.remember(again, cause)
    ids = {slot: memory.id for slot, memory in pieces.items()}
    return Document(read.file.path, "", cause.at, ids)
