"""How much learning may cost a day, and what it has cost today.

Counted in the store, so that two terminals share one budget. Days are UTC's. Over the
budget nothing is lost: explicit statements are taken all the same, and the turns wait
for a model until a day that has tokens left.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from featherchat.clock import Clock
from featherchat.recall.memories import Memories

_KEY = "distilled tokens "


@dataclass(frozen=True, slots=True)
class Spending:
    """A day's tokens."""

    spent: int
    limit: int

    @property
    def left(self) -> int:
        """What may still be spent; 0 when the budget is used up."""
        return max(self.limit - self.spent, 0)


class Budget:
    """The tokens that a project's background model may take in a day."""

    def __init__(self, memories: Memories, clock: Clock, daily_tokens: int) -> None:
        self._memories = memories
        self._clock = clock
        self._limit = daily_tokens
        self._told = ""

    async def today(self) -> Spending:
        """What has been spent today, by every process."""
        key = self._key()
        spent = await self._memories.ask(lambda store: store.settings.get(key))
        return Spending(int(spent or 0), self._limit)

    async def spend(self, tokens: int) -> None:
        """Count what a call has cost."""
        key = self._key()
        await self._memories.ask(lambda store: store.settings.add(key, tokens))

    def notice_once(self) -> str:
        """What a person is told when a call no longer fits, the first time on a day."""
        told, self._told = self._told, self._key()
        if told == self._told or not self._limit:
            return ""
        return (
            f"Today's {self._limit:,} tokens for learning are used up: only explicit statements are"
            " learnt until tomorrow. learn.daily_tokens sets the limit."
        )

    def _key(self) -> str:
        return _KEY + datetime.fromtimestamp(self._clock.now(), UTC).date().isoformat()
