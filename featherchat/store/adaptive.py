"""The exact top k under the adaptive score, from codes and intervals.

The score is linear in the cosine, ``a * cos + b`` for each memory. Blocks of codes are scanned
in falling order of the most that they can reach, ``a + b`` (no cosine is above 1), until none
that is left can reach the kth; every memory whose interval reaches it is then scored on its
stored vector. What comes out is what a scoring of everything would give.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from featherchat.clock import SECONDS_PER_DAY
from featherchat.memory import KINDS, OTHER_KIND
from featherchat.ranking import DecayPolicy

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from featherchat.store.columns import Choice, Columns, Mask, Places

    Floats = NDArray[np.float32]

BLOCK = 512
"""Places whose bound is kept as one."""

CHUNK = 16_384
"""Places whose uppers are formed at once: they stay in a processor's cache."""

FIRST_BLOCKS = 8
"""So many blocks are scanned before the first look at the kth; each later look, twice as many."""

SPARSE = 8
"""Where a mask admits fewer than one in so many, those alone are scanned."""

_GROUP = 64
_MOSTLY = 4

_SMALL = 2_048
"""So few places are scanned at once: choosing among blocks would take longer."""

_LOWEST = np.finfo(np.float32).min
"""What does not reach even this does not count."""

_STALE = 60.0
"""Seconds for which recencies are used again, as bounds."""

_MOST_FADED = 1e-5
"""Recencies that may have fallen by a greater share since are formed anew."""

_ROUNDING = 4e-7
"""What single precision may lose of a score."""


@dataclass(frozen=True)
class Bounds:
    """The line ``slope * cosine + base`` of every place, for one policy."""

    policy: DecayPolicy
    at: float
    """When the recencies were formed, seconds UTC."""

    slopes: "Floats"
    bases: "Floats"
    """At ``at``: the most that they are until ``_STALE`` seconds later."""

    slack: float
    """What a line may be off by: by rounding, and by what has faded since."""

    until: float
    """When the recencies have to be formed anew."""

    @cached_property
    def tops(self) -> "Floats":
        """The most that any place of each block can reach."""
        return block_tops(self.slopes + self.bases)

    def holds(self, now: float) -> bool:
        """Whether the recencies can still be used."""
        return self.at <= now <= self.until


def _lasting(policy: DecayPolicy) -> float:
    """Seconds until the fastest recency has fallen by ``_MOST_FADED``."""
    given = policy.half_life
    if given is None or isinstance(given, Mapping):
        values = [traits.half_life for traits in (*KINDS.values(), OTHER_KIND)]
        values += list((given or {}).values())
        given = min(value for value in values if value is not None)
    return min(_STALE, given * SECONDS_PER_DAY * _MOST_FADED / math.log(2))


def bounds_of(columns: "Columns", policy: DecayPolicy, now: float) -> Bounds:
    """The line of every place at a time."""
    slopes, bases = lines(columns, policy, now, np.arange(len(columns)))
    greatest = float((slopes + bases).max(initial=0.0))
    return Bounds(
        policy,
        now,
        slopes.astype(np.float32),
        bases.astype(np.float32),
        _slack(greatest),
        now + _lasting(policy),
    )


def renewed(
    bounds: Bounds, columns: "Columns", places: "Places", held: "Places | None" = None
) -> Bounds:
    """The same lines, those of some places formed anew; some count as held."""
    slopes, bases = lines(columns, bounds.policy, bounds.at, places, held)
    grown = len(columns) - len(bounds.slopes)
    all_slopes = np.concatenate([bounds.slopes, np.zeros(grown, dtype=np.float32)])
    all_bases = np.concatenate([bounds.bases, np.zeros(grown, dtype=np.float32)])
    all_slopes[places], all_bases[places] = slopes, bases
    greatest = float((slopes + bases).max(initial=0.0))
    slack = max(bounds.slack, _slack(greatest))
    return Bounds(bounds.policy, bounds.at, all_slopes, all_bases, slack, bounds.until)


def _slack(greatest: float) -> float:
    return greatest * (_MOST_FADED + _ROUNDING) + _ROUNDING


def lines(
    columns: "Columns",
    policy: DecayPolicy,
    now: float,
    places: "Places",
    held: "Places | None" = None,
) -> tuple["NDArray[np.float64]", "NDArray[np.float64]"]:
    """Slope and base of some places, by the formula of ``ranking.py`` on arrays.

    Args:
        columns: What is known of every place.
        policy: Half-lives and the weight of time.
        now: Seconds UTC.
        places: Which lines are formed.
        held: Places that count as held besides those that are.
    """
    weights = columns["importance"][places] * columns["trust"][places] * columns["validity"][places]
    fresh = _recencies(columns, policy, now, places)
    if held is not None and len(held):
        fresh[np.isin(places, held)] = 1.0
    return (1.0 - policy.time_weight) * weights, policy.time_weight * fresh * weights


