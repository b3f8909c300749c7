"""Rankings by meaning: the columns and codes of one store, kept up with its rows.

Loaded at the first question by meaning, from a checked cache file where there is one, and
brought up to the store's revision before each question, so that another process's writes and
recalls count at once. What comes out is scored on the rows themselves: a harmed cache can
cost a rebuild, never a wrong answer.
"""

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from featherchat.errors import StoreDamaged
from featherchat.ranking import DecayPolicy
from featherchat.recollection import Filter
from featherchat.store.array_file import HarmedFile, block_sums, read_arrays, write_arrays
from featherchat.store.best import Asked, Best, Top
from featherchat.store.bounds import bounds_of
from featherchat.store.code_table import SUMMED_ROWS, CodeTable
from featherchat.store.codes import CodedQuery
from featherchat.store.column_rows import ALL_ROWS, CHANGED_ROWS
from featherchat.store.columns import COLUMNS, STATUSES, WORDS, Columns, Fresh
from featherchat.store.database import Database, Row
from featherchat.store.filters import where
from featherchat.store.vector_map import VectorMap, keep_vectors

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from featherchat.store.base import Vector
    from featherchat.store.columns import Choice, Mask, Places

T = TypeVar("T")

FILE = "engine.arrays"
FORMAT = 2
"""Raised when the columns, the codes or what lies beside them change: an older file is built anew."""

_LOADED_ROWS, _CHANGED_ROWS = 500, 10_000
"""Rows that are read at once, vectors included. What few take is used again for the next; of those
that have changed, all are looked for each time."""

_FEW = 200
"""Changed rows for which the cache file is not written anew."""

_STATUS_NUMBERS = {status: number for number, status in enumerate(STATUSES)}

_OPERATION = "SELECT operation FROM changes WHERE revision <= ? ORDER BY revision DESC LIMIT 1"


