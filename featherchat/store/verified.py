"""A memory whose row is compared with its hash and decoded when somebody looks at it."""

from collections.abc import Sequence
from typing import Any

from featherchat.memory import Anchor, Memory
from featherchat.store.rows import row_to_memory, verified


class Verified:
    """One memory of the store. A ranking needs its id alone: the rest takes 10 µs."""

    __slots__ = ("_anchors", "_hash", "_memory", "_row", "_sources", "id")

    def __init__(
        self,
        row: Sequence[Any],
        stored_hash: bytes,
        anchors: Sequence[Anchor] = (),
        sources: Sequence[str] = (),
    ) -> None:
        """Keep what was read, with its hash; for the others see ``row_to_memory``."""
        self.id: str = row[0]
        """The memory's id."""

        self._row: Sequence[Any] | None = row
        self._hash = stored_hash
        self._anchors, self._sources = anchors, sources
        self._memory: Memory | None = None

    @property
    def memory(self) -> Memory:
        """All of its fields.

        Raises:
            StoreDamaged: If they are not what was written.
        """
        found = self._memory
        if found is None:
            assert self._row is not None  # kept until it is decoded
            row = verified(self._row, self._hash)
            found = self._memory = row_to_memory(row, self._anchors, self._sources)
            self._row = None
        return found