def _recencies(
    columns: "Columns", policy: DecayPolicy, now: float, places: "Places"
) -> "NDArray[np.float64]":
    """``ranking.recency`` of some places; 1 where a memory is held or does not decay."""
    kinds = columns.vocabularies["kind"].words
    by_kind = np.array([policy.half_life_of(kind) or np.inf for kind in kinds], dtype=np.float64)
    half_lives = by_kind[columns["kind"][places]]
    days = np.maximum(now - columns["created_at"][places], 0.0) / SECONDS_PER_DAY
    sticky = 1.0 + np.log1p(columns["recall_count"][places])
    fresh: NDArray[np.float64] = np.exp2(-days / sticky / half_lives)
    fresh[columns["held"][places]] = 1.0
    return fresh


@dataclass(frozen=True, slots=True)
class Candidates:
    """The places that can be among the best k, those that reach most first."""

    places: "Places"
    uppers: "Floats"
    """The most that each can score."""

    scanned: int
    """How many were scanned for them."""


class _Contest:
    """Intervals as they come in, and the kth of their lower ends so far."""

    def __init__(self, bounds: Bounds, k: int) -> None:
        self._bounds = bounds
        self._k = k
        self._places: list[Places] = []
        self._uppers: list[Floats] = []
        self._best: Floats = np.empty(0, dtype=np.float32)
        self.kth = np.float32(-np.inf)
        self.scanned = 0

    def add(self, places: "Places", scanned: "tuple[Floats, Floats]") -> None:
        """Keep some places, few enough to be looked at one by one in the end."""
        estimates, margins = scanned
        slopes = self._bounds.slopes[places]
        middles = slopes * estimates + self._bounds.bases[places]
        spans = slopes * margins + np.float32(self._bounds.slack)
        self.scanned += len(places)
        self._places.append(places)
        self._uppers.append(middles + spans)
        best = np.concatenate([self._best, middles - spans])
        if len(best) >= self._k:
            best = np.partition(best, len(best) - self._k)[len(best) - self._k :]
            self.kth = best[0]
        self._best = best

    def enter(
        self, part: "Places | slice", admitted: "Mask | None", scanned: "tuple[Floats, Floats]"
    ) -> None:
        """Keep those of some places whose interval reaches the kth."""
        estimates, margins = scanned
        slopes = self._bounds.slopes[part]
        middles = slopes * estimates + self._bounds.bases[part]
        spans = slopes * margins + np.float32(self._bounds.slack)
        self.scanned += len(middles)
        if admitted is not None:
            middles[~admitted] = -np.inf
        least = self.kth
        if least == -np.inf:
            least = _surely_reached(middles, self._k) - spans.max()
        possible = np.flatnonzero(middles + spans >= max(least, _LOWEST))
        middles, spans = middles[possible], spans[possible]
        lowers, uppers = middles - spans, middles + spans
        best = np.concatenate([self._best, lowers])
        if len(best) > self._k:
            best = np.partition(best, len(best) - self._k)[len(best) - self._k :]
        if len(best) == self._k:
            self.kth = best.min()
        self._best = best
        reaching = uppers >= self.kth
        possible = possible[reaching]
        self._places.append(possible + part.start if isinstance(part, slice) else part[possible])
        self._uppers.append(uppers[reaching])

    def winners(self) -> Candidates:
        """Those that can still be among the best k."""
        if len(self._places) == 1:
            uppers, places = self._uppers[0], self._places[0]
        else:
            uppers = np.concatenate([np.empty(0, dtype=np.float32), *self._uppers])
            places = np.concatenate([np.empty(0, dtype=np.int64), *self._places])
        order = np.argsort(-uppers, kind="stable")
        order = order[: int(np.count_nonzero(uppers >= self.kth))]
        return Candidates(places[order], uppers[order], self.scanned)


def _surely_reached(scores: "Floats", k: int) -> np.float32:
    """A score that at least ``k`` reach: the kth best of the bests of small groups.

    Ten times as quick as the kth of all, and low enough to lose none of them.
    """
    tops = np.maximum.reduceat(scores, np.arange(0, len(scores), _GROUP))
    if len(tops) <= k:
        return np.float32(-np.inf)
    reached: np.float32 = np.partition(tops, len(tops) - k)[len(tops) - k]
    return reached


Scan = Callable[["Places | slice"], tuple["Floats", "Floats"]]
"""The estimated cosines of some places, and how far each can be off."""

