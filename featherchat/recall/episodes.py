"""Every time that something happened: fixes, dead ends, findings and talk about one subject.

What is near a question is not enough here: among six outages of one pool, a memory of
another pool would be a false one. An episode has the subject's own words, with whatever
endings. Meaning is left out: measured with bge-small, "the connection string" is nearer to
"connection pool" (0.66) than three of six outages of the pool (0.56 to 0.64).
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from featherchat.memory import Kind, Memory, Status
from featherchat.ranking import parts_of
from featherchat.recall.finding import Inquiry, Recall, recalled
from featherchat.recall.layers import EVERY_TIME, Ranking
from featherchat.recall.recurring import recurring_subject
from featherchat.recollection import Recollection, ScoreParts
from featherchat.store.analysis import analyze, stems
from featherchat.store.base import MemoryStore

EPISODE_KINDS = (Kind.BUG_FIX, Kind.DEAD_END, Kind.DEBUGGING, Kind.CONVERSATION)
"""What happened; a decision or a document on the subject is no episode of it."""

MOST = 50
"""Episodes that are told at the most, the newest of them."""

_HEAD = 200
"""So many hits by words are looked at."""

_MAY_MISS_ONE = 4
"""Of so many words or more, an episode may lack one."""


def answered(store: MemoryStore, asked: Inquiry) -> Recall:
    """What memory has to say, and every episode if the question is about what recurs."""
    recall = recalled(store, asked)
    told = episodes(store, recurring_subject(asked.question), asked)
    if not told:
        return recall
    layers = with_episodes(recall.layers, told) if asked.layers else ()
    return replace(recall, episodes=told, layers=layers)


def episodes(
    store: MemoryStore, subject: Sequence[str], asked: Inquiry
) -> tuple[Recollection, ...]:
    """Every episode on a subject, the oldest first. Called on the store's thread.

    What was superseded since is an episode, too: it happened.

    Args:
        store: What is asked.
        subject: The words that name it; in a memory they may have other endings.
        asked: The filter, the time, and how memories fade.
    """
    if not subject:
        return ()
    kinds = [kind for kind in EPISODE_KINDS if not asked.where.kinds or kind in asked.where.kinds]
    statuses = (*asked.where.statuses, Status.SUPERSEDED) if asked.where.statuses else ()
    where = replace(asked.where, kinds=tuple(kinds), statuses=statuses)
    if not kinds:
        return ()
    hits = store.match_words(" ".join(_forms(subject)), _HEAD, where).scores
    found = []
    for memory in store.get(list(hits)).values():
        share = _share(subject, memory)
        if _is_on(subject, share):
            relevance = ScoreParts(share, share, share_words=1.0)
            parts = parts_of(memory, relevance, asked.now, asked.policy)
            found.append(Recollection(memory, parts.score, parts))
    return tuple(sorted(found, key=lambda each: (each.memory.created_at, each.memory.id))[-MOST:])


def with_episodes(rankings: Sequence[Ranking], told: Sequence[Recollection]) -> tuple[Ranking, ...]:
    """The layers of a prompt with all episodes in front, each memory in one place."""
    if not told:
        return tuple(rankings)
    ids = {each.memory.id for each in told}
    rest = (
        replace(
            ranking,
            found=tuple(each for each in ranking.found if each.memory.id not in ids),
            left_out=tuple(each for each in ranking.left_out if each.memory.id not in ids),
        )
        for ranking in rankings
    )
    return (
        Ranking(EVERY_TIME, tuple(told)),
        *(each for each in rest if each.found or each.left_out),
    )


def _is_on(subject: Sequence[str], share: float) -> bool:
    missing = round((1.0 - share) * len(subject))
    return missing == 0 or (missing == 1 and len(subject) >= _MAY_MISS_ONE)


def _share(words: Sequence[str], memory: Memory) -> float:
    """The share of some words that a memory has, whatever their endings."""
    terms = set(stems(analyze(f"{memory.title} {memory.text}").words))
    wanted = stems(words)
    return sum(stem in terms for stem in wanted) / len(wanted)


def _forms(words: Sequence[str]) -> Iterator[str]:
    """Each word with the endings that it may have: most kinds are indexed by whole words."""
    for word, stem in zip(words, stems(words), strict=True):
        bare = stem[1:]
        yield from dict.fromkeys([word, bare, *(bare + end for end in ("s", "es", "ed", "ing"))])
