"""What a session leaves: turns that nobody has learnt from.

A session ends when it is closed, compacted, or lost in a crash. Each turn has a mark until
it has been learnt from (``store/unlearnt.py``), so that every turn is learnt from once,
whichever ending comes first and however often.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import groupby

from featherchat.capture.answers import CLIPPED
from featherchat.capture.distiller import Distiller, waits
from featherchat.clock import SECONDS_PER_DAY, Clock
from featherchat.errors import ProviderError
from featherchat.messages import Learned
from featherchat.recall.context import estimate_tokens
from featherchat.recall.memories import Memories
from featherchat.store.transcripts import Turn
from featherchat.store.unlearnt import Unlearnt

TOGETHER_TOKENS = 12_000
"""So much of a session goes into one call; a longer one takes several."""

STALE_DAYS = 14.0
"""After so long a turn is no longer sent to a model: learning must not catch up for weeks."""


class Endings:
    """Learns from what is left of sessions."""

    def __init__(self, memories: Memories, distiller: Distiller, clock: Clock) -> None:
        self._memories = memories
        self._distiller = distiller
        self._clock = clock

    async def finish(self, session_id: str, under_way: Collection[str] = ()) -> Learned:
        """Learn from the turns of a session that are left, but for those that somebody is at.

        If the model cannot be asked, the turns stay for the next start, and a notice says so.
        """
        left = await self._memories.ask(
            lambda store: store.transcripts.unlearnt.of_session(session_id)
        )
        return await self._learn([each for each in left if each.turn_id not in under_way])

    async def pick_up(self) -> Learned:
        """Learn from what earlier sessions left: crashed, without network, over the budget.

        If the model cannot be asked, the turns stay for the next start, and a notice says so.
        """
        mine = self._memories.addresses
        return await self._learn(
            await self._memories.ask(lambda store: store.transcripts.unlearnt.claim(mine))
        )

    async def _learn(self, left: Sequence[Unlearnt]) -> Learned:
        learned = Learned("")
        if not left:
            return learned
        ids = [each.turn_id for each in left]
        turns = await self._memories.ask(lambda store: store.transcripts.turns_by_id(ids))
        heard = {each.turn_id for each in left if each.heard}
        for turn in turns:
            if turn.id not in heard:
                learned += await self._distiller.hear(turn)
        fresh = await self._still_of_use(turns)
        for _, session in groupby(fresh, key=lambda turn: turn.session_id):
            for together in _in_calls(list(session)):
                try:
                    learned += await self._distiller.review(together)
                except ProviderError as error:
                    return replace(learned, notice=waits(error))
        return learned

    async def _still_of_use(self, turns: Sequence[Turn]) -> list[Turn]:
        """The turns that a model is to be asked about; the marks of the others fall."""
        oldest = self._clock.now() - STALE_DAYS * SECONDS_PER_DAY
        written = await self._memories.ask(
            lambda store: store.transcripts.unlearnt.distilled([each.id for each in turns])
        )
        dropped = [each.id for each in turns if each.created_at < oldest or each.id in written]
        await self._memories.keep(lambda transcripts: transcripts.unlearnt.learnt(dropped))
        left = [each for each in turns if each.id not in dropped]
        return sorted(left, key=lambda turn: (turn.session_id, turn.id))


def _in_calls(session: Sequence[Turn]) -> list[list[Turn]]:
    """A session's turns in as few calls as fit; a turn is never cut in two."""
    calls: list[list[Turn]] = [[]]
    size = 0
    for turn in session:
        tokens = estimate_tokens(turn.prompt[:CLIPPED]) + estimate_tokens(turn.answer[:CLIPPED])
        if calls[-1] and size + tokens > TOGETHER_TOKENS:
            calls.append([])
            size = 0
        calls[-1].append(turn)
        size += tokens
    return calls
