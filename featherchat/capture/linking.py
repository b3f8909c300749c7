"""What a new memory has to do with others and with the code, as its own words say it."""

import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from featherchat.capture.candidates import Link
from featherchat.code.files import MAX_DOCUMENT, blob_hash, inside
from featherchat.errors import InvalidValue
from featherchat.memory import LIVING, Anchor, Edge, Kind, Memory, RelationType, Status
from featherchat.recall.memories import Memories
from featherchat.recollection import Filter
from featherchat.store.said_in import ids_of_session

MOST_ANCHORS = 8
_LOOKED_BACK = 12
"""Memories of a session among which the last living one is looked for."""

_NUMBER = re.compile(r"(?:ADR[-_ ]?#?)?(?P<number>\d{1,8})", re.IGNORECASE)
_PATH = re.compile(r"(?<![\w/.:-])(?:[\w.@-]+/)*[\w.@-]*\.?\w+(?:\.\w{1,12}|/)(?![\w/])")
_RELATED = frozenset(RelationType) - {RelationType.SUPERSEDES, RelationType.SAME_SESSION}
_BY_WORDS, _BY_MODEL = "words", "model"


async def meant(memories: Memories, reference: str) -> Memory | None:
    """The one memory that a reference means: ``ADR-7``, ``m:4kx2p9``, an id or the end of one.

    None if there is no such memory, or more than one.
    """
    wanted = reference.strip().strip("[]")
    number = _NUMBER.fullmatch(wanted)
    if number is not None:
        numbered = Filter(
            kinds=(Kind.DECISION,), statuses=(), attributes={"number": int(number["number"])}
        )
        found = await memories.find(numbered)
        found = [each for each in found if each.status is not Status.RETIRED]
    else:
        ids = await memories.resolve(wanted.removeprefix("m:")) if len(wanted) >= 4 else []
        found = list((await memories.get(ids)).values())
    return found[0] if len(found) == 1 else None


async def last_of_session(
    memories: Memories, session_id: str | None, besides: str
) -> Memory | None:
    """The last living memory that the same conversation brought."""
    if session_id is None:
        return None
    ids = await memories.ask(lambda store: ids_of_session(store.database, session_id, _LOOKED_BACK))
    found = await memories.get([each for each in ids if each != besides])
    return next(
        (found[each] for each in ids if each in found and found[each].status in LIVING), None
    )


async def links_of(
    memories: Memories, memory: Memory, mentioned: Sequence[str], links: Sequence[Link], at: float
) -> list[Edge]:
    """The edges from a memory to those that its words or its maker name, as far as they are new."""
    if not mentioned and not links:
        return []
    edges: dict[str, Edge] = {}
    for reference in mentioned:
        other = await meant(memories, reference)
        if other is not None and other.id != memory.id:
            edges[other.id] = Edge(
                memory.id, other.id, RelationType.RELATED_TO, 1.0, _BY_WORDS, 1.0, reference, at
            )
    for link in links:
        relation = str(link.relation).strip().lower()
        other = await meant(memories, str(link.target)) if relation in _RELATED else None
        if other is not None and other.id != memory.id:
            origin, sure = (_BY_MODEL, 0.7) if memory.source.by_model else ("explicit", 1.0)
            edges[other.id] = Edge(memory.id, other.id, relation, 1.0, origin, sure, "", at)
    known = {edge.key for edge in await memories.edges_of([memory.id])}
    return [edge for edge in edges.values() if edge.key not in known]


def anchors_in(text: str, root: Path) -> tuple[Anchor, ...]:
    """The files of a project that a text names, each with the hash of what it holds now."""
    found: dict[str, Anchor] = {}
    for named in _PATH.findall(text):
        path = named.strip("/").removeprefix("./")
        if path and path not in found and len(found) < MOST_ANCHORS:
            with suppress(InvalidValue, OSError):
                place = inside(root, path)
                if place.is_dir():
                    found[path] = Anchor(f"{path}/**")
                elif place.is_file() and place.stat().st_size <= MAX_DOCUMENT:
                    found[path] = Anchor(path, blob=blob_hash(place.read_bytes()))
    return tuple(found.values())
