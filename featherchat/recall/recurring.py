"""Whether a question is about something that keeps coming back, and what that is.

"The connection pool again?" asks for every time it happened, not for the nearest. Told by
cues alone, so that the same question always gets the same answer.
"""

import re

from featherchat.store.analysis import Asked, analyze_question

_CUE = re.compile(
    r"\bhistory of\b|\bhow (?:often|many times)\b|\b(?:every|each) time\b|\b(?:once|yet) (?:more|again)\b"
    r"|\bwhen (?:did|was|were) (?:\w+ ){1,4}?last\b|\bwhen was the last time\b|\brecur(?:s|red|ring)?\b"
    r"|\bke(?:eps?|pt)\s+(?:on\s+)?\w+ing\b|(?:\bnot|n['’]t) the first time\b"
    r"|\b(?:happened|been here|(?:seen|had|hit) (?:this|that|it)) before\b",
    re.IGNORECASE,
)
"""Whatever the sentence is, it asks for more than one time."""

_AGAIN = re.compile(r"\bagain\b", re.IGNORECASE)
"""A cue in a question or beside a trouble; "run the tests again" is an order."""

_STILL = re.compile(r"\bstill\b", re.IGNORECASE)
"""A cue beside a trouble; "is Redis still used?" asks how things are."""

_TROUBLE = re.compile(
    r"\b(?:fail|error|crash|br[eo]ak|timeout|timed out|hang|hung|stuck|leak|flaky|slow|down|exhaust"
    r"|bug|issue|problem|wrong|dead|empty|full)",
    re.IGNORECASE,
)

_NOISE = frozenset(
    "again still keep keeps kept history often times time last recur recurs recurred recurring"
    " problem problems issue issues bug bugs error errors trouble fail fails failed failing failure"
    " failures break breaks broke broken breaking happen happens happened happening crash crashes"
    " crashed crashing occur occurs occurred see saw seen hit hits go goes going went come comes came"
    " coming back get gets got getting run runs ran running fix fixed fixes know known many first"
    " tell show list please really yet today now wrong us another".split()
)
"""What a question of this kind is worded with, and what it is not about."""

_CUES = frozenset("again still often time times".split())
_STATES = frozenset("down empty full slow stuck dead gone hung up dry".split())
_PARTICIPLE = re.compile(r"\w{3,}(?:ed|ing)$")
_VERB_AT_THE_END = re.compile(r"\b(?:do|does|did)\b", re.IGNORECASE)
_ENOUGH = 2
"""So many words name a thing; what is said of it behind them need not be in every episode."""


def recurring_subject(question: str) -> tuple[str, ...]:
    """The words for what a question about a recurring problem is about.

    Empty if the question is none, or names nothing.
    """
    troubled = bool(_TROUBLE.search(question))
    again = _AGAIN.search(question) and (troubled or "?" in question)
    still = troubled and _STILL.search(question)
    return subject_words(question) if again or still or _CUE.search(question) else ()


def subject_words(text: str) -> tuple[str, ...]:
    """The words of a text that name a thing, in their order."""
    asked = analyze_question(text)
    # Of "HttpServer" its two words are enough.
    words = [word for word in asked.words if word not in _NOISE and word not in asked.names]
    if len(words) > _ENOUGH and _VERB_AT_THE_END.search(text) and words[-1] == _last_word(asked):
        words.pop()
    while len(words) > _ENOUGH and (words[-1] in _STATES or _PARTICIPLE.match(words[-1])):
        words.pop()
    return tuple(words)


def _last_word(asked: Asked) -> str:
    """The last word of a question but for cues such as "again"."""
    return next((word for word in reversed(asked.words) if word not in _CUES), "")
