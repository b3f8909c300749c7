"""Finding memories by words and by meaning, through the derived indexes.

Each question first brings its index up to the store's revision, so another
process's writes are seen at the next question. Filters are applied to what the
indexes find until a full ``k`` is admitted.
"""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from featherchat.memory import Status
from featherchat.recollection import Filter
from featherchat.store.analysis import Asked, analyze_question
from featherchat.store.base import WordHits
from featherchat.store.database import Database
from featherchat.store.filters import where
from featherchat.store.unindexed import Unindexed, Waiting
from featherchat.store.whole_texts import DOCUMENTS, SESSIONS, WholeTexts, usable
from featherchat.store.word_hits import (
    MOST_WORDS,
    best_words,
    coverage_of,
    telling_of,
)
from featherchat.store.words import Entry, WordIndex

if TYPE_CHECKING:
    # numpy costs 80 ms of start-up, which a search by words need not pay.
    from featherchat.ranking import DecayPolicy
    from featherchat.store.base import Vector
    from featherchat.store.best import Top
    from featherchat.store.engine import Engine
    from featherchat.store.nearest import Nearest

_SCANS = 8
"""So many questions go through what is not indexed: to index it takes as long as some dozen."""

_COVERED = 30
"""Of so many of the best hits the coverage is computed."""

_NAMED = 20
"""So many memories about a path that the question names are hits for that alone."""

_ENTRY = """m.seq, m.kind, m.title, m.text, m.path,
(SELECT group_concat(a.path, char(10)) FROM anchors a WHERE a.seq = m.seq)"""


