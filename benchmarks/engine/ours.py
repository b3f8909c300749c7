"""featherchat, through ``DB``."""

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import platformdirs  # noqa: F401
from numpy.typing import NDArray

# Loaded before anything is timed, as the peer is: an answer does not wait for an import twice.
import featherchat.store.nearest  # noqa: F401
from benchmarks.engine import truth
from benchmarks.engine.sets import DataSet
from benchmarks.engine.system import Numbers
from benchmarks.engine.truth import Doubles
from featherchat import DB, Metadata
from featherchat.clock import SystemClock
from featherchat.memory import Edge
from featherchat.store.base import Cause
from featherchat.store.sqlite import SqliteStore

_BATCH = 5_000
"""Memories in one transaction of a batch."""


def name_of(number: int) -> str:
    """The id of a memory."""
    return f"m{number:07d}"


def numbers_of(found: object) -> Numbers:
    """The numbers of what was found."""
    return [int(each.id[1:]) for each in found]  # type: ignore[attr-defined]


class StillClock(SystemClock):
    """Stands still while questions are asked: scores are compared at one moment."""

    def __init__(self) -> None:
        super().__init__()
        self._opened = time.time()

    def now(self) -> float:
        """When it was made."""
        return self._opened


class Ours:
    """``Engine`` by featherchat."""

    def open(self, folder: Path, data: DataSet) -> None:
        """Open or make the file in a folder."""
        self._path = folder / "ours.feather"
        self._data = data
        self._clock = StillClock()
        self._db = DB.open(self._path, dim=data.vectors.shape[1], clock=self._clock)

    def close(self) -> None:
        """Leave everything on the disk."""
        self._db.close()

    def batch(self, numbers: range) -> Callable[[], None]:
        """``add_many`` in transactions of a few thousand."""
        starts = range(numbers.start, numbers.stop, _BATCH)
        parts = [range(start, min(start + _BATCH, numbers.stop)) for start in starts]
        texts = {number: self._data.text(number) for number in numbers}
        metas = {number: self._meta(number) for number in numbers}
        vectors = np.ascontiguousarray(self._data.vectors[numbers.start : numbers.stop])

        def store() -> None:
            for part in parts:
                self._db.add_many(
                    vectors[part.start - numbers.start : part.stop - numbers.start],
                    ids=[name_of(number) for number in part],
                    texts=[texts[number] for number in part],
                    metas=[metas[number] for number in part],
                )

        return store

    def one(self, number: int) -> Callable[[], None]:
        """``add``: a transaction of its own."""
        return partial(
            self._db.add,
            np.array(self._data.vectors[number]),
            self._data.text(number),
            id=name_of(number),
            meta=self._meta(number),
        )

    def give_recalls(self, count: int) -> None:
        """Write the recall counts that were made up: recalls are counted, never given."""
        self._db.close()
        store = SqliteStore.open(self._path, None, SystemClock())
        counts = {name_of(number): int(self._data.recalls[number]) for number in range(count)}
        store.reinforce({name: times for name, times in counts.items() if times}, time.time())
        store.close()
        self.open(self._path.parent, self._data)

    def give_edges(self, count: int, edges: int) -> None:
        """Link memories at random, with random weights."""
        chance = np.random.default_rng(7)
        ends = chance.integers(0, count, (edges, 2))
        weights = chance.uniform(0.1, 1.0, edges)
        links = [
            Edge(name_of(int(a)), name_of(int(b)), "related_to", float(weight))
            for (a, b), weight in zip(ends, weights, strict=True)
            if a != b
        ]
        self._db.close()
        store = SqliteStore.open(self._path, None, SystemClock())
        for start in range(0, len(links), _BATCH):
            cause = Cause(f"links-{start}", time.time(), "import", "a benchmark")
            store.put([], cause, links[start : start + _BATCH])
        store.close()
        self.open(self._path.parent, self._data)

    def adaptive(self, question: NDArray[np.float32]) -> Numbers:
        """The true ten best by the adaptive score."""
        return numbers_of(self._asked(question, exact=True))

    def quick(self, question: NDArray[np.float32]) -> Numbers:
        """The same by a faster plan, where it has one."""
        return numbers_of(self._asked(question, exact=False))

    def nearest(self, question: NDArray[np.float32]) -> Numbers:
        """The ten nearest."""
        return numbers_of(self._db.nearest(question, k=truth.TOP, reinforce=False))

    def optimize(self) -> None:
        """Build the graph of neighbors."""
        self._db.optimize()

    def hybrid(self, text: str, question: NDArray[np.float32]) -> Numbers:
        """The ten best by words and meaning."""
        return numbers_of(self._db.hybrid_search(text, question, k=truth.TOP, reinforce=False))

    def words(self, text: str) -> Numbers:
        """The best by words: of all that a question by both finds, the one with every word."""
        anywhere = self._data.questions[0]
        found = self._db.hybrid_search(text, anywhere, k=truth.TOP, reinforce=False)
        return [
            number
            for each, number in zip(found, numbers_of(found), strict=True)
            if each.parts is not None and each.parts.words == 1.0
        ]

    def compact(self) -> None:
        """Forget what memories were before."""
        self._db.compact(keep=0)

    def seeds(self, question: NDArray[np.float32]) -> Numbers:
        """What a chain starts from."""
        return numbers_of(self._db.search(question, k=5, reinforce=False))

    def chain(self, question: NDArray[np.float32]) -> Numbers:
        """Five seeds, and what is within two edges of them."""
        return numbers_of(self._db.context_chain(question, k=5, hops=2, reinforce=False))

    def truth(self, count: int) -> tuple[Doubles, Doubles]:
        """The similarity is the cosine to the vector as stored, in float16."""
        store = SqliteStore.open(self._path, None, SystemClock())
        rows = store.database.rows(
            "SELECT vector FROM vectors JOIN memories USING (seq) ORDER BY id LIMIT ?", (count,)
        )
        store.database.close()
        stored = np.stack([np.frombuffer(row[0], dtype="<f2") for row in rows]).astype(np.float64)
        # float16 leaves a vector not quite of length 1; the cosine is of its direction.
        stored /= np.linalg.norm(stored, axis=1, keepdims=True)
        dots = truth.dot_products(stored, self._data.questions)
        return truth.adaptive(self._data, dots, self._clock.now()), dots

    def file_size(self) -> int:
        """Bytes of the file and its log."""
        files = self._path.parent.glob(f"{self._path.name}*")
        return sum(file.stat().st_size for file in files)

    def _asked(self, question: NDArray[np.float32], *, exact: bool) -> object:
        return self._db.search(
            question,
            k=truth.TOP,
            half_life=truth.HALF_LIFE,
            time_weight=truth.TIME_WEIGHT,
            exact=exact,
            reinforce=False,
        )

    def _meta(self, number: int) -> Metadata:
        created_at = self._data.now - float(self._data.ages[number]) * 86_400.0
        return Metadata(importance=float(self._data.importance[number]), created_at=created_at)
