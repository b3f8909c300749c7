"""The layers that recall ranks one by one, and what of each is worth telling.

Within a layer the bare product of the score decides, so that sixty accepted decisions
do not bury the one note that a question is about. A layer says little twice: what is
like something that stands there already makes way for what adds more.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from featherchat.fusion import diversified
from featherchat.memory import Kind, Layer, Memory, traits_of
from featherchat.recall.context import short_id
from featherchat.recollection import Recollection

T = TypeVar("T")

PER_LAYER = 6
"""Memories that one layer tells at the most."""

PER_SOURCE = 3
"""Pieces of one document in one list."""

Likeness = Callable[[Memory, Memory], float]
"""How much two memories say the same, from -1 to 1."""


@dataclass(frozen=True, slots=True)
class Group:
    """Memories that are ranked together and share a part of a prompt."""

    name: str
    share: float
    """Of a prompt's budget."""

    kinds: frozenset[str]
    layer: Layer | None = None
    """All kinds of a layer, unless another group names them."""

    def has(self, kind: str) -> bool:
        """Whether memories of a kind belong here."""
        return kind in self.kinds or traits_of(kind).layer is self.layer


GROUPS = (
    Group("decisions", 0.4, frozenset({Kind.DECISION, Kind.RATIONALE})),
    Group("fixes and dead ends", 0.3, frozenset({Kind.BUG_FIX, Kind.ALTERNATIVE, Kind.DEAD_END})),
    Group("project", 0.15, frozenset(), Layer.PROJECT),
    Group("preferences", 0.05, frozenset(), Layer.DEVELOPER),
    Group("episodes", 0.1, frozenset(), Layer.EPISODE),
)
"""In the order of a prompt. Every kind is in one of them."""

EVERY_TIME = Group("every time it happened", 0.5, frozenset())
"""In front of them where a question is about what recurs: in the order of time, not of score."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """What one layer has to say to a question."""

    group: Group
    found: tuple[Recollection, ...]
    """Best first, each adding to those before it."""

    left_out: tuple[Recollection, ...] = ()
    """What is relevant too, each with the reason in its note."""


def layered(
    hits: Sequence[Recollection], linked: Sequence[Recollection], likeness: Likeness
) -> tuple[Ranking, ...]:
    """Each layer's own ranking, of those layers that have something to say.

    Args:
        hits: Everything relevant, under the score within a layer.
        linked: What they are linked with: it stands behind the hits of its layer.
        likeness: What tells two memories that say the same.
    """
    heard = {each.memory.id for each in hits}
    rankings = []
    for group in GROUPS:
        members = [each for each in hits if group.has(each.memory.kind)]
        behind = [
            each for each in linked if group.has(each.memory.kind) and each.memory.id not in heard
        ]
        if members or behind:
            rankings.append(_ranking(group, members, behind, likeness))
    return tuple(rankings)


def _ranking(
    group: Group,
    members: Sequence[Recollection],
    behind: Sequence[Recollection],
    likeness: Likeness,
) -> Ranking:
    ordered = sorted(members, key=lambda each: (-each.score, each.memory.id))
    allowed, crowded = within_sources(ordered, lambda each: each.memory.source.path)
    by_id = {each.memory.id: each for each in allowed}
    best = max((each.score for each in allowed), default=0.0) or 1.0
    taken = diversified(
        {key: each.score / best for key, each in by_id.items()},
        lambda one, other: likeness(by_id[one].memory, by_id[other].memory),
        PER_LAYER,
    )
    found = [by_id[key] for key in taken]
    left_out = [
        replace(each, note=_why(place, each, found, likeness))
        for place, each in enumerate(allowed)
        if each.memory.id not in taken
    ]
    left_out += [replace(each, note=f"beyond {PER_SOURCE} of one source") for each in crowded]
    return Ranking(group, (*found, *behind), tuple(left_out))


def _why(place: int, each: Recollection, found: Sequence[Recollection], likeness: Likeness) -> str:
    if place >= PER_LAYER:
        return f"beyond the first {PER_LAYER} of its layer"
    nearest = max(found, key=lambda other: likeness(each.memory, other.memory))
    return f"too similar to m:{short_id(nearest.memory.id)}"


def within_sources(
    ordered: Sequence[T], source_of: Callable[[T], str | None]
) -> tuple[list[T], list[T]]:
    """What may stand in one list, and what one document would crowd it with."""
    allowed: list[T] = []
    crowded: list[T] = []
    seen: Counter[str] = Counter()
    for each in ordered:
        source = source_of(each)
        if source is not None:
            seen[source] += 1
        (crowded if source is not None and seen[source] > PER_SOURCE else allowed).append(each)
    return allowed, crowded