class Searching:
    """The indexes of one store and the questions they answer."""

    def __init__(self, database: Database, cache: Path | None) -> None:
        self._database = database
        self._cache = cache
        self._words: WordIndex | None = None
        self._documents = WholeTexts(database, cache, DOCUMENTS)
        self._sessions = WholeTexts(database, cache, SESSIONS)
        self._waiting = Waiting()
        self._scans = 0
        self._engine: Engine | None = None
        self._nearest: Nearest | None = None

    def match_words(
        self, text: str, k: int, wanted: Filter, now: float, *, alone: bool = False
    ) -> WordHits:
        """The best ``k`` by BM25 that a filter admits; ``alone`` without what else they tell."""
        question = analyze_question(text)
        if k <= 0 or not (question.words or question.names):
            return WordHits({}, {}, 0)
        index = self._current_words()
        fresh = self._unindexed(index, question)
        question, telling = telling_of(question, index)
        names: dict[int, str] = {}

        def admit(seqs: Sequence[int]) -> Collection[int]:
            names.update(self._admitted(seqs, wanted, now))
            return names

        found = best_words(question, index, fresh, k, admit)
        by_id = {names[seq]: score for seq, score in found.items()}
        if alone:
            return WordHits(by_id, {}, len(question.words), index.size + fresh.count)
        coverage = coverage_of(list(found)[:_COVERED], telling, index, fresh)
        return WordHits(
            by_id,
            {names[seq]: share for seq, share in coverage.items()},
            len(question.words),
            index.size + fresh.count,
            self._match_documents(question, wanted, now),
            self._named(question, index, fresh, wanted, now),
            self._match_sessions(question, wanted, now),
        )

    def word_scores(
        self, text: str, k: int, admit: Callable[[Sequence[int]], Collection[int]]
    ) -> dict[int, float]:
        """The best ``k`` by BM25 of those that ``admit`` picks, by row number, best first."""
        question = analyze_question(text)
        if not (question.words or question.names):
            return {}
        index = self._current_words()
        fresh = self._unindexed(index, question, _SCANS)
        if len(question.words) > MOST_WORDS:
            question, _ = telling_of(question, index)
        return best_words(question, index, fresh, k, admit)

    def match_vector(
        self, vector: "Vector", k: int, wanted: Filter, now: float, space: str
    ) -> dict[str, float]:
        """The cosines of the ``k`` with the highest that a filter admits, by their codes."""
        cosines = self.engine(space).head(vector, k, wanted, now)
        names = self._names(list(cosines))
        hits = [(names[seq], cosine) for seq, cosine in cosines.items()]
        return dict(sorted(hits, key=lambda hit: (-hit[1], hit[0])))

    def best(
        self,
        vector: "Vector",
        k: int,
        wanted: Filter,
        policy: "DecayPolicy",
        now: float,
        space: str,
        pinned: Sequence[str] = (),
        *,
        exact: bool = True,
    ) -> "Top":
        """The true best ``k`` by the adaptive score, by row number; see ``Engine.best``."""
        engine = self.engine(space)
        seqs = self._seqs(pinned) if pinned else []
        return engine.best(vector, k, wanted, policy, now, seqs, exact=exact)

    def nearest(
        self, vector: "Vector", k: int, wanted: Filter, now: float, space: str
    ) -> dict[str, float]:
        """About the ``k`` nearest that a filter admits; see ``Nearest.find``."""
        cosines = self.near(vector, k, wanted, now, space)
        names = self._names(list(cosines))
        return {names[seq]: cosine for seq, cosine in cosines.items()}

    def near(
        self, vector: "Vector", k: int, wanted: Filter, now: float, space: str
    ) -> Mapping[int, float]:
        """The same by row number."""
        return self._current_nearest(space).find(vector, k, wanted, now).cosines

    def near_at_hand(
        self, vector: "Vector", k: int, wanted: Filter, revision: int
    ) -> list[tuple[float, int]] | None:
        """Cosines and row numbers, where no row has to be read for them; see ``Nearest``."""
        known = self._nearest
        return None if known is None else known.at_hand(vector, k, wanted, revision)

    def complete(self, space: str) -> None:
        """Wait until every derived index holds everything."""
        self.flush()
        self._current_nearest(space).complete()

    def close(self) -> None:
        """Stop what runs in the background."""
        if self._nearest is not None:
            self._nearest.close()

    def prepare(self, space: str) -> None:
        """Load what a question by meaning needs, while the model embeds it."""
        self._current_words()
        self._documents.current()
        self._sessions.current()
        self.engine(space)

    def flush(self) -> None:
        """Bring the index of words up to date and keep the vectors for the next start."""
        if self._database.read_only is not None:
            return
        index = self._current_words()
        # Asked before the rows are: who writes in between is looked at once more.
        revision = self._database.revision
        self._catch_up(index, self._changed(index.revision, revision), revision)
        self._documents.catch_up()
        self._sessions.catch_up()
        if self._engine is not None:
            self._engine.keep()

    def clear(self) -> None:
        """Throw the derived files away; the next question builds them anew."""
        self._current_words().clear()
        self._words = None
        self._documents.clear()
        self._sessions.clear()
        if self._cache is not None:
            # Whether or not they are loaded, which costs numpy.
            for file in self._cache.glob("*.arrays"):
                file.unlink(missing_ok=True)
        for index in (self._engine, self._nearest):
            if index is not None:
                index.discard()

    def _current_words(self) -> WordIndex:
        folder = None if self._cache is None else self._cache / "words"
        self._words = usable(self._words or WordIndex(folder), self._database)
        return self._words

    def _unindexed(self, index: WordIndex, question: Asked, scans: int = 0) -> Unindexed:
        """What a question can mean of what changed since the index's revision.

        If that is much it is indexed first, or after some questions that went through it.

        Args:
            index: As far as it is written.
            question: What is asked.
            scans: So many questions may go through it.
        """
        waiting = self._current_waiting(index)
        if not waiting.is_short:
            self._scans += 1
            patient = self._scans <= scans and waiting.is_searchable
            found = waiting.asked(question, index) if patient else None
            if found is not None:
                return found
            self._catch_up(index, waiting.changes, waiting.revision)
            # What could not be indexed is gone through, however much it is.
            waiting = self._current_waiting(index)
        found = waiting.asked(question, index)
        return found if found is not None else waiting.all()

    def _current_waiting(self, index: WordIndex) -> Waiting:
        revision = self._database.revision
        if self._waiting.indexed != index.revision:
            self._scans = 0
        if (self._waiting.indexed, self._waiting.revision) != (index.revision, revision):
            changed = self._changed(index.revision, revision)
            self._waiting = Waiting(index.revision, revision, changed)
        return self._waiting

    def _changed(self, since: int, revision: int) -> list[tuple[Entry, bool]]:
        """What changed after a revision, and whether it lives."""
        if since == revision:
            return []
        rows = self._database.rows(
            f"SELECT {_ENTRY}, m.status <> 'retired' FROM memories m WHERE m.revision > ?", (since,)
        )
        return [(_entry(row), bool(row[-1])) for row in rows]

    def _catch_up(
        self, index: WordIndex, fresh: Sequence[tuple[Entry, bool]], revision: int
    ) -> bool:
        """Bring an index to a revision, at which no less had changed."""
        living = [entry for entry, lives in fresh if lives]
        gone = [entry.seq for entry, lives in fresh if not lives]
        return index.update(living, gone, revision)

    def _match_documents(self, question: Asked, wanted: Filter, now: float) -> dict[str, float]:
        """BM25 of whole documents; as of the last flush, which follows whatever learns documents.

        Pieces of a document share what a question asks for. On the questions of
        benchmarks/questions.py, words alone put the right record first in 73 % over whole
        records, in 64 % by its best piece and in 65 % by the sum of its pieces.
        """
        return self._wholes(self._documents.match(question), wanted, now)

    def _match_sessions(self, question: Asked, wanted: Filter, now: float) -> dict[str, float]:
        """BM25 of whole conversations, by session; as of the last flush."""
        named = self._wholes(self._sessions.match(question), wanted, now)
        if not named:
            return {}
        rows = self._database.rows(
            "SELECT m.id, m.session_id FROM json_each(?) wanted"
            " JOIN memories m ON m.id = wanted.value",
            (json.dumps(list(named)),),
        )
        return {row[1]: named[row[0]] for row in rows}

    def _wholes(self, scores: dict[int, float], wanted: Filter, now: float) -> dict[str, float]:
        """Scores by the id of what stands for a whole, of those in the namespace."""
        living = (Status.ACTIVE, Status.CANDIDATE, Status.SUPERSEDED)
        inside = Filter(namespace=wanted.namespace, statuses=living)
        names = self._admitted(list(scores), inside, now)
        return {names[seq]: score for seq, score in scores.items() if seq in names}

    def _named(
        self, question: Asked, index: WordIndex, fresh: Unindexed, wanted: Filter, now: float
    ) -> frozenset[str]:
        """Memories from or about a file or folder that the question names."""
        paths = frozenset(question.paths)
        if not paths:
            return frozenset()
        fresh_ones = [seq for seq, terms in fresh.living.items() if paths & set(terms["paths"])]
        indexed = index.about(question.paths, _NAMED + len(fresh.changed))
        about = [*fresh_ones, *(seq for seq in indexed if seq not in fresh.changed)]
        return frozenset(self._admitted(about[:_NAMED], wanted, now).values())

    def engine(self, space: str) -> "Engine":
        """The columns and codes of a space, brought up to the store's revision."""
        from featherchat.store.engine import Engine

        if self._engine is None:
            self._engine = Engine(self._database, self._cache)
        self._engine.refresh(space)
        return self._engine

    def _current_nearest(self, space: str) -> "Nearest":
        from featherchat.store.nearest import Nearest

        engine = self.engine(space)
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


def _entry(row: Sequence[Any]) -> Entry:
    """The entry of ``_ENTRY``'s columns."""
    seq, kind, title, text, path, anchored = row[:6]
    if not path and not anchored:
        return Entry(seq, kind, title, text, ())
    paths = ((path,) if path else ()) + tuple((anchored or "").splitlines())
    return Entry(seq, kind, title, text, tuple(dict.fromkeys(paths)))
