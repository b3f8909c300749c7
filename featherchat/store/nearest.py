"""Nearest-neighbor questions: the graph where it is ready, the codes for the rest."""

import math
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from featherchat.recollection import Filter
from featherchat.store.best import Top
from featherchat.store.codes import CodedQuery
from featherchat.store.database import Database
from featherchat.store.engine import Engine
from featherchat.store.neighbors import Graph, Neighbors

if TYPE_CHECKING:
    from featherchat.store.base import Vector
    from featherchat.store.columns import Mask

SCANNED = 2_000
"""So many vectors are scanned beside the graph; more are worth a new one."""

GOOD = 0.95
"""The share of the nearest that a graph has to find to be used."""

_SPARE = 10
"""More are looked at where codes are scanned: of the ten nearest of 100,000 random vectors it
makes 100 % found of 98."""

_UNIT = 1e-6
"""The square of a length that is nearer to 1 is as good as 1."""

_ANY = Filter(namespace=None, statuses=())


class Nearest:
    """About the nearest vectors of one store, by the cosine alone."""

    def __init__(self, database: Database, engine: Engine, cache: Path | None) -> None:
        self._database = database
        self._engine = engine
        self._neighbors = Neighbors(database.path, cache)
        self._checked: Graph | None = None
        self._is_from_here = self._is_good = False
        self._fresh: tuple[int, int, frozenset[int]] = (-1, -1, frozenset())

    def find(self, vector: "Vector", k: int, wanted: Filter, now: float) -> Top:
        """About the ``k`` nearest that a filter admits, by their cosine alone.

        By the graph where it is ready and the filter admits most; what was written since it was
        built is scanned, and so is everything where there is no graph.
        """
        return self._engine.healed(lambda: self._find(vector, k, wanted, now))

    def _find(self, vector: "Vector", k: int, wanted: Filter, now: float) -> Top:
        if k <= 0:
            return Top({})
        choice = self._engine.with_vector(wanted, now)
        admitted, count = choice.mask, choice.count
        graph = self._current_graph()
        if graph is None or 2 * count < graph.size:
            return self._scanned(vector, k, wanted, now)
        query = np.asarray(vector, dtype=np.float32)
        square = float(query @ query)
        if abs(square - 1.0) > _UNIT:
            query = query / np.float32(math.sqrt(square))
        fresh = self._fresh_since(graph)
        hits = graph.search(query, k if count >= graph.size else 2 * k)
        if count == graph.size and not fresh and len(hits) == k:
            # Nothing has come and nothing has gone, and the filter admits all of it.
            return Top(hits)
        places = self._engine.columns.places(list(hits))
        # A row that is gone has no place any more once the columns were loaded without it.
        if fresh or (places < 0).any() or not admitted[places].all():
            hits = {
                seq: cosine
                for (seq, cosine), place in zip(hits.items(), places.tolist(), strict=True)
                if place >= 0 and admitted[place] and seq not in fresh
            }
            hits |= self._best_of(fresh, query, admitted, k)
        if len(hits) < min(k, count):
            return self._scanned(vector, k, wanted, now)
        best = sorted(hits.items(), key=lambda hit: -hit[1])[:k]
        return Top(dict(best), len(fresh))

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

    def _best_of(
        self, seqs: Collection[int], query: "Vector", admitted: "Mask", k: int
    ) -> dict[int, float]:
        """The nearest of some rows, by their codes."""
        assert self._engine.codes is not None  # there is a graph, so there are vectors
        places = self._engine.columns.places(list(seqs))
        places = places[places >= 0]
        places = places[admitted[places]]
        if not len(places):
            return {}
        estimates, _ = self._engine.codes.scan(CodedQuery.of(query.astype(np.float64)), places)
        best = np.argsort(-estimates, kind="stable")[:k]
        found = self._engine.columns["seq"][places[best]]
        return dict(zip(found.tolist(), estimates[best].tolist(), strict=True))
