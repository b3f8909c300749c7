"""What a person says of one memory with a single key, and what came of it in one line."""

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from featherchat.commands import decay, inbox, memories
from featherchat.commands.signs import title_words
from featherchat.commands.wording import counted
from featherchat.memory import Status
from featherchat_tui.values import Judgement

if TYPE_CHECKING:
    # Importing the project costs as much as the first paint; it comes after it.
    from featherchat.project import Project


async def judge(project: "Project", memory_id: str, said: Judgement) -> str:
    """Do what a person says of a memory; what was done, in words.

    Raises:
        FeatherchatError: If it cannot be done.
    """
    return await _VERBS[said](project, memory_id)


async def keep(project: "Project", memory_id: str) -> str:
    """Pin a memory, or unpin it."""
    before = await memories.the_memory(project, memory_id)
    after = await memories.pin(project, memory_id, pinned=not before.pinned)
    return f"{'Pinned' if after.pinned else 'Unpinned'}: {title_words(after)}."


async def let_go(project: "Project", memory_id: str) -> str:
    """Take a memory out of use."""
    (gone,) = await memories.forget(project, [memory_id], hard=False)
    return f"Forgot: {title_words(gone)}. /undo brings it back."


async def verify(project: "Project", memory_id: str) -> str:
    """Say that a memory still holds."""
    return f"Verified: {title_words(await decay.verify(project, memory_id))}."


async def confirm(project: "Project", memory_id: str) -> str:
    """Say that a memory holds: one that waits for a person's word is accepted with that."""
    memory = await memories.the_memory(project, memory_id)
    if memory.status is not Status.CANDIDATE:
        return await verify(project, memory_id)
    decided = await inbox.decide(project, [memory_id], inbox.Verb.ACCEPT)
    gave_way = counted(len(decided.superseded), "memory is", "memories are")
    more = f" {gave_way} superseded." if decided.superseded else ""
    return f"Accepted: {title_words(memory)}.{more} /undo takes it back."


async def mark_wrong(project: "Project", memory_id: str) -> str:
    """Say that a memory does not hold."""
    gone = await memories.mark_wrong(project, memory_id)
    return f"Marked wrong: {title_words(gone)}. /undo brings it back."


_VERBS: Mapping[Judgement, Callable[["Project", str], Awaitable[str]]] = {
    Judgement.PIN: keep,
    Judgement.FORGET: let_go,
    Judgement.CONFIRM: confirm,
    Judgement.WRONG: mark_wrong,
}
