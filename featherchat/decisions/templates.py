"""Writing a decision into the template that a repository keeps for its records."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from featherchat.decisions.header import Field, Key
from featherchat.decisions.layout import Layout, Piece, lay_out
from featherchat.decisions.linking import with_link
from featherchat.decisions.markdown import read
from featherchat.decisions.parsing import parse
from featherchat.decisions.rendering import (
    detailed_option,
    front_matter,
    item_list,
    listed_option,
    names_the_choice,
    outcome_text,
    separated,
    status_lines,
)
from featherchat.decisions.value import Decision
from featherchat.decisions.vocabulary import Part

_NUMBERED = re.compile(
    r"(?P<lead>\W*(?:ADR|DR|RFC)?[-_ #]*)"
    r"(?P<number>N{2,}|X{2,}|0{2,}|\d{3,}|NUMBER|[{<\[][^}>\]]*num[^}>\]]*[}>\]])"
    r"(?P<rest>\s*[:.—–-]+\s*)",
    re.IGNORECASE,
)
_BLANK_LINES = re.compile(r"\n{3,}")
_KEPT_EMPTY = frozenset({Part.STATUS, Part.CONTEXT, Part.OUTCOME, Part.CONSEQUENCES})
_MISSING: Mapping[Part, str] = {
    # What a template has no heading for goes below what it has.
    Part.OPTION: "Options Considered",
    Part.DRIVERS: "Decision Drivers",
    Part.BECAUSE: "Rationale",
    Part.CONSEQUENCES: "Consequences",
    Part.CONFIRMATION: "Confirmation",
    Part.MORE: "More Information",
}
_NAMES: Mapping[Key, str] = {
    Key.STATUS: "Status",
    Key.DATE: "Date",
    Key.DECIDERS: "Deciders",
    Key.CONSULTED: "Consulted",
    Key.INFORMED: "Informed",
    Key.GOVERNS: "Governs",
    Key.SYMBOLS: "Symbols",
    Key.ID: "Featherchat ID",
}


def filled(template: str, decision: Decision) -> str | None:
    """The template with a decision in the place of its hints; None if it does not hold it all.

    Its title's form, its facts and its headings stay in their order. Hints and comments go,
    and so do the headings of optional sections that have nothing to say. The result is read
    again: a template that would lose or change a field is not used.
    """
    layout = lay_out(read(template))
    in_table = any(layout.document.lines[f.line].lstrip().startswith("|") for f in layout.fields)
    if layout.title is None or not layout.pieces or in_table:
        return None
    in_front = layout.document.body > 0
    head = [f"# {_title(layout.title.text, decision)}"]
    if not in_front:
        head.append("\n".join(_facts(layout, decision)))
    body = [*filter(None, head), *_sections(layout, decision)]
    text = (front_matter(decision) if in_front else "") + "\n\n".join(body)
    text = _BLANK_LINES.sub("\n\n", text).rstrip() + "\n"
    text = _linked(text, layout, decision)
    return text if _says(text, decision) else None


def _linked(text: str, layout: Layout, decision: Decision) -> str:
    """The text with the relations that neither its status nor its front matter states."""
    if layout.has(Part.STATUS):
        return text
    for reference in () if layout.document.body else decision.supersedes:
        text = with_link(text, "Supersedes", reference)
    for link in () if layout.has(Part.LINKS) else decision.links:
        text = with_link(text, link.relation, link.target)
    return text


def _title(hint: str, decision: Decision) -> str:
    match = _NUMBERED.match(hint)
    if match is None or decision.number is None:
        return decision.title
    named = match["number"]
    width = len(named) if not re.search("num", named, re.IGNORECASE) else 1
    return f"{match['lead']}{decision.number:0{width}d}{match['rest']}{decision.title}"


def _facts(layout: Layout, decision: Decision) -> Iterator[str]:
    """The facts in the template's order and form, then those that it has no place for."""
    values = _values(layout, decision)
    lead = "{}: "
    for field in layout.fields:
        lead = _lead(layout, field)
        value = values.pop(field.key, "")
        if field.key is Key.STATUS and field.value == field.value.lower():
            # The hint shows how its words are written: "[proposed | accepted]".
            value = value[:1].lower() + value[1:]
        if value:
            yield lead.format(field.name) + value
    yield from (lead.format(_NAMES[key]) + value for key, value in values.items() if value)


