"""How relevant each memory is to a question, and which memory stands for which.

Pure functions on what one trip to the store brought. A decision record is judged
as a whole: its words by the whole document, its meaning by its best part; no part
is more relevant than its decision. A superseded memory gives way to its successor.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from featherchat.fusion import (
    EQUAL_SHARES,
    Fused,
    Fusion,
    FusionWeights,
    fusion_shares,
    rank_fusion,
    weighted_fusion,
)
from featherchat.memory import Edge, Kind, RelationType, Status
from featherchat.ranking import Evidence
from featherchat.recollection import Origin, Outline, ScoreParts, Step
from featherchat.store.base import WordHits

PART_OF: Mapping[str, str] = {
    # A record's rationale and rejected options are parts of the decision they start from.
    RelationType.LEADS_TO: Kind.RATIONALE,
    RelationType.CONTRADICTS: Kind.ALTERNATIVE,
}

STANDS_FOR = (*PART_OF, RelationType.SUPERSEDES)
"""Relations whose source may stand in the place of their target."""


@dataclass(frozen=True, slots=True)
class Heads:
    """What one trip to the store brought for a question."""

    words: WordHits
    cosines: Mapping[str, float]
    """The raw cosine of the nearest, by memory id."""

    edges: Sequence[Edge]
    """From what may stand in the place of a hit."""

    outlines: Mapping[str, Outline]
    """Of both ends of the edges, of whole documents and of what is named, inside the walls;
    those that the filter does not admit only speak for the others."""

    @property
    def named(self) -> frozenset[str]:
        """Memories from or about a path that the question names."""
        return self.words.named & self.outlines.keys()


@dataclass(frozen=True, slots=True)
class Relevances:
    """How relevant each memory is, and everything that made it so."""

    of: Mapping[str, float]
    """The relevance by memory id, from 0 to 1."""

    fused: Mapping[str, Fused]
    shares: FusionWeights
    words_from: Mapping[str, Origin]
    meaning_from: Mapping[str, Origin]
    ceilings: Mapping[str, float]
    stands_for: Mapping[str, str]
    """The superseded memory whose relevance, parts included, its successor has."""

    def parts(self, memory_id: str) -> ScoreParts:
        """What a memory's relevance is made of."""
        source = self.stands_for.get(memory_id, memory_id)
        fused = self.fused[source]
        return ScoreParts(
            self.of[memory_id],
            fused.words,
            fused.meaning,
            fused.cosine,
            self.shares.words,
            self.shares.meaning,
            self.words_from.get(source, Origin.OWN),
            self.meaning_from.get(source, Origin.OWN),
            self.ceilings.get(source, 1.0),
            self.stands_for.get(memory_id, ""),
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
    words, cosines, words_from, meaning_from = _evidence_of_wholes(heads)
    if fusion is Fusion.RRF:
        fused = rank_fusion(words, cosines)
        weights = EQUAL_SHARES
    else:
        fused = weighted_fusion(words, cosines, weights)
    found = {key: each.relevance for key, each in fused.items()}
    ceilings = {
        part: found[decision]
        for part, decision in _decisions(heads).items()
        if part in found and found[part] > found[decision]
    }
    found.update(ceilings)
    stands_for: dict[str, str] = {}
    for old, new in successors(heads).items():
        if old in found and found.get(new, -1.0) < found[old]:
            found[new] = found[old]
            stands_for[new] = stands_for.get(old, old)
    shares = fusion_shares(words, cosines, weights)
    return Relevances(found, fused, shares, words_from, meaning_from, ceilings, stands_for)


def _evidence_of_wholes(
    heads: Heads,
) -> tuple[dict[str, float], dict[str, float], dict[str, Origin], dict[str, Origin]]:
    """Words from 0 to 1 and cosines, each decision's taken from its whole record."""
    words, cosines = _shares(heads.words.scores), dict(heads.cosines)
    origins: tuple[dict[str, Origin], dict[str, Origin]] = ({}, {})
    decisions = _decisions(heads)
    for part, decision in decisions.items():
        for evidence, origin in zip((words, cosines), origins, strict=True):
            if part in evidence and evidence[part] > evidence.get(decision, -math.inf):
                evidence[decision] = evidence[part]
                origin[decision] = Origin.RECORD
    for key, share in _shares(heads.words.documents).items():
        if _is_decision(heads, key):
            words[key] = share
            origins[0][key] = Origin.RECORD
    named = heads.named | {decisions[part] for part in heads.named & decisions.keys()}
    words.update(dict.fromkeys(named, 1.0))
    origins[0].update(dict.fromkeys(named, Origin.PATH))
    return words, cosines, *origins


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
    hits = {*heads.words.scores, *heads.words.documents, *heads.cosines, *heads.named}
    return {
        edge.source_id: (Step(edge.relation, edge.target_id, forward=False, weight=edge.weight),)
        for edge in heads.edges
        if _is_part(edge, heads) and edge.target_id in hits and edge.source_id not in hits
    }


def successors_first(ranked: Sequence[str], heads: Heads) -> list[str]:
    """The same order of ids, but none stands above what has superseded it."""
    heirs, known = successors(heads), set(ranked)
    placed: dict[str, None] = {}
    for memory_id in ranked:
        heir = heirs.get(memory_id)
        if heir in known:
            placed.setdefault(heir)
        placed.setdefault(memory_id)
    return list(placed)


def with_superseded(statuses: tuple[Status, ...]) -> tuple[Status, ...]:
    """A superseded memory may match, so that its successor is found in its place."""
    return (*statuses, Status.SUPERSEDED) if statuses else ()


def _decisions(heads: Heads) -> dict[str, str]:
    """The decision of each part of a record."""
    return {edge.target_id: edge.source_id for edge in heads.edges if _is_part(edge, heads)}


def _is_part(edge: Edge, heads: Heads) -> bool:
    part = heads.outlines.get(edge.target_id)
    return (
        part is not None
        and PART_OF.get(edge.relation) == part.kind
        and _is_decision(heads, edge.source_id)
    )


def _is_decision(heads: Heads, memory_id: str) -> bool:
    outline = heads.outlines.get(memory_id)
    return outline is not None and outline.kind == Kind.DECISION


def _last(memory_id: str, successors: Mapping[str, str]) -> str:
    seen = {memory_id}
    while (following := successors.get(memory_id)) is not None and following not in seen:
        memory_id = following
        seen.add(memory_id)
    return memory_id


def _shares(scores: Mapping[str, float]) -> dict[str, float]:
    best = max(scores.values(), default=1.0)
    return {key: score / best for key, score in scores.items()}
