"""What a new memory contradicts or replaces among those that are known.

Only what is plain may take an old memory's place by itself, and only on the word
of the same person, or of somebody whose word counts for more. What a person wrote
is never changed by a machine. Nothing is deleted: the old one is closed.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from featherchat.capture.claims import Reading, content_words, read_claims
from featherchat.capture.judging import UNRELATED, Judgement, Relation, judge
from featherchat.capture.reversals import SCOPE, VAGUE, chosen_words
from featherchat.memory import (
    AdrStatus,
    Author,
    Kind,
    Layer,
    Memory,
    RelationType,
    Source,
    Status,
)
from featherchat.messages import Contradiction
from featherchat.recall.memories import Memories
from featherchat.recall.rejected import turned_down_in
from featherchat.recall.retriever import Retriever
from featherchat.recollection import Filter
from featherchat.sameness import differ_in_substance
from featherchat.store.base import MemoryStore
from featherchat.store.likeness import WORDS_ALIKE, word_overlap

MOST_SHOWN = 3
"""So many verdicts a sweep names."""

HOLDS: tuple[str, ...] = (
    Kind.DECISION,
    Kind.CONVENTION,
    Kind.STACK,
    Kind.SERVICE,
    Kind.DEPLOYMENT,
    Kind.ARCHITECTURE,
    Kind.PREFERENCE,
    Kind.CONVERSATION,
)
"""The kinds that say what holds. What was tried, rejected or fixed stays true."""

_SWEPT: tuple[str, ...] = (Kind.DECISION, Kind.ALTERNATIVE)
_NAMED = "it says that it takes its place"
_ASKED = 30
"""Memories that are looked at, of those with the most words in common."""

_REJECTED = re.compile(r"^Rejected: (?P<name>.+?)(?:[.:](?:\s|$)|$)")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What something new is to a memory that is known, and why."""

    memory: Memory
    verdict: Relation
    reason: str
    score: float
    """The share of words that both have, from 0 to 1."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a new memory contradicts."""

    replaced: tuple[Contradiction, ...] = ()
    """Those whose place it may take by itself."""

    questioned: tuple[Contradiction, ...] = ()
    """Those of which a person has to say which one holds."""


async def sweep(
    memories: Memories,
    retriever: Retriever,
    text: str,
    *,
    where: Filter = Filter(kinds=_SWEPT, statuses=(Status.ACTIVE,)),
) -> tuple[Verdict, ...]:
    """What a text that is not stored yet repeats, refines or contradicts: three at most.

    Args:
        memories: Where it is looked for.
        retriever: Finds what says the same in other words.
        text: One sentence or a title, as it would be recorded.
        where: What is looked at: decisions in force and the options they rejected, unless
            another filter is given.
    """
    new = _reading_of(text)
    recall = await retriever.recall(text, _ASKED, where)
    by_words = await memories.ask(lambda store: _neighbors(store, text, where))
    known = {each.id: each for each in [*by_words, *(found.memory for found in recall.found)]}
    cosines = {found.memory.id: found.parts.cosine or 0.0 for found in recall.found}
    at_least = memories.embedder.identity.alike_threshold if memories.embedder else 1.0
    verdicts = [
        _verdict(text, old, _judged(new, old), cosines.get(old.id, 0.0) >= at_least)
        for old in known.values()
        if old.kind != Kind.DECISION or old.adr_status in (None, AdrStatus.ACCEPTED)
    ]
    order = tuple(Relation)
    chosen = [each for each in verdicts if each.verdict is not Relation.UNRELATED]
    chosen.sort(key=lambda each: (order.index(each.verdict), -each.score, each.memory.id))
    return tuple(chosen[:MOST_SHOWN])


def contradictions(
    store: MemoryStore, new: Memory, asked: Sequence[Memory] = (), cue: str = ""
) -> Found:
    """What a new memory replaces by itself, and what it only puts in question.

    Args:
        store: Where the known ones are.
        new: What is about to be stored.
        asked: Memories that it names as replaced, by id or number.
        cue: Words beside its text that name what it replaces.
    """
    readings = (*readings_of(new), *((read_claims(cue),) if cue else ()))
    if new.kind not in HOLDS or not readings:
        return Found()
    where = Filter(namespace=new.namespace, kinds=HOLDS)
    known = {old.id: old for old in (*asked, *_neighbors(store, new.text, where))}
    named = {old.id for old in asked}
    found: list[tuple[Memory, Judgement]] = []
    for old in known.values():
        if old.id == new.id or not _may_meet(new, old):
            continue
        if old.id in named:
            found.append((old, Judgement(Relation.SUPERSEDES, _NAMED, sure=True)))
            continue
        judgement = _by_property(new, old) or judge(readings, readings_of(old))
        if judgement.relation not in (Relation.SUPERSEDES, Relation.CONTRADICTS):
            judgement = _rejected_before(readings, old) or _given_up(readings, old)
        if judgement.relation in (Relation.SUPERSEDES, Relation.CONTRADICTS):
            found.append((old, judgement))
    alone = [old for old, judgement in found if judgement.alone]
    replaced: list[Contradiction] = []
    questioned: list[Contradiction] = []
    for old, judgement in found:
        unclear = judgement.alone and len(alone) > 1
        taken = may_replace(new, old, judgement) and not unclear
        pair = Contradiction(old, new, judgement.reason)
        (replaced if taken else questioned).append(pair)
    return Found(tuple(replaced), tuple(questioned))


