"""The steps of the gate that need nothing but a sentence and what was said.

Each is a pure function. One that refuses returns the reason, and an empty text
where nothing is wrong.
"""

import re
import unicodedata
from dataclasses import replace
from enum import StrEnum

from featherchat.capture.candidates import Candidate, Evidence
from featherchat.memory import MAX_TEXT, Author, Kind

MIN_CHARACTERS = 15
MAX_CHARACTERS = 400
MIN_QUOTE = 12

_KNOWN = frozenset(Kind)
_FENCE = re.compile(r"^ {0,3}(```|~~~)")
_NEXT_SENTENCE = re.compile(r"(?<=[a-z\d)\"'”][.!?]) +(?=[A-Z][a-z])")
_ABBREVIATION = re.compile(r"\b(?:e\.g|i\.e|etc|vs|approx|cf|no|fig|incl|resp|Dr|Mr|Ms)\.$")
_RECALLED = re.compile(r"<recalled_memories\b[^>]*>.*?(?:</recalled_memories>|\Z)", re.DOTALL)
_MARK = re.compile(r"\[redacted:[^\]]*\]")
_NUMBER = re.compile(r"(?<![\w.])\d+(?:[.,]\d+)*(?![\w]|\.\d)")
_GAP = "\x1f"
"""Stands where something was cut out, so that no quote reaches across."""


class Step(StrEnum):
    """The steps of the gate, in the order in which they are taken."""

    SCHEMA = "schema"
    REDACTION = "redaction"
    QUOTE = "quote"
    CODE = "code"
    LENGTH = "length"
    JUNK = "junk"
    POLICY = "policy"
    TOMBSTONE = "tombstone"
    DUPLICATE = "duplicate"
    CONTRADICTION = "contradiction"


def schema_reason(candidate: Candidate) -> str:
    """What about a candidate has not the asked form. Values of models may be of any type."""
    for name in ("kind", "text", "quote", "author", "title", "subject", "slot", "cue"):
        if not isinstance(getattr(candidate, name), str):
            return f"its {name} is no text"
        if len(getattr(candidate, name)) > MAX_TEXT:
            return f"its {name} has {len(getattr(candidate, name)):,} characters"
    importance = candidate.importance
    if importance is not None and (
        isinstance(importance, bool)
        or not isinstance(importance, int | float)
        or not 0.0 <= importance <= 2.0
    ):
        return f"its importance is {importance!r:.40}, not a number from 0 to 2"
    if not candidate.text.strip():
        return "it has no text"
    if re.search("[\0\ud800-\udfff]", candidate.text + candidate.quote + candidate.title):
        return "it holds characters that are no text"
    if candidate.author == Author.USER:
        return ""
    if candidate.kind not in _KNOWN:
        return f"unknown kind {candidate.kind:.40}"
    return "it is more than one sentence" if _sentences(candidate.text) > 1 else ""


def redaction_reason(candidate: Candidate) -> str:
    """Whether a secret is all that a redacted candidate has to say."""
    return "" if re.search(r"\w{2}", _MARK.sub("", candidate.text)) else "a secret and nothing else"


def quote_reason(candidate: Candidate, evidence: Evidence) -> str:
    """Why the words that a candidate rests on are no evidence for it."""
    wanted = as_evidence(candidate.quote)
    if len(wanted) < MIN_QUOTE:
        return "its quote does not occur in what was said"
    if wanted in as_evidence(evidence.user):
        return _unfounded_reason(candidate, evidence)
    if wanted in as_evidence(evidence.recalled):
        return "its quote only repeats what was recalled"
    if wanted not in as_evidence(evidence.assistant) and wanted not in as_evidence(
        evidence.document
    ):
        return "its quote does not occur in what was said"
    return _unfounded_reason(candidate, evidence)


def stripped(evidence: Evidence) -> Evidence:
    """What was said, without the memories that the assistant had before it and repeated."""
    assistant = as_evidence(_RECALLED.sub(_GAP, evidence.assistant))
    for part in re.split(r"\n|(?<=[.!?])\s", _RECALLED.sub(_inside, evidence.recalled)):
        known = as_evidence(part.lstrip("> -*"))
        if len(known) >= MIN_QUOTE:
            assistant = assistant.replace(known, _GAP)
    return replace(evidence, user=_RECALLED.sub(_GAP, evidence.user), assistant=assistant)


def said_by_user(candidate: Candidate, evidence: Evidence) -> bool:
    """Whether the words that a candidate rests on are a person's."""
    if candidate.author == Author.USER:
        return True
    quote = as_evidence(candidate.quote)
    return bool(quote) and quote in as_evidence(evidence.user)


def without_fences(text: str) -> str:
    """The lines outside of fenced blocks; one that is never closed lasts to the end."""
    outside: list[str] = []
    fence = ""
    for line in text.splitlines():
        found = _FENCE.match(line)
        if found and fence in ("", found[1]):
            fence = "" if fence else found[1]
        elif not fence:
            outside.append(line)
    return "\n".join(outside).strip()


def length_reason(text: str) -> str:
    """Whether a sentence is too short to say something, or too long to be one."""
    if MIN_CHARACTERS <= len(text) <= MAX_CHARACTERS:
        return ""
    return f"its sentence has {len(text):,} characters"


def as_evidence(text: str) -> str:
    """A text as quotes are looked for in it: models change case, spaces and forms of letters."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(folded.split()).rstrip(" .!;")


def _unfounded_reason(candidate: Candidate, evidence: Evidence) -> str:
    """A number that nobody said was made up, whatever the quote says."""
    said = " ".join((evidence.user, evidence.assistant, evidence.document, candidate.quote))
    known = set(_NUMBER.findall(unicodedata.normalize("NFKC", said)))
    for number in _NUMBER.findall(unicodedata.normalize("NFKC", candidate.text)):
        if number not in known:
            return f"it says {number:.20}, which nobody said"
    return ""


def _inside(found: re.Match[str]) -> str:
    """A recalled block without its tags, whose lines are what was recalled."""
    return re.sub(r"</?recalled_memories\b[^>]*>", "\n", found[0])


def _sentences(text: str) -> int:
    parts = _NEXT_SENTENCE.split(text.strip())
    ends = [part for part in parts[:-1] if not _ABBREVIATION.search(part)]
    return len(ends) + 1 if "\n\n" not in text.strip() else len(parts) + 1
