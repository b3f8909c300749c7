"""Finding memories by words and by meaning, through the derived indexes.

Each question first brings its index up to the store's revision, so another
process's writes are seen at the next question. Filters are applied to what the
indexes find until a full ``k`` is admitted.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from featherchat.memory import Status
from featherchat.recollection import Filter
from featherchat.store.analysis import Terms, analyze_question
from featherchat.store.base import WordHits
from featherchat.store.database import Database
from featherchat.store.filters import where
from featherchat.store.words import (
    Entry,
    WordIndex,
    fields_of,
    fresh_scores,
    inverse_frequency,
)

if TYPE_CHECKING:
    # numpy costs 80 ms of start-up, which a search by words need not pay.
    from featherchat.ranking import DecayPolicy
    from featherchat.store.base import Vector
    from featherchat.store.engine import Engine, Top
    from featherchat.store.nearest import Nearest

CATCH_UP = 200
"""So many unindexed memories are scored one by one; more are indexed first."""

_COVERED = 30
"""Of so many of the best hits the coverage is computed."""

_DOCUMENTS = 30
"""So many whole documents are ranked for a question."""

_CHANGED_DOCUMENTS = """
SELECT namespace, path, seq, title, text, status FROM memories WHERE (namespace, path) IN (
    SELECT namespace, path FROM memories WHERE revision > ? AND path IS NOT NULL
) ORDER BY namespace, path, kind <> 'decision', seq
"""


class Searching:
    """The indexes of one store and the questions they answer."""

    def __init__(self, database: Database, cache: Path | None) -> None:
        self._database = database
        self._cache = cache
        self._words: WordIndex | None = None
        self._documents: WordIndex | None = None
        self._engine: Engine | None = None
        self._nearest: Nearest | None = None

    def match_words(self, text: str, k: int, wanted: Filter, now: float) -> WordHits:
        """The best ``k`` by BM25 that a filter admits."""
        question = analyze_question(text)
        if k <= 0 or not (question.words or question.names):
            return WordHits({}, {}, 0)
        index = self._current_words()
        fresh = self._unindexed(index)
        living = [entry for entry, lives in fresh if lives]
        changed = {entry.seq for entry, _ in fresh}
        extra = fresh_scores(living, question, index) if living else {}
        limit = 2 * k + len(changed)
        while True:
            scores = {s: v for s, v in index.search(question, limit).items() if s not in changed}
            exhausted = len(scores) + len(changed) < limit
            merged = sorted({**scores, **extra}.items(), key=lambda hit: (-hit[1], hit[0]))
            names = self._admitted([seq for seq, _ in merged], wanted, now)
            if len(names) >= k or exhausted:
                break
            limit *= 4
        found = [(seq, score) for seq, score in merged if seq in names][:k]
        coverage = self._coverage([seq for seq, _ in found[:_COVERED]], question, index)
        return WordHits(
            {names[seq]: score for seq, score in found},
            {names[seq]: share for seq, share in coverage.items()},
            len(question.words),
            index.size + len(living),
            self._match_documents(question, wanted, now),
        )

    def match_vector(
        self, vector: "Vector", k: int, wanted: Filter, now: float, space: str
    ) -> dict[str, float]:
        """The ``k`` with the highest cosine that a filter admits."""
        top = self.best(vector, k, wanted, None, now, space)
        names = self._names(list(top.cosines))
        hits = [(names[seq], cosine) for seq, cosine in top.cosines.items()]
        return dict(sorted(hits, key=lambda hit: (-hit[1], hit[0]))[:k])

    def best(
        self,
        vector: "Vector",
        k: int,
        wanted: Filter,
        policy: "DecayPolicy | None",
        now: float,
        space: str,
        pinned: Sequence[str] = (),
        *,
        exact: bool = True,
    ) -> "Top":
        """The true best ``k`` by the adaptive score, by row number; see ``Engine.best``.

        If not ``exact``, nothing is believed to be nearer than what the graph finds nearest.
        """
        engine = self._current_engine(space)
        seqs = self._seqs(pinned) if pinned else []
        nearest = 1.0 if exact else self._current_nearest(space).greatest(vector)
        return engine.best(vector, k, wanted, policy, now, seqs, nearest)

    def nearest(
        self, vector: "Vector", k: int, wanted: Filter, now: float, space: str
    ) -> dict[str, float]:
        """About the ``k`` nearest that a filter admits; see ``Engine.nearest``."""
        top = self._current_nearest(space).find(vector, k, wanted, now)
        names = self._names(list(top.cosines))
        return {names[seq]: cosine for seq, cosine in top.cosines.items()}

    def complete(self, space: str) -> None:
        """Wait until every derived index holds everything."""
        self.flush()
        self._current_nearest(space).complete()

    def close(self) -> None:
        """Stop what runs in the background."""
        if self._nearest is not None:
            self._nearest.close()

    def admitted(self, ids: Sequence[str], wanted: Filter, now: float) -> frozenset[str]:
        """Those of some memories that a filter admits."""
        condition, values = where(replace(wanted, ids=tuple(ids)), now)
        rows = self._database.rows(f"SELECT m.id FROM memories m WHERE {condition}", values)
        return frozenset(row[0] for row in rows)

    def prepare(self, space: str) -> None:
        """Load what a question by meaning needs, while the model embeds it."""
        self._current_words()
        self._current_documents()
        self._current_engine(space)

    def flush(self) -> None:
        """Bring the index of words up to date and keep the vectors for the next start."""
        if self._database.read_only is not None:
            return
        index = self._current_words()
        self._catch_up(index, self._unindexed(index))
        self._catch_up_documents(self._current_documents())
        if self._engine is not None:
            self._engine.keep()

    def clear(self) -> None:
        """Throw the derived files away; the next question builds them anew."""
        self._current_words().clear()
        self._current_documents().clear()
        self._words = self._documents = None
        if self._cache is not None:
            # Whether or not they are loaded, which costs numpy.
            for file in self._cache.glob("*.arrays"):
                file.unlink(missing_ok=True)
        for index in (self._engine, self._nearest):
            if index is not None:
                index.discard()

    def _current_words(self) -> WordIndex:
        self._words = self._usable(self._words or self._open("words"))
        return self._words

    def _current_documents(self) -> WordIndex:
        self._documents = self._usable(self._documents or self._open("documents"))
        return self._documents

    def _open(self, name: str) -> WordIndex:
        return WordIndex(None if self._cache is None else self._cache / name)

    def _usable(self, index: WordIndex) -> WordIndex:
        if index.revision > self._database.revision:
            # The store was put back to an older copy: the index knows too much.
            index.clear()
        return index

    def _unindexed(self, index: WordIndex) -> list[tuple[Entry, bool]]:
        """What changed since the index's revision, and whether it lives; indexed if it is much."""
        revision = self._database.revision
        if index.revision == revision:
            return []
        rows = self._database.rows(
            "SELECT seq, title, text, coalesce(path, ''), status <> 'retired' FROM memories"
            " WHERE revision > ?",
            (index.revision,),
        )
        fresh = [(Entry(*row[:4]), bool(row[4])) for row in rows]
        before = index.revision
        if len(fresh) > CATCH_UP and self._catch_up(index, fresh):
            return []
        # An index whose disk failed has forgotten everything: ask for all of it again.
        return fresh if index.revision == before else self._unindexed(index)

    def _catch_up(self, index: WordIndex, fresh: Sequence[tuple[Entry, bool]]) -> bool:
        living = [entry for entry, lives in fresh if lives]
        gone = [entry.seq for entry, lives in fresh if not lives]
        return index.update(living, gone, self._database.revision)

    def _match_documents(self, question: Terms, wanted: Filter, now: float) -> dict[str, float]:
        """BM25 of whole documents; as of the last flush, which follows whatever learns documents.

        Pieces of a document share what a question asks for. On the questions of
        benchmarks/questions.py, words alone put the right record first in 73 % over whole
        records, in 64 % by its best piece and in 65 % by the sum of its pieces.
        """
        scores = self._current_documents().search(question, _DOCUMENTS)
        living = (Status.ACTIVE, Status.CANDIDATE, Status.SUPERSEDED)
        inside = Filter(namespace=wanted.namespace, statuses=living)
        names = self._admitted(list(scores), inside, now)
        return {names[seq]: score for seq, score in scores.items() if seq in names}

    def _catch_up_documents(self, index: WordIndex) -> None:
        revision = self._database.revision
        if index.revision == revision:
            return
        rows = self._database.rows(_CHANGED_DOCUMENTS, (index.revision,))
        index.update(list(_whole(rows)), [row[2] for row in rows], revision)

    def _current_engine(self, space: str) -> "Engine":
        from featherchat.store.engine import Engine

        if self._engine is None:
            self._engine = Engine(self._database, self._cache)
        self._engine.refresh(space)
        return self._engine

    def _current_nearest(self, space: str) -> "Nearest":
        from featherchat.store.nearest import Nearest

        engine = self._current_engine(space)
        if self._nearest is None:
            self._nearest = Nearest(self._database, engine, self._cache)
        return self._nearest

    def _seqs(self, ids: Sequence[str]) -> list[int]:
        rows = self._database.rows(
            "SELECT m.seq FROM json_each(?) wanted JOIN memories m ON m.id = wanted.value",
            (json.dumps(list(ids)),),
        )
        return [row[0] for row in rows]

    def _names(self, seqs: Sequence[int]) -> dict[int, str]:
        rows = self._database.rows(
            "SELECT m.seq, m.id FROM json_each(?) wanted JOIN memories m ON m.seq = wanted.value",
            (json.dumps(list(seqs)),),
        )
        return {row[0]: row[1] for row in rows}

    def _admitted(
        self, seqs: Sequence[int], wanted: Filter, now: float, space: str | None = None
    ) -> dict[int, str]:
        """The ids of those that a filter admits; with a space, of those with a vector in it."""
        condition, values = where(wanted, now)
        if space is not None:
            condition += " AND EXISTS (SELECT 1 FROM vectors v WHERE v.seq = m.seq AND v.space = ?)"
            values = [*values, space]
        found: dict[int, str] = {}
        for start in range(0, len(seqs), 500):
            chunk = seqs[start : start + 500]
            marks = ", ".join("?" * len(chunk))
            rows = self._database.rows(
                f"SELECT m.seq, m.id FROM memories m WHERE m.seq IN ({marks}) AND {condition}",
                [*chunk, *values],
            )
            found.update((row[0], row[1]) for row in rows)
        return found

    def _coverage(self, seqs: Sequence[int], question: Terms, index: WordIndex) -> dict[int, float]:
        """The share of the question's idf that each memory has, in any field."""
        total = max(index.size, 1)
        telling = {
            term: inverse_frequency(
                max(index.document_frequency(field, term) for field in ("words", "title")), total
            )
            for term in question.words
        }
        whole = sum(telling.values())
        if not whole:
            return {}
        return {
            entry.seq: sum(telling[term] for term in telling.keys() & set(_all_words(entry)))
            / whole
            for entry in self._entries(seqs)
        }

    def _entries(self, seqs: Sequence[int]) -> Iterable[Entry]:
        marks = ", ".join("?" * len(seqs))
        rows = self._database.rows(
            f"SELECT seq, title, text, coalesce(path, '') FROM memories WHERE seq IN ({marks})",
            seqs,
        )
        return [Entry(*row) for row in rows]


def _whole(rows: Iterable[Sequence[Any]]) -> Iterator[Entry]:
    """Each document as one entry, under the number of the memory that stands for it."""
    for (_, path), group in groupby(rows, key=lambda row: (row[0], row[1])):
        living = [row for row in group if row[5] != Status.RETIRED]
        if living:
            _, _, seq, title, _, _ = living[0]
            yield Entry(seq, title, "\n".join(row[4] for row in living), path)


def _all_words(entry: Entry) -> Iterable[str]:
    fields = fields_of(entry)
    return (*fields["title"], *fields["words"])
