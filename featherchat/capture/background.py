"""Learning beside the conversation: one call to a model at a time, never in a turn's way.

Explicit statements are taken at once. What waits for the model waits here; what is cut off
by leaving keeps its mark in the store and is picked up at the next start.
"""

import asyncio
from collections.abc import Callable

from featherchat.capture.budget import Budget, Spending
from featherchat.capture.distiller import Distiller, Heard
from featherchat.capture.endings import Endings
from featherchat.capture.gate import Gate
from featherchat.clock import Clock
from featherchat.errors import FeatherchatError
from featherchat.messages import Learned
from featherchat.providers.base import Provider
from featherchat.recall.memories import Memories
from featherchat.settings import LearnSettings
from featherchat.store.transcripts import Turn


class Background:
    """Learns from turns and sessions as they end."""

    def __init__(
        self,
        memories: Memories,
        gate: Gate,
        clock: Clock,
        settings: LearnSettings,
        developer: str | None,
    ) -> None:
        self._memories = memories
        self._gate = gate
        self._clock = clock
        self._developer = developer
        self._learns = settings.conversations
        self._budget = Budget(memories, clock, settings.daily_tokens)
        self._turnstile = asyncio.Lock()
        self._under_way: set[str] = set()
        self._picking_up: asyncio.Task[None] | None = None

    async def learn_from(
        self,
        turn: Turn,
        provider: Provider | None,
        model: str,
        patience: float | None = None,
        heard: Heard | None = None,
    ) -> Learned:
        """Learn from a turn that has just ended; see ``Distiller.distil``."""
        if not self._learns or self._memories.read_only is not None:
            await self.pass_over(turn)
            return Learned(turn.id)
        self._under_way.add(turn.id)
        try:
            return await self._distiller(provider, model).distil(turn, patience, heard)
        finally:
            self._under_way.discard(turn.id)

    async def pass_over(self, turn: Turn) -> None:
        """Let a turn be: nothing is learnt from it, now or later."""
        await self._memories.keep(lambda transcripts: transcripts.unlearnt.learnt([turn.id]))

    async def finish(self, session_id: str, provider: Provider | None, model: str) -> Learned:
        """Learn from what is left of a session that ends or is compacted."""
        if not self._learns or self._memories.read_only is not None:
            return Learned("")
        return await self._endings(provider, model).finish(session_id, self._under_way)

    def pick_up(
        self,
        provider: Provider | None,
        model: str,
        shown: Callable[[Learned], None],
        failed: Callable[[FeatherchatError], None],
    ) -> None:
        """Begin to learn, beside everything else, from what earlier sessions left."""
        if self._picking_up is None and self._learns and self._memories.read_only is None:
            endings = self._endings(provider, model)
            self._picking_up = asyncio.create_task(_told(endings, shown, failed))

    async def settled(self) -> None:
        """Wait until what ``pick_up`` began has ended."""
        if self._picking_up is not None:
            await asyncio.wait([self._picking_up])

    async def spending(self) -> Spending:
        """What learning has cost today, and the most that it may."""
        return await self._budget.today()

    async def waiting(self) -> int:
        """How many turns nobody has learnt from yet, of every session."""
        return await self._memories.ask(lambda store: store.transcripts.unlearnt.count())

    async def close(self) -> None:
        """Stop; what has not been learnt from keeps its mark."""
        if self._picking_up is not None:
            self._picking_up.cancel()
            await asyncio.wait([self._picking_up])

    def _endings(self, provider: Provider | None, model: str) -> Endings:
        return Endings(self._memories, self._distiller(provider, model), self._clock)

    def _distiller(self, provider: Provider | None, model: str) -> Distiller:
        return Distiller(
            self._memories,
            self._gate,
            self._clock,
            self._budget,
            self._turnstile,
            provider if model else None,
            model,
            self._developer,
        )


async def _told(
    endings: Endings,
    shown: Callable[[Learned], None],
    failed: Callable[[FeatherchatError], None],
) -> None:
    try:
        learned = await endings.pick_up()
    except FeatherchatError as error:
        failed(error)
        return
    if learned.turn_id or learned.notice:
        shown(learned)
