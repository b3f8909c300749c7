"""Sentences that forbid something outright, read for what they forbid and where.

A condition ("unless", "for large files", "by default") makes a sentence no ruling: it takes
a person to judge whether that is met.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

LONGEST_SENTENCE = 400
"""Characters; what goes on for longer explains rather than forbids."""

_MOST_WORDS = 3
"""Of one name; what is longer is a description."""


class Act(StrEnum):
    """What is forbidden to be done."""

    USE = "use"
    CALL = "call"
    ADD_FILES = "add files"
    EDIT = "edit"


@dataclass(frozen=True, slots=True)
class Ruling:
    """What one sentence forbids."""

    act: Act
    names: tuple[str, ...]
    """The things as they are written, with their backticks; paths, where files are concerned."""

    sentence: str
    scope: tuple[str, ...] = ()
    """The paths that it holds for; everywhere if there is none."""

    spared: tuple[str, ...] = ()
    """The paths that it does not hold for."""


def sentences(text: str) -> Iterator[str]:
    """The sentences of a text, each on one line and without the mark of a list."""
    for block in _BLOCKS.split(text):
        line = " ".join(_MARK.sub("", block, count=1).split())
        yield from (each for each in _ENDS.split(line) if each)


def ruling_of(sentence: str) -> Ruling | None:
    """What a sentence forbids outright; None of any other."""
    # Most sentences forbid nothing, which is told in a fifth of the time.
    if len(sentence) > LONGEST_SENTENCE or not _CUE.search(sentence):
        return None
    if _CONDITION.search(sentence):
        return None
    for read in (_only, _files, _passive, _instead, _negated):
        found = read(sentence)
        if found is not None:
            return found
    return None


def replaced_in(title: str) -> tuple[str, ...]:
    """The things that a title says are no longer, or not, what is used."""
    bare = " ".join(title.split())
    for form in _TITLES:
        found = form.match(bare)
        if found is not None:
            names, rest = _things(found["thing"])
            return names if not rest or _FREE.match(rest) or _FOR.match(rest) else ()
    return ()


_BLOCKS = re.compile(r"\n\s*\n|\n(?=\s*(?:[-*+]|\d+[.)])\s)")
_MARK = re.compile(r"\s*(?:[-*+]|\d+[.)]|#{1,6})\s+")
_ENDS = re.compile(r"(?<=[.!?])\s+(?=[\"'“`*(\[A-Z])|;\s+")
_CUE = re.compile(
    r"\b(?:no|not|never|cannot|only|instead|rather|over|place|stop|avoid|forbidden|banned"
    r"|prohibited|disallowed|frozen|read-only)\b|n['’]t\b",
    re.IGNORECASE,
)
_CONDITION = re.compile(
    r"\b(?:unless|by default|where possible|if possible|ideally|for now|instead of failing|yet"
    r"|may still|considered|could have|would have|alternative(?:ly)?|prefer(?:ably)?)\b|\?$",
    re.IGNORECASE,
)
_NOT = (
    r"(?:(?:must|shall|should|will|do|may|can)(?:\s+not|n['’]t)|cannot|never|no\s+longer"
    r"|stop|avoid)"
)
_VERB = (
    r"(?P<verb>us(?:e|ing)|import(?:ing)?|depend(?:ing)?\s+on|introduc(?:e|ing)|adopt(?:ing)?"
    r"|rely(?:ing)?\s+on|call(?:ing)?|invok(?:e|ing))"
)
_NEGATED = re.compile(
    rf"(?P<subject>.*?)(?<!\w){_NOT}\s+(?:directly\s+|ever\s+)?{_VERB}\s+(?P<thing>.+)",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"(?:[Ww]e|[Yy]ou|[Cc]ode|[Nn]ew code|[Dd]evelopers?|[Cc]ontributors?|[Ss]ervices|[Mm]odules"
    r"|[Aa]pplications?|[Tt]ests|[Nn]ew|[Aa]nd|[Bb]ut|[Ss]o|,|[Aa]ll|[Oo]ur|the|should|must|will|to"
    r"|\s)*|We\b.*\b(?:and|but)\s+(?:we\s+)?"
)
_INSTEAD = re.compile(
    r"\b(?:us(?:e|es|ing)|adopts?|choose|chose|pick(?:ed)?|go(?:es)?\s+with|standardi[sz]e\s+on)\s+"
    r"(?:the\s+)?(?:`[^`]+`|[\w@.+#/-]+(?:\s+[\w@.+#/-]+)?)"
    r"(?:,?\s+(?:and\s+)?not|,?\s+instead\s+of|,?\s+rather\s+than|,?\s+in\s+place\s+of|\s+over)\s+"
    r"(?P<thing>.+)",
    re.IGNORECASE,
)
_PASSIVE = re.compile(
    r"(?:(?:direct\s+)?(?:imports?|use|usage|importing|using)\s+(?:of\s+)?)?(?P<thing>.+?)\s+(?:"
    r"(?:is|are)\s+(?:forbidden|banned|prohibited|disallowed|not\s+(?:allowed|permitted))"
    r"|(?:must|shall|may|should)\s+(?:not|never)\s+be\s+(?:used|imported|introduced|called)"
    r"|(?:is|are)\s+no\s+longer\s+(?:to\s+be\s+)?used)\b(?P<rest>.*)",
    re.IGNORECASE,
)
_PATHS = r"(?P<paths>`[^`]+`(?:\s*(?:,|and|or|,\s*(?:and|or))\s*`[^`]+`)*)"
_ONLY = re.compile(
    rf"only\s+(?:code\s+(?:in|under|below)\s+|modules\s+(?:in|under|below)\s+)?{_PATHS}\s+"
    r"(?:(?:may|can|should|must|shall)\s+|(?:is|are)\s+allowed\s+to\s+)?"
    r"(?:imports?|uses?|depends?\s+on|calls?)\s+(?P<thing>.+)",
    re.IGNORECASE,
)
_NO_FILES = re.compile(
    r"(?:\bno|(?<!\w)(?:(?:must|do|shall|should|may|can)(?:\s+not|n['’]t)|never)"
    r"\s+(?:add|put|place|create|write)(?:\s+any)?)\s+(?:more\s+|new\s+|further\s+)*"
    r"(?:code|files?|modules?|packages?|features?|anything(?:\s+new)?)\s+"
    r"(?:(?:is|are|may\s+be)\s+(?:added|put|placed)\s+|goes?\s+)?(?:in|into|to|under|below|inside)"
    rf"\s+(?:the\s+)?{_PATHS}\s*(?:folder|directory|package)?\s*(?P<rest>.*)",
    re.IGNORECASE,
)
_FROZEN = re.compile(
    rf"(?:the\s+)?(?:files?\s+|code\s+|everything\s+)?(?:in|under|below)?\s*{_PATHS}\s+(?:(?:is|are)\s+"
    r"(?:frozen|read-only)|(?:must|shall|may)\s+(?:not|never)\s+be\s+(?:changed|edited|modified"
    r"|touched))\b(?P<rest>.*)",
    re.IGNORECASE,
)
_NAME = r"(?:`[^`]+`|[\w@.+#/-]+(?:\s+[\w@.+#/-]+)?)"
"""A thing that is chosen: longer words describe, and what follows their "not" does, too."""

_TITLES = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        r"(?:replace|swap|substitute)\s+(?P<thing>.+?)\s+(?:with|by)\s+.+",
        r"(?:migrate|move|switch|moving|migrating|switching|migration)\s+(?:away\s+)?from\s+"
        r"(?P<thing>.+?)(?:\s+to\s+.+)?$",
        r"(?:drop|retire|ban|forbid|stop\s+using|get\s+rid\s+of|do\s+not\s+use|don['’]t\s+use"
        r"|avoid)\s+(?:the\s+use\s+of\s+)?(?P<thing>.+)",
        rf"(?:(?:use|adopt|choose|prefer|standardi[sz]e\s+on)\s+)?(?:the\s+)?{_NAME}"
        r"(?:,?\s+(?:and\s+)?not|,?\s+instead\s+of|,?\s+rather\s+than|\s+over)\s+(?P<thing>.+)",
    )
)
_FREE = re.compile(
    r"$|[.!)(;:,–—]|-\s|(?:as|because|since|so|which|that|but|any\s?more|any\s?longer|at\s+all"
    r"|directly|anywhere|again|here)\b",
    re.IGNORECASE,
)
"""What may follow a forbidden thing without narrowing what is forbidden."""

_FOR = re.compile(r"(?:for|as|in|to|on)\b", re.IGNORECASE)
_WITHIN = re.compile(rf"(?:in|from|within|inside|under|below)\s+{_PATHS}\W*$", re.IGNORECASE)
_OUTSIDE = re.compile(
    rf"(?:outside(?:\s+of)?|except\s+(?:in|from)|other\s+than\s+(?:in|from))\s+{_PATHS}\W*$",
    re.IGNORECASE,
)
_TICKED = re.compile(r"`([^`]+)`")
_TOKEN = re.compile(r"`[^`]+`|[\w@][\w@.+#/'’-]*|\S")
_ARTICLES = frozenset({"the", "a", "an", "any", "either", "directly", "new"})
_BETWEEN = frozenset({",", "/", "and", "or", "nor"})
_STOPS = frozenset(
    "as because since so which that but for in on to when while if except outside from within"
    " inside under below during at by with without until before after other anymore any here"
    " anywhere again directly is are was were be this their its".split()
)


def _things(text: str) -> tuple[tuple[str, ...], str]:
    """The names that a text begins with, and what follows them; none if that is a description."""
    names: list[str] = []
    words: list[str] = []
    rest = ""
    for token in _TOKEN.finditer(text):
        word = token[0].rstrip(".") if token[0] != "." else "."
        if word.lower() in _BETWEEN:
            names, words = [*names, " ".join(words)], []
        elif word.lower() in _ARTICLES and not words:
            continue
        elif word.lower() in _STOPS or not re.match(r"[`\w@]", word):
            rest = text[token.start() :]
            break
        else:
            words.append(word)
            if token[0].endswith("."):
                rest = text[token.end() - 1 :]
                break
    names = [each for each in (*names, " ".join(words)) if each]
    if any(len(each.split()) > _MOST_WORDS and "`" not in each for each in names):
        return (), rest
    return tuple(names), rest


def _where(rest: str) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """The paths that a ruling holds for and spares, by what ends it; None of a condition."""
    rest = rest.strip()
    within, outside = _WITHIN.match(rest), _OUTSIDE.match(rest)
    if within is not None:
        return tuple(_TICKED.findall(within["paths"])), ()
    if outside is not None:
        return (), tuple(_TICKED.findall(outside["paths"]))
    return ((), ()) if _FREE.match(rest) else None


def _negated(sentence: str) -> Ruling | None:
    found = _NEGATED.match(sentence)
    if found is None:
        return None
    names, rest = _things(found["thing"])
    where, subject = _where(rest), found["subject"]
    scope = tuple(each for each in _TICKED.findall(subject) if "/" in each)
    if not names or where is None or not (scope or _SUBJECT.fullmatch(subject)):
        # "The reader never uses Redis" tells how something works.
        return None
    act = Act.CALL if found["verb"].lower().startswith(("call", "invok")) else Act.USE
    return Ruling(act, names, sentence, scope or where[0], where[1])


def _instead(sentence: str) -> Ruling | None:
    found = _INSTEAD.search(sentence)
    if found is None:
        return None
    names, rest = _things(found["thing"])
    where = _where(rest)
    if where is None and re.match(r"for\s+(?:all|any|every|new)\b", rest, re.IGNORECASE):
        where = ((), ())
    return Ruling(Act.USE, names, sentence, *where) if names and where is not None else None


def _passive(sentence: str) -> Ruling | None:
    found = _PASSIVE.match(sentence)
    if found is None:
        return None
    names, left = _things(found["thing"])
    where = _where(found["rest"])
    return None if not names or left or where is None else Ruling(Act.USE, names, sentence, *where)


def _only(sentence: str) -> Ruling | None:
    found = _ONLY.match(sentence)
    if found is None:
        return None
    names, rest = _things(found["thing"])
    spared = tuple(_TICKED.findall(found["paths"]))
    return Ruling(Act.USE, names, sentence, (), spared) if names and _FREE.match(rest) else None


def _files(sentence: str) -> Ruling | None:
    for form, act in ((_NO_FILES, Act.ADD_FILES), (_FROZEN, Act.EDIT)):
        found = form.match(sentence) if act is Act.EDIT else form.search(sentence)
        if found is not None and _FREE.match(found["rest"].strip()):
            return Ruling(act, tuple(_TICKED.findall(found["paths"])), sentence)
    return None
