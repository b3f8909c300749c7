"""What a person says outright, found without a model.

Only whole statements count: a sentence that decides, forbids, prefers, or reports
a failure or a cause with its fix. A question decides nothing, nor does a word such
as "architecture". Code is left out: it belongs to the repository; so is what is quoted.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from featherchat.capture.cues import (
    ANAPHORIC_FAILURE,
    ASKS,
    BREAKS,
    CAUSE,
    CONFIRMS,
    FIX,
    HINT_OF_CAUSE,
    JOKES,
    LEANS_BACK,
    REMEDY,
    REPORTS,
    doubt_of,
    kind_of,
)
from featherchat.capture.steps import as_evidence, without_fences
from featherchat.memory import Kind

MIN_CHARACTERS = 15
MAX_CHARACTERS = 400
MAX_TYPED = 20_000
"""Characters of a prompt that are looked at: nobody types more, the rest was pasted."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement and what it is."""

    kind: str
    text: str
    """What is remembered: the words without "ok so" before them."""

    quote: str
    """The words as they were typed, spaces apart."""


_REMEMBER = re.compile(
    r"^(?:(?:please|pls)\s+remember(?:\s+that)?[:,]?|(?:remember|keep\s+in\s+mind)(?:\s+that\b|:)|for\s+the\s+record[:,])"
    r"\s+(?=\S)",
    re.IGNORECASE,
)
_OPENING = re.compile(
    r"^(?:(?:ok(?:ay)?|so|alright|right|yeah|yep|yes|no|hm+|btw|well|also|and|but|then|fyi|hey|cool|nice|thanks|thx"
    r"|good\s+(?:point|guess)|one\s+(?:more\s+)?thing(?:\s+about\s+[^:]{1,40})?|(?:like|as)\s+i\s+said|found\s+it"
    r"|on\s+second\s+thoughts?)\b(?!-)[\s,:;.!–—-]+)+",
    re.IGNORECASE,
)
_TAG = re.compile(r"[\s,]+(?:ok(?:ay)?|please|pls|deal|thx|thanks)\s*\?$", re.IGNORECASE)
_POLITE = re.compile(r"^(?:please|pls|plz)\s+", re.IGNORECASE)
_SENTENCE = re.compile(
    r"(?<!\be\.g\.)(?<!\bi\.e\.)(?<!\betc\.)(?<!\bvs\.)(?<!\bapprox\.)(?<=[.!?])\s+|(?<=[.!?][\"'”’)])\s+|\n+",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"\"[^\"]{2,}\"|“[^”]{2,}”|`[^`]+`|(?<!\w)'[^']{8,}'(?!\w)")


def explicit_statements(text: str) -> list[Statement]:
    """The statements in what a person typed, in order, each once."""
    found: dict[str, Statement] = {}
    for statement in _statements(list(_sentences(text))):
        if MIN_CHARACTERS <= len(statement.text) <= MAX_CHARACTERS:
            found.setdefault(statement.text.casefold(), statement)
    return list(found.values())


def doubt_about(quote: str, text: str) -> str:
    """Why the sentence of a text that holds a quote settles nothing; empty when it may."""
    wanted = as_evidence(quote)
    for sentence in _sentences(text):
        if wanted in as_evidence(sentence.quote):
            if len(sentence.bare) < len(sentence.said) and wanted not in as_evidence(sentence.bare):
                return "a quotation"
            return doubt_of(sentence.said)
    return ""


@dataclass(frozen=True, slots=True)
class _Sentence:
    quote: str
    said: str
    """Without what opens it: what is remembered of it."""

    bare: str
    """Without what it quotes: what is looked at."""

    follows: bool
    """Whether it goes on from the sentence before it, and is not an entry of a list."""


def _sentences(text: str) -> Iterator[_Sentence]:
    for raw in _SENTENCE.split(_without_code(text[:MAX_TYPED])):
        line = " ".join(raw.split())
        quote = line.lstrip("-*• ")
        if not quote or len(quote) > 2 * MAX_CHARACTERS:
            continue  # no statement is so long, and the rules would take their time with it
        said = _TAG.sub("", _OPENING.sub("", quote))
        if said:
            yield _Sentence(quote, said, _QUOTED.sub("…", said), quote == line)


@dataclass(frozen=True, slots=True)
class _Pending:
    """A statement that the next sentence may still finish."""

    kind: str
    parts: tuple[_Sentence, ...]

    def statement(self) -> Statement:
        said = " ".join(part.said for part in self.parts)
        quote = " ".join(part.quote for part in self.parts)
        said = _POLITE.sub("", _REMEMBER.sub("", said))
        return Statement(self.kind, said[0].upper() + said[1:], quote)


def _statements(sentences: list[_Sentence]) -> Iterator[Statement]:
    """Each sentence by itself, or with the one before it when it only finishes that."""
    pending: _Pending | None = None
    before: _Sentence | None = None
    for sentence in sentences:
        fixes = pending is not None and pending.kind == Kind.BUG_FIX
        kind, joined = _with_context(sentence, before, fixes=fixes)
        if joined and kind and pending and before is pending.parts[-1]:
            pending = _Pending(kind, (*pending.parts, sentence))
        else:
            if pending:
                yield pending.statement()
            parts = (before, sentence) if joined and before else (sentence,)
            pending = _Pending(kind, parts) if kind else None
        before = sentence
    if pending:
        yield pending.statement()


def _with_context(
    sentence: _Sentence, before: _Sentence | None, *, fixes: bool
) -> tuple[str | None, bool]:
    """What a sentence states, and whether the one before it belongs to it.

    ``fixes`` says that the one before it names a cause, whose remedy may follow.
    """
    bare = sentence.bare
    if JOKES.search(bare) or ASKS.search(bare):
        return None, False
    last = before.bare if before is not None and sentence.follows else ""
    told = bool(last) and not ASKS.search(last) and not REPORTS.search(last)
    if FIX.search(bare) and not REPORTS.search(bare):
        if told and _names_cause(last):
            return Kind.BUG_FIX, True
        # What broke stands in the sentence before: "it" alone is no bug that one finds again.
        breaks = told and BREAKS.search(last) is not None and CAUSE.search(bare) is not None
        return (Kind.BUG_FIX if _names_cause(bare) else None), breaks
    if told:
        if fixes and REMEDY.search(bare):
            return Kind.BUG_FIX, True
        if CONFIRMS.search(bare):
            return Kind.DECISION, True
        if ANAPHORIC_FAILURE.search(bare):
            return Kind.DEAD_END, True
    remembered = _REMEMBER.sub("", bare)
    kind = kind_of(remembered)
    if kind == Kind.BUG_FIX and told and BREAKS.search(last):
        return kind, True
    if kind in (Kind.CONVENTION, Kind.PREFERENCE) and LEANS_BACK.search(remembered):
        return (kind, True) if told else (None, False)
    return (kind or Kind.CONVERSATION if remembered != bare else kind), False


def _names_cause(sentence: str) -> bool:
    return bool(HINT_OF_CAUSE.search(sentence) or CAUSE.search(sentence))


def _without_code(text: str) -> str:
    """The lines outside of fenced blocks and quotations."""
    lines = without_fences(text).splitlines()
    return "\n".join(line for line in lines if not line.lstrip().startswith(">"))
