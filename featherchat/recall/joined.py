"""A project's store and the developer's own, read as one.

Both are asked the same question, and what they say is put on one scale before it is
fused: by meaning a cosine is a cosine, by words the best hits are compared by how much
of the question they cover. Called from the store thread alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from featherchat.memory import Edge, Layer, Memory, traits_of
from featherchat.recollection import Filter, Outline
from featherchat.store.base import WordHits
from featherchat.store.graph import Graph
from featherchat.store.sqlite import SqliteStore

if TYPE_CHECKING:
    # numpy costs 80 ms of start-up, which a search by words need not pay.
    from featherchat.store.base import Vector


class JoinedStore:
    """``MemoryStore`` over two: of the developer's own only what may be seen."""

    def __init__(
        self,
        shared: SqliteStore,
        own: SqliteStore,
        visible: frozenset[str],
        developer: str | None,
        space: str,
    ) -> None:
        """Keep the parts.

        Args:
            shared: The project's.
            own: The developer's.
            visible: The ids of what is theirs and holds in this project.
            developer: Who they are.
            space: Whose vectors a question's may be compared with.
        """
        self._shared = shared
        self._own = own
        self._visible = visible
        self._developer = developer
        self._space = space

    @property
    def graph(self) -> Graph:
        """The project's edges: none leads from one store into the other."""
        return self._shared.graph

    def get(self, ids: Sequence[str]) -> dict[str, Memory]:
        """As of ``MemoryStore``, and so below."""
        return self._shared.get(ids) | self._own.get(self._seen(ids))

    def find(self, where: Filter, limit: int | None = None) -> list[Memory]:
        """What a filter admits, newest first."""
        found = self._shared.find(where, limit)
        narrowed = self._narrowed(where)
        if narrowed is not None:
            found += self._own.find(narrowed, limit)
            found.sort(key=lambda memory: -memory.created_at)
        return found[:limit]

    def edges_of(
        self, ids: Sequence[str], relations: Sequence[str] = (), *, incoming: bool = False
    ) -> list[Edge]:
        """Every edge that touches one of the memories."""
        own = self._own.edges_of(self._seen(ids), relations, incoming=incoming)
        return self._shared.edges_of(ids, relations, incoming=incoming) + own

    def match_words(self, text: str, k: int, where: Filter) -> WordHits:
        """The best ``k`` of both by BM25."""
        shared = self._shared.match_words(text, k, where)
        narrowed = self._narrowed(where)
        if narrowed is None:
            return shared
        own = self._own.match_words(text, k, narrowed)
        scores = {**shared.scores, **_on_the_scale_of(shared, own)}
        best = sorted(scores, key=lambda key: (-scores[key], key))[:k]
        return WordHits(
            {key: scores[key] for key in best},
            {**shared.coverage, **own.coverage},
            max(shared.terms, own.terms),
            shared.memories + own.memories,
            shared.documents,
            shared.named | own.named,
            shared.sessions,
        )

    def match_vector(self, vector: "Vector", k: int, where: Filter) -> dict[str, float]:
        """The ``k`` of both with the highest cosine, best first."""
        found = self._shared.match_vector(vector, k, where)
        narrowed = self._narrowed(where)
        if narrowed is None or self._own.settings.get("embedder") != self._space:
            return found
        found |= self._own.match_vector(vector, k, narrowed)
        return {key: found[key] for key in sorted(found, key=lambda key: -found[key])[:k]}

    def outlines(self, ids: Sequence[str], where: Filter) -> dict[str, Outline]:
        """Memories without their words. Whichever address it came from, it is theirs."""
        own = self._own.outlines(self._seen(ids), where)
        return self._shared.outlines(ids, where) | {
            key: each._replace(developer=self._developer) for key, each in own.items()
        }

    def vectors_of(self, ids: Sequence[str]) -> dict[str, "Vector"]:
        """The vectors of some memories, as far as they can be compared."""
        found = self._shared.vectors_of(ids)
        if self._own.settings.get("embedder") == self._space:
            found |= self._own.vectors_of(self._seen(ids))
        return found

    def _seen(self, ids: Sequence[str]) -> list[str]:
        return [each for each in ids if each in self._visible]

    def _narrowed(self, where: Filter) -> Filter | None:
        """What is asked of the developer's own store; None if it has nothing to say."""
        private = Layer.DEVELOPER
        if where.layers and private not in where.layers:
            return None
        if where.kinds and not any(traits_of(kind).layer is private for kind in where.kinds):
            return None
        ids = self._visible if where.ids is None else self._visible.intersection(where.ids)
        return replace(where, ids=tuple(sorted(ids))) if ids else None


def _on_the_scale_of(shared: WordHits, own: WordHits) -> Mapping[str, float]:
    """BM25 of a small store as if it had been counted in the large one.

    How rare a word is differs between the two, so their scores do not compare. The best
    hits do: by the share of the question's words that each covers.
    """
    best, here = (max(each.scores.values(), default=0.0) for each in (shared, own))
    if not best or not here:
        return own.scores
    covered, mine = (max(each.coverage.values(), default=0.0) for each in (shared, own))
    worth = best / here * (min(mine / covered, 1.0) if covered else 1.0)
    return {key: score * worth for key, score in own.scores.items()}
