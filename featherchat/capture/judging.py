"""What one sentence is to another: a repetition, a refinement, a contradiction, or nothing.

Being alike is no contradiction. It takes the same subject and property with another
value, the same words with and without their negation, or words that name what is
dropped.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from featherchat.capture.claims import Claim, Drop, Reading, Words, content_words

_OPPOSITES = frozenset(
    frozenset(pair.split("/"))
    for pair in (
        "enabled/disabled parallel/sequentially parallel/serially required/optional public/private"
        " mandatory/optional synchronous/asynchronous sync/async allowed/forbidden"
        " allowed/prohibited mutable/immutable manual/automatic manually/automatically true/false"
        " stateless/stateful ascending/descending lowercase/uppercase singular/plural tab/space"
    ).split()
)
_MOVES = frozenset(
    "switch switched move moved moving migrate migrated replace replaced change changed away over"
    " from drop dropped favor favour using".split()
)
_FEWEST_WORDS = 2
"""A sentence of fewer words is too vague to be the opposite of another, or its refinement."""


class Relation(StrEnum):
    """What something new is to something known, the weightiest first."""

    SUPERSEDES = "supersedes"
    CONTRADICTS = "contradicts"
    DUPLICATE = "duplicate"
    REFINES = "refines"
    UNRELATED = "unrelated"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was found between two sentences."""

    relation: Relation
    reason: str = ""
    sure: bool = False
    """Whether subject and property are the same beyond doubt, or a cue names the old one."""

    alone: bool = False
    """Whether it is sure only if nothing else that is known is meant as well."""


UNRELATED = Judgement(Relation.UNRELATED)


def judge(new: Sequence[Reading], old: Sequence[Reading]) -> Judgement:
    """The weightiest of what a new text is to a known one, each read in one way or several."""
    order = tuple(Relation)
    found = [
        each if here.plain and there.plain else replace(each, sure=False)
        for here in new
        for there in old
        for each in _judgements(here, there)
    ]
    return min(
        found, key=lambda each: (order.index(each.relation), not each.sure), default=UNRELATED
    )


def _judgements(new: Reading, old: Reading) -> Iterator[Judgement]:
    role = new.claims[0].subject if new.claims else frozenset()
    for known in old.claims:
        for claim in new.claims:
            yield _between(claim, known, new)
        for drop in new.drops:
            yield _dropped(drop, role, known, new)
    yield _between_words(new, old)


def _between(new: Claim, old: Claim, reading: Reading) -> Judgement:
    """Two claims, which are about the same only if all their words but the value are."""
    if new.subject != old.subject or new.slot != old.slot or not new.subject:
        return UNRELATED
    if new.value == old.value:
        if new.affirmed == old.affirmed:
            return Judgement(Relation.REFINES, f"the same {new.slot}, {new.value}")
        relation = Relation.SUPERSEDES if reading.changes else Relation.CONTRADICTS
        return Judgement(relation, f"one says {new.value}, the other not", sure=True)
    here, there = new.value.split(), old.value.split()
    if not (new.affirmed and old.affirmed) or (new.slot == "amount" and here[1:] != there[1:]):
        return UNRELATED
    if new.slot == "choice" and (set(here) <= set(there) or set(here) >= set(there)):
        return Judgement(Relation.REFINES, f"{old.value} before, {new.value} now")
    sure = reading.changes or (new.single and old.single) or (reading.dates and new.usual)
    reason = f"{_named(new.subject)}: {old.value} before, {new.value} now"
    return Judgement(Relation.CONTRADICTS, reason, sure=sure)


def _dropped(drop: Drop, role: Words, known: Claim, reading: Reading) -> Judgement:
    """Whether what a sentence drops is what is known to be used."""
    is_used = known.slot == "choice" and known.affirmed
    if not is_used or frozenset(known.value.split()) != drop.thing:
        return UNRELATED
    reason = f"it says “{drop.words}”"
    if role and known.subject:
        same = role == known.subject
        return Judgement(Relation.SUPERSEDES, reason, sure=True) if same else UNRELATED
    came = frozenset(reading.claims[0].value.split()) if reading.claims else frozenset()
    left = reading.words - drop.thing - came - content_words(drop.words) - _MOVES
    # "Sessions moved from Redis" says nothing of the other things that Redis is used for.
    sure = drop.everywhere and not role and left <= known.subject
    return Judgement(Relation.SUPERSEDES, reason, sure=sure, alone=True)


def _between_words(new: Reading, old: Reading) -> Judgement:
    if len(new.words) < _FEWEST_WORDS or len(old.words) < _FEWEST_WORDS:
        return UNRELATED
    if new.words == old.words:
        if new.negated != old.negated:
            return Judgement(Relation.CONTRADICTS, "one negates the other", sure=True)
        if new.first - old.first and old.first - new.first:
            return Judgement(Relation.CONTRADICTS, "the other way round", sure=True)
        if new.reasoned and not old.reasoned:
            return Judgement(Relation.REFINES, "the same with a reason")
        return Judgement(Relation.DUPLICATE, "the same words")
    if new.negated != old.negated:
        return UNRELATED
    if {new.last, old.last} in _OPPOSITES and new.words ^ old.words == {new.last, old.last}:
        reason = f"{old.last} before, {new.last} now"
        return Judgement(Relation.CONTRADICTS, reason, sure=True)
    more = new.words - old.words
    if new.words > old.words and "without" not in more and not new.claims and not old.claims:
        return Judgement(Relation.REFINES, "it says the same and more")
    return UNRELATED


def _named(words: Words) -> str:
    return " ".join(sorted(words))
