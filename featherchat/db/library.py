"""``DB``: the memory as a library, and what can be asked of it."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any, Self

from featherchat.clock import FixedClock
from featherchat.db.asking import HalfLife, Where, admitting, decay, fused_by, held
from featherchat.db.chain import chained
from featherchat.db.checking import (
    MAX_HOPS,
    MAX_RESULTS,
    checked_count,
    checked_name,
    checked_number,
    checked_time,
    shown,
    unit_vector,
)
from featherchat.db.keeping import Keeping
from featherchat.db.linking import AT_ONCE, MIN_COSINE, alike
from featherchat.db.values import Found, Results, StoredMemory
from featherchat.errors import InvalidValue
from featherchat.fusion import Fusion
from featherchat.memory import Edge, RelationType
from featherchat.ranking import parts_of
from featherchat.recollection import Filter, ScoreParts

CHAIN_SHARE = 4
"""A chain returns so many times ``k`` memories unless a limit is given."""


class DB(Keeping):
    """One open store: what ``Keeping`` keeps, and every question that can be asked of it.

    A question counts as a recall of what it returns, unless it is told not to. Texts are
    stored as they come: nothing is redacted, since what is kept here is the caller's.
    """

    def search(
        self,
        query_vec: Any,
        k: int = 10,
        *,
        half_life: HalfLife = None,
        time_weight: float = 0.3,
        namespace: str | None = None,
        entity: str | None = None,
        where: Where = None,
        pinned: Collection[str] = (),
        exact: bool = True,
        reinforce: bool = True,
    ) -> Results:
        """The true top ``k`` under the adaptive score, best first, ties by id.

        The score is ``((1 - time_weight) * cosine + time_weight * recency) * weight``;
        see ``featherchat.ranking``. Superseded and forgotten memories are not asked.

        Args:
            query_vec: ``dim`` numbers, of any length above 0.
            k: How many, from 1.
            half_life: Days for all, or a mapping by entity; None: each entity's own, which
                is 30 days for any that is not known.
            time_weight: The share of recency, from 0 to 1.
            namespace: The wall that is not looked behind; None: the default namespace,
                where a memory lies that was added without one.
            entity: The kind that is asked for, in singular or plural; None: all.
            where: More conditions: a mapping of fields of ``Filter`` and of attributes.
            pinned: Ids that do not age for this question.
            exact: False allows a faster plan where there are many memories, which may lose
                one in a thousand of the best.
            reinforce: Whether this counts as a recall of what is returned.

        Raises:
            FeatherchatError: If a value is out of its range.
        """
        vector = unit_vector(query_vec, self.dim)
        wanted, policy = admitting(namespace, entity, where), decay(half_life, time_weight)
        count = checked_count("k", k, 1, MAX_RESULTS)
        with self._reading() as store:
            ranked = store.rank(vector, count, wanted, policy, pinned=held(pinned), exact=exact)
        return self._results(ranked.found, exact=exact, reinforce=reinforce)

    def nearest(
        self,
        query_vec: Any,
        k: int = 10,
        *,
        namespace: str | None = None,
        entity: str | None = None,
        where: Where = None,
        reinforce: bool = True,
    ) -> Results:
        """The ``k`` with the highest cosine, which is their score, through an approximate index.

        Age and importance do not count. For the arguments see ``search``.
        """
        vector = unit_vector(query_vec, self.dim)
        wanted = admitting(namespace, entity, where)
        count = checked_count("k", k, 1, MAX_RESULTS)
        with self._access.store() as store:
            found = store.questions.nearest(vector, count, wanted)
        return self._results(found, exact=False, reinforce=reinforce)

    def hybrid_search(
        self,
        text: str,
        query_vec: Any,
        k: int = 10,
        *,
        half_life: HalfLife = None,
        time_weight: float = 0.3,
        namespace: str | None = None,
        entity: str | None = None,
        where: Where = None,
        fusion: str = Fusion.WEIGHTED,
        reinforce: bool = True,
    ) -> Results:
        """The best ``k`` by words and meaning together, under the adaptive score.

        Relevance is fused from BM25 and cosine over the best of both. Nothing in the text is
        query syntax. For the other arguments see ``search``.

        Args:
            text: The words that are looked for.
            query_vec: As for ``search``.
            k: As for ``search``.
            half_life: As for ``search``.
            time_weight: As for ``search``.
            namespace: As for ``search``.
            entity: As for ``search``.
            where: As for ``search``.
            fusion: ``weighted`` by the scores (``fusion.weighted_fusion``), or ``rrf`` by the
                ranks alone (``fusion.rank_fusion``).
            reinforce: As for ``search``.
        """
        if not isinstance(text, str):
            raise InvalidValue(
                f"The question is {shown(text)}, but must be a text.",
                hint="Give the question as a str.",
            )
        vector = unit_vector(query_vec, self.dim)
        wanted, policy = admitting(namespace, entity, where), decay(half_life, time_weight)
        count, way = checked_count("k", k, 1, MAX_RESULTS), fused_by(fusion)
        with self._reading() as store:
            found = store.questions.hybrid(text, vector, count, wanted, policy, way)
        return self._results(found, exact=False, reinforce=reinforce)

    def context_chain(
        self,
        query_vec: Any,
        k: int = 5,
        hops: int | None = None,
        *,
        max_depth: int | None = None,
        half_life: HalfLife = None,
        time_weight: float = 0.3,
        namespace: str | None = None,
        entity: str | None = None,
        where: Where = None,
        limit: int | None = None,
        reinforce: bool = True,
    ) -> Results:
        """The best ``k`` of a search, and what the edges lead to from there, best first.

        Edges are walked breadth-first in both directions, and never out of the namespace.
        What is reached has its seed's score, halved and multiplied by the edge's weight at
        each step, and tells its ``hop`` and ``trail``. What the filter does not admit is
        walked through. A superseded memory never stands above the one in force.

        Args:
            query_vec: ``dim`` numbers, of any length above 0.
            k: How many memories to start from.
            hops: How many edges to walk at the most, from 0 to 20; 2 if none is said.
            max_depth: The same.
            half_life: As for ``search``, which finds the seeds.
            time_weight: As for ``search``.
            namespace: As for ``search``.
            entity: As for ``search``, of seeds and of what is reached.
            where: As for ``search``, of seeds and of what is reached.
            limit: The most that are returned; None: four times ``k``.
            reinforce: Whether this counts as a recall of what is returned.
        """
        if hops is not None and max_depth is not None and hops != max_depth:
            raise InvalidValue(
                f"hops is {hops} and max_depth is {max_depth}.", hint="Give one of the two."
            )
        given = hops if hops is not None else max_depth
        depth = checked_count("hops", 2 if given is None else given, 0, MAX_HOPS)
        count = checked_count("k", k, 1, MAX_RESULTS)
        most = (
            CHAIN_SHARE * count if limit is None else checked_count("limit", limit, 1, MAX_RESULTS)
        )
        vector = unit_vector(query_vec, self.dim)
        wanted, policy = admitting(namespace, entity, where), decay(half_life, time_weight)
        with self._reading() as store:
            ranked = store.rank(vector, count, wanted, policy)
            chain = chained(store, ranked.found, depth, wanted, most)
        return self._results(chain, exact=True, reinforce=reinforce)

    def auto_link(
        self,
        threshold: float = 0.8,
        *,
        namespace: str | None = None,
        entity: str | None = None,
        where: Where = None,
        rel_type: str = RelationType.RELATED_TO,
        write: bool = False,
    ) -> list[Edge]:
        """What might be linked, most alike first: edges whose weight is the cosine.

        They are suggestions with their score, found by ``nearest``; nothing is written
        unless that is asked for. What is linked already is left out.

        Args:
            threshold: The least cosine, above 0 and at most 1.
            namespace: As for ``search``; no edge leaves it.
            entity: As for ``search``, of the one end.
            where: As for ``search``, of the one end.
            rel_type: The relation that is suggested.
            write: Whether to store the edges as well, in one change.
        """
        least = max(checked_number("threshold", threshold, 0, 1), MIN_COSINE)
        relation = checked_name("relation", rel_type)
        now = self._clock.now()
        with self._access.store() as store:
            memories = store.find(admitting(namespace, entity, where))
        found: dict[tuple[str, str, str], Edge] = {}
        for start in range(0, len(memories), AT_ONCE):
            # Some at a time: another thread's question does not wait for all of them.
            some = memories[start : start + AT_ONCE]
            with self._reading() as store:
                found.update((e.key, e) for e in alike(store, some, least, relation, now))
        edges = sorted(found.values(), key=lambda edge: (-edge.weight, edge.key))
        if write:
            with self._changing(f"link {len(edges)} that are alike") as (store, cause):
                store.put([], cause, edges)
        return edges

    def explain(
        self,
        query_vec: Any,
        id: str,
        *,
        half_life: HalfLife = None,
        time_weight: float = 0.3,
        pinned: Collection[str] = (),
    ) -> ScoreParts:
        """Every number of one memory's score for a question, found or not.

        Recalls that were counted so far are part of it. For the arguments see ``search``.

        Raises:
            NothingFound: If there is no such memory.
        """
        vector = unit_vector(query_vec, self.dim)
        policy = decay(half_life, time_weight)
        self._recalls.flush()
        with self._access.store() as store:
            memory = self._existing(store, id)
            alone = Filter(namespace=None, statuses=(), ids=(memory.id,))
            cosine = store.match_vector(vector, 1, alone).get(memory.id)
        asked = replace(memory, pinned=memory.pinned or memory.id in held(pinned))
        return parts_of(asked, _meant(cosine), self._clock.now(), policy)

    def as_of(self, time: float) -> Self:
        """The library as it was at a time: to be asked like this one, not changed, and closed.

        It is a copy in memory, without the indexes of this one. Ages are those of that time,
        recall counts are today's, and what is asked of it is not counted.

        Args:
            time: Seconds UTC.

        Raises:
            InvalidValue: If the log has been compacted beyond that time.
        """
        at = checked_time("time", time)
        with self._access.store() as store:
            past = store.as_of(at)
        return type(self)(past, FixedClock(at), self.dim)

    def optimize(self) -> None:
        """Bring every derived index up to date, the graph behind ``nearest`` included.

        Nothing has to wait for it: until the graph is built, which a first ``nearest`` begins
        in the background, what it does not hold yet is scanned.
        """
        with self._reading() as store:
            store.optimize()

    def _results(self, found: Sequence[Found], *, exact: bool, reinforce: bool) -> Results:
        store = self._set_attribute
        results = Results([StoredMemory(each.id, each, store) for each in found], exact=exact)
        if reinforce and self._counts:
            self._recalls.count(each.id for each in results)
        return results


def _meant(cosine: float | None) -> ScoreParts:
    """A relevance that is the cosine alone; 0 for a memory without a vector."""
    meaning = cosine or 0.0
    return ScoreParts(meaning, 0.0, meaning, cosine, share_words=0.0, share_meaning=1.0)
