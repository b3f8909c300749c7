"""Links of changes that were recorded before the decision that they name was known."""

import hashlib

from featherchat.capture.carrying import with_decision
from featherchat.capture.references import Records, explicit_links
from featherchat.memory import Kind, RelationType
from featherchat.recall.memories import Memories
from featherchat.recollection import Filter
from featherchat.store.base import Cause

_LINKED_WITH = "commits_linked"
"""The setting that tells which decisions there were when every change was linked."""

_STORED_AT_ONCE = 25
"""Links of one transaction, which a question may have to wait for."""


async def link_late(memories: Memories, records: Records, cause: Cause) -> int:
    """Link every change that names a decision, once for each set of decisions.

    Returns:
        How many links are new.
    """
    state = f"{sorted(records.by_number.items())}{sorted(records.by_path.items())}"
    mark = hashlib.sha256(state.encode("utf-8", "surrogateescape")).hexdigest()
    done = await memories.ask(lambda store: store.settings.get(_LINKED_WITH))
    if done == mark:
        return 0
    changes = await memories.find(Filter(kinds=(Kind.CODE_CHANGE,)))
    edges = [edge for each in changes for edge in explicit_links(each, records, cause.at)]
    known = {edge.key for edge in await memories.edges_of(list({edge.source_id for edge in edges}))}
    fresh = [edge for edge in edges if edge.key not in known]
    by_id = {each.id: each for each in changes}
    for start in range(0, len(fresh), _STORED_AT_ONCE):
        some = fresh[start : start + _STORED_AT_ONCE]
        raised = {
            edge.target_id: with_decision(by_id[edge.target_id])
            for edge in some
            if edge.relation == RelationType.CAUSES
        }
        await memories.learn(list(raised.values()), some, cause)
    await memories.ask(lambda store: store.settings.put(_LINKED_WITH, mark))
    return len(fresh)
