"""The embedder as the memories above it use it: one text at a time, with a rest after a failure.

Several memories may share it, such as a project's and the developer's own.
"""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from featherchat.clock import Clock
from featherchat.embedders.base import Embedder, Purpose
from featherchat.errors import ConfigError, EmbedderMismatch
from featherchat.memory import Memory

if TYPE_CHECKING:
    # numpy costs 80 ms of start-up, which a search by words need not pay.
    from featherchat.store.base import Matrix

RETRY_AFTER = 60.0
"""Seconds for which an embedder that failed is left alone; words carry the search meanwhile."""


class Meaning:
    """What turns texts into vectors, off the event loop."""

    def __init__(self, embedder: Embedder | None, clock: Clock) -> None:
        self.embedder = embedder
        """None when words carry the search alone."""

        self._clock = clock
        self._turn = asyncio.Lock()
        self._retry_at = 0.0

    @property
    def space(self) -> str:
        """Whose vectors they are; empty without an embedder."""
        return "" if self.embedder is None else str(self.embedder.identity)

    @property
    def rests(self) -> bool:
        """Whether it failed a moment ago and is left alone."""
        return self._clock.now() < self._retry_at

    def rest(self) -> None:
        """Leave it alone for a while."""
        self._retry_at = self._clock.now() + RETRY_AFTER

    def mismatch(self, stored: str | None) -> EmbedderMismatch | None:
        """What is wrong with a store whose vectors are in a space; vectors of two never meet."""
        if self.embedder is None or not stored or stored == self.space:
            return None
        return EmbedderMismatch(stored, self.space)

    async def check(self) -> None:
        """See that it answers.

        Raises:
            EmbedderError: If it does not.
            ConfigError: If none is configured.
        """
        if self.embedder is None:
            raise ConfigError(
                "No embedder is set up, so there is nothing to embed with.",
                hint="Set embedder.name to local, or leave --embedder out.",
            )
        await self.of(["Does it answer?"], Purpose.DOCUMENT)

    async def of(self, texts: Sequence[str], purpose: Purpose) -> "Matrix":
        """One vector a text; whoever else asks waits for its turn.

        Raises:
            EmbedderError: If the model cannot be loaded or reached.
        """
        assert self.embedder is not None
        async with self._turn:
            return await asyncio.to_thread(self.embedder.embed, texts, purpose)

    async def close(self) -> None:
        """Give back what the embedder holds."""
        if self.embedder is not None:
            await asyncio.to_thread(self.embedder.close)


def embedded_text(memory: Memory) -> str:
    """What of a memory is embedded: its title, unless the text begins with it, and its text."""
    if memory.text.startswith(memory.title):
        return memory.text
    return f"{memory.title}\n{memory.text}"
