"""Which decisions a commit names itself: "ADR-12", a trailer, its branch, a record it changes.

Only what is said counts here, so that a link can be made without asking. A number that two
records have is nobody's: a wrong link is worse than none.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from featherchat.memory import Edge, Kind, Memory, RelationType, Status

EXPLICIT = "explicit"
"""The origin of a link that the change itself states."""

CONFIRMED = "confirmed"
"""The origin of a link that a person has said to hold; what led to it stays as its evidence."""

CONFIDENCE = 0.99
MOST_RECORDS = 3
"""Records that one commit may change and be linked with; more are tidied, not carried out."""

_ONE = r"[-_ ]?(?:#|no\.? ?)?0*(?P<number>\d{1,5})(?!\d|-\d\d-\d\d|\.\d)"
_NAMED = re.compile(rf"(?<![a-z0-9])adrs?(?:[-_/ ]adr)?[:/]?{_ONE}", re.IGNORECASE)
_NEXT = re.compile(
    r"(?:, ?(?:and )?| and | ?& ?|/| ?\+ ?)(?:adr[-_ ]?#?)?0*(?P<number>\d{1,5})(?!\d|\.\d|-\d|\w)",
    re.IGNORECASE,
)
_TRAILER = re.compile(
    r"^(?:decision|adr|decision-record)s?: *(?P<value>\S[^\n]{0,200})$",
    re.IGNORECASE | re.MULTILINE,
)
_IN_TRAILER = re.compile(r"(?:^|[,; /])#?(?:adr[-_ ]?)?0*(?P<number>\d{1,5})(?=$|[,; -])", re.I)
_REVERT = re.compile(r"(?:[\w-]+(?:\([^)]*\))?!?: *)?revert(?:s|ed)?\b", re.IGNORECASE)
_COSMETIC = re.compile(
    r"\b(?:typos?|typograph\w+|spelling|misspell\w*|grammar|(?:dead|broken) links?)\b",
    re.IGNORECASE,
)
_ABOUT_RECORDS = re.compile(r"[\w-]+\((?:adrs?|decisions?)\)!?:", re.IGNORECASE)
"""How the title of a commit begins whose matter is the records themselves, or what checks them."""

_PROSE = frozenset({".md", ".mdx", ".markdown", ".rst", ".adoc", ".txt"})
_TURNED_DOWN = "turned_down"
"""The attribute of a change that keeps the decisions which a person has said it is not from."""

_SHORTEST_NAME = 10
"""Characters of a record's file name that a message must hold to mean it."""


@dataclass(frozen=True, slots=True)
class Records:
    """The decisions that a commit can name."""

    by_number: Mapping[int, str]
    """Ids by the numbers that only one record has."""

    by_path: Mapping[str, str]
    """Ids by the record's path, relative to the project's root."""

    @classmethod
    def of(cls, decisions: Collection[Memory]) -> "Records":
        """The records among some memories."""
        numbers: dict[int, list[str]] = {}
        paths: dict[str, str] = {}
        for each in decisions:
            if each.kind != Kind.DECISION or each.status is Status.RETIRED:
                continue
            number = each.attributes.get("number")
            if isinstance(number, int):
                numbers.setdefault(number, []).append(each.id)
            if each.source.path:
                paths[each.source.path] = each.id
        alone = {number: ids[0] for number, ids in numbers.items() if len(ids) == 1}
        return cls(alone, paths)


def cited_in(message: str, branch: str | None = None) -> frozenset[int]:
    """The numbers of the decisions that a commit's message, or its branch, names."""
    found = set(_numbers(message))
    for trailer in _TRAILER.finditer(message):
        found |= {int(match["number"]) for match in _IN_TRAILER.finditer(trailer["value"])}
    if branch:
        found |= set(_numbers(branch))
    return frozenset(found - {0})


def is_document(path: str) -> bool:
    """Whether a file is prose rather than code."""
    return PurePosixPath(path).suffix.lower() in _PROSE


def explicit_links(change: Memory, records: Records, at: float) -> list[Edge]:
    """The links between a code change and the decisions that it names itself.

    A decision causes the code that names it; what only writes about it, mends its words,
    checks it, or undoes a change, is related to it.
    """
    written, refused = _written_with(change, records), turned_down(change)
    aside, about = is_aside(change), _ABOUT_RECORDS.match(change.title) is not None

    def relation(decision: str) -> str:
        # What checks records cites them as its examples.
        related = aside or (about and decision not in written)
        return RelationType.RELATED_TO if related else RelationType.CAUSES

    return [
        Edge(key, change.id, relation(key), 1.0, EXPLICIT, CONFIDENCE, evidence, created_at=at)
        for key, evidence in (written | _said_by(change, records)).items()
        if key not in refused
    ]


def is_aside(change: Memory) -> bool:
    """Whether a change only writes about something, mends its words, or undoes a change."""
    paths = [each.path for each in change.anchors]
    said = _REVERT.match(change.title) or _COSMETIC.search(change.title)
    return bool(said or (paths and all(map(is_document, paths))))


def turned_down(change: Memory) -> frozenset[str]:
    """The decisions with which a person has said that a change has nothing to do."""
    kept = change.attributes.get(_TURNED_DOWN)
    return frozenset(kept.split()) if isinstance(kept, str) else frozenset()


def with_turned_down(change: Memory, decisions: Iterable[str]) -> Memory:
    """A change that keeps some more decisions which it is not from."""
    every = sorted(turned_down(change).union(decisions))
    if not every:
        return change
    return replace(change, attributes={**change.attributes, _TURNED_DOWN: " ".join(every)})


def _written_with(change: Memory, records: Records) -> dict[str, str]:
    """The evidence by the id of each decision whose record came, or was reworked, with the code."""
    written = change.attributes.get("documents")
    paths = written.split("\n") if isinstance(written, str) else ()
    touched = [path for path in paths if path in records.by_path]
    if len(touched) > MOST_RECORDS:
        return {}
    return {records.by_path[path]: f"changes {path}" for path in touched}


def _said_by(change: Memory, records: Records) -> dict[str, str]:
    """The evidence by the id of each decision that the message names."""
    found: dict[str, str] = {}
    for path in _spelled(change.text, records):
        found[records.by_path[path]] = f"names {PurePosixPath(path).name}"
    cites = change.attributes.get("cites")
    for number in cites.split() if isinstance(cites, str) else ():
        decision = records.by_number.get(int(number))
        if decision is not None:
            found[decision] = f"says ADR-{int(number):04d}"
    return found


def _spelled(text: str, records: Records) -> Sequence[str]:
    """The records whose file names the message spells out."""
    message = text.rpartition("\n\nChanged ")[0] or text
    if ".md" not in message:
        return ()
    return [
        path
        for path in records.by_path
        if len(name := PurePosixPath(path).name) >= _SHORTEST_NAME and name in message
    ]


def _numbers(text: str) -> Iterator[int]:
    for match in _NAMED.finditer(text):
        yield int(match["number"])
        place = match.end()
        while (another := _NEXT.match(text, place)) is not None:
            yield int(another["number"])
            place = another.end()
