"""How a memory's weight falls with time, and how rankings are merged.

Every formula of the project stands in this file, once. Nothing here reads a
clock, a file or a network: time comes in as a number, so a test can stand on
any day it likes. The scalar functions need no numpy, so that a search by words
starts quickly.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from featherchat.clock import SECONDS_PER_DAY
from featherchat.errors import ConfigError
from featherchat.memory import Memory, traits_of
from featherchat.recollection import Outline, ScoreParts

Scorable = Memory | Outline

FLAT_EXPONENT = 0.25
"""Power of the weight where one flat list mixes layers.

Measured on sixty accepted decisions (importance 2.0, recency 1.0) beside ten
week-old debugging notes: under the bare product the note that a question named
came 61st of 70, with the fourth root first.
"""

FLAT_TIME = 0.25
"""Share of the time weight that counts in a flat list.

With all of it, records that nobody had marked as accepted fell behind for their age: the record
that a question is about came first in 65 % instead of 72 % (benchmarks/questions.py).
"""

CHANGE_HALF_LIFE = 30.0
"""Days after which a decision is half as likely to be what a change carries out.

A decision is carried out soon after it was taken, also one that holds for years.
"""

CHANGE_TIME = 0.11
"""Time weight for a change. On benchmarks/commits.py the decision that a commit cites came first
for 64 % of the commits instead of 62 % without it.
"""

FADED = 0.25
"""The strength below which a memory has faded."""

PER_HOP = 0.5
"""The share that a step through the graph hands on, before the edge's own weight.

Activation that weakens with each link is how a semantic network is searched (Collins and
Loftus, 1975); half is what Feather DB leaves after the first hop.
"""


@dataclass(frozen=True, slots=True)
class DecayPolicy:
    """How fast memories fade, and how much that counts in a ranking."""

    half_life: float | Mapping[str, float | None] | None = None
    """Days for all, or a mapping by kind; None: each kind's own."""

    time_weight: float = 0.3
    """Share of recency in the final score, from 0 (ignore age) to 1."""

    def __post_init__(self) -> None:
        if not 0.0 <= self.time_weight <= 1.0:
            raise ConfigError(
                f"time_weight is {self.time_weight}, but must be from 0 to 1.",
                hint="Set recall.time_weight to a share such as 0.3.",
            )
        given = self.half_life
        values = given.values() if isinstance(given, Mapping) else (given,)
        for value in values:
            if value is not None and not value > 0:
                raise ConfigError(
                    f"half_life is {value}, but must be above 0.",
                    hint="Set recall.half_life to a number of days, such as 30.",
                )

    def half_life_of(self, kind: str) -> float | None:
        """Days for one kind; None: it does not decay."""
        if self.half_life is None:
            return traits_of(kind).half_life
        if isinstance(self.half_life, float | int):
            return self.half_life
        return self.half_life.get(kind, traits_of(kind).half_life)


def stickiness(recall_count: int) -> float:
    """How much more slowly a memory ages for having been recalled: ``1 + ln(1 + n)``."""
    return 1.0 + math.log1p(recall_count)


def recency(age: float, recall_count: int, half_life: float | None) -> float:
    """How fresh a memory still is, from 1.0 (now) towards 0.0.

    Each recall makes a memory stickier: it ages ``s = 1 + ln(1 + recall_count)``
    times slower, so the result is ``0.5 ** (age / s / half_life)``. This is the
    adaptive decay of Feather DB (``include/scoring.h``), kept to the letter.

    Args:
        age: Seconds since the memory was made; a negative age counts as 0.
        recall_count: How often it has been recalled; at least 0.
        half_life: Days; None for what does not decay.
    """
    if half_life is None:
        return 1.0
    days = max(age, 0.0) / SECONDS_PER_DAY
    return float(0.5 ** (days / stickiness(recall_count) / half_life))


def score(relevance: float, recency: float, weight: float, time_weight: float) -> float:
    """The adaptive score: ``((1 - w) * relevance + w * recency) * weight``."""
    return ((1.0 - time_weight) * relevance + time_weight * recency) * weight


def scores_of(
    found: Iterable[tuple[Scorable, float]],
    now: float,
    policy: DecayPolicy,
    *,
    flat: bool,
    change: bool = False,
) -> list[float]:
    """The scores alone, of memories with their relevance; see ``parts_of``."""
    exponent, time_weight = _mixing(policy, flat=flat, change=change)
    return [
        score(
            relevance,
            freshness(memory, now, policy, change=change),
            (memory.importance * memory.trust * memory.validity) ** exponent,
            time_weight,
        )
        for memory, relevance in found
    ]