def _values(layout: Layout, decision: Decision) -> dict[Key, str]:
    paths, symbols = ([f"`{x}`" for x in each] for each in (decision.governs, decision.symbols))
    status = "" if layout.has(Part.STATUS) else next(status_lines(decision), "")
    return {
        Key.STATUS: status if decision.status is not None else "",
        Key.DATE: "" if layout.has(Part.DATE) else decision.date or "",
        Key.DECIDERS: "" if layout.has(Part.DECIDERS) else separated(decision.deciders),
        Key.CONSULTED: separated(decision.consulted),
        Key.INFORMED: separated(decision.informed),
        Key.GOVERNS: ", ".join(paths),
        Key.SYMBOLS: ", ".join(symbols),
        Key.ID: decision.featherchat_id or "",
    }


def _lead(layout: Layout, field: Field) -> str:
    """What stands before a value, with a place for the name: ``- **{}:** ``."""
    before = layout.document.lines[field.line][: field.column].replace("{", "").replace("}", "")
    return before.replace(field.name, "{}", 1).rstrip() + " "


def _sections(layout: Layout, decision: Decision) -> Iterator[str]:
    contents = _contents(layout, decision)
    for piece in layout.pieces:
        make = contents.pop(piece.part, None) if piece.part is not None else None
        text = make() if make is not None else ""
        if text or piece.part is None or piece.part in _KEPT_EMPTY:
            yield f"{'#' * _level(layout, piece)} {piece.title}"
        if text:
            yield text
    if not layout.has(Part.OPTIONS, Part.ALTERNATIVES):
        contents[Part.OPTION] = contents[Part.OPTIONS]
    for part, title in _MISSING.items():
        left = contents[part]() if part in contents else ""
        if left:
            yield f"## {title}\n\n{left}"
    yield from (f"## {section.title}\n\n{section.text}" for section in decision.sections)


def _contents(layout: Layout, decision: Decision) -> dict[Part, Callable[[], str]]:
    """How each section is filled; each is taken once."""
    named = names_the_choice(decision) and layout.has(Part.OPTIONS)
    apart = layout.has(Part.PROS_AND_CONS)

    def options() -> str:
        if apart:
            listed = (listed_option(o, marked=o.chosen and not named) for o in decision.options)
            return "\n".join(f"* {name}" for name in listed)
        return "\n\n".join(detailed_option(o, marked=o.chosen) for o in decision.options)

    def details() -> str:
        return "\n\n".join(detailed_option(o, marked=False) for o in decision.options)

    return {
        Part.STATUS: lambda: "\n\n".join(status_lines(decision)),
        Part.DATE: lambda: decision.date or "",
        Part.DECIDERS: lambda: item_list(decision.deciders),
        Part.CONTEXT: lambda: decision.context,
        Part.DRIVERS: lambda: item_list(decision.drivers),
        Part.OPTIONS: options,
        Part.ALTERNATIVES: options,
        Part.PROS_AND_CONS: details,
        Part.OUTCOME: lambda: outcome_text(decision, named),
        Part.BECAUSE: lambda: "" if named else decision.because,
        Part.CONSEQUENCES: lambda: decision.consequences,
        Part.CONFIRMATION: lambda: decision.confirmation,
        Part.MORE: lambda: decision.more_information,
        Part.LINKS: lambda: "\n".join(f"* {x.relation} {x.target}" for x in decision.links),
    }


def _level(layout: Layout, piece: Piece) -> int:
    line = layout.document.lines[piece.start - 1]
    return len(line) - len(line.lstrip("#")) or 2


def _says(text: str, decision: Decision) -> bool:
    """Whether a text says all that a decision does."""
    said = parse(text)
    same = replace(said, number=decision.number, slug=decision.slug, style=decision.style)
    return same == decision and said.number in (None, decision.number)