def may_replace(new: Memory, old: Memory, judgement: Judgement) -> bool:
    """Whether a new memory may take an old one's place without a person's further word.

    What a person wrote is changed by no machine and by no other person. What they pinned,
    and what a document or a commit says, gives way only to what names it.
    """
    if not judgement.sure or new.status is not Status.ACTIVE:
        return False
    if new.kind == Kind.DECISION and new.adr_status != AdrStatus.ACCEPTED:
        return False
    sources = (old.source, *old.sources)
    if _strength(new.source) < max(_strength(source) for source in sources):
        return False
    authors = {source.author for source in sources}
    if Author.USER in authors and old.developer not in (None, new.developer):
        return False
    guarded = old.pinned or bool(authors & {Author.DOCUMENT, Author.COMMIT})
    return judgement.reason == _NAMED or not guarded


def with_parts(store: MemoryStore, memory: Memory) -> list[Memory]:
    """A decision with its reasons and rejected options, which fall with it; else the memory."""
    if memory.kind != Kind.DECISION:
        return [memory]
    ends = [
        edge.target_id
        for edge in store.edges_of([memory.id], (RelationType.LEADS_TO, RelationType.CONTRADICTS))
        if edge.source_id == memory.id
    ]
    parts = [
        part
        for part in store.get(ends).values()
        if part.kind in (Kind.RATIONALE, Kind.ALTERNATIVE) and part.status is Status.ACTIVE
    ]
    return [memory, *parts]


def readings_of(memory: Memory) -> tuple[Reading, ...]:
    """What a memory claims: in its sentence, and a decision in its title, too."""
    texts = [memory.text, memory.title] if memory.kind == Kind.DECISION else [memory.text]
    readings = (read_claims(text) for text in dict.fromkeys(texts))
    return tuple(each for each in readings if each.words or each.replaced)


def _by_property(new: Memory, old: Memory) -> Judgement | None:
    """What two memories are to each other that say themselves which property they fix.

    Only differing amounts are a contradiction for sure; of other words a person is asked,
    unless one says what the other says and more. None where forms of sentences have to tell.
    """
    names = [
        [content_words(str(each.attributes.get(name, ""))) for name in ("subject", "slot")]
        for each in (new, old)
    ]
    if names[0] != names[1] or not all(names[0]):
        return None
    here, there = content_words(new.text), content_words(old.text)
    if here <= there or there <= here:
        return UNRELATED
    reason = f"{new.attributes['subject']}, {new.attributes['slot']}: it says otherwise"
    numbers = [[word for word in words if word[0].isdigit()] for words in (here, there)]
    sure = all(len(found) == 1 for found in numbers) and numbers[0] != numbers[1]
    if not sure and numbers[0] and numbers[0] == numbers[1]:
        return UNRELATED
    return Judgement(Relation.CONTRADICTS, reason, sure=sure)


def _given_up(readings: Sequence[Reading], old: Memory) -> Judgement:
    """Whether a text gives up what a memory chose in other words: then a person is asked.

    It has to name the whole thing, and the same matter if it names one.
    """
    chosen, text = chosen_words(old.text), readings[0]
    came = content_words(" ".join(claim.value for claim in text.claims))
    scope = text.claims[0].subject if text.claims else frozenset()
    for drop in (drop for reading in readings for drop in reading.drops):
        topic = text.words - drop.thing - came - VAGUE
        if not drop.thing <= chosen or (topic & SCOPE) - chosen:
            continue
        if not scope or topic & (chosen - drop.thing):
            return Judgement(Relation.SUPERSEDES, f"it says “{drop.words}”")
    return UNRELATED


def _reading_of(text: str) -> tuple[Reading, ...]:
    return tuple(read_claims(line) for line in text.splitlines() if line.strip())


def _neighbors(store: MemoryStore, text: str, where: Filter) -> list[Memory]:
    words = " ".join(text.split()[:60])
    return list(store.get(list(store.match_words(words, _ASKED, where).scores)).values())


def _may_meet(new: Memory, old: Memory) -> bool:
    """Preferences meet those of the same person only, and nothing else."""
    if new.layer is Layer.DEVELOPER or old.layer is Layer.DEVELOPER:
        return new.layer is old.layer and new.developer == old.developer
    return True


def _strength(source: Source) -> int:
    """Whose word counts for more: a person's, a document's or commit's, a model's."""
    if source.by_model:
        return 0
    return 2 if source.author == Author.USER else 1


def _judged(new: Sequence[Reading], old: Memory) -> Judgement:
    return _rejected_before(new, old) or judge(new, readings_of(old))


def _rejected_before(new: Sequence[Reading], old: Memory) -> Judgement | None:
    """Whether a text chooses what was rejected; None if nothing of the kind was."""
    found = _REJECTED.match(old.text) or turned_down_in(old.text)
    if found is None:
        return None
    rejected = read_claims(f"Use {found['name']}").claims
    for claim in (claim for reading in new for claim in reading.claims):
        chosen = claim.slot == "choice" and claim.affirmed
        if chosen and any(claim.value == each.value for each in rejected):
            return Judgement(Relation.CONTRADICTS, f"{found['name'].strip()} was rejected")
    return UNRELATED


def _verdict(text: str, old: Memory, judgement: Judgement, means_the_same: bool) -> Verdict:
    """The verdict on one memory; what is nearly the same in words or meaning repeats it."""
    score = max(word_overlap(text, old.text), word_overlap(text, old.title))
    relation, reason = judgement.relation, judgement.reason
    if relation is Relation.UNRELATED and (means_the_same or score >= WORDS_ALIKE):
        if differ_in_substance(text, old.text) and differ_in_substance(text, old.title):
            relation = Relation.REFINES
            reason = "nearly the same, but for a number, a name or a negation"
        else:
            relation, reason = Relation.DUPLICATE, "nearly the same"
    return Verdict(old, relation, reason, score)
