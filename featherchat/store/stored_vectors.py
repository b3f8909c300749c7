"""The vectors of one space as the rows keep them: what is scored in the end."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import TYPE_CHECKING

import numkong
import numpy as np

from featherchat.errors import StoreDamaged
from featherchat.store.array_file import HarmedFile
from featherchat.store.codes import widened
from featherchat.store.database import Database
from featherchat.store.halves import check
from featherchat.store.vector_map import VectorMap

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from featherchat.store.base import Vector
    from featherchat.store.columns import Places

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
        self._map: VectorMap | None = None

    def use(self, found: VectorMap | None) -> None:
        """Read what is mapped from there; see ``VectorMap``."""
        self._map = found

    def cosines(self, vector: "Vector", seqs: "Places") -> "NDArray[np.float64]":
        """The cosine of some rows, each of which has a vector.

        Each is formed of its own, in double precision: equal vectors have equal cosines,
        whatever stands around them.

        Args:
            vector: The question's, of any length above 0.
            seqs: Their numbers.

        Raises:
            StoreDamaged: If a vector is not what was written, or no longer there.
        """
        if not len(seqs):
            return np.empty(0)
        mapped = self._mapped(seqs)
        stored = self._from_rows(seqs.tolist(), len(vector)) if mapped is None else mapped
        return _cosines(vector, stored)

    def mapped_cosines(self, vector: "Vector", seqs: "Places") -> "NDArray[np.float64] | None":
        """The same where no row has to be read for it."""
        mapped = self._mapped(seqs)
        return None if mapped is None else _cosines(vector, mapped)

    def drop(self, seqs: Iterable[int]) -> None:
        """Read some rows anew when they are asked for."""
        gone = list(seqs)
        for seq in gone:
            self._at_hand.pop(seq, None)
        if self._map is not None:
            self._map.drop(gone)

    def _mapped(self, seqs: "Places") -> "NDArray[np.float16] | None":
        """The vectors of some rows, if all of them are mapped."""
        if self._map is None:
            return None
        places = self._map.find(seqs)
        if places.min() < 0:
            return None
        try:
            return self._map.take(places)
        except HarmedFile:
            self._map = None
            return None

    def _from_rows(self, seqs: Sequence[int], dimensions: int) -> "NDArray[np.float16]":
        self._make_room()
        self._read([seq for seq in seqs if seq not in self._at_hand], dimensions)
        # Joined as bytes and converted at once: one by one takes as long as reading them.
        joined = b"".join([self._at_hand[seq] for seq in seqs])
        vectors: NDArray[np.float16] = np.frombuffer(joined, dtype="<f2")
        return vectors.reshape(len(seqs), -1)

    def _make_room(self) -> None:
        if len(self._at_hand) > _AT_HAND:
            # A dict keeps the order: those that were read first go.
            for seq in list(islice(self._at_hand, _AT_HAND // 2)):
                del self._at_hand[seq]

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


def _cosines(vector: "Vector", stored: "NDArray[np.float16]") -> "NDArray[np.float64]":
    distances = numkong.cdist(vector[None], widened(stored), metric="angular")
    cosines: NDArray[np.float64] = 1.0 - np.asarray(distances)[0]
    return cosines
