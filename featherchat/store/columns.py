"""What rankings and filters need of every memory, as columns in memory.

Derived from the rows: one place a memory, in no particular order. Loaded from a checked cache
file or from the rows, and brought up to the store's revision before each question. A filter
becomes a mask over the places, so a selective one costs no more than an open one.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from featherchat.memory import Status, traits_of
from featherchat.recollection import Filter

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Mask = NDArray[np.bool_]
    Places = NDArray[np.int64]

STATUSES: tuple[str, ...] = tuple(Status)

COLUMNS: Mapping[str, Any] = {
    "seq": np.int64,
    "created_at": np.float64,
    "recall_count": np.int64,
    "importance": np.float64,
    "confidence": np.float64,
    "trust": np.float64,
    "validity": np.float64,
    "expires_at": np.float64,
    "held": np.bool_,
    "has_vector": np.bool_,
    "lives": np.bool_,
    "status": np.int8,
    "namespace": np.int32,
    "kind": np.int32,
    "developer": np.int32,
    "author": np.int32,
}
"""Each column and its type; words are numbers in a vocabulary of their own."""

_KNOWN = 16
"""So many filters are known as they stand, without looking at what is in them."""

WORDS = ("namespace", "kind", "developer", "author")


class Vocabulary:
    """The words of a column, by number."""

    def __init__(self, words: Iterable[str] = ()) -> None:
        self.words = list(words)
        self._numbers = {word: number for number, word in enumerate(self.words)}

    def number(self, word: str) -> int:
        """The word's number, a new one for a new word."""
        found = self._numbers.get(word)
        if found is None:
            found = self._numbers[word] = len(self.words)
            self.words.append(word)
        return found

    def numbers(self, words: Sequence[str]) -> list[int]:
        """The numbers of many words, few of which are different."""
        for word in dict.fromkeys(words):
            self.number(word)
        return [self._numbers[word] for word in words]

    def known(self, word: str) -> int:
        """The word's number, or -1."""
        return self._numbers.get(word, -1)


@dataclass(frozen=True, slots=True)
class Choice:
    """The places with a vector that a filter admits."""

    mask: "Mask"
    count: int
    """How many they are."""


@dataclass(frozen=True, slots=True)
class Fresh:
    """New or changed rows as columns, in the order of ``COLUMNS``; words as words."""

    columns: Mapping[str, Sequence[Any]]

    def __len__(self) -> int:
        return len(self.columns["seq"])


