"""What each memory can score at the most: a line for each, ``slope * cosine + base``.

The slopes change with what is written, the bases with time; both are formed for all places at
once and used again until too much has faded. Scores themselves are formed at the moment asked.
"""

import functools
import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from featherchat.clock import SECONDS_PER_DAY
from featherchat.memory import KINDS, OTHER_KIND
from featherchat.ranking import DecayPolicy

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from featherchat.store.columns import Columns, Places

    Doubles = NDArray[np.float64]
    Floats = NDArray[np.float32]

T = TypeVar("T", bound=np.generic)

BLOCK = 512
"""Places whose bound is kept as one."""

CHUNK = 16_384
"""Places whose reach is formed at once, at the most: they stay in a processor's cache."""

FIRST_CHUNK = 6_144
"""Of the first chunk; the second one ends where one of ``CHUNK`` would. Where the strongest lie
first, what these tell of the kth mostly leaves the later ones out."""

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

    weights: "Doubles"
    rates: "Doubles"
    """Half-lives that pass in a second; 0 where a memory is held or does not decay."""

    slack: float
    """What a line may be off by: by rounding, and by what has faded since."""

    until: float
    """When the recencies have to be formed anew."""

    @functools.cached_property
    def tops(self) -> "Floats":
        """The most that any place of each block can reach."""
        return block_tops(self.slopes + self.bases)

    @functools.cached_property
    def chunk_tops(self) -> list[float]:
        """The same of each chunk."""
        starts = [chunk.start // BLOCK for chunk in chunks(len(self.slopes))]
        tops: list[float] = np.maximum.reduceat(self.tops, starts).tolist() if starts else []
        return tops

    def lines(
        self, columns: "Columns", now: float, places: "Places"
    ) -> tuple["Doubles", "Doubles"]:
        """Slope and base of some places at a time, as a score needs them."""
        return _lines(self.policy, self.weights[places], self.rates[places], columns, now, places)

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
    places = np.arange(len(columns))
    weights, rates = _terms(columns, policy, places)
    slopes, bases = _lines(policy, weights, rates, columns, now, places)
    greatest = float((slopes + bases).max(initial=0.0))
    return Bounds(
        policy,
        now,
        slopes.astype(np.float32),
        bases.astype(np.float32),
        weights,
        rates,
        _slack(greatest),
        now + _lasting(policy),
    )


def renewed(
    bounds: Bounds, columns: "Columns", places: "Places", held: "Places | None" = None
) -> Bounds:
    """The same lines, those of some places formed anew; some count as held."""
    weights, rates = _terms(columns, bounds.policy, places, held)
    slopes, bases = _lines(bounds.policy, weights, rates, columns, bounds.at, places)
    grown = len(columns) - len(bounds.slopes)
    greatest = float((slopes + bases).max(initial=0.0))
    return Bounds(
        bounds.policy,
        bounds.at,
        _with(bounds.slopes, grown, places, slopes),
        _with(bounds.bases, grown, places, bases),
        _with(bounds.weights, grown, places, weights),
        _with(bounds.rates, grown, places, rates),
        max(bounds.slack, _slack(greatest)),
        bounds.until,
    )


def _with(values: "NDArray[T]", grown: int, places: "Places", some: "Doubles") -> "NDArray[T]":
    """The values and some more, of which some are others."""
    all_values = np.concatenate([values, np.zeros(grown, dtype=values.dtype)])
    all_values[places] = some
    return all_values


def _slack(greatest: float) -> float:
    return greatest * (_MOST_FADED + _ROUNDING) + _ROUNDING


def lines(
    columns: "Columns", policy: DecayPolicy, now: float, places: "Places"
) -> tuple["Doubles", "Doubles"]:
    """Slope and base of some places, by the formula of ``ranking.py`` on arrays."""
    return _lines(policy, *_terms(columns, policy, places), columns, now, places)


def _lines(
    policy: DecayPolicy,
    weights: "Doubles",
    rates: "Doubles",
    columns: "Columns",
    now: float,
    places: "Places",
) -> tuple["Doubles", "Doubles"]:
    ages = now - columns["created_at"][places]
    np.maximum(ages, 0.0, out=ages)
    ages *= rates
    fresh: Doubles = np.exp2(np.negative(ages, out=ages), out=ages)
    fresh *= weights
    fresh *= policy.time_weight
    return weights * (1.0 - policy.time_weight), fresh


def _terms(
    columns: "Columns", policy: DecayPolicy, places: "Places", held: "Places | None" = None
) -> tuple["Doubles", "Doubles"]:
    """What of a line does not change with time: weight, and half-lives that pass in a second."""
    weights = columns["importance"][places] * columns["trust"][places] * columns["validity"][places]
    kinds = columns.vocabularies["kind"].words
    by_kind = np.array([policy.half_life_of(kind) or np.inf for kind in kinds], dtype=np.float64)
    sticky = 1.0 + np.log1p(columns["recall_count"][places])
    rates: Doubles = 1.0 / (by_kind[columns["kind"][places]] * sticky * SECONDS_PER_DAY)
    rates[columns["held"][places]] = 0.0
    if held is not None and len(held):
        rates[np.isin(places, held)] = 0.0
    return weights, rates


@functools.lru_cache(maxsize=16)
def chunks(count: int) -> tuple[slice, ...]:
    """The chunks of so many places, one after the other."""
    edges = [0, FIRST_CHUNK, *range(CHUNK, count + CHUNK, CHUNK)]
    parts = itertools.pairwise(edges)
    return tuple(slice(start, min(stop, count)) for start, stop in parts if start < count)


def block_tops(values: "Floats") -> "Floats":
    """The greatest of each block."""
    tops: Floats = np.maximum.reduceat(values, np.arange(0, len(values), BLOCK))
    return tops
