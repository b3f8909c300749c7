"""The true best of one space by the adaptive score, with what is kept from question to question.

The plan that reads least is chosen for each question; whichever it is, what comes out is scored
on the vectors as their rows keep them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from featherchat.ranking import DecayPolicy
from featherchat.store.adaptive import SPARSE, Candidates, candidates, narrowed
from featherchat.store.bounds import Bounds, bounds_of, renewed
from featherchat.store.code_table import CodeTable
from featherchat.store.codes import CodedQuery
from featherchat.store.columns import Choice, Columns
from featherchat.store.database import Database
from featherchat.store.sieve import Sieves
from featherchat.store.sketch import Sketches
from featherchat.store.stored_vectors import StoredVectors

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from featherchat.store.base import Vector
    from featherchat.store.columns import Places

_POLICIES = 4
"""So many policies' lines are kept."""

_TIE = 1e-9
"""Scores that are nearer than this count as equal where one is cut off."""


@dataclass(frozen=True, slots=True)
class Top:
    """The best of a ranking, and what was done for it."""

    cosines: Mapping[int, float]
    """By row number, best first; more than were asked for where scores are as good as equal."""

    scanned: int = 0
    reranked: int = 0
    scores: Mapping[int, float] = field(default_factory=dict)
    """By row number, too, where they are not the cosines themselves."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question."""

    vector: "Vector"
    """The question's, of any length above 0."""

    unit: "NDArray[np.float64]"
    """The same at length 1."""

    k: int
    choice: Choice
    policy: DecayPolicy
    now: float
    """Seconds UTC."""

    pinned: Sequence[int] = ()
    """Rows that count as held for this question."""

    exact: bool = True
    """False where one in a thousand of the best may be lost for a quicker answer."""


class Best:
    """Lines, sketches and vectors of one engine; see ``Engine.best``."""

    def __init__(self, database: Database, space: str) -> None:
        self.vectors = StoredVectors(database, space)
        self._bounds: list[Bounds] = []
        self._sieves = Sieves()
        self._sketches = Sketches()

    def renew(self, columns: Columns, places: "Places") -> None:
        """Some places were written or dropped."""
        self._bounds = [renewed(bounds, columns, places) for bounds in self._bounds]

    def recode(self, places: "Places") -> None:
        """Some places have another vector."""
        self._sieves.pass_on(places)
        self._sketches.pass_on(places)

    def find(self, columns: Columns, codes: CodeTable, asked: Asked) -> Top:
        """The best, on the vectors as stored.

        Raises:
            HarmedFile: If the mapped codes are not what was written.
        """
        k, bounds = asked.k, self._bounds_of(columns, asked.policy, asked.now)
        if asked.pinned:
            held = columns.places(asked.pinned)
            held = held[held >= 0]
            bounds = renewed(bounds, columns, held, held)
        found = self._candidates(codes, bounds, asked)
        seqs = columns["seq"][found.places]
        first = min(len(seqs), 2 * k)
        cosines = self.vectors.cosines(asked.vector, seqs[:first])
        slopes, bases = bounds.lines(columns, asked.now, found.places[:first])
        scores = slopes * cosines + bases
        if len(seqs) > first:
            # The kth of the first is mostly the kth of all: few others still reach it.
            kth = np.partition(scores, first - k)[first - k]
            reach = first + int(np.count_nonzero(found.uppers[first:] >= kth - _TIE))
            others = self.vectors.cosines(asked.vector, seqs[first:reach])
            places = found.places[first:reach]
            slopes, bases = bounds.lines(columns, asked.now, places)
            cosines = np.concatenate([cosines, others])
            scores = np.concatenate([scores, slopes * others + bases])
        return _top(seqs, cosines, scores, k, found.scanned)

    def _bounds_of(self, columns: Columns, policy: DecayPolicy, now: float) -> Bounds:
        for bounds in self._bounds:
            if bounds.policy == policy and bounds.holds(now):
                return bounds
        kept = [bounds for bounds in self._bounds if bounds.policy != policy]
        found = bounds_of(columns, policy, now)
        self._bounds = [found, *kept[: _POLICIES - 1]]
        return found

    def _candidates(self, codes: CodeTable, bounds: Bounds, asked: Asked) -> Candidates:
        """Every place that can be among the best, by the plan that reads least."""
        mask = asked.choice.mask
        if asked.choice.count * SPARSE > len(mask):
            unit = asked.unit.astype(np.float32)
            reach = self._sketches.reach(codes, len(mask), unit, bounds)
            if reach is not None:
                few = partial(codes.few, unit)
                return narrowed(bounds, asked.choice, asked.k, few, reach)
        likely = None if asked.exact else self._sieves.uppers(codes, len(mask), asked.unit)
        scan = partial(codes.scan, CodedQuery.of_part(asked.unit))
        return candidates(bounds, mask, asked.k, scan, likely)


def _top(
    seqs: "Places",
    cosines: "NDArray[np.float64]",
    scores: "NDArray[np.float64]",
    k: int,
    scanned: int,
) -> Top:
    # Python's own sort: of a few dozen it is twice as quick as those of arrays.
    of_all = scores.tolist()
    order = sorted(range(len(of_all)), key=of_all.__getitem__, reverse=True)
    if len(order) > k:
        least = of_all[order[k - 1]] - _TIE
        order = [place for place in order if of_all[place] >= least]
    rows, near = seqs.tolist(), cosines.tolist()
    return Top(
        {rows[place]: near[place] for place in order},
        scanned,
        len(of_all),
        {rows[place]: of_all[place] for place in order},
    )
