"""A decision record is judged as a whole: its words, and what its parts mean together."""

from collections.abc import Mapping
from dataclasses import dataclass

from featherchat.fusion import soft_mean
from featherchat.recall.heads import Heads
from featherchat.recollection import Origin


@dataclass(frozen=True, slots=True)
class Wholes:
    """The evidence for each memory, a decision's being that of its whole record."""

    words: Mapping[str, float]
    """From 0 to the best hit's 1."""

    cosines: Mapping[str, float]
    """As they count: of a record that is near in one part only, less than of that part."""

    nearest: Mapping[str, float]
    """The raw cosine of each memory's, or its record's, nearest part."""

    support: Mapping[str, float]
    """How far the files of a change speak for it."""

    words_from: Mapping[str, Origin]
    meaning_from: Mapping[str, Origin]
    decisions: Mapping[str, str]
    """The decision of each part that was found."""


def wholes_of(heads: Heads) -> Wholes:
    """Take a decision's evidence from its whole record."""
    decisions = heads.decisions
    words, words_from = _words(heads, decisions)
    nearest, meaning_from = dict(heads.cosines), dict[str, Origin]()
    for part, decision in decisions.items():
        if heads.cosines.get(part, -1.0) > nearest.get(decision, -1.0):
            nearest[decision] = heads.cosines[part]
            meaning_from[decision] = Origin.RECORD
    together = _together(heads, decisions)
    meaning_from.update(dict.fromkeys(together, Origin.RECORD))
    support = dict(heads.support)
    for part in heads.support.keys() & decisions.keys():
        decision = decisions[part]
        support[decision] = max(support.get(decision, 0.0), heads.support[part])
    cosines = {**nearest, **together}
    return Wholes(words, cosines, nearest, support, words_from, meaning_from, decisions)


def _words(
    heads: Heads, decisions: Mapping[str, str]
) -> tuple[dict[str, float], dict[str, Origin]]:
    words, origins = shares(heads.words.scores), dict[str, Origin]()
    for part, decision in decisions.items():
        if part in words and words[part] > words.get(decision, -1.0):
            words[decision] = words[part]
            origins[decision] = Origin.RECORD
    for key, share in shares(heads.words.documents).items():
        if heads.is_decision(key):
            words[key] = share
            origins[key] = Origin.RECORD
    named = heads.named | {decisions[part] for part in heads.named & decisions.keys()}
    words.update(dict.fromkeys(named, 1.0))
    origins.update(dict.fromkeys(named, Origin.PATH))
    return words, origins


def _together(heads: Heads, decisions: Mapping[str, str]) -> dict[str, float]:
    """How near each record is as a whole, on the scale of the cosines.

    The nearest record is as near as the nearest part of any; what the others have less is
    what they have less as wholes.
    """
    members: dict[str, list[float]] = {}
    for key, cosine in heads.cosines.items():
        decision = decisions.get(key, key)
        if heads.sizes.get(decision):
            members.setdefault(decision, []).append(cosine)
    if not members:
        return {}
    low = min(heads.cosines.values())
    soft = {key: soft_mean(each, 1 + heads.sizes[key], low) for key, each in members.items()}
    span = max(soft.values()) - low
    stretch = (max(max(each) for each in members.values()) - low) / span if span > 1e-9 else 1.0
    return {key: low + stretch * (each - low) for key, each in soft.items()}


def shares(scores: Mapping[str, float]) -> dict[str, float]:
    """Scores from 0 to the best one's 1."""
    best = max(scores.values(), default=1.0)
    return {key: score / best for key, score in scores.items()}
