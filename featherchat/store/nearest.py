"""Nearest-neighbor questions: the graph where it is ready, the codes for the rest."""

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from featherchat.recollection import Filter
from featherchat.store import hnsw
from featherchat.store.best import Top
from featherchat.store.codes import CodedQuery
from featherchat.store.database import Database
from featherchat.store.engine import Engine
from featherchat.store.neighbors import Graph, Neighbors

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from featherchat.store.base import Vector
    from featherchat.store.columns import Choice, Mask, Places

SCANNED = 2_000
"""So many vectors are scanned beside the graph; more are worth a new one."""

GOOD = 0.95
"""The share of the nearest that a graph has to find to be used."""

_SPARE = 10
"""More are looked at where codes are scanned: of the ten nearest of 100,000 random vectors it
makes 100 % found of 98."""

_ANY = Filter(namespace=None, statuses=())


class Nearest:
    """About the nearest vectors of one store, by the cosine alone."""

    def __init__(self, database: Database, engine: Engine, cache: Path | None) -> None:
        self._database = database
        self._engine = engine
        self._neighbors = Neighbors(database.path, cache)
        self._checked: Graph | None = None
        self._is_from_here = self._is_good = False
        self._whole: tuple[Graph, Choice] | None = None
        self._fresh: tuple[int, int, frozenset[int]] = (-1, -1, frozenset())

    def find(self, vector: "Vector", k: int, wanted: Filter, now: float) -> Top:
        """About the ``k`` nearest that a filter admits, by their cosine alone.

        By the graph where it is ready and the filter admits most; what was written since it was
        built is scanned, and so is everything where there is no graph.
        """
        return self._engine.healed(lambda: self._find(vector, k, wanted, now))

    def at_hand(
        self, vector: "Vector", k: int, wanted: Filter, revision: int
    ) -> list[tuple[float, int]] | None:
        """The same cosines with their row numbers, where no row has to be read for them.

        Args:
            vector: The question's.
            k: How many.
            wanted: A filter that ``find`` was asked with, and that admits all that the graph holds.
            revision: The store's.
        """
        if self._whole is None:
            return None
        graph, choice = self._whole
        if self._engine.revision != revision or self._engine.columns.known(wanted) is not choice:
            return None
        seqs = hnsw.search(graph.index, vector, k)
        cosines = self._engine.mapped_cosines(vector, seqs)
        return None if cosines is None or len(seqs) < k else _best_first(cosines, seqs)[:k]

    def _find(self, vector: "Vector", k: int, wanted: Filter, now: float) -> Top:
        if k <= 0:
            return Top({})
        choice = self._engine.with_vector(wanted, now)
        admitted, count = choice.mask, choice.count
        graph = self._current_graph()
        if graph is None or 2 * count < graph.size:
            return self._scanned(vector, k, wanted, now)
        fresh = self._fresh_since(graph)
        seqs = hnsw.search(graph.index, vector, k if count >= graph.size else 2 * k)
        self._whole = (graph, choice) if count == graph.size and not fresh else None
        if self._whole is None:
            # Something has come or gone, or the filter does not admit all of it.
            held = self._admitted(seqs, admitted, fresh)
            seqs = np.concatenate([held, self._best_of(fresh, vector, admitted, k)])
        if len(seqs) < min(k, count):
            return self._scanned(vector, k, wanted, now)
        cosines = self._engine.cosines(vector, seqs)
        best = _best_first(cosines, seqs)[:k]
        return Top({seq: cosine for cosine, seq in best}, len(fresh))

    def _scanned(self, vector: "Vector", k: int, wanted: Filter, now: float) -> Top:
        # The last of the nearest by their codes may not be among the nearest.
        cosines = self._engine.head(vector, k + _SPARE, wanted, now)
        best = sorted(cosines.items(), key=lambda hit: -hit[1])[:k]
        return Top(dict(best), len(self._engine.columns))

    def complete(self) -> None:
        """Wait until the graph holds every vector."""
        for _ in range(2):
            # What is being built may have been begun before the last memories were written.
            graph = self._current_graph(enough=0)
            if graph is None or self._fresh_since(graph):
                self._neighbors.wait()

    def close(self) -> None:
        """Stop what is built in the background."""
        self._neighbors.close()

    def discard(self) -> None:
        """Throw the graph and its file away."""
        self._neighbors.discard()

    def _current_graph(self, enough: int = SCANNED) -> Graph | None:
        """The graph of this space; one is begun when too much would have to be scanned."""
        graph = self._neighbors.graph
        if graph is not None and not self._is_ours(graph):
            graph = None
        vectors = self._engine.with_vector(_ANY, 0.0).count
        missing = vectors if graph is None else len(self._fresh_since(graph))
        codes = self._engine.codes
        if missing > enough and codes is not None and self._is_worth_building(vectors):
            revision = self._engine.revision
            mark = self._engine.mark(revision)
            self._neighbors.build(self._engine.space, codes.dimensions, revision, mark)
        return graph if self._is_good else None

    def _is_worth_building(self, vectors: int) -> bool:
        """Whether a new graph can find more than the last one, which found too little."""
        graph = self._neighbors.graph
        if graph is None or self._is_good or not self._is_ours(graph):
            return True
        fresh = len(self._fresh_since(graph))
        gone = max(0, graph.size + fresh - vectors)
        return fresh + gone > max(SCANNED, graph.size // 10)

    def _is_ours(self, graph: Graph) -> bool:
        """Whether a graph was built from this store and space."""
        if self._checked is not graph:
            self._checked = graph
            self._is_from_here = graph.space == self._engine.space and self._engine.has_past(
                graph.revision, graph.mark
            )
            self._is_good = self._is_from_here and graph.share >= GOOD
        return self._is_from_here

    def _fresh_since(self, graph: Graph) -> frozenset[int]:
        """The rows whose vectors the graph does not hold as they are."""
        if self._fresh[:2] != (graph.revision, self._engine.revision):
            rows = self._database.rows(
                "SELECT seq FROM vectors WHERE revision > ? AND space = ?",
                (graph.revision, self._engine.space),
            )
            seqs = frozenset(row[0] for row in rows)
            self._fresh = (graph.revision, self._engine.revision, seqs)
        return self._fresh[2]

    def _admitted(self, seqs: "Places", admitted: "Mask", fresh: Collection[int]) -> "Places":
        """Those of some rows that a filter admits and whose vectors the graph holds as they are."""
        places = self._engine.columns.places(seqs)
        # A row that is gone has no place any more once the columns were loaded without it.
        kept = (places >= 0) & admitted[places]
        if fresh:
            kept &= [seq not in fresh for seq in seqs.tolist()]
        return seqs[kept]

    def _best_of(
        self, seqs: Collection[int], vector: "Vector", admitted: "Mask", k: int
    ) -> "Places":
        """The nearest of some rows by their codes, and some more."""
        places = self._engine.columns.places(list(seqs))
        places = places[places >= 0]
        places = places[admitted[places]]
        if not len(places):
            return places
        assert self._engine.codes is not None  # there is a graph, so there are vectors
        query = CodedQuery.of(vector.astype(np.float64))
        estimates, _ = self._engine.codes.scan(query, places)
        best = np.argsort(-estimates, kind="stable")[: k + _SPARE]
        found: Places = self._engine.columns["seq"][places[best]]
        return found


def _best_first(cosines: "NDArray[np.float64]", seqs: "Places") -> list[tuple[float, int]]:
    return sorted(zip(cosines.tolist(), seqs.tolist(), strict=True), reverse=True)
