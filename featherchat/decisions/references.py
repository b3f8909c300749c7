"""How decision records name each other: "superseded by [ADR-0005](0005-x.md)", "Amends 7"."""

import re
from collections.abc import Iterable, Iterator

from featherchat.decisions.value import Link, Reference

_LINKED = r"\[(?P<text>[^\[\]\n]{1,300})\]\((?P<path>[^()\s]{1,500})\)"
_NAMED = r"(?P<named>\b(?:ADR|RFC)[-_ #]{0,3}\d{1,7}\b|\bADR-[a-z][\w-]{2,100})"
_REFERENCE = re.compile(f"{_LINKED}|{_NAMED}", re.IGNORECASE)
_LEADING_TOKEN = re.compile(r"[\s:\"'`*(\[]{0,9}(?:ADR )?#?(?P<token>[\w][\w./-]{0,200})")
_SUPERSEDED_BY = re.compile(
    r"(?<![\w-])(?:super[sc]ee?ded|replaced|obsoleted)\b(?P<how>[^.;\n\[\]]{0,60}?)\bby\b",
    re.IGNORECASE,
)
_SUPERSEDES = re.compile(r"(?<![\w-])(?:super[sc]edes|replaces|obsoletes)(?![\w-])", re.IGNORECASE)
_PARTLY = re.compile(r"\b(?:part(?:s|ly|ial|ially)?|sub-decisions?|alternatives?)\b", re.IGNORECASE)
_PARTLY_AFTER = re.compile(r"[\s*(]{0,4}(?:in part|partly|partially)\b", re.IGNORECASE)
_SENTENCE_END = re.compile(r"\.(?:\s|$)|;|\n\s*\n|\n\s*[-*+]\s")
_LINK_LINE = re.compile(
    rf"[-*+]?[ \t]*(?P<verb>[A-Za-z][A-Za-z-]*(?: [A-Za-z-]+){{0,3}}?):?[ \t]+(?:{_LINKED}|{_NAMED})\W*"
)
MAX_SCANNED = 20_000
"""Characters of one field that are searched for references; prose, not a table of links."""


def references(text: str, *, tokens: bool = False) -> Iterator[Reference]:
    """The references in a text, in order.

    Args:
        text: A field's value or a piece of a sentence.
        tokens: Whether a text without a link or an ADR's name may begin with a bare
            number, slug or path.
    """
    text = text[:MAX_SCANNED]
    found = False
    for match in _REFERENCE.finditer(text):
        found = True
        partial = _PARTLY_AFTER.match(text, match.end()) is not None
        yield Reference(match["text"] or match["named"], match["path"], partial)
    bare = _LEADING_TOKEN.match(text) if tokens and not found else None
    if bare is not None and _is_name(bare["token"].rstrip(".")):
        partial = _PARTLY_AFTER.match(text, bare.end()) is not None
        yield Reference(bare["token"].rstrip("."), partial=partial)


def superseded_by(text: str) -> Iterator[Reference]:
    """The references after each "superseded by" of a text."""
    text = text[:MAX_SCANNED]
    for match in _SUPERSEDED_BY.finditer(text):
        partly = bool(match["how"].strip(" *_")) or _is_partial(text, match.start())
        yield from _after(text, match.end(), partly)


def supersedes(text: str) -> Iterator[Reference]:
    """The references after each "supersedes" of a text."""
    text = text[:MAX_SCANNED]
    for match in _SUPERSEDES.finditer(text):
        yield from _after(text, match.end(), partly=_is_partial(text, match.start()))


def link_of(line: str) -> Link | None:
    """The relation that a line states and nothing else: "Amends [7. X](0007-x.md)"."""
    match = _LINK_LINE.fullmatch(line.strip()) if len(line) < 1000 else None
    if match is None:
        return None
    return Link(match["verb"], Reference(match["text"] or match["named"], match["path"]))


def unique(found: Iterable[Reference]) -> tuple[Reference, ...]:
    """The references in order, each once; a later mention does not make one partial."""
    first: dict[tuple[str, int | str | None], Reference] = {}
    for reference in found:
        target = reference.number if reference.number is not None else reference.path
        first.setdefault(("" if target is not None else reference.text, target), reference)
    return tuple(first.values())


def _after(text: str, start: int, partly: bool) -> Iterator[Reference]:
    end = _SENTENCE_END.search(text, start)
    rest = text[start : end.start() if end is not None else len(text)]
    for verb in (_SUPERSEDED_BY, _SUPERSEDES):
        other = verb.search(rest)
        rest = rest[: other.start()] if other is not None else rest
    for reference in references(rest, tokens=True):
        yield Reference(reference.text, reference.path, partly or reference.partial)


def _is_partial(text: str, verb: int) -> bool:
    sentence = max(
        text.rfind(". ", 0, verb), text.rfind("\n\n", 0, verb), text.rfind("; ", 0, verb)
    )
    return _PARTLY.search(text, sentence + 1, verb) is not None


def _is_name(token: str) -> bool:
    return any(c.isdigit() for c in token) or "-" in token or token.endswith(".md")