class Columns:
    """The columns of one store."""

    def __init__(self) -> None:
        self._arrays: dict[str, NDArray[Any]] = {
            name: np.empty(0, dtype=dtype) for name, dtype in COLUMNS.items()
        }
        self._count = 0
        self._place_of: NDArray[np.int32] = np.empty(0, dtype=np.int32)
        self.vocabularies = {name: Vocabulary() for name in WORDS}
        self._expiring = False
        self._masks: dict[Any, Mask] = {}
        self._choices: dict[Any, Choice] = {}
        self._known: dict[int, tuple[Filter, Choice]] = {}

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, name: str) -> "NDArray[Any]":
        """One column, as far as it is filled."""
        return self._arrays[name][: self._count]

    @classmethod
    def of(
        cls, arrays: Mapping[str, "NDArray[Any]"], words: Mapping[str, Sequence[str]]
    ) -> "Columns":
        """Columns as they were kept."""
        columns = cls()
        columns._arrays = {name: np.array(arrays[name]) for name in COLUMNS}
        columns._count = len(columns._arrays["seq"])
        columns.vocabularies = {name: Vocabulary(words[name]) for name in WORDS}
        columns._index(0)
        columns._expiring = bool(np.isfinite(columns["expires_at"]).any())
        return columns

    def places(self, seqs: "Sequence[int] | NDArray[np.int64]") -> "Places":
        """The place of each row number, -1 where there is none."""
        wanted = np.asarray(seqs, dtype=np.int64)
        inside = (wanted >= 0) & (wanted < len(self._place_of))
        found = np.full(len(wanted), -1, dtype=np.int64)
        found[inside] = self._place_of[wanted[inside]]
        return found

    def update(self, fresh: Fresh, gone: Sequence[int]) -> "Places":
        """Take in new and changed rows and drop deleted ones; the places that changed.

        New rows come last, in their order.
        """
        self._masks.clear()
        self._choices.clear()
        self._known.clear()
        dropped = self.places(gone)
        dropped = dropped[dropped >= 0]
        self._arrays["lives"][dropped] = False
        self._arrays["has_vector"][dropped] = False
        places = self.places(fresh.columns["seq"])
        new = places < 0
        before = self._count
        places[new] = np.arange(before, before + int(new.sum()))
        self._grow(before + int(new.sum()))
        for name in COLUMNS:
            values = fresh.columns[name]
            if name in self.vocabularies:
                values = self.vocabularies[name].numbers(values)
            self._arrays[name][places] = values
        self._index(before)
        self._expiring = bool(np.isfinite(self["expires_at"]).any())
        return np.concatenate([dropped, places])

    def mask(
        self, wanted: Filter, now: float, seqs_of: Callable[[Filter], Sequence[int]]
    ) -> "Mask":
        """Which places a filter admits.

        Args:
            wanted: The filter.
            now: Seconds UTC: what has expired by then is not admitted.
            seqs_of: Asks the rows for what no column holds: paths, attributes and ids.
        """
        key = _key(wanted)
        mask = self._masks.get(key)
        if mask is None:
            mask = self._masks[key] = self._mask(wanted, seqs_of)
        return mask & (self["expires_at"] > now) if self._expiring else mask

    def choice(
        self, wanted: Filter, now: float, seqs_of: Callable[[Filter], Sequence[int]]
    ) -> Choice:
        """The same of the places that have a vector; counted once where nothing expires."""
        known = self.known(wanted)
        if known is not None:
            return known
        key = _key(wanted)
        choice = self._choices.get(key)
        if choice is None or self._expiring:
            mask = self.mask(wanted, now, seqs_of) & self["has_vector"]
            choice = self._choices[key] = Choice(mask, int(np.count_nonzero(mask)))
        if not self._expiring and not wanted.attributes:
            # The same filter is asked for again and again; its attributes could be changed.
            if len(self._known) >= _KNOWN:
                self._known.clear()
            self._known[id(wanted)] = (wanted, choice)
        return choice

    def known(self, wanted: Filter) -> Choice | None:
        """What ``choice`` said of this very filter, if nothing has changed since."""
        known = self._known.get(id(wanted))
        return known[1] if known is not None and known[0] is wanted else None

    def _mask(self, wanted: Filter, seqs_of: Callable[[Filter], Sequence[int]]) -> "Mask":
        mask = self["lives"].copy()
        if wanted.namespace is not None:
            mask &= self["namespace"] == self.vocabularies["namespace"].known(wanted.namespace)
        if wanted.developer is not None:
            mask &= self["developer"] == self.vocabularies["developer"].known(wanted.developer)
        for name, words in (("kind", wanted.kinds), ("author", wanted.authors)):
            if words:
                allowed = [word in words for word in self.vocabularies[name].words]
                mask &= np.array(allowed, dtype=np.bool_)[self[name]]
        if wanted.layers:
            kinds = self.vocabularies["kind"].words
            allowed = [traits_of(kind).layer in wanted.layers for kind in kinds]
            mask &= np.array(allowed, dtype=np.bool_)[self["kind"]]
        if wanted.statuses:
            mask &= np.array([each in wanted.statuses for each in STATUSES])[self["status"]]
        for name, least in (
            ("created_at", wanted.since),
            ("importance", wanted.min_importance),
            ("confidence", wanted.min_confidence),
            ("trust", wanted.min_trust),
        ):
            if least is not None:
                mask &= self[name] >= least
        if wanted.until is not None:
            mask &= self["created_at"] < wanted.until
        if wanted.path is not None or wanted.attributes or wanted.ids is not None:
            places = self.places(seqs_of(wanted))
            listed = np.zeros(len(self), dtype=np.bool_)
            listed[places[places >= 0]] = True
            mask &= listed
        return mask

    def _grow(self, count: int) -> None:
        for name, values in self._arrays.items():
            if count > len(values):
                larger = np.empty(max(count, len(values) * 3 // 2, 64), dtype=values.dtype)
                larger[: self._count] = values[: self._count]
                self._arrays[name] = larger
        self._count = count

    def _index(self, start: int) -> None:
        """Note where the rows from a place on are."""
        seqs = self["seq"][start:]
        if not len(seqs):
            return
        needed = int(seqs.max()) + 1
        if needed > len(self._place_of):
            larger = np.full(max(needed, len(self._place_of) * 3 // 2), -1, dtype=np.int32)
            larger[: len(self._place_of)] = self._place_of
            self._place_of = larger
        self._place_of[seqs] = np.arange(start, start + len(seqs), dtype=np.int32)


def _key(wanted: Filter) -> tuple[Any, ...]:
    """A filter as something that can be looked up."""
    return (
        wanted.namespace,
        wanted.layers,
        wanted.kinds,
        wanted.statuses,
        wanted.developer,
        wanted.path,
        wanted.since,
        wanted.until,
        wanted.min_importance,
        wanted.min_confidence,
        wanted.min_trust,
        wanted.authors,
        tuple(sorted((name, str(type(v)), v) for name, v in wanted.attributes.items())),
        wanted.ids,
    )
