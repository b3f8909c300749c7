"""How changes of memories and edges are worded, once for every face."""

from collections.abc import Iterable, Mapping
from datetime import tzinfo

from featherchat.commands.signs import relation_words, title_words
from featherchat.commands.timeline import LinkChange, Step, field_changes, text_changes
from featherchat.commands.wording import moment_words, shown_line
from featherchat.memory import Anchor, Edge, Memory, Source
from featherchat.recall.context import short_id

_TIMES = {"created_at", "valid_from", "valid_to", "expires_at", "verified_at"}


def step_head(step: Step, zone: tzinfo | None = None) -> str:
    """When, why and by whom, and what to tell ``undo``."""
    told = f"{moment_words(step.at, zone)} · {shown_line(step.reason)} ({shown_line(step.actor)})"
    return f"{told} · change {step.operation}" if step.operation else told


def step_lines(step: Step, memory_id: str, zone: tzinfo | None = None) -> Iterable[str]:
    """What one change did, a line each."""
    version = step.version
    if version is not None and version.memory is None:
        yield "+ stored"
    if version is not None and version.after is None:
        yield "- removed"
    if version is not None and version.memory is not None and version.after is not None:
        yield from change_lines(version.memory, version.after, zone)
    for link in step.links:
        yield f"{'+' if link.came else '-'} {_link_words(link, memory_id)}"


def change_lines(before: Memory, after: Memory, zone: tzinfo | None = None) -> Iterable[str]:
    """What two versions of a memory differ in."""
    for change in field_changes(before, after):
        old, new = (_value(change.name, each, zone) for each in (change.before, change.after))
        yield f"{change.name}: {old} → {new}"
    yield from (shown_line(line) for line in text_changes(before.text, after.text))


def edge_line(edge: Edge, ends: Mapping[str, Memory]) -> str:
    """An edge with what it links."""
    return (
        f"{_end_words(ends.get(edge.source_id), edge.source_id)}"
        f" · {relation_words(edge.relation, True)}"
        f" · {_end_words(ends.get(edge.target_id), edge.target_id)}"
    )


def _link_words(link: LinkChange, memory_id: str) -> str:
    forward = link.edge.source_id == memory_id
    other = link.edge.target_id if forward else link.edge.source_id
    return f"{relation_words(link.edge.relation, forward)}: {_end_words(link.other, other)}"


def _end_words(memory: Memory | None, memory_id: str) -> str:
    title = title_words(memory) if memory is not None else "a memory that is gone"
    return f"{title} m:{short_id(memory_id)}"


def _value(name: str, value: object, zone: tzinfo | None) -> str:
    if value is None or value == ():
        return "–"
    if name in _TIMES and isinstance(value, float):
        return moment_words(value, zone)
    if isinstance(value, tuple):
        return ", ".join(_value(name, each, zone) for each in value)
    if isinstance(value, Anchor):
        symbol = f"#{value.symbol}" if value.symbol else ""
        return shown_line(f"{value.path}{symbol}{' (changed)' if value.changed else ''}")
    if isinstance(value, Source):
        return shown_line(f"{value.author} {value.path or value.url or value.sha or ''}".strip())
    return shown_line(str(value))