def parts_of(
    memory: Scorable,
    relevance: ScoreParts,
    now: float,
    policy: DecayPolicy,
    *,
    flat: bool = False,
    change: bool = False,
) -> ScoreParts:
    """Complete a relevance into a score, with every number that was used.

    Args:
        memory: The memory that is scored.
        relevance: Its relevance and where that came from; the other parts are filled in.
        now: Seconds UTC.
        policy: Half-life and time weight.
        flat: True where one list mixes layers: the weight counts by its fourth root, and
            time by a quarter.
        change: True where a change of files is asked about: what was decided lately is what
            it carries out, whatever its status.
    """
    half_life, recalls = _half_life(memory, policy, change=change), memory.recall_count
    age, held = max(now - memory.created_at, 0.0), memory.held and not change
    trust, validity = memory.trust, memory.validity
    fresh = 1.0 if held else recency(age, recalls, half_life)
    exponent, time_weight = _mixing(policy, flat=flat, change=change)
    weight = (memory.importance * trust * validity) ** exponent
    # Not by replace(), which costs as much again: a score is formed for each of a hundred hits.
    return ScoreParts(
        relevance=relevance.relevance,
        words=relevance.words,
        meaning=relevance.meaning,
        cosine=relevance.cosine,
        share_words=relevance.share_words,
        share_meaning=relevance.share_meaning,
        anchors=relevance.anchors,
        share_anchors=relevance.share_anchors,
        words_from=relevance.words_from,
        meaning_from=relevance.meaning_from,
        ceiling=relevance.ceiling,
        stands_for=relevance.stands_for,
        graph=relevance.graph,
        recency=fresh,
        age_days=age / SECONDS_PER_DAY,
        stickiness=stickiness(recalls),
        half_life=half_life,
        held=held,
        importance=memory.importance,
        trust=trust,
        validity=validity,
        time_weight=time_weight,
        weight_exponent=exponent,
        score=score(relevance.relevance, fresh, weight, time_weight),
    )


def freshness(memory: Scorable, now: float, policy: DecayPolicy, *, change: bool = False) -> float:
    """The recency of a memory, 1.0 of what is held; see ``parts_of``."""
    if memory.held and not change:
        return 1.0
    age = now - memory.created_at
    return recency(age, memory.recall_count, _half_life(memory, policy, change=change))


def _half_life(memory: Scorable, policy: DecayPolicy, *, change: bool) -> float | None:
    return CHANGE_HALF_LIFE if change else policy.half_life_of(memory.kind)


def _mixing(policy: DecayPolicy, *, flat: bool, change: bool) -> tuple[float, float]:
    """The exponent of the weight, and the time weight."""
    exponent = FLAT_EXPONENT if flat else 1.0
    if change:
        return exponent, CHANGE_TIME
    return exponent, FLAT_TIME * policy.time_weight if flat else policy.time_weight


def specificity(decisions: int) -> float:
    """How much a file tells that is linked with so many decisions: ``1 / (1 + ln(1 + n))``.

    As good as the inverse document frequency over all decisions, and it asks for no count of them.
    """
    return 1.0 / (1.0 + math.log1p(decisions))


def relevance_of(parts: ScoreParts) -> float:
    """The relevance that follows from its parts, as ``score_of`` the score."""
    fused = (
        parts.share_words * parts.words
        + parts.share_meaning * parts.meaning
        + parts.share_anchors * parts.anchors
    )
    return with_lent(min(fused, parts.ceiling), parts.graph)


def with_lent(own: float, lent: float) -> float:
    """A relevance with what a neighbor lends: never less than either, never above 1."""
    return own + lent * (1.0 - own)


def score_of(parts: ScoreParts) -> float:
    """The score that follows from its parts: what ``explain`` can be checked against."""
    weight = parts.weight**parts.weight_exponent
    return score(relevance_of(parts), parts.recency, weight, parts.time_weight)


def strength(memory: Scorable, now: float, policy: DecayPolicy) -> float:
    """``recency * weight``: how present a memory is without any question."""
    parts = parts_of(memory, ScoreParts(relevance=0.0), now, policy)
    return parts.recency * parts.weight


def fading_age(weight: float, recall_count: int, half_life: float | None) -> float:
    """The age in days at which a memory's strength falls to ``FADED``.

    The inverse of ``recency``: infinite for what does not decay, 0 for what never was stronger.

    Args:
        weight: Importance, trust and validity together.
        recall_count: How often it has been recalled.
        half_life: Days; None for what does not decay.
    """
    if half_life is None:
        return math.inf
    if weight <= FADED:
        return 0.0
    return half_life * stickiness(recall_count) * math.log2(weight / FADED)


