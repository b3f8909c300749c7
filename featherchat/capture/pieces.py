"""From a document to what is remembered of it: drafts of memories and their links.

A draft has a slot, its place in the document, so that a changed document
changes only its own memories: what says the same stays, what stands in the same
place is replaced, the rest is added or retired.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import PurePosixPath

from featherchat.capture.splitting import shortened, split
from featherchat.decisions import Decision
from featherchat.memory import AdrStatus, Anchor, Attribute, Kind, RelationType, Status

MAX_TITLE = 140

_ENOUGH_TO_FIND = 60
"""Characters of a part that tell where in its record it stands."""

_TELLING_WORDS = 4
_SYMBOL = re.compile(r"[\w.:$<>~]+")
_PROPOSAL = re.compile(r"^(?:proposal|solution|proposed|detailed design)", re.IGNORECASE)

_BY_NAME: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"architecture|design", re.IGNORECASE), Kind.ARCHITECTURE),
    (
        re.compile(
            r"contributing|style|convention|coding|guideline|^agents\.md$|^claude\.md$",
            re.IGNORECASE,
        ),
        Kind.CONVENTION,
    ),
)


@dataclass(frozen=True, slots=True)
class Draft:
    """A memory to be, without an id."""

    slot: str
    kind: str
    title: str
    text: str
    heading: str = ""
    line: int | None = None
    status: Status = Status.ACTIVE
    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    anchors: tuple[Anchor, ...] = ()
    """What in the code it is about."""


@dataclass(frozen=True, slots=True)
class DraftLink:
    """An edge to be, between two slots of one document."""

    source: str
    target: str
    relation: str


@dataclass(frozen=True, slots=True)
class Drafts:
    """What one document says."""

    memories: tuple[Draft, ...]
    links: tuple[DraftLink, ...] = ()
    dated: float | None = None
    """When it was decided, in seconds UTC, where the document says so."""


def kind_of_document(path: str) -> str:
    """The kind that follows from a document's name."""
    name = PurePosixPath(path).name
    return next((kind for pattern, kind in _BY_NAME if pattern.search(name)), Kind.OVERVIEW)


def drafts_of_document(path: str, text: str, limit_words: int) -> Drafts:
    """The pieces of a document that is no decision record."""
    kind = kind_of_document(path)
    name = PurePosixPath(path).name
    drafts = [
        Draft(
            piece.slot,
            kind,
            _titled(piece.heading or name),
            piece.text,
            piece.heading,
            piece.line,
        )
        for piece in split(text, limit_words)
    ]
    return Drafts(tuple(drafts))


def drafts_of_record(decision: Decision, limit_words: int) -> Drafts:
    """A decision record: the decision, its rationale, each rejected option."""
    name = decision_name(decision)
    attributes: dict[str, Attribute] = {"number": decision.number, "date": decision.date}
    if decision.status is not None:
        attributes["adr_status"] = decision.status.value
    if decision.deciders:
        attributes["deciders"] = ", ".join(decision.deciders)
    if decision.symbols:
        attributes["symbols"] = ", ".join(decision.symbols)
    outcome = _outcome(decision)
    head, *rest = shortened(outcome, limit_words) or [decision.title]
    drafts = [
        Draft(
            "decision",
            Kind.DECISION,
            name,
            head,
            attributes={k: v for k, v in attributes.items() if v is not None},
            anchors=tuple(_anchor(path) for path in decision.governs),
        )
    ]
    drafts += _parts("outcome", Kind.RATIONALE, f"{name}: decision, continued", rest)
    for slot, label, text in _reasons(decision):
        drafts += _parts(slot, Kind.RATIONALE, f"{name}: {label}", shortened(text, limit_words))
    for option in decision.rejected:
        text = f"Rejected: {option.name}."
        if option.why_not:
            text += f" {option.why_not}"
        slot = f"rejected:{option.name.casefold()[:80]}"
        head, *more = shortened(text, limit_words)
        drafts.append(
            Draft(slot, Kind.ALTERNATIVE, f"{name}: rejected {option.name}"[:MAX_TITLE], head)
        )
        drafts += _parts(slot, Kind.ALTERNATIVE, f"{name}: rejected {option.name}", more, first=1)
    links = [DraftLink("decision", each.slot, _relation(each)) for each in drafts[1:]]
    if decision.status is AdrStatus.SUPERSEDED:
        drafts = [replace(each, status=Status.SUPERSEDED) for each in drafts]
    return Drafts(tuple(_unique(drafts)), tuple(links), _seconds(decision.date))