class Engine:
    """The derived columns and codes of one space of vectors."""

    def __init__(self, database: Database, cache: Path | None) -> None:
        self._database = database
        self._file = None if cache is None else cache / FILE
        self._space = ""
        self._revision = -1
        self._columns = Columns()
        self._codes: CodeTable | None = None
        self._best = Best(database, "")
        self._changed = 0

    @property
    def space(self) -> str:
        """Whose vectors these are."""
        return self._space

    @property
    def revision(self) -> int:
        """The store's revision that the columns and codes hold."""
        return self._revision

    @property
    def codes(self) -> CodeTable | None:
        """The codes of every place; None while no memory has a vector."""
        return self._codes

    @property
    def columns(self) -> Columns:
        """Every memory's columns, as of the last refresh."""
        return self._columns

    def refresh(self, space: str) -> None:
        """Bring the columns and codes of a space up to the store's revision."""
        if space != self._space:
            self._space = space
            self._forget()
            self._revision = -1
        if self._revision < 0:
            self._open()
        revision = self._database.revision
        if self._revision > revision:
            # The store was put back to an older copy: the columns know too much.
            self._forget()
        if self._revision < revision:
            # Where the file's codes are found harmed on the way, everything is read from the rows.
            self.healed(lambda: self._catch_up(revision))

    def best(
        self,
        vector: "Vector",
        k: int,
        wanted: Filter,
        policy: DecayPolicy,
        now: float,
        pinned: Sequence[int] = (),
        *,
        exact: bool = True,
    ) -> Top:
        """The true best ``k`` of what a filter admits, by the adaptive score on stored vectors.

        Args:
            vector: The question's, of any length above 0.
            k: How many; more come where scores are as good as equal.
            wanted: What is asked.
            policy: Half-lives and the weight of time.
            now: Seconds UTC.
            pinned: Rows that count as held for this question.
            exact: False where one in a thousand of the best may be lost for a quicker answer.
        """

        def ask() -> Top:
            choice = self.with_vector(wanted, now)
            if self._codes is None or k <= 0 or not choice.count:
                return Top({})
            asked = Asked(vector, _unit(vector), k, choice, policy, now, pinned, exact)
            return self._best.find(self._columns, self._codes, asked)

        return self.healed(ask)

    def head(self, vector: "Vector", k: int, wanted: Filter, now: float) -> dict[int, float]:
        """The cosines of the ``k`` that are nearest by their codes, by row number.

        The cosines are those of the stored vectors. Which are the last of the ``k`` may differ
        from the truth by what a code is off, some thousandths: enough for a head that is fused.
        """
        seqs = self.healed(lambda: self._head(vector, k, wanted, now))
        return dict(zip(seqs.tolist(), self.cosines(vector, seqs).tolist(), strict=True))

    def cosines(self, vector: "Vector", seqs: "Places") -> "NDArray[np.float64]":
        """The cosines of some rows that have a vector; see ``StoredVectors``."""
        return self._best.vectors.cosines(vector, seqs)

    def mapped_cosines(self, vector: "Vector", seqs: "Places") -> "NDArray[np.float64] | None":
        """The same where no row has to be read for it."""
        return self._best.vectors.mapped_cosines(vector, seqs)

    def _head(self, vector: "Vector", k: int, wanted: Filter, now: float) -> "Places":
        admitted = np.flatnonzero(self.with_vector(wanted, now).mask)
        if self._codes is None or k <= 0 or not len(admitted):
            return np.empty(0, dtype=np.int64)
        query = CodedQuery.of(np.asarray(vector, dtype=np.float64))
        count = len(self._columns)
        if 2 * len(admitted) > count:
            estimates = self._codes.scan(query, slice(0, count))[0][admitted]
        else:
            estimates = self._codes.scan(query, admitted)[0]
        if len(admitted) > k:
            admitted = admitted[np.argpartition(-estimates, k - 1)[:k]]
        return self._columns["seq"][admitted]

    def healed(self, ask: Callable[[], T]) -> T:
        """What a question of the codes says; of codes built anew if the mapped ones are harmed."""
        try:
            return ask()
        except HarmedFile:
            self.discard()
            self.refresh(self._space)
            return ask()

    def admitted(self, wanted: Filter, now: float) -> "Mask":
        """Which places a filter admits."""
        return self._columns.mask(wanted, now, self._seqs_of)

    def with_vector(self, wanted: Filter, now: float) -> "Choice":
        """Which of them have a vector."""
        return self._columns.choice(wanted, now, self._seqs_of)

    def keep(self) -> None:
        """Write the cache file, if much has changed since: little is caught up in no time."""
        if self._file is None or self._codes is None:
            return
        few = max(_FEW, len(self._columns) // 20)
        if not self._changed or (self._changed <= few and self._file.exists()):
            return
        order = self._order()
        try:
            codes, scales, errors = self._codes.kept(order)
        except HarmedFile:
            # The next start builds it anew.
            self.discard()
            return
        arrays = {name: self._columns[name][order] for name in COLUMNS}
        facts = {
            "format": FORMAT,
            "space": self._space,
            "revision": self._revision,
            "mark": self.mark(self._revision),
            "words": {name: self._columns.vocabularies[name].words for name in WORDS},
        }
        arrays = {**arrays, "codes": codes, "scales": scales, "errors": errors}
        if write_arrays(self._file, facts, arrays, SUMMED_ROWS):
            self._changed = 0
            mark = str(facts["mark"])
            keep_vectors(self._database, self._file.parent, self._space, self._revision, mark)

    def discard(self) -> None:
        """Throw the cache file away; the next refresh builds everything anew."""
        self._forget()
        if self._file is not None:
            self._file.unlink(missing_ok=True)

    def _forget(self) -> None:
        self._revision = 0
        self._columns, self._codes = Columns(), None
        self._best = Best(self._database, self._space)

    def _open(self) -> None:
        self._revision = 0
        if self._file is None:
            return
        try:
            facts, arrays = read_arrays(self._file)
            current = (
                facts["format"] == FORMAT
                and facts["space"] == self._space
                and self.has_past(int(facts["revision"]), facts["mark"])
            )
            if not current:
                return
            for name, array in arrays.items():
                if name != "codes" and any(block_sums(array.values, SUMMED_ROWS) != array.sums):
                    raise HarmedFile(name)
            self._columns = Columns.of(
                {name: arrays[name].values for name in COLUMNS}, facts["words"]
            )
            self._codes = CodeTable.of(
                arrays["codes"], arrays["scales"].values, arrays["errors"].values
            )
            self._revision = int(facts["revision"])
            folder, mark = self._file.parent, str(facts["mark"])
            self._best.vectors.use(VectorMap.load(folder, self._space, self._revision, mark))
        except (HarmedFile, KeyError, TypeError, ValueError):
            # Derived data: what cannot be read is built anew from the rows.
            self._forget()

    def mark(self, revision: int) -> str:
        """What tells this store's past from another's that has reached the same revision."""
        return str(self._database.value(_OPERATION, (revision,)) or "")

    def has_past(self, revision: int, mark: str) -> bool:
        """Whether what was derived at a revision was derived from this store.

        Where the log has been compacted beyond it, nothing speaks against it.
        """
        found = self._database.value(_OPERATION, (revision,))
        if found is None:
            compacted = self._database.value("SELECT 1 FROM meta WHERE key = 'horizon'")
            return compacted is not None or not mark
        return bool(found == mark)

    def _catch_up(self, revision: int) -> None:
        gone = [
            row[0]
            for row in self._database.rows(
                "SELECT seq FROM gone WHERE revision > ?", (self._revision,)
            )
        ]
        last, empty = 0, not len(self._columns)
        # Room for all of them at once: to make it bit by bit takes as long as to read them.
        room = int(self._database.value("SELECT count(*) FROM memories")) if empty else 0
        sql, size = (ALL_ROWS, _LOADED_ROWS) if empty else (CHANGED_ROWS, _CHANGED_ROWS)
        since = -1 if empty else self._revision
        while True:
            rows = self._database.rows(sql, (self._space, last, size, since))
            if rows or gone:
                self._take(rows, gone, room)
            if len(rows) < size:
                break
            last, gone = rows[-1][0], []
        self._revision = revision

    def _take(self, rows: Sequence[Row], gone: Sequence[int], room: int) -> None:
        """Take in some rows, vectors included, of so many as there is to be room for."""
        columns: list[Sequence[Any]] = (
            list(zip(*rows, strict=True)) if rows else [()] * (len(COLUMNS) + 1)
        )
        named = dict(zip(COLUMNS, columns, strict=False))
        named["status"] = [_STATUS_NUMBERS.get(status, 0) for status in named["status"]]
        try:
            places = self._columns.update(Fresh(named), gone)
        except (TypeError, ValueError) as error:
            raise StoreDamaged(
                f"A row of {self._database.path} does not hold what its columns are for: {error}.",
                hint="Run featherchat doctor, which lists every damaged memory.",
            ) from error
        self._changed += len(rows) + len(gone)
        # A recall that was counted changes a row, but not its vector.
        kept = zip(columns[0], named["has_vector"], columns[-1], strict=True)
        reread = [seq for seq, has_vector, blob in kept if blob or not has_vector]
        self._best.vectors.drop((*gone, *reread))
        self._code(places[len(places) - len(rows) :], columns[-1], room)
        self._best.renew(self._columns, places)

    def _code(self, places: "Places", blobs: Sequence[bytes | None], room: int) -> None:
        """Code the vectors of some places."""
        given = [number for number, blob in enumerate(blobs) if blob]
        if given and self._codes is None:
            self._codes = CodeTable(len(blobs[given[0]] or b"") // 2)
        if self._codes is None:
            return
        joined = b"".join(blobs[number] or b"" for number in given)
        dimensions = self._codes.dimensions
        if len(joined) != len(given) * 2 * dimensions:
            raise StoreDamaged(
                f"A vector of {self._database.path} has not the {dimensions} dimensions of its space.",
                hint="Run featherchat reindex to embed damaged memories anew.",
            )
        vectors = np.frombuffer(joined, dtype="<f2").reshape(len(given), dimensions)
        self._codes.put(places[given], vectors, max(len(self._columns), room))
        self._best.recode(places[given])

    def _seqs_of(self, wanted: Filter) -> list[int]:
        """What the rows know and no column holds: paths, attributes and ids."""
        condition, values = where(wanted)
        rows = self._database.rows(f"SELECT m.seq FROM memories m WHERE {condition}", values)
        return [row[0] for row in rows]

    def _order(self) -> "Places":
        """The living places, those that reach most first: the best are read first."""
        bounds = bounds_of(
            self._columns, DecayPolicy(), float(self._columns["created_at"].max(initial=0))
        )
        order = np.argsort(-(bounds.slopes + bounds.bases), kind="stable")
        living: Places = order[self._columns["lives"][order]]
        return living


def _unit(vector: "Vector") -> "NDArray[np.float64]":
    exactly = np.asarray(vector, dtype=np.float64)
    unit: NDArray[np.float64] = exactly / math.sqrt(float(exactly @ exactly))
    return unit
