"""The exact top k under the adaptive score, from codes and intervals.

The score is linear in the cosine, ``a * cos + b`` for each memory. Blocks of codes are scanned
in falling order of the most that they can reach, ``a + b`` (no cosine is above 1), until none
that is left can reach the kth; every memory whose interval reaches it is then scored on its
stored vector. What comes out is what a scoring of everything would give.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from featherchat.store.bounds import BLOCK, Bounds, block_tops, chunks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from featherchat.store.bounds import Floats
    from featherchat.store.columns import Choice, Mask, Places

FIRST_BLOCKS = 8
"""So many blocks are scanned before the first look at the kth; each later look, twice as many."""

SPARSE = 8
"""Where a mask admits fewer than one in so many, those alone are scanned."""

_GROUPS = 160
_MOSTLY = 4

_ENOUGH = 32
"""So many places of later chunks are scanned together: fewer do not raise the kth by much."""

_SMALL = 2_048
"""So few places are scanned at once: choosing among blocks would take longer."""

_LOWEST = np.finfo(np.float32).min
"""What does not reach even this does not count."""


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
            uppers = np.concatenate(self._uppers or [np.empty(0, dtype=np.float32)])
            places = np.concatenate(self._places or [np.empty(0, dtype=np.int64)])
        order = np.argsort(-uppers, kind="stable")
        order = order[: int(np.count_nonzero(uppers >= self.kth))]
        return Candidates(places[order], uppers[order], self.scanned)


def _surely_reached(scores: "Floats", k: int) -> np.float32:
    """A score that at least ``k`` reach: the kth best of the bests of small groups.

    Ten times as quick as the kth of all, and low enough to lose none of them.
    """
    groups = max(_GROUPS, 4 * k)
    rows = len(scores) // groups
    if not rows:
        return np.float32(-np.inf)
    # A group is a column: the greatest of columns is formed at the speed of the memory.
    tops = scores[: rows * groups].reshape(rows, groups).max(axis=0)
    reached: np.float32 = np.partition(tops, groups - k)[groups - k]
    return reached


Scan = Callable[["Places | slice"], tuple["Floats", "Floats"]]
"""The estimated cosines of some places, and how far each can be off."""

Uppers = Callable[[slice], "Floats"]
"""What the cosines of some places very probably do not exceed."""

Reach = Callable[[int], "Floats"]
"""The most that the places of a chunk, by its number, can surely score."""


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


def narrowed(bounds: Bounds, choice: "Choice", k: int, scan: Scan, reach: Reach) -> Candidates:
    """The same, where it is known what places can score: what that rules out is not scanned.

    Args:
        bounds: The line of every place.
        choice: Which places count.
        k: How many; at least 1.
        scan: Gives the intervals.
        reach: Tells the most that places can score.
    """
    contest = _Contest(bounds, k)
    slack = np.float32(bounds.slack)
    mask, admits_all = choice.mask, choice.count == len(choice.mask)
    left: list[Places] = []

    def look() -> None:
        """What is left of several chunks is scanned at once."""
        if left:
            places = left[0] if len(left) == 1 else np.concatenate(left)
            left.clear()
            contest.add(places, scan(places))

    for chunk, (part, top) in enumerate(zip(chunks(len(mask)), bounds.chunk_tops, strict=True)):
        if top < contest.kth - slack:
            continue
        highest = reach(chunk)
        if not admits_all:
            highest[~mask[part]] = -np.inf
        if contest.kth == -np.inf:
            # More than k of them: most of what can reach the kth is found at once.
            least = max(_surely_reached(highest, _MOSTLY * k), _LOWEST)
            places = (highest >= least).nonzero()[0]
            left.append(places + part.start)
            look()
            if contest.kth - slack >= least:
                continue
            highest[places] = -np.inf
        places = (highest >= max(contest.kth - slack, _LOWEST)).nonzero()[0]
        if len(places):
            left.append(places + part.start)
        if sum(map(len, left)) >= _ENOUGH:
            look()
    look()
    return contest.winners()


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
