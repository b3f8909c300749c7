"""What was decided, among which options and why: the heart of a record."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from featherchat.decisions.layout import OPTION_LISTS, Layout, Piece
from featherchat.decisions.markdown import blocks, fit
from featherchat.decisions.options import merged, read_option, read_options, with_choice
from featherchat.decisions.value import Option, Section
from featherchat.decisions.vocabulary import Part

OPTION_NOTES = "Notes on the options"
"""The section that keeps what a list of options says beside its options."""

_CHOSEN = re.compile(
    r"[*_\s>-]{0,6}(?:chosen|selected)(?: (?:option|alternative|solution)s?)?[*_ ]{0,4}:[*_]{0,2}\s*",
    re.IGNORECASE,
)
_BECAUSE = re.compile(r"[\s,.;*_]*\bbecause\b:?\s+", re.IGNORECASE)
_LABEL = re.compile(
    r"[*_]{0,2}(because|rationale|reason|decision)[*_]{0,2}:[*_]{0,2}\s+", re.IGNORECASE
)
_NUMBERED = re.compile(r"\W*decision \d", re.IGNORECASE)
_QUOTES = {'"': '"', "“": "”"}
_PARAGRAPH_END = re.compile(r"\n[ \t]*\n")
_LONGEST_SUMMARY = 20_000


@dataclass(frozen=True, slots=True)
class Decided:
    """The part of a decision that depends on more than one section."""

    context: str
    options: tuple[Option, ...]
    outcome: str
    because: str
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class _Outcome:
    text: str
    because: str = ""
    chosen: str | None = None
    """The name after "Chosen option:"."""


def read_decided(layout: Layout) -> Decided:
    """Context, options, outcome and reason, and the sections that nothing else claims."""
    proposal = _proposal(layout)
    summary = _labelled("\n\n".join(layout.texts(Part.SUMMARY))[:_LONGEST_SUMMARY])
    context = _join((layout.preamble, *layout.texts(Part.CONTEXT)))
    said = _join([_decided(piece) for piece in layout.pieces if piece.part is Part.OUTCOME])
    if proposal is not None:
        said = proposal.text
    elif not layout.has(*Part):
        free = layout.preamble or next((p.text for p in layout.pieces if p.text), "")
        said, _, rest = _first_paragraph(free)
        context = fit(rest) if layout.preamble else ""
    outcome = _read_outcome(said)
    options, sections = _options(layout.pieces, proposal)
    return Decided(
        context,
        with_choice(options, outcome.text, outcome.chosen),
        outcome.text or summary.get("decision", ""),
        _join((outcome.because, *layout.texts(Part.BECAUSE))) or fit(summary.get("because", "")),
        sections,
    )


def _decided(piece: Piece) -> str:
    """A section's text; one of several decisions keeps its title."""
    numbered = piece.text and _NUMBERED.match(piece.title)
    return f"#### {piece.title}\n\n{piece.text}" if numbered else piece.text


def _proposal(layout: Layout) -> Piece | None:
    """The section that stands in for one named after the decision."""
    if layout.has(Part.OUTCOME):
        return None
    return next((p for p in layout.pieces if p.part is Part.PROPOSAL and p.text), None)


def _read_outcome(text: str) -> _Outcome:
    head = _CHOSEN.match(text)
    if head is None:
        kept, because = _without_reason(text)
        return _Outcome(fit(kept), because)
    first, _, rest = _first_paragraph(text[head.end() :])
    name, tail = _name_and_tail(first)
    reason = _BECAUSE.match(tail)
    because = tail[reason.end() :].strip() if reason is not None else ""
    said = "" if reason is not None else tail.strip(" .,;*_\n")
    kept, labelled = _without_reason(rest)
    return _Outcome(fit(_join((name, said, kept))), fit(_join((because, labelled))), name)


def _name_and_tail(text: str) -> tuple[str, str]:
    quote = _QUOTES.get(text[:1])
    if quote is not None and (end := text.find(quote, 1)) > 0:
        return " ".join(text[1:end].split()), text[end + 1 :]
    reason = _BECAUSE.search(text)
    if reason is not None:
        return " ".join(text[: reason.start()].split()), text[reason.start() :]
    name, _, tail = text.partition("\n")
    return name.strip().rstrip(".*_ "), tail


def _without_reason(text: str) -> tuple[str, str]:
    """The text without its paragraphs that begin with "Because:", and those paragraphs."""
    kept: list[str] = []
    reasons: list[str] = []
    for paragraph in _PARAGRAPH_END.split(text):
        label = _LABEL.match(paragraph)
        if label is not None and label[1].lower() != "decision":
            reasons.append(paragraph[label.end() :])
        else:
            kept.append(paragraph)
    if not reasons:
        return text, ""
    return fit("\n\n".join(kept)), fit("\n\n".join(reasons))


def _labelled(text: str) -> dict[str, str]:
    """What stands behind "Decision:" and "Because:" in the list of a summary."""
    found: dict[str, str] = {}
    for block in blocks(text):
        label = _LABEL.match(block.text)
        if label is not None:
            found.setdefault(label[1].lower(), block.text[label.end() :].strip())
    return found


def _options(
    pieces: Sequence[Piece], proposal: Piece | None
) -> tuple[tuple[Option, ...], tuple[Section, ...]]:
    """All options, and in their order the sections that no field claims."""
    found: list[Option] = []
    sections: list[Section] = []
    for piece in pieces:
        if piece.part is Part.OPTION:
            found.append(read_option(piece.title, piece.text, rejected=False))
        elif piece.part in OPTION_LISTS:
            read = read_options(piece.text, rejected=piece.part is Part.ALTERNATIVES)
            found += read.options
            title = OPTION_NOTES if read.options else piece.title
            sections.append(Section(title, fit(read.rest)))
        elif piece.part in (None, Part.SUMMARY, Part.PROPOSAL) and piece is not proposal:
            sections.append(Section(piece.title, piece.text))
    return merged(found), tuple(section for section in sections if section.text)


def _first_paragraph(text: str) -> tuple[str, str, str]:
    end = _PARAGRAPH_END.search(text)
    return (text, "", "") if end is None else (text[: end.start()], end[0], text[end.end() :])


def _join(texts: Sequence[str]) -> str:
    return "\n\n".join(text for text in texts if text)
