"""Feather DB, as its own documentation uses it."""

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import feather_db
import numpy as np
from numpy.typing import NDArray

from benchmarks.engine import truth
from benchmarks.engine.sets import DataSet
from benchmarks.engine.system import Numbers
from benchmarks.engine.truth import Doubles

WIDTHS = (10, 20, 50, 100, 200, 400)
"""Beam widths that are tried for the nearest; 50 is its default."""

NEIGHBORS = (30, 100, 300, 1_000, 3_000, 10_000, 30_000, 100_000)
"""How many it is asked for until its ten best are the true ones."""


class Peer:
    """``Engine`` by feather-db."""

    def __init__(self) -> None:
        self._scoring = feather_db.ScoringConfig(truth.HALF_LIFE, truth.TIME_WEIGHT, 0.0)
        self.width = 50
        self.neighbors = truth.TOP

    def open(self, folder: Path, data: DataSet) -> None:
        """Open or make the file in a folder."""
        self._path = folder / "peer.feather"
        self._data = data
        self._db = feather_db.DB.open(str(self._path), dim=data.vectors.shape[1])

    def close(self) -> None:
        """Leave everything on the disk."""
        self._db.save()
        self._db.close()

    def batch(self, numbers: range) -> Callable[[], None]:
        """``add_batch``, and the file written."""
        vectors = np.ascontiguousarray(self._data.vectors[numbers.start : numbers.stop])
        metas = [self._meta(number) for number in numbers]

        def store() -> None:
            self._db.add_batch(list(numbers), vectors, metas)
            self._db.save()

        return store

    def one(self, number: int) -> Callable[[], None]:
        """``add``, which its own log makes durable."""
        return partial(
            self._db.add, number, np.array(self._data.vectors[number]), self._meta(number)
        )

    def adaptive(self, question: NDArray[np.float32]) -> Numbers:
        """The ten best by its adaptive score."""
        return self._asked(question, truth.TOP, self._scoring)

    def quick(self, question: NDArray[np.float32]) -> Numbers:
        """The ten best of as many neighbors as it is asked for."""
        return self._asked(question, self.neighbors, self._scoring)[: truth.TOP]

    def nearest(self, question: NDArray[np.float32]) -> Numbers:
        """The ten nearest."""
        return self._asked(question, truth.TOP, None)

    def optimize(self) -> None:
        """Nothing: its graph is built with each write."""

    def hybrid(self, text: str, question: NDArray[np.float32]) -> Numbers:
        """The ten best by words and meaning."""
        found = self._db.hybrid_search(question, text, k=truth.TOP, scoring=self._scoring)
        return [each.id for each in found]

    def words(self, text: str) -> Numbers:
        """The best by words."""
        return [each.id for each in self._db.keyword_search(text, k=1)]

    def truth(self, count: int) -> tuple[Doubles, Doubles]:
        """Its formula has 1 / (1 + squared distance) for the similarity."""
        stored = np.stack([self._db.get_vector(number) for number in range(count)])
        dots = truth.dot_products(stored, self._data.questions)
        lengths = (stored.astype(np.float64) ** 2).sum(axis=1)
        asked = (self._data.questions.astype(np.float64) ** 2).sum(axis=1)[:, None]
        similarity = 1.0 / (1.0 + np.maximum(lengths + asked - 2.0 * dots, 0.0))
        return truth.adaptive(self._data, similarity, time.time()), similarity

    def file_size(self) -> int:
        """Bytes of the file and its log."""
        files = self._path.parent.glob(f"{self._path.name}*")
        return sum(file.stat().st_size for file in files)

    def set_width(self, width: int) -> None:
        """How many candidates its index keeps while it looks."""
        self.width = width
        self._db.set_ef(width)

    def _asked(self, question: NDArray[np.float32], k: int, scoring: Any) -> Numbers:
        found = self._db.search(question, k=k, scoring=scoring, record_salience=False)
        return [each.id for each in found]

    def _meta(self, number: int) -> Any:
        data = self._data
        meta = feather_db.Metadata()
        meta.timestamp = int(data.now - data.ages[number] * 86_400.0)
        meta.recall_count = int(data.recalls[number])
        meta.importance = float(data.importance[number])
        meta.content = data.text(number)
        return meta
