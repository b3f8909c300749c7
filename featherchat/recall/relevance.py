"""How relevant each memory is to a question, and which memory stands for which.

Pure functions on what one trip to the store brought. A decision record is judged
as a whole, and no part is more relevant than its decision. A superseded memory gives
way to its successor.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from featherchat.fusion import Fused, Fusion, FusionWeights, fuse
from featherchat.memory import RelationType, Status
from featherchat.ranking import Evidence, with_lent
from featherchat.recall.conversations import lent
from featherchat.recall.heads import AMENDS, Heads
from featherchat.recall.wholes import Wholes, wholes_of
from featherchat.recollection import Origin, ScoreParts, Step


@dataclass(frozen=True, slots=True)
class Relevances:
    """How relevant each memory is, and everything that made it so."""

    of: Mapping[str, float]
    """The relevance by memory id, from 0 to 1."""

    fused: Mapping[str, Fused]
    shares: FusionWeights
    wholes: Wholes
    """The evidence, and whose it is."""

    ceilings: Mapping[str, float]
    stands_for: Mapping[str, str]
    """The superseded memory whose relevance, parts included, its successor has."""

    lent: Mapping[str, float]
    """What its conversation lends it."""

    def parts(self, memory_id: str) -> ScoreParts:
        """What a memory's relevance is made of."""
        source = self.stands_for.get(memory_id, memory_id)
        fused = self.fused.get(source, Fused(0.0))
        return ScoreParts(
            self.of[memory_id],
            fused.words,
            fused.meaning,
            self.wholes.nearest.get(source),
            self.shares.words,
            self.shares.meaning,
            self.wholes.words_from.get(source, Origin.OWN),
            self.wholes.meaning_from.get(source, Origin.OWN),
            self.ceilings.get(source, 1.0),
            self.stands_for.get(memory_id, ""),
            fused.anchors,
            self.shares.anchors,
            self.lent.get(source, 0.0),
        )


def evidence_of(heads: Heads) -> Evidence:
    """What speaks for memory having an answer, before anything is normalized."""
    return Evidence(
        max(heads.cosines.values(), default=None),
        max(heads.words.coverage.values(), default=0.0),
        heads.words.terms,
        heads.words.memories,
    )


def relevances(
    heads: Heads, weights: FusionWeights = FusionWeights(), fusion: Fusion = Fusion.WEIGHTED
) -> Relevances:
    """How relevant everything that was found is."""
    wholes = wholes_of(heads)
    words, cosines = wholes.words, wholes.cosines
    fused, shares = fuse(fusion, words, cosines, weights, wholes.support)
    found = {key: each.relevance for key, each in fused.items()}
    neighbors = lent(found, heads.beside, heads.outlines, heads.about)
    found |= {key: with_lent(found.get(key, 0.0), each) for key, each in neighbors.items()}
    ceilings = {
        part: found[decision]
        for part, decision in wholes.decisions.items()
        if part in found and found[part] > found[decision]
    }
    found.update(ceilings)
    stands_for: dict[str, str] = {}
    for old, new in successors(heads).items():
        if old in found and found.get(new, -1.0) < found[old]:
            found[new] = found[old]
            stands_for[new] = stands_for.get(old, old)
    return Relevances(found, fused, shares, wholes, ceilings, stands_for, neighbors)


def successors(heads: Heads) -> dict[str, str]:
    """For each superseded memory, the one that stands in its place at the end of the chain."""
    direct = {
        edge.target_id: edge.source_id
        for edge in heads.edges
        if edge.relation == RelationType.SUPERSEDES and edge.source_id in heads.outlines
    }
    return {old: _last(old, direct) for old in direct}


def trails(heads: Heads) -> dict[str, tuple[Step, ...]]:
    """For each decision that is found only through a part of it, the way there."""
    hits = {
        *heads.words.scores,
        *heads.words.documents,
        *heads.cosines,
        *heads.named,
        *heads.support,
    }
    return {
        edge.source_id: (Step(edge.relation, edge.target_id, forward=False, weight=edge.weight),)
        for edge in heads.edges
        if heads.is_part(edge) and edge.target_id in hits and edge.source_id not in hits
    }


def successors_first(ranked: Sequence[str], heads: Heads) -> list[str]:
    """The same order of ids, but none stands above what supersedes it, wholly or in part."""
    above = {old: [new] for old, new in successors(heads).items()}
    for edge in heads.edges:
        if edge.relation == AMENDS:
            above.setdefault(edge.target_id, []).append(edge.source_id)
    known, placed = set(ranked), dict[str, None]()
    visited: set[str] = set()

    def place(memory_id: str) -> None:
        if memory_id in visited:
            return
        visited.add(memory_id)
        for other in above.get(memory_id, ()):
            if other in known:
                place(other)
        placed[memory_id] = None

    for memory_id in ranked:
        place(memory_id)
    return list(placed)


def with_superseded(statuses: tuple[Status, ...]) -> tuple[Status, ...]:
    """A superseded memory may match, so that its successor is found in its place."""
    return (*statuses, Status.SUPERSEDED) if statuses else ()


def _last(memory_id: str, successors: Mapping[str, str]) -> str:
    seen = {memory_id}
    while (following := successors.get(memory_id)) is not None and following not in seen:
        memory_id = following
        seen.add(memory_id)
    return memory_id
