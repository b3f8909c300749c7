"""How relevant each memory is to a question, and which memory stands for which.

Pure functions on what one trip to the store brought. A decision record is judged
as a whole: its words by the whole document, its meaning by its best part; no part
is more relevant than its decision. A superseded memory gives way to its successor.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from featherchat.memory import Edge, Kind, Memory, RelationType, Status
from featherchat.ranking import Evidence, FusionWeights, weighted_fusion
from featherchat.recollection import Recollection, ScoreParts, Step
from featherchat.store.base import WordHits

_PATH = re.compile(
    r"(?<![\w/.-])(?:[\w.-]+/)+[\w.-]*\w|(?<![\w/.-])[\w-]{2,}\.[a-z]{1,5}(?![\w/.])"
)
"""Names with a slash in them, and single names with a suffix."""

PART_OF: Mapping[str, str] = {
    # A record's rationale and rejected options are parts of the decision they start from.
    RelationType.LEADS_TO: Kind.RATIONALE,
    RelationType.CONTRADICTS: Kind.ALTERNATIVE,
}

STANDS_FOR = frozenset({*PART_OF, RelationType.SUPERSEDES})
"""Relations whose source may stand in the place of their target."""


@dataclass(frozen=True, slots=True)
class Heads:
    """What one trip to the store brought for a question."""

    words: WordHits
    cosines: Mapping[str, float]
    """The raw cosine of the nearest, by memory id."""

    named: frozenset[str]
    """Memories from or about a path that the question names."""

    memories: Mapping[str, Memory]
    """The hits, the decisions they are part of, and what has superseded them."""

    admitted: frozenset[str]
    """Those that the question's filter admits; the others only speak for them."""

    edges: Sequence[Edge]


def evidence_of(heads: Heads) -> Evidence:
    """What speaks for memory having an answer, before anything is normalized."""
    return Evidence(
        max(heads.cosines.values(), default=None),
        max(heads.words.coverage.values(), default=0.0),
        heads.words.terms,
        heads.words.memories,
    )


def relevances(heads: Heads, weights: FusionWeights) -> dict[str, ScoreParts]:
    """Relevance by memory, with what it is made of."""
    words, cosines = _evidence_of_wholes(heads)
    found = {
        key: ScoreParts(each.relevance, each.words, each.meaning, each.cosine)
        for key, each in weighted_fusion(words, cosines, weights).items()
    }
    for part, decision in _decisions(heads).items():
        if part in found and found[part].relevance > found[decision].relevance:
            found[part] = replace(found[part], relevance=found[decision].relevance)
    for old, new in successors(heads).items():
        if old in found and (new not in found or found[new].relevance < found[old].relevance):
            found[new] = found[old]
    return found


def _evidence_of_wholes(heads: Heads) -> tuple[dict[str, float], dict[str, float]]:
    """Words from 0 to 1 and cosines, each decision's taken from its whole record."""
    words, cosines = _shares(heads.words.scores), dict(heads.cosines)
    decisions = _decisions(heads)
    for part, decision in decisions.items():
        for evidence in (words, cosines):
            if part in evidence:
                evidence[decision] = max(evidence.get(decision, 0.0), evidence[part])
    whole = _shares(heads.words.documents)
    words.update({key: share for key, share in whole.items() if _is_decision(heads, key)})
    named = heads.named | {decisions[part] for part in heads.named & decisions.keys()}
    words.update(dict.fromkeys(named, 1.0))
    return words, cosines


def successors(heads: Heads) -> dict[str, str]:
    """For each superseded memory, the one that stands in its place at the end of the chain."""
    direct = {
        edge.target_id: edge.source_id
        for edge in heads.edges
        if edge.relation == RelationType.SUPERSEDES and edge.source_id in heads.memories
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


def predecessors(heads: Heads) -> dict[str, tuple[str, ...]]:
    """For each memory, those in whose place it stands."""
    found: dict[str, tuple[str, ...]] = {}
    for old, new in successors(heads).items():
        found[new] = (*found.get(new, ()), old)
    return found


def successors_first(scored: Sequence[Recollection], heads: Heads) -> list[Recollection]:
    """The same order, but none stands above what has superseded it."""
    heirs = successors(heads)
    by_id = {each.memory.id: each for each in scored}
    placed: dict[str, Recollection] = {}
    for each in scored:
        heir = by_id.get(heirs.get(each.memory.id, ""))
        if heir is not None:
            placed.setdefault(heir.memory.id, heir)
        placed.setdefault(each.memory.id, each)
    return list(placed.values())


def paths_in(question: str) -> list[str]:
    """The files and folders a question names, as paths and globs for a filter."""
    names = dict.fromkeys(_PATH.findall(question))
    return [path for name in names for path in ((name,) if "/" in name else (name, f"*/{name}"))]


def with_superseded(statuses: tuple[Status, ...]) -> tuple[Status, ...]:
    """A superseded memory may match, so that its successor is found in its place."""
    return (*statuses, Status.SUPERSEDED) if statuses else ()


def _decisions(heads: Heads) -> dict[str, str]:
    """The decision of each part of a record."""
    return {edge.target_id: edge.source_id for edge in heads.edges if _is_part(edge, heads)}


def _is_part(edge: Edge, heads: Heads) -> bool:
    part = heads.memories.get(edge.target_id)
    return (
        part is not None
        and PART_OF.get(edge.relation) == part.kind
        and _is_decision(heads, edge.source_id)
    )


def _is_decision(heads: Heads, memory_id: str) -> bool:
    memory = heads.memories.get(memory_id)
    return memory is not None and memory.kind == Kind.DECISION


def _last(memory_id: str, successors: Mapping[str, str]) -> str:
    seen = {memory_id}
    while (following := successors.get(memory_id)) is not None and following not in seen:
        memory_id = following
        seen.add(memory_id)
    return memory_id


def _shares(scores: Mapping[str, float]) -> dict[str, float]:
    best = max(scores.values(), default=1.0)
    return {key: score / best for key, score in scores.items()}
