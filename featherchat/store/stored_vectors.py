"""The vectors of one space as the rows keep them: what is scored in the end."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from featherchat.errors import StoreDamaged
from featherchat.store.database import Database
from featherchat.store.halves import check

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from featherchat.store.base import Vector

_AT_HAND = 4_000
"""Vectors that were read lately and are kept: the best of one question are near the next one's."""

_CHUNK = 500
"""Rows in one statement."""


class StoredVectors:
    """Reads vectors and compares each with its hash."""

    def __init__(self, database: Database, space: str) -> None:
        self._database = database
        self._space = space
        self._at_hand: dict[int, bytes] = {}

    def cosines(
        self, vector: "Vector | NDArray[np.float64]", seqs: Sequence[int]
    ) -> "NDArray[np.float64]":
        """The cosine of some rows, each of which has a vector.

        Raises:
            StoreDamaged: If a vector is not what was written, or no longer there.
        """
        if not len(seqs):
            return np.empty(0)
        query: NDArray[np.float64] = np.asarray(vector, dtype=np.float64)
        query = query / np.sqrt(query @ query)
        self._make_room()
        self._read([seq for seq in seqs if seq not in self._at_hand], len(query))
        # Joined as bytes and converted at once: one by one takes as long as reading them.
        joined = b"".join([self._at_hand[seq] for seq in seqs])
        stored = np.frombuffer(joined, dtype="<f2").reshape(len(seqs), -1).astype(np.float64)
        # A sum a row: equal vectors have equal cosines, whatever stands around them.
        lengths = np.sqrt(np.vecdot(stored, stored))
        cosines: NDArray[np.float64] = np.vecdot(stored, query) / lengths
        return cosines

    def drop(self, seqs: Iterable[int]) -> None:
        """Read some rows anew when they are asked for."""
        for seq in seqs:
            self._at_hand.pop(seq, None)

    def _make_room(self) -> None:
        if len(self._at_hand) > _AT_HAND:
            # A dict keeps the order: those that were read first go.
            self.drop(list(islice(self._at_hand, _AT_HAND // 2)))

    def _read(self, seqs: Sequence[int], dimensions: int) -> None:
        if not seqs:
            return
        for start in range(0, len(seqs), _CHUNK):
            chunk = seqs[start : start + _CHUNK]
            for seq, blob, digest in self._database.rows(
                "SELECT seq, vector, hash FROM vectors"
                f" WHERE seq IN ({', '.join('?' * len(chunk))}) AND space = ?",
                (*chunk, self._space),
            ):
                check(seq, blob, digest, dimensions)
                self._at_hand[seq] = blob
        for seq in seqs:
            if seq not in self._at_hand:
                raise StoreDamaged(
                    f"The vector of row {seq} is no longer there.",
                    hint="Ask again; if it stays so, run featherchat reindex.",
                )