def located(drafts: Drafts, text: str) -> Drafts:
    """The drafts of a record with the lines, from 1, where their words begin in its text."""
    return replace(drafts, memories=tuple(_located(each, text) for each in drafts.memories))


def _located(draft: Draft, text: str) -> Draft:
    first = draft.text.lstrip().partition("\n")[0].removeprefix("Rejected: ")
    words = first.rstrip(". ").split(". ")[0] if draft.kind == Kind.ALTERNATIVE else first
    place = text.find(words[:_ENOUGH_TO_FIND].strip("#*-> "))
    return draft if place < 0 else replace(draft, line=text.count("\n", 0, place) + 1)


def decision_name(decision: Decision) -> str:
    """How a decision is called in a list: ``ADR-12 PostgreSQL over MongoDB``."""
    number = "" if decision.number is None else f"ADR-{decision.number} "
    return _titled(f"{number}{decision.title}")


def _anchor(stated: str) -> Anchor:
    """What a record says it governs: a path, a glob, or ``path#symbol``."""
    path, _, symbol = stated.partition("#")
    return Anchor(path, symbol) if path and _SYMBOL.fullmatch(symbol) else Anchor(stated)


def _outcome(decision: Decision) -> str:
    parts = [decision.outcome, decision.because]
    if len(decision.outcome.split()) < _TELLING_WORDS:
        # Some records put "Accepted" under "Decision", and what was decided under "Proposal".
        parts += [each.text for each in decision.sections if _PROPOSAL.search(each.title)][:1]
    text = "\n\n".join(part for part in parts if part)
    return text or decision.context or decision.title


def _reasons(decision: Decision) -> list[tuple[str, str, str]]:
    drivers = "\n".join(f"- {driver}" for driver in decision.drivers)
    chosen = "\n\n".join(
        "\n".join([option.name, option.description, *option.pros, *option.cons])
        for option in decision.chosen
    )
    named = [
        ("context", "why", "" if not decision.outcome else decision.context),
        ("drivers", "what drove it", drivers),
        ("chosen", "the chosen option", chosen),
        ("consequences", "consequences", decision.consequences),
        ("confirmation", "how it is confirmed", decision.confirmation),
        ("more", "more information", decision.more_information),
    ]
    named += [
        (f"section:{section.title.casefold()[:80]}", section.title, section.text)
        for section in decision.sections
    ]
    return [(slot, label, text) for slot, label, text in named if text.strip()]


def _parts(slot: str, kind: str, title: str, texts: Sequence[str], first: int = 0) -> list[Draft]:
    return [
        Draft(f"{slot}#{number}", kind, _titled(title), text)
        for number, text in enumerate(texts, first)
    ]


def _relation(draft: Draft) -> str:
    return RelationType.CONTRADICTS if draft.kind == Kind.ALTERNATIVE else RelationType.LEADS_TO


def _unique(drafts: Sequence[Draft]) -> list[Draft]:
    """One draft a slot: a record may name an option or a section twice."""
    return list({draft.slot: draft for draft in reversed(drafts)}.values())[::-1]


def _titled(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= MAX_TITLE else line[: MAX_TITLE - 1] + "…"


def _seconds(day: str | None) -> float | None:
    if day is None:
        return None
    try:
        parsed = date.fromisoformat(day[:10])
    except ValueError:
        return None
    return datetime(parsed.year, parsed.month, parsed.day, tzinfo=UTC).timestamp()
