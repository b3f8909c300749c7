"""What a person says outright, found without a model.

Only whole statements count: a sentence that decides, forbids, prefers or reports
a failure. A question decides nothing, and a word such as "architecture" is no
decision. Code is left out: it belongs to the repository.
"""

import re
from dataclasses import dataclass

from featherchat.memory import Kind

MIN_CHARACTERS = 15
MAX_CHARACTERS = 400


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence and what it is."""

    kind: str
    text: str


_RULES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        (
            Kind.DEAD_END,
            r"\b(?:we|i)\s+tried\b.*\b(?:but|and it)\b|\b(?:that|this|it)\s+(?:failed|did ?n[o']t work)"
            r"\s+because\b|\bturned out not to work\b",
        ),
        (
            Kind.BUG_FIX,
            r"\b(?:the\s+)?(?:root\s+cause|bug)\s+(?:was|is)\b|\bfixed\s+(?:it|this|that)\s+by\b",
        ),
        (
            Kind.DECISION,
            r"\bwe(?:['’]ve|\s+have)?\s+(?:decided|agreed|chose|settled)\b"
            r"|\blet['’]?s\s+(?:go\s+with|use|switch\s+to|drop)\b|\bwe(?:['’]ll|\s+will)\s+(?:go\s+with"
            r"|use|switch\s+to)\b|\bwe(?:['’]re|\s+are)\s+going\s+with\b"
            r"|\bdecision:\s|\bwe\s+(?:no\s+longer|stopped|rejected)\b",
        ),
        (
            Kind.PREFERENCE,
            r"^i\s+(?:prefer|like|always|never|want\s+you\s+to)\b|\bplease\s+(?:always|never)\b",
        ),
        (
            Kind.CONVENTION,
            r"^(?:never|always|from\s+now\s+on|do\s+not|don['’]t\s+ever)\b|\bwe\s+(?:always|never)\b"
            r"|\bour\s+(?:convention|rule|policy)\s+is\b",
        ),
    )
)

_REMEMBER = re.compile(r"^(?:please\s+)?remember(?:\s+that)?[:,]?\s+(?=\S)", re.IGNORECASE)
_FENCE = re.compile(r"^ {0,3}(```|~~~)")
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[\"'“(]?[A-Z])|\n{1,}")


def explicit_statements(text: str) -> list[Statement]:
    """The statements in what a person typed, in order, each once."""
    found: dict[str, Statement] = {}
    for raw in _SENTENCE.split(_without_code(text)):
        sentence = " ".join(raw.split()).lstrip("-*> ").strip()
        if len(sentence) > 2 * MAX_CHARACTERS:
            continue  # no statement is so long, and the rules would take their time with it
        remembered = _REMEMBER.sub("", sentence)
        kind = _kind_of(remembered)
        if kind is None and remembered != sentence:
            kind = Kind.CONVERSATION
        if kind is not None and _is_statement(remembered):
            found.setdefault(remembered.casefold(), Statement(kind, _sentence_case(remembered)))
    return list(found.values())


def _without_code(text: str) -> str:
    """The lines outside of fenced blocks; one that is never closed lasts to the end."""
    outside: list[str] = []
    fence = ""
    for line in text.splitlines():
        found = _FENCE.match(line)
        if found and fence in ("", found[1]):
            fence = "" if fence else found[1]
        elif not fence:
            outside.append(line)
    return "\n".join(outside)


def _kind_of(sentence: str) -> str | None:
    return next((kind for kind, pattern in _RULES if pattern.search(sentence)), None)


def _is_statement(sentence: str) -> bool:
    return MIN_CHARACTERS <= len(sentence) <= MAX_CHARACTERS and not sentence.endswith("?")


def _sentence_case(sentence: str) -> str:
    return sentence[0].upper() + sentence[1:]