@dataclass(frozen=True, slots=True)
class PromptWeights:
    """What makes a memory worth its place in a prompt, beside those of other layers."""

    relevance: float = 0.6
    recency: float = 0.2
    importance: float = 0.2

    def __post_init__(self) -> None:
        given = (self.relevance, self.recency, self.importance)
        if not (all(0.0 <= each <= 1.0 for each in given) and sum(given) > 0):
            raise ConfigError(
                f"The weights of relevance, recency and importance are {given}.",
                hint="Give each a number from 0 to 1, and one of them more than 0.",
            )


def prompt_value(parts: ScoreParts, weights: PromptWeights) -> float:
    """How much a memory is worth in a prompt, from 0 to the sum of the weights."""
    return (
        weights.relevance * parts.relevance
        + weights.recency * parts.recency
        + weights.importance * parts.importance / 2.0
    )


@dataclass(frozen=True, slots=True)
class Evidence:
    """Raw evidence that memory has an answer, before any normalization."""

    cosine: float | None
    """The best cosine, None when meaning was not asked."""

    coverage: float
    """The share of the question's idf that the best hit covers, from 0 to 1."""

    terms: int = 0
    """How many different words the question has."""

    memories: int = 0
    """How many were asked: among more, one is near by chance sooner."""


COVERAGE_WORTH = 0.25
"""What a fully covered question is worth in cosine."""

WORDS_NEEDED = 0.8
"""Coverage times the root of the number of words, from which on words alone are evidence.

A share of few words is large by chance sooner than a share of many.
"""

CHANCE = 0.02
"""Cosine that is needed more when there are e times as many memories."""

_MEASURED = (100, 1_000, 3_000)
"""Memories: between the outer two the chance was measured; thresholds hold in the middle."""


def answers(evidence: Evidence, threshold: float | None) -> bool:
    """Whether raw evidence is enough for memory to answer.

    On ten projects' decision records meaning and words together answer 96 % of a project's own
    questions and 4 % of other projects', words alone 96 % and 8 % (benchmarks/questions.py). A
    threshold on the cosine alone kept 85 % at 5 %.

    Args:
        evidence: What the best hits have.
        threshold: The cosine that is enough among 1,000 memories, kept with the embedder's
            identity; None when only words are asked.
    """
    fewest, usual, most = _MEASURED
    chance = CHANCE * math.log(min(max(evidence.memories, fewest), most) / usual)
    if threshold is None or evidence.cosine is None:
        needed = WORDS_NEEDED + chance / COVERAGE_WORTH
        return evidence.coverage * math.sqrt(evidence.terms) >= needed
    return evidence.cosine + COVERAGE_WORTH * evidence.coverage >= threshold + chance


STATED = 0.35
"""How likely a change carries out the decision that states to govern what it touches.

That is what a symbol comes to. A whole file stays below what is told unasked: where records
state their files (xorq), one in nine such suggestions held with nothing else to speak for it.
"""


@dataclass(frozen=True, slots=True)
class LinkClues:
    """What speaks for a change carrying out a decision that it does not name."""

    cosine: float
    """Of the change's title and the nearest part of the decision."""

    lead: float
    """How much nearer it is than those weighed with it are on average; 0 if there are none."""

    score_lead: float
    """How far its recall score is above that of any other, or below; 0 if there is no other."""

    overlap: float
    """How much the change has in common with one that is linked with it, from 0 to 1."""

    named: float
    """How surely its text names one of the files, from 0 to 1."""

    age: float
    """Days since it was decided or changed; a decision is carried out soon."""

    governed: float = 0.0
    """How surely it states that it governs what was touched, from 0 to 1."""


def link_confidence(clues: LinkClues) -> float:
    """How likely a suggested link holds, from 0 to 1: a logistic regression over the clues.

    Fitted on the repositories of benchmarks/links.py that are marked ``tuned``. None of their
    records states what it governs, so that is not fitted: it is worth a look by itself.
    """
    told = (
        4.0 * clues.cosine
        + 10.4 * clues.lead
        + 3.0 * clues.score_lead
        + 2.1 * clues.overlap
        + 0.86 * clues.named
        - 0.39 * math.log1p(clues.age)
        - 4.56
    )
    return max(1.0 / (1.0 + math.exp(-told)), STATED * clues.governed)
