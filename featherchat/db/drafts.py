"""Memories as a caller describes them, before they are kept."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Any

from featherchat.db.asking import DEFAULT_NAMESPACE
from featherchat.db.checking import checked_list, checked_name, shown
from featherchat.db.metadata import Metadata
from featherchat.errors import InvalidValue
from featherchat.memory import Memory, Source, Status, traits_of
from featherchat.store.base import Written

NO_ENTITY = "memory"
"""The kind of what was added without an entity."""

_TITLE = 80
"""Characters of a text's first line that are its title."""

_PLAIN = Metadata()
"""What is said when nothing is said."""


def drafted(
    memory_id: str,
    text: str,
    kind: str,
    meta: Metadata | None,
    namespace: str | None,
    source: Source,
) -> Memory:
    """A new memory; a namespace that is given stands in for one that the metadata leaves out."""
    said = _PLAIN if meta is None else _checked(meta)
    if namespace is not None and said.namespace not in (None, namespace):
        raise InvalidValue(
            f"The namespace is {namespace!r}, and that of meta is {said.namespace!r}.",
            hint="Give one of the two.",
        )
    check_to_come(said.expires_at, source.at)
    wall = namespace if namespace is not None else said.namespace
    return Memory(
        id=memory_id,
        text=text,
        title=title_of(text),
        kind=kind,
        source=source,
        created_at=source.at if said.created_at is None else said.created_at,
        importance=traits_of(kind).importance if said.importance is None else said.importance,
        namespace=DEFAULT_NAMESPACE if wall is None else checked_name("namespace", wall),
        confidence=said.confidence,
        pinned=said.pinned,
        expires_at=said.expires_at,
        attributes=dict(said.attributes),
    )


def described(memory: Memory, meta: Metadata) -> Memory:
    """The memory with what a metadata says; what it leaves open stays as it is."""
    _checked(meta)
    return replace(
        memory,
        importance=memory.importance if meta.importance is None else meta.importance,
        namespace=memory.namespace if meta.namespace is None else meta.namespace,
        created_at=memory.created_at if meta.created_at is None else meta.created_at,
        confidence=meta.confidence,
        pinned=meta.pinned,
        expires_at=meta.expires_at,
        attributes=dict(meta.attributes),
    )


def _checked(meta: Metadata) -> Metadata:
    if not isinstance(meta, Metadata):
        raise InvalidValue(
            f"meta is {shown(meta)}, but must be a Metadata.",
            hint="Give a featherchat.Metadata.",
        )
    return meta


def title_of(text: str) -> str:
    """The first line of a text, or what fits of it."""
    for line in text.splitlines():
        if line.strip():
            title = line.strip("# ").strip()
            return title if len(title) <= _TITLE else title[: _TITLE - 1] + "…"
    return ""


def one_each(what: str, values: Sequence[Any] | None, count: int) -> Sequence[Any]:
    """The values, if there are as many as vectors; so many times None, if there are none."""
    if values is None:
        return [None] * count
    each = checked_list(what, values)
    if len(each) != count:
        raise InvalidValue(
            f"There are {len(each):,} {what} for {count:,} vectors.",
            hint=f"Give one of {what} for each vector, or none at all.",
        )
    return each


def check_to_come(expires_at: float | None, now: float) -> None:
    """Refuse an end that is past: the memory would be gone when the call returns."""
    if expires_at is not None and expires_at <= now:
        raise InvalidValue(
            f"expires_at is {expires_at:.0f}, which is past: now it is {now:.0f}.",
            hint="Give a time to come in seconds UTC, or leave expires_at out.",
        )


def check_unique(ids: Sequence[str]) -> None:
    """Refuse to give an id twice."""
    seen: set[str] = set()
    for memory_id in ids:
        if memory_id in seen:
            raise InvalidValue(
                f"The id {memory_id!r} is given twice; an id is given once.",
                hint="Give each memory an id of its own, or none.",
            )
        seen.add(memory_id)


def check_unknown(known: Iterable[Memory], now: float) -> None:
    """Refuse to give an id that is known."""
    for memory in known:
        ends = memory.expires_at
        is_over = ends is not None and ends <= now and not memory.pinned
        if memory.status is not Status.RETIRED and not is_over:
            raise InvalidValue(
                f"The id {memory.id!r} is another memory's; an id is given once.",
                hint="Use update to change a memory, or leave the id out for a new one.",
            )
        raise InvalidValue(
            f"The id {memory.id!r} is {'an expired' if is_over else 'a forgotten'} memory's;"
            " an id is given once.",
            hint="Give another id, or forget that one with hard=True first.",
        )


def check_kept(written: Written, given: Collection[str | None]) -> None:
    """What a caller has named is kept under that name, or nothing is."""
    for memory_id, same in written.duplicates.items():
        if memory_id in given:
            raise InvalidValue(
                f"The text of {memory_id!r} is the memory {same!r} already; a text is kept once.",
                hint=f"Use {same!r}, or update it.",
            )
    for memory_id in written.buried:
        raise InvalidValue(
            f"The text of {memory_id!r} was forgotten, and is not learnt again.",
            hint="Say it in other words; undo takes back a forgetting that was not for good.",
        )
