"""What the library asks of the derived indexes: answers as memories, from the rows themselves.

Everything that is only ranked stays a row number; what is returned is read once, and verified.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from featherchat.clock import Clock
from featherchat.fusion import Fused, Fusion, FusionWeights, fuse
from featherchat.memory import Memory
from featherchat.ranking import DecayPolicy, parts_of
from featherchat.recollection import Filter, Recollection, ScoreParts
from featherchat.store.database import Database
from featherchat.store.scoring import Near
from featherchat.store.searching import Searching
from featherchat.store.table import MemoryTable
from featherchat.store.vector_table import VectorTable

if TYPE_CHECKING:
    # numpy costs 80 ms of start-up, which a search by words need not pay.
    from featherchat.store.base import Vector
    from featherchat.store.engine import Engine

HEAD = 50
"""Of words and of meaning the best so many are fused, or ``k`` if that is more."""

_TIE = 1e-9
"""Scores that are nearer than this are left to ``ranking.py`` and the ids."""


class Questions:
    """Questions by meaning alone, and by words and meaning."""

    def __init__(
        self,
        database: Database,
        searching: Searching,
        table: MemoryTable,
        vectors: VectorTable,
        clock: Clock,
    ) -> None:
        self._database = database
        self._searching = searching
        self._table = table
        self._vectors = vectors
        self._clock = clock

    def nearest(self, vector: "Vector", k: int, where: Filter) -> list[Near]:
        """About the ``k`` nearest, best first.

        Where all of it is in memory it needs no more than the revision: half the statements.
        """
        revision = self._database.revision
        hits = self._searching.near_at_hand(vector, k, where, revision)
        known = self._table.at_hand(revision)
        if hits is not None and all(seq in known for _, seq in hits):
            return [Near(known[seq], cosine) for cosine, seq in hits]
        with self._database.reading():
            if hits is None or self._database.revision != revision:
                now, space = self._clock.now(), self._vectors.space
                cosines = self._searching.near(vector, k, where, now, space)
                hits = [(cosine, seq) for seq, cosine in cosines.items()]
            memories = self._table.by_seq([seq for _, seq in hits])
            return [Near(memories[seq], cosine) for cosine, seq in hits]

    def hybrid(
        self,
        text: str,
        vector: "Vector",
        k: int,
        where: Filter,
        policy: DecayPolicy,
        fusion: Fusion = Fusion.WEIGHTED,
    ) -> list[Recollection]:
        """The best ``k`` of both heads under the adaptive score; those with equal scores by id."""
        now, space, head = self._clock.now(), self._vectors.space, max(HEAD, k)
        engine = self._searching.engine(space)
        mask, columns = engine.admitted(where, now), engine.columns

        def admit(seqs: Sequence[int]) -> Collection[int]:
            places = columns.places(seqs).tolist()
            return {seq for seq, at in zip(seqs, places, strict=True) if at >= 0 and mask[at]}

        words = self._searching.word_scores(text, head, admit)
        cosines = self._searching.near(vector, head, where, now, space)
        fused, shares = fuse(fusion, words, cosines)
        memories = self._table.by_seq(_best(engine, fused, k, policy, now))
        found = [
            _scored(kept.memory, fused[seq], shares, policy, now) for seq, kept in memories.items()
        ]
        return sorted(found, key=lambda each: (-each.score, each.memory.id))[:k]


def _best(
    engine: "Engine", fused: Mapping[int, Fused], k: int, policy: DecayPolicy, now: float
) -> list[int]:
    """The rows that score best, and more where scores are as good as equal."""
    import numpy as np

    from featherchat.store.bounds import lines

    seqs = list(fused)
    slopes, bases = lines(engine.columns, policy, now, engine.columns.places(seqs))
    scores = slopes * np.array([each.relevance for each in fused.values()]) + bases
    if len(seqs) <= k:
        return seqs
    kth = np.partition(scores, len(scores) - k)[len(scores) - k]
    return [seqs[place] for place in np.flatnonzero(scores >= kth - _TIE)]


def _scored(
    memory: Memory, fused: Fused, shares: FusionWeights, policy: DecayPolicy, now: float
) -> Recollection:
    relevance = ScoreParts(
        fused.relevance,
        fused.words,
        fused.meaning,
        fused.cosine,
        share_words=shares.words,
        share_meaning=shares.meaning,
    )
    parts = parts_of(memory, relevance, now, policy)
    return Recollection(memory, parts.score, parts)
