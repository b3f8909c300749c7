"""A memory whose row was compared with its hash; decoded when somebody looks at it."""

from collections.abc import Sequence
from typing import Any

from featherchat.memory import Anchor, Memory
from featherchat.store.rows import row_to_memory


class Verified:
    """One memory of the store. A ranking needs its id alone: decoding takes 5 µs."""

    __slots__ = ("_anchors", "_memory", "_row", "_sources", "id")

    def __init__(
        self, row: Sequence[Any], anchors: Sequence[Anchor] = (), sources: Sequence[str] = ()
    ) -> None:
        """Keep what was read; for the arguments see ``row_to_memory``."""
        self.id: str = row[0]
        """The memory's id."""

        self._row: Sequence[Any] | None = row
        self._anchors, self._sources = anchors, sources
        self._memory: Memory | None = None

    @property
    def memory(self) -> Memory:
        """All of its fields."""
        found = self._memory
        if found is None:
            assert self._row is not None  # kept until it is decoded
            found = self._memory = row_to_memory(self._row, self._anchors, self._sources)
            self._row = None
        return found
