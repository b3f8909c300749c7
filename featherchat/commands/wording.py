"""How ages, numbers, signs and relations are written, once for every face.

No meaning rests on color: each sign has a word beside it or a position that says
the same. Text that came from outside goes through ``shown`` or ``shown_line`` and
is never read as markup.
"""

from dataclasses import dataclass
from datetime import datetime, tzinfo

from featherchat.clock import SECONDS_PER_DAY
from featherchat.memory import AdrStatus, Author, Kind, Memory, Source, Status
from featherchat.privacy import clean, clean_line

DAYS_PER_MONTH = 30.44
DAYS_PER_YEAR = 365.25
BAR = "▇"

_RELATIONS_AGAINST = {
    "supersedes": "superseded by",
    "contradicts": "contradicted by",
    "supports": "supported by",
    "causes": "caused by",
    "caused_by": "causes",
    "leads_to": "follows from",
    "derived_from": "led to",
    "parent": "child",
    "child": "parent",
}
_SYMMETRIC = {"same_session", "related_to"}


@dataclass(frozen=True, slots=True)
class Sign:
    """A mark of one column, and the word that it stands for."""

    mark: str
    word: str


ACCEPTED = Sign("●", "accepted")
PROPOSED = Sign("◐", "proposed")
UNCONFIRMED = Sign("◐", "unconfirmed")
SUPERSEDED = Sign("⊘", "superseded")
REJECTED = Sign("✕", "rejected")
DEAD_END = Sign("✕", "dead end")
SUSPECT = Sign("⚑", "suspect")
PINNED = Sign("⊙", "pinned")
PLAIN = Sign("·", "")

_ADR_SIGNS: dict[str, Sign] = {
    AdrStatus.ACCEPTED: ACCEPTED,
    AdrStatus.PROPOSED: PROPOSED,
    AdrStatus.REJECTED: REJECTED,
    AdrStatus.DEPRECATED: Sign("⊘", "deprecated"),
    AdrStatus.SUPERSEDED: SUPERSEDED,
}


def shown(text: str) -> str:
    """Text from outside, made safe for a terminal; line breaks stay."""
    return clean(text)


def shown_line(text: str) -> str:
    """Text from outside on one line, made safe for a terminal."""
    return clean_line(text)


def age(seconds: float) -> str:
    """An age in three or four columns: ``now``, ``5m``, ``3h``, ``3d``, ``7w``, ``14mo``, ``3y``.

    Args:
        seconds: A negative age, as clocks of two machines can give, counts as 0.
    """
    days = max(seconds, 0.0) / SECONDS_PER_DAY
    if days < 1:
        minutes = int(days * 24 * 60)
        return "now" if minutes < 1 else f"{minutes}m" if minutes < 60 else f"{minutes // 60}h"
    if days < 14:
        return f"{int(days)}d"
    if days < 60:
        return f"{int(days / 7)}w"
    if days < 2 * DAYS_PER_YEAR:
        return f"{int(days / DAYS_PER_MONTH)}mo"
    return f"{int(days / DAYS_PER_YEAR)}y"


def time_of_day(at: float, zone: tzinfo | None = None) -> str:
    """Hours and minutes, in the machine's zone unless another is given."""
    return datetime.fromtimestamp(at, zone).strftime("%H:%M")


def day_of(at: float, zone: tzinfo | None = None) -> str:
    """A day as prose says it: ``4 March``."""
    moment = datetime.fromtimestamp(at, zone)
    return f"{moment.day} {moment:%B}"


def bar(share: float, width: int) -> str:
    """A bar of up to ``width`` columns; anything above 0 shows at least one."""
    filled = round(min(max(share, 0.0), 1.0) * width)
    return BAR * max(filled, 1 if share > 0 else 0)


def dollars(cost: float) -> str:
    """US dollars with the digits that matter: ``$0.004``, ``$0.04``, ``$12.30``."""
    return f"${cost:.3f}" if 0 < cost < 0.01 else f"${cost:.2f}"


def percent(share: float) -> str:
    """A share from 0 to 1: ``12 %``."""
    return f"{share * 100:.0f} %"


def counted(number: int, word: str, plural: str = "") -> str:
    """A number and its noun: ``1 memory``, ``1,214 memories``."""
    return f"{number:,} {word if number == 1 else plural or word + 's'}"


def sign_of(memory: Memory) -> Sign:
    """The sign of a memory: what limits it first, then what it is."""
    if memory.status is Status.CANDIDATE:
        return UNCONFIRMED
    if memory.status is Status.SUPERSEDED:
        return SUPERSEDED
    if memory.validity < 1.0:
        return SUSPECT
    if memory.kind == Kind.DEAD_END:
        return DEAD_END
    if memory.kind == Kind.ALTERNATIVE:
        return REJECTED
    if memory.pinned:
        return PINNED
    if memory.kind == Kind.DECISION:
        return _ADR_SIGNS.get(memory.adr_status or "", PROPOSED)
    return PLAIN


def relation_words(relation: str, forward: bool) -> str:
    """A relation as it reads from the memory in focus: ``leads to``, ``superseded by``."""
    if forward or relation in _SYMMETRIC:
        return shown_line(relation).replace("_", " ")
    against = _RELATIONS_AGAINST.get(relation)
    return against or f"{shown_line(relation).replace('_', ' ')} ←"


def title_words(memory: Memory) -> str:
    """A memory's title on one line; a record's part begins with what tells it from the others."""
    title = shown_line(memory.title)
    whole, separator, part = title.rpartition(": ")
    if separator and memory.kind in (Kind.RATIONALE, Kind.ALTERNATIVE):
        return f"{part} · {whole}"
    return title


def kind_words(kind: str) -> str:
    """A kind as prose says it: ``bug fix``."""
    return shown_line(kind).replace("_", " ")


def source_words(source: Source, zone: tzinfo | None = None) -> str:
    """Where a memory comes from, shortly: a path, a commit, or the session's day."""
    if source.path:
        return shown_line(source.path) + (f":{source.line}" if source.line else "")
    if source.author == Author.COMMIT and source.sha:
        return f"commit {shown_line(source.sha)[:7]}"
    if source.url:
        return shown_line(source.url)
    if source.session_id:
        return f"session of {day_of(source.at, zone)}"
    return f"{shown_line(source.author)}, {day_of(source.at, zone)}"


def shorten_path(path: str, width: int) -> str:
    """A path in at most ``width`` columns; its end is what tells it apart."""
    return path if len(path) <= width else "…" + path[len(path) - width + 1 :]
