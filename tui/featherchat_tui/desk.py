"""What the inbox's screen may do, on the verbs of the shell; it knows nothing else of a project."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from featherchat.commands import inbox, memories
from featherchat.commands.inbox import Decided, InboxItem, Verb
from featherchat.commands.wording import counted

if TYPE_CHECKING:
    # Importing the project costs as much as the first paint; it comes after it.
    from featherchat.project import Project

_DONE = {
    Verb.ACCEPT: "Accepted",
    Verb.BOTH: "Accepted beside what it contradicts:",
    Verb.REJECT: "Rejected",
    Verb.NEVER: "Never to be learnt:",
}


class Desk:
    """Decides what waits in a project's inbox; each answer says what was done."""

    def __init__(self, project: "Project") -> None:
        self._project = project
        self._operations: list[str] = []
        """What can be taken back, the newest last."""

    @property
    def now(self) -> float:
        """Seconds UTC, for ages."""
        return self._project.clock.now()

    async def items(self) -> tuple[InboxItem, ...]:
        """What waits, the oldest first."""
        return await inbox.list_inbox(self._project)

    async def decide(self, ids: Sequence[str], verb: Verb) -> str:
        """Say of some whether they hold."""
        return self._done(_DONE[verb], await inbox.decide(self._project, ids, verb))

    async def edit(self, memory_id: str, text: str) -> str:
        """Say one in a person's own words."""
        return self._done("Changed and accepted", await inbox.edit(self._project, memory_id, text))

    async def merge(self, memory_id: str, into: str) -> str:
        """Let one be one with another memory."""
        return self._done("Merged", await inbox.merge(self._project, memory_id, into))

    async def undo(self) -> str:
        """Take back the last thing that was decided here."""
        if not self._operations:
            return "Nothing was decided here yet."
        undone = await memories.undo(self._project, self._operations[-1])
        self._operations.pop()
        return f"Took back: {undone.reason.removesuffix('.')}."

    def _done(self, word: str, decided: Decided) -> str:
        if decided.operation:
            self._operations.append(decided.operation)
        said = f"{word} {counted(len(decided.memories), 'memory', 'memories')}"
        if decided.superseded:
            count = counted(len(decided.superseded), "memory is", "memories are")
            said += f"; {count} superseded"
        return f"{said}. u takes it back."
