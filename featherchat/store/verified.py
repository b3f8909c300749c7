"""A memory whose row is compared with its hash and decoded when somebody looks at it."""

from collections.abc import Sequence
from typing import Any

from featherchat.memory import Anchor, Memory
from featherchat.store.rows import memory_to_json, row_to_json, row_to_memory, verified


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
        self._hash: bytes | None = stored_hash
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
            found = row_to_memory(self._checked(), self._anchors, self._sources)
            self._memory, self._row = found, None
        return found

    def to_json(self) -> str:
        """The memory, as the event log keeps it.

        Raises:
            StoreDamaged: If it is not what was written.
        """
        if self._row is None:
            return memory_to_json(self.memory)
        return row_to_json(self._checked(), self._anchors, list(self._sources))

    def _checked(self) -> Sequence[Any]:
        """The row, compared with its hash once."""
        assert self._row is not None  # kept until it is decoded
        if self._hash is not None:
            verified(self._row, self._hash)
            self._hash = None
        return self._row