Uppers = Callable[[slice], "Floats"]
"""What the cosines of some places very probably do not exceed."""


def candidates(
    bounds: Bounds, mask: "Mask", k: int, scan: Scan, uppers: Uppers | None = None
) -> Candidates:
    """Every place that can be among the best ``k`` of those that a mask admits.

    A place is among them exactly if no k others are surely better.

    Args:
        bounds: The line of every place.
        mask: Which places count.
        k: How many; at least 1.
        scan: Gives the intervals.
        uppers: Tells which places need not be scanned, where one in a thousand may be lost.
    """
    contest = _Contest(bounds, k)
    count = int(np.count_nonzero(mask))
    if not count:
        return contest.winners()
    if count * SPARSE <= len(mask):
        admitted = np.flatnonzero(mask)
        contest.enter(admitted, None, scan(admitted))
        return contest.winners()
    if len(mask) <= _SMALL:
        whole = slice(0, len(mask))
        contest.enter(whole, None if count == len(mask) else mask, scan(whole))
        return contest.winners()
    tops = bounds.tops
    if count < len(mask):
        tops = block_tops(np.where(mask, bounds.slopes + bounds.bases, np.float32(-np.inf)))
    slack = np.float32(bounds.slack)
    for blocks in _waves(tops, lambda: contest.kth - slack):
        for part in _ranges(blocks, len(mask)):
            if uppers is not None and contest.kth > -np.inf:
                highest = uppers(part) * bounds.slopes[part] + bounds.bases[part]
                likely = np.flatnonzero(highest >= contest.kth) + part.start
                likely = likely[mask[likely]]
                if len(likely):
                    contest.enter(likely, None, scan(likely))
            else:
                contest.enter(part, None if count == len(mask) else mask[part], scan(part))
    return contest.winners()


def narrowed(bounds: Bounds, choice: "Choice", k: int, scan: Scan, uppers: Uppers) -> Candidates:
    """The same, where uppers are sure: what they rule out is not scanned.

    Args:
        bounds: The line of every place.
        choice: Which places count.
        k: How many; at least 1.
        scan: Gives the intervals.
        uppers: What cosines do not exceed, of ``CHUNK`` places at a time.
    """
    contest = _Contest(bounds, k)
    slack = np.float32(bounds.slack)
    per_chunk = CHUNK // BLOCK
    tops = np.maximum.reduceat(bounds.tops, np.arange(0, len(bounds.tops), per_chunk))
    mask, admits_all = choice.mask, choice.count == len(choice.mask)
    for start, top in zip(range(0, len(mask), CHUNK), tops.tolist(), strict=True):
        if top < contest.kth - slack:
            continue
        part = slice(start, min(start + CHUNK, len(mask)))
        highest = uppers(part)
        highest *= bounds.slopes[part]
        highest += bounds.bases[part]
        if not admits_all:
            highest[~mask[part]] = -np.inf
        if contest.kth == -np.inf:
            # More than k of them: most of what can reach the kth is found at once.
            least = max(_surely_reached(highest, _MOSTLY * k), _LOWEST)
            places = np.flatnonzero(highest >= least)
            contest.add(places + start, scan(places + start))
            if contest.kth - slack >= least:
                continue
            highest[places] = -np.inf
        places = np.flatnonzero(highest >= max(contest.kth - slack, _LOWEST))
        if len(places):
            contest.add(places + start, scan(places + start))
    return contest.winners()


def block_tops(values: "Floats") -> "Floats":
    """The greatest of each block."""
    tops: Floats = np.maximum.reduceat(values, np.arange(0, len(values), BLOCK))
    return tops


def _waves(tops: "Floats", least: Callable[[], np.float32]) -> Iterator["NDArray[np.int64]"]:
    """Blocks to scan, those that can reach most first, until none can reach the kth."""
    order = np.argsort(-tops, kind="stable")
    start, size = 0, FIRST_BLOCKS
    while start < len(order):
        blocks = order[start : start + size]
        reaching = blocks[tops[blocks] >= max(least(), _LOWEST)]
        if not len(reaching):
            return
        yield reaching
        start += size
        size *= 2


def _ranges(blocks: "NDArray[np.int64]", count: int) -> Iterator[slice]:
    """Blocks as ranges of places; neighbors are joined."""
    first = last = -1
    for block in sorted(blocks.tolist()):
        if block != last + 1 or first < 0:
            if first >= 0:
                yield slice(first * BLOCK, (last + 1) * BLOCK)
            first = block
        last = block
    if first >= 0:
        yield slice(first * BLOCK, min((last + 1) * BLOCK, count))
