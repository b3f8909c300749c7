"""How decision records name each other: "superseded by [ADR-0005](0005-x.md)", "Amends 7"."""

import re
from collections.abc import Iterable, Iterator

from featherchat.decisions.value import Link, Reference

_LINKED = r"\[(?P<text>[^\[\]\n]{1,300})\]\((?P<path>[^()\s]{1,500})\)"
_NAMED = r"(?P<named>\b(?:ADR|RFC)[-_ #]{0,3}\d{1,7}\b|\bADR-[a-z][\w-]{2,100})"
_LINK = re.compile(_LINKED.replace("?P<text>", "?:").replace("?P<path>", "?:"))
_PARTLY_AFTER = r"(?P<partly>[\s*(]{0,4}(?:in part|partly|partially)\b\)?)?"
_REFERENCE = re.compile(f"(?:{_LINKED}|{_NAMED}){_PARTLY_AFTER}", re.IGNORECASE)
_LISTED = re.compile(
    rf"[\s:\"'`*(]{{0,9}}(?:{_LINKED}|{_NAMED}|#?(?P<token>\w[\w./-]{{0,200}}(?<!\.)))"
    rf"{_PARTLY_AFTER}(?P<more>\s{{0,9}}(?:,|\band\b|&))?",
    re.IGNORECASE,
)
_SUPERSEDED_BY = re.compile(
    r"(?<![\w-])(?:super[sc]ee?ded|replaced|obsoleted)\b(?P<how>[^.;\n\[\]]{0,60}?)\bby\b",
    re.IGNORECASE,
)
_SUPERSEDES = re.compile(r"(?<![\w-])(?:super[sc]edes|replaces|obsoletes)(?![\w-])", re.IGNORECASE)
_PARTLY = re.compile(r"\b(?:part(?:s|ly|ial|ially)?|sub-decisions?|alternatives?)\b", re.IGNORECASE)
_SENTENCE_END = re.compile(r"\.(?:\s|$)|;|\n\s*\n|\n\s*[-*+]\s")
_LINK_LINE = re.compile(
    rf"[-*+]?[ \t]*(?P<verb>[A-Za-z][A-Za-z-]*(?: [A-Za-z-]+){{0,3}}?):?[ \t]+(?:{_LINKED}|{_NAMED})\W*"
)
MAX_SCANNED = 20_000
"""Characters of one field that are searched for references; prose, not a table of links."""

_LONGEST_SENTENCE = 2_000
"""Without a bound, each verb of a long text would be looked at up to the text's end."""


def references(text: str, *, tokens: bool = False) -> Iterator[Reference]:
    """The references in a text, in order.

    Args:
        text: A field's value or a piece of a sentence.
        tokens: Whether the text may begin with a list of bare numbers, slugs or paths,
            beside links and names such as ADR-0005.
    """
    text, place = text[:MAX_SCANNED], 0
    while tokens and (match := _LISTED.match(text, place)) is not None:
        if match["token"] is not None and not _is_name(match["token"]):
            break
        yield _reference(match, match["text"] or match["named"] or match["token"])
        place, tokens = match.end(), match["more"] is not None
    for match in _REFERENCE.finditer(text, place):
        yield _reference(match, match["text"] or match["named"])


def _reference(match: re.Match[str], text: str) -> Reference:
    return Reference(text, match["path"], partial=match["partly"] is not None)


def superseded_by(text: str) -> Iterator[Reference]:
    """The references after each "superseded by" of a text."""
    text = text[:MAX_SCANNED]
    prose = _without_links(text)
    for match in _SUPERSEDED_BY.finditer(prose):
        partly = bool(match["how"].strip(" *_")) or _is_partial(prose, match.start())
        yield from _after(text, prose, match.end(), partly)


def supersedes(text: str) -> Iterator[Reference]:
    """The references after each "supersedes" of a text."""
    text = text[:MAX_SCANNED]
    prose = _without_links(text)
    for match in _SUPERSEDES.finditer(prose):
        yield from _after(text, prose, match.end(), _is_partial(prose, match.start()))


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


def _without_links(text: str) -> str:
    """The text with every link masked: "[5. X](…)" ends no sentence, and a path holds no verb."""
    return _LINK.sub(lambda link: "_" * len(link[0]), text)


def _after(text: str, prose: str, start: int, partly: bool) -> Iterator[Reference]:
    last = start + _LONGEST_SENTENCE
    patterns = (_SENTENCE_END, _SUPERSEDED_BY, _SUPERSEDES)
    ends = (pattern.search(prose, start, last) for pattern in patterns)
    end = min((match.start() for match in ends if match is not None), default=last)
    for reference in references(text[start:end], tokens=True):
        yield Reference(reference.text, reference.path, partly or reference.partial)


def _is_partial(prose: str, verb: int) -> bool:
    first = max(verb - _LONGEST_SENTENCE, 0)
    begin = max(prose.rfind(end, first, verb) + 1 for end in (". ", "\n\n", "; "))
    return _PARTLY.search(prose, max(begin, first), verb) is not None


def _is_name(token: str) -> bool:
    return token.isdecimal() or "-" in token or token.endswith(".md")
