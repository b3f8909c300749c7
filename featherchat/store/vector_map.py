"""The stored vectors once more, in a cache file that is mapped: to be scored without a statement.

The same bytes as in the rows, compared with their hashes when the file is written, and with the
file's sums when they are first read: what is not what was written is read from the rows.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from featherchat.errors import StoreDamaged
from featherchat.store.array_file import (
    HarmedFile,
    MappedArray,
    block_sum,
    block_sums,
    read_arrays,
    write_arrays,
)
from featherchat.store.database import Database, Row
from featherchat.store.halves import check

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from featherchat.store.columns import Places

    Halves = NDArray[np.float16]

FILE = "vectors.arrays"
FORMAT = 1

_SUMMED = 64
"""Vectors that are compared with their sum at once: few are read of many, so a block is small."""

_MOST_BYTES = 2**29
"""More would take too long to write at a close; they are read from the rows."""

_READ_ROWS = 2_000


class VectorMap:
    """The vectors of one space at one revision, by row number."""

    def __init__(self, seqs: "Places", vectors: MappedArray) -> None:
        """Trust the seqs; the vectors are compared with their sums when they are read."""
        self._vectors = vectors.values
        self._sums = vectors.sums
        self._unread = np.ones(len(vectors.sums), dtype=np.bool_)
        self._all_read = False
        self._row_of = np.full(int(seqs.max(initial=-1)) + 1, -1, dtype=np.int64)
        self._row_of[seqs] = np.arange(len(seqs))

    @classmethod
    def load(cls, folder: Path, space: str, revision: int, mark: str) -> "VectorMap | None":
        """What was kept of a space at a revision; None if there is nothing of just that."""
        try:
            facts, arrays = read_arrays(folder / FILE)
            seqs, vectors = arrays["seqs"], arrays["vectors"]
            named = facts["format"], facts["space"], facts["revision"], facts["mark"]
            sound = (block_sums(seqs.values, _SUMMED) == seqs.sums).all()
            if named != (FORMAT, space, revision, mark) or not sound:
                return None
            return cls(seqs.values, vectors)
        except (HarmedFile, KeyError, TypeError, ValueError):
            # Derived data: what cannot be read is read from the rows.
            return None

    def find(self, seqs: "Places") -> "Places":
        """Where the vectors of some rows are, -1 where there is none."""
        try:
            return self._row_of[seqs]
        except IndexError:
            found = np.full(len(seqs), -1, dtype=np.int64)
            known = seqs < len(self._row_of)
            found[known] = self._row_of[seqs[known]]
            return found

    def take(self, places: "Places") -> "Halves":
        """The vectors at some places.

        Raises:
            HarmedFile: If one is not what was written.
        """
        if not self._all_read:
            self._compare(places // _SUMMED)
        vectors: Halves = self._vectors.take(places, axis=0)
        return vectors

    def _compare(self, blocks: "Places") -> None:
        """Compare what is read for the first time with its sums."""
        unread = blocks[self._unread[blocks]]
        if not len(unread):
            return
        for block in set(unread.tolist()):
            start = block * _SUMMED
            if block_sum(self._vectors[start : start + _SUMMED]) != int(self._sums[block]):
                raise HarmedFile("vectors are not what was written")
            self._unread[block] = False
        self._all_read = not self._unread.any()

    def drop(self, seqs: Sequence[int]) -> None:
        """Some rows have another vector now, or none."""
        self._row_of[[seq for seq in seqs if seq < len(self._row_of)]] = -1


def keep_vectors(database: Database, folder: Path, space: str, revision: int, mark: str) -> None:
    """Write the vectors of a space up to a revision, if they are not too many."""
    sql = (
        "SELECT count(*), coalesce(max(length(vector)), 0) FROM vectors"
        " WHERE space = ? AND revision <= ?"
    )
    count, size = database.rows(sql, (space, revision))[0]
    if not count or count * size > _MOST_BYTES:
        (folder / FILE).unlink(missing_ok=True)
        return
    seqs = np.empty(count, dtype=np.int64)
    vectors = np.empty((count, size // 2), dtype="<f2")
    place = 0
    try:
        for rows in _checked_rows(database, space, revision, size // 2):
            part = slice(place, place := place + len(rows))
            seqs[part] = [row[0] for row in rows]
            joined = b"".join(row[1] for row in rows)
            vectors[part] = np.frombuffer(joined, dtype="<f2").reshape(len(rows), -1)
    except StoreDamaged:
        # Who asks for that vector hears of it.
        return
    facts: dict[str, Any] = {"format": FORMAT, "space": space, "revision": revision, "mark": mark}
    write_arrays(folder / FILE, facts, {"seqs": seqs, "vectors": vectors}, _SUMMED)


def _checked_rows(
    database: Database, space: str, revision: int, dimensions: int
) -> Iterator[list[Row]]:
    last = -1
    with database.reading():
        while True:
            rows = database.rows(
                "SELECT seq, vector, hash FROM vectors WHERE space = ? AND revision <= ?"
                " AND seq > ? ORDER BY seq LIMIT ?",
                (space, revision, last, _READ_ROWS),
            )
            if not rows:
                return
            for seq, blob, digest in rows:
                check(seq, blob, digest, dimensions)
            yield rows
            last = rows[-1][0]
