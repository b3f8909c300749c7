"""What has changed since the index of words was written, and which of it a question can mean.

A list of what is waiting, gone through at each question, as PostgreSQL's GIN index has one: to
analyze ten thousand texts takes half a second, to look for a question's terms in them some
milliseconds. Only where one occurs is a text analyzed, so the scores are those of the analysis.
"""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from featherchat.store.analysis import STEMMED, Asked, folded
from featherchat.store.words import (
    FIELDS,
    Entry,
    Fields,
    WordIndex,
    bm25,
    fields_of,
    is_telling,
    terms_by_field,
)

_ANALYZED = 200
"""So many are analyzed for one question; where more are to be, they are indexed first."""

_MOST = 20_000
"""More are indexed first: of 200 characters each, so many take 5 MB and 5 ms a term."""


@dataclass(frozen=True, slots=True)
class Unindexed:
    """What a question can mean of what has changed since the index's revision."""

    living: Mapping[int, Fields] = field(default_factory=dict)
    """The terms of what lives and has one of the question's, by row number."""

    changed: frozenset[int] = frozenset()
    """Everything that has changed: what the index says of it is out of date."""

    count: int = 0
    """How much of it lives."""

    passed: frozenset[str] = frozenset()
    """The question's terms that nearly all of it has: they are not looked at."""


class Waiting:
    """What has changed between two revisions, analyzed once for many questions."""

    def __init__(
        self, indexed: int = 0, revision: int = 0, changed: Sequence[tuple[Entry, bool]] = ()
    ) -> None:
        """Analyze nothing yet.

        Args:
            indexed: The index's revision.
            revision: The store's.
            changed: What has changed, and whether it lives.
        """
        self.indexed, self.revision, self.changes = indexed, revision, changed
        self._entries = [entry for entry, lives in changed if lives]
        self._changed = frozenset(entry.seq for entry, _ in changed)
        self._fields: dict[int, Fields] = {}
        self._text, self._starts = "", list[int]()

    @property
    def is_short(self) -> bool:
        """Whether all of it can be analyzed for one question."""
        return len(self.changes) <= _ANALYZED

    @property
    def is_searchable(self) -> bool:
        """Whether a question's terms can be looked for in it."""
        return len(self.changes) <= _MOST

    def asked(self, question: Asked, index: WordIndex) -> Unindexed | None:
        """What a question can mean of it; None where that is too much to be analyzed."""
        if self.is_short:
            return self.all()
        self._join()
        # A stem need not occur in the word that it is the stem of.
        found = {place for place, each in enumerate(self._entries) if each.kind in STEMMED}
        passed = set[str]()
        for term in dict.fromkeys((*question.words, *question.names)):
            places = self._with(re.escape(_piece(term)), _ANALYZED + 1)
            if len(places) > _ANALYZED and self._is_everywhere(term, index):
                passed.add(term)
                continue
            found |= places
            if len(found) > _ANALYZED:
                return None
        return self._of(sorted(found), frozenset(passed)) if found or not passed else None

    def all(self) -> Unindexed:
        """All of it."""
        return self._of(range(len(self._entries)))

    def _of(self, places: Iterable[int], passed: frozenset[str] = frozenset()) -> Unindexed:
        entries = [self._entries[place] for place in places]
        living = {entry.seq: self._analyzed(entry) for entry in entries}
        return Unindexed(living, self._changed, len(self._entries), passed)

    def _with(self, pattern: str, most: int) -> set[int]:
        """The first places where a pattern occurs; it has no space, so no text begins within it."""
        found = set[int]()
        occurs, at = re.compile(pattern), 0
        while len(found) < most and (hit := occurs.search(self._text, at)):
            place = bisect_right(self._starts, hit.start()) - 1
            found.add(place)
            at = self._starts[place + 1]
        return found

    def _is_everywhere(self, term: str, index: WordIndex) -> bool:
        """Whether so many have a term that it tells nothing; see ``WordIndex.search``."""
        piece = _piece(term)
        # Between two letters, or two digits, a word may go on.
        before, after = (r"\d" if each.isdigit() else r"[^\W\d_]" for each in (piece[0], piece[-1]))
        surely = self._with(f"(?<!{before}){re.escape(piece)}(?!{after})", len(self._entries))
        frequency = index.document_frequency("text", term) + len(surely)
        return not is_telling(frequency, index.size + len(self._entries))

    def _join(self) -> None:
        """Lay the texts out so that all are searched at once."""
        if self._starts:
            return
        texts = [_lower(_said(each)) for each in self._entries]
        self._text = "".join(texts)
        self._starts = [0, *accumulate(map(len, texts))]

    def _analyzed(self, entry: Entry) -> Fields:
        found = self._fields.get(entry.seq)
        if found is None:
            found = self._fields[entry.seq] = fields_of(entry)
        return found


def _piece(term: str) -> str:
    """What a text contains, in lower case, that has a term."""
    kind, _, number = term.partition("-")
    # A record is referred to in many forms; its number is in all of them.
    return _lower(number if kind == "adr" and number.isdecimal() else term)


def _said(entry: Entry) -> str:
    """Everything that a memory's terms are taken from."""
    title, text = entry.title, entry.text
    # Most titles are how the text begins.
    heads = () if text.startswith(title.removesuffix("…")) else (title,)
    return "\n".join((*heads, text, *entry.paths, ""))


def _lower(text: str) -> str:
    if text.isascii():
        return text.lower()
    # Only sigma's lower case depends on what follows.
    return folded(text).lower().replace("ς", "σ")


def scores_of(fresh: Unindexed, question: Asked, index: WordIndex) -> dict[int, float]:
    """BM25 of what the index does not hold yet, by the index's own statistics."""
    asked = terms_by_field(question)
    total = index.size + fresh.count
    scores: dict[int, float] = {}
    for name, weight in FIELDS.items():
        lengths = [len(terms[name]) for terms in fresh.living.values()]
        average = max(sum(lengths) / max(len(lengths), 1), 1.0)
        counted = {seq: Counter(terms[name]) for seq, terms in fresh.living.items()}
        for term in asked[name]:
            if term in fresh.passed:
                continue
            frequency = index.document_frequency(name, term)
            frequency += sum(term in counts for counts in counted.values())
            for seq, counts in counted.items():
                if term in counts:
                    length = len(fresh.living[seq][name]) / average
                    gain = weight * bm25(counts[term], length, frequency, total)
                    scores[seq] = scores.get(seq, 0.0) + gain
    return scores
