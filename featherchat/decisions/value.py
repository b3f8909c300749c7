"""What a decision record says, as values.

Texts are Markdown as it was written, without comments; only the block structure
around them (headings, field names, list markers) has been taken away.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from featherchat.decisions.naming import file_name
from featherchat.memory import AdrStatus

_STATED_NUMBER = re.compile(r"(?:(?:ADR|DR)[-_ #]*|#?)(\d{1,7})\b", re.IGNORECASE)
_OTHER_SERIES = re.compile(r"(?!A?DR)[A-Z]{2,}[- #]?\d")


class Style(StrEnum):
    """The form a decision is written in."""

    MADR = "madr"
    """Front matter and the sections of MADR 4; log4brains writes it too, under dated names."""

    NYGARD = "nygard"
    """Status, Context, Decision, Consequences as sections: what adr-tools writes."""

    FREE = "free"
    """Anything else. It is only read: a decision of this style is written as MADR."""


@dataclass(frozen=True, slots=True)
class RecordFile:
    """A record as it lies on the disk."""

    path: str
    """With forward slashes; relative to the same folder as those it is compared with."""

    text: str


@dataclass(frozen=True, slots=True)
class Reference:
    """Another decision, as this one names it."""

    text: str
    """Such as ``ADR-0005``, ``0012``, ``36. Multi-cluster`` or a slug."""

    path: str | None = None
    """The target of the link, relative to the file that states it."""

    partial: bool = False
    """Only a part is meant: "superseded in part by", "amended and superseded"."""

    @property
    def number(self) -> int | None:
        """The decision's number, from the text or else from the path; None for an RFC or a URL."""
        stated = _STATED_NUMBER.match(self.text)
        if stated is not None and file_name(self.text).date is None:
            return int(stated[1])
        elsewhere = "://" in (self.path or "") or _OTHER_SERIES.match(self.text) is not None
        return None if elsewhere else file_name(self.path or self.text).number

    @property
    def plain(self) -> str:
        """Its name for front matter, where a link, a colon or a quote would not be YAML."""
        if self.number is not None:
            return f"ADR-{self.number:04d}"
        return re.sub(r"[:#\"'\[\]{}]", "", self.text)

    def __str__(self) -> str:
        return self.text if self.path is None else f"[{self.text}]({self.path})"


@dataclass(frozen=True, slots=True)
class Link:
    """A relation that is neither of the two sides of a supersession."""

    relation: str
    """In the words of the text: ``Amends``, ``Amended by``, ``Related``, …"""

    target: Reference


@dataclass(frozen=True, slots=True)
class Option:
    """One of the ways that were weighed."""

    name: str
    description: str = ""
    pros: tuple[str, ...] = ()
    cons: tuple[str, ...] = ()
    reason: str = ""
    """Why it was rejected, where the text says so."""

    chosen: bool = False

    @property
    def why_not(self) -> str:
        """The best the text offers on why it was not chosen; empty if there is nothing."""
        return self.reason or "\n".join(self.cons) or self.description


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the text that has no field of its own."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Decision:
    """An architecture decision. A field the text does not state is empty or None."""

    title: str
    """Without the number and without a leading "ADR"."""

    number: int | None = None
    """From the file's name, else from the heading; None for dated names."""

    slug: str = ""
    """The file's name without number, date and suffix."""

    status: AdrStatus | None = None
    """None if the text states none, one that is not known, or two that disagree."""

    date: str | None = None
    """ISO 8601, such as 2024-01-31."""

    deciders: tuple[str, ...] = ()
    consulted: tuple[str, ...] = ()
    informed: tuple[str, ...] = ()
    context: str = ""
    drivers: tuple[str, ...] = ()
    options: tuple[Option, ...] = ()
    outcome: str = ""
    """What was decided: the name of the chosen option, or the text's own prose."""

    because: str = ""
    """Why, where the text says it apart from the outcome."""

    consequences: str = ""
    confirmation: str = ""
    more_information: str = ""
    supersedes: tuple[Reference, ...] = ()
    superseded_by: tuple[Reference, ...] = ()
    """A reference that is not partial makes the status superseded."""

    links: tuple[Link, ...] = ()
    governs: tuple[str, ...] = ()
    """Paths or globs in the repository."""

    symbols: tuple[str, ...] = ()
    """Names in the code that it governs, such as ``Engine.search``."""

    sections: tuple[Section, ...] = ()
    """Everything else, in its order."""

    featherchat_id: str | None = None
    """The id of the memory that the file was written from."""

    style: Style = Style.MADR

    @property
    def chosen(self) -> tuple[Option, ...]:
        """The options that were taken."""
        return tuple(option for option in self.options if option.chosen)

    @property
    def rejected(self) -> tuple[Option, ...]:
        """The options that were turned down: with a reason, or because another was taken."""
        decided = bool(self.chosen) and self.status is not AdrStatus.PROPOSED
        return tuple(o for o in self.options if not o.chosen and (o.reason or decided))
