"""Which earlier statement a person takes back when they say "instead of", "no longer", "away from".

People reverse a decision in a sentence that has a reason, an aside and other words than
the first one. The words after the cue name what is dropped; the earlier statement is meant
only if it chose just that, shares the topic, is the same person's own, and is the only one.
Where any of that is open nothing is closed: the gate may still ask.
"""

import re
from collections.abc import Sequence

from featherchat.capture.claims import Words, content_words, read_claims
from featherchat.capture.cues import DECISION, REASON
from featherchat.memory import Author, Kind, Memory, Status
from featherchat.recall.rejected import turned_down_in
from featherchat.recollection import Filter
from featherchat.store.base import MemoryStore

REVERSIBLE = (Kind.DECISION, Kind.CONVENTION, Kind.PREFERENCE)

_ASKED = 30
_END = r"(?=[,;:.!()]|\s[-–—]\s|\s(?:because|since|as|so|but|and\s+(?:use|go)|from\s+now|any\s?more)\b|$)"
_NO_LONGER = re.compile(
    rf"\b(?:no\s+longer|not|n['’]t|stop(?:ped)?)\s+(?P<old>(?!use\b|using\b)[^,;.]{{3,60}}?){_END}",
    re.IGNORECASE,
)
_SURE_NO_LONGER = re.compile(r"\bno\s+longer\b|\bany\s?more\b|\bstopp?ed\b", re.IGNORECASE)
_ASIDE = re.compile(r"[,;]\s|\s?\(|\s[-–—]\s", re.IGNORECASE)
_TURNED_DOWN = re.compile(
    r"\b(?:instead\s+of|rather\s+than|in\s+place\s+of|over|not|no|n['’]t|without|from|unlike)\b",
    re.IGNORECASE,
)
SCOPE = frozenset(
    "test dev development staging production prod local locally ci windows mac macos linux doc"
    " example legacy old new internal external admin mobile frontend backend".split()
)
VAGUE = frozenset(
    "use using go going move moving switch switching take change changed let s re ve ll mind now still"
    " thing everything one way only also decision decided agreed settled same other another plan".split()
)


def taken_back(store: MemoryStore, text: str, developer: str | None) -> Memory | None:
    """The one earlier statement of this person that a new one takes back, if that is plain."""
    dropped = _dropped(text)
    if not dropped:
        return None
    where = Filter(kinds=REVERSIBLE, statuses=(Status.ACTIVE,))
    words = " ".join(text.split()[:60])
    near = store.get(list(store.match_words(words, _ASKED, where).scores)).values()
    topic = content_words(text) - VAGUE
    meant = [
        each
        for each in near
        if _is_own(each, developer) and any(_is_meant(each, thing, topic) for thing in dropped)
    ]
    return meant[0] if len(meant) == 1 else None


def _dropped(text: str) -> Sequence[Words]:
    """What a sentence says is not so any more, each as its words."""
    things = [drop.thing for drop in read_claims(text).drops]
    if _SURE_NO_LONGER.search(text):
        things += [content_words(found["old"]) for found in _NO_LONGER.finditer(text)]
    return [thing for thing in (each - VAGUE for each in things) if thing]


def _is_meant(old: Memory, thing: Words, topic: Words) -> bool:
    chosen = chosen_words(old.text)
    about = topic - thing
    if not thing <= chosen or (about & SCOPE) - chosen:
        return False
    # One word, such as a product's name, may be part of several decisions; more are the topic.
    return bool(about & (chosen - thing)) or len(thing) > 1


def chosen_words(text: str) -> Words:
    """The words of what a statement chose; none if it only turned something down."""
    return frozenset() if turned_down_in(text) else content_words(_chosen(text))


def _chosen(text: str) -> str:
    """What of a statement says what holds, without its asides, reasons and what it turned down."""
    cue = DECISION.search(text)
    start = cue.end() if cue else 0
    ends = [
        found.start()
        for pattern in (_ASIDE, REASON, _TURNED_DOWN)
        if (found := pattern.search(text, start)) is not None
    ]
    return text[: min(ends, default=len(text))]


def _is_own(old: Memory, developer: str | None) -> bool:
    """Whether this person said it, in talk or by a command, and has not pinned it."""
    authors = {each.author for each in (old.source, *old.sources)}
    return authors <= {Author.USER} and old.developer == developer and not old.pinned
