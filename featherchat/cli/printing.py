"""How memories look in a shell."""

import json
import shutil
import textwrap
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from featherchat.cli.group import narrate, put, say
from featherchat.commands.memories import Linked, Shown, to_record
from featherchat.commands.signs import (
    SUSPECT,
    expiry_words,
    relation_words,
    sign_of,
    source_words,
    title_words,
)
from featherchat.commands.wording import (
    age,
    counted,
    date_words,
    day_of,
    kind_words,
    shown_line,
)
from featherchat.errors import ExitCode
from featherchat.memory import Memory
from featherchat.recall.context import doubts, short_id
from featherchat.recollection import Origin, Recollection, ScoreParts

if TYPE_CHECKING:
    # The gate is loaded with the first write, not with a search.
    from featherchat.capture.gate import Kept

MAX_WIDTH = 110


def width() -> int:
    """Columns of the terminal, up to what is good to read."""
    return min(shutil.get_terminal_size((100, 24)).columns, MAX_WIDTH)


def json_line(recollection: Recollection) -> str:
    """One object on one line."""
    return json.dumps(to_record(recollection), ensure_ascii=False)


def head_line(memory: Memory, now: float) -> str:
    """Sign, kind, title, age and id."""
    sign = sign_of(memory)
    # "dead end (dead end)" would say it twice.
    standing = f" ({sign.word})" if sign.word not in ("", kind_words(memory.kind)) else ""
    return (
        f"{sign.mark} {kind_words(memory.kind)}{standing} · {title_words(memory)}"
        f" · {age(now - memory.created_at)} · m:{short_id(memory.id)}"
    )


def doubt_lines(memory: Memory) -> Iterable[str]:
    """What has changed in the code that a memory is about."""
    for doubt in doubts(memory):
        yield f"  {SUSPECT.mark} {shown_line(doubt)}"


def contradicted_lines(written: "Kept", now: float) -> Iterable[str]:
    """What a write took the place of, and what it may contradict."""
    for pair in written.superseded:
        yield f"Superseded: {head_line(pair.old, now)} ({shown_line(pair.reason)})"
    for pair in written.reviews:
        yield f"May contradict: {head_line(pair.old, now)} ({shown_line(pair.reason)})"
        yield "Say which one holds with featherchat inbox."


def recollection_lines(found: Recollection, now: float, *, explain: bool) -> Iterable[str]:
    """A hit in three or four lines."""
    memory = found.memory
    yield f"{head_line(memory, now)} · {found.score:.2f}"
    yield (
        "  "
        + source_words(memory.source)
        + (f" › {shown_line(memory.source.heading)}" if memory.source.heading else "")
    )
    yield from doubt_lines(memory)
    body = " ".join(memory.text.removeprefix(memory.title).split()) or memory.title
    yield from indented(shown_line(body), 3)
    if found.replaces:
        yield "  supersedes " + ", ".join(f"m:{short_id(each)}" for each in found.replaces)
    if explain:
        yield from (f"  {line}" for line in parts_lines(found.parts))


def print_episodes(found: Sequence[Recollection], *, as_json: bool) -> ExitCode:
    """Every time that something happened, with its day."""
    for each in found:
        memory = each.memory
        if as_json:
            put(json_line(each))
            continue
        sign = sign_of(memory)
        standing = f" ({sign.word})" if sign.word not in ("", kind_words(memory.kind)) else ""
        say(
            f"{date_words(memory.created_at)}  {kind_words(memory.kind)}{standing}"
            f" · {title_words(memory)} · m:{short_id(memory.id)}"
        )
        body = " ".join(memory.text.removeprefix(memory.title).split())
        for line in indented(shown_line(body), 3, " " * 12):
            say(line)
    if not found:
        narrate("Nothing like that is remembered to have happened.")
    return ExitCode.DONE if found else ExitCode.NOTHING


def parts_lines(parts: ScoreParts) -> Iterable[str]:
    """The score's parts, as the formula has them."""
    cosine = "–" if parts.cosine is None else f"{parts.cosine:.3f}"
    yield (
        f"words {parts.words:.2f} × {parts.share_words:.2f}"
        f" + meaning {parts.meaning:.2f} × {parts.share_meaning:.2f} (cosine {cosine})"
        f"{_anchors(parts)}{_remarks(parts)} → relevance {parts.relevance:.3f}"
    )
    if parts.held:
        fresh = "held by status or pin"
    elif parts.half_life is None:
        fresh = "does not decay"
    else:
        fresh = (
            f"{parts.age_days:.0f} d, stickiness {parts.stickiness:.2f},"
            f" half-life {parts.half_life:g} d"
        )
    yield (
        f"recency {parts.recency:.3f} ({fresh}) · importance {parts.importance:.2f}"
        f" × trust {parts.trust:.2f} × validity {parts.validity:.2f}"
    )
    yield (
        f"score = ({1 - parts.time_weight:.2f} × relevance + {parts.time_weight:.2f} × recency)"
        f" × {parts.weight:.2f}^{parts.weight_exponent:g} = {parts.score:.4f}"
    )


def _anchors(parts: ScoreParts) -> str:
    if not parts.share_anchors:
        return ""
    return f" + changed files {parts.anchors:.2f} × {parts.share_anchors:.2f}"


def _remarks(parts: ScoreParts) -> str:
    """What else made a relevance what it is."""
    remarks = []
    if parts.words_from is Origin.RECORD:
        remarks.append("words of its whole record")
    if parts.words_from is Origin.PATH:
        remarks.append("the question names its path")
    if parts.meaning_from is Origin.RECORD:
        remarks.append("meaning of its whole record")
    if parts.stands_for:
        remarks.append(f"taken over from m:{short_id(parts.stands_for)}")
    if parts.ceiling < 1.0:
        remarks.append(f"at most its decision's {parts.ceiling:.3f}")
    if parts.graph:
        remarks.append(f"lent by a neighbor {parts.graph:.3f}")
    return "".join(f" · {remark}" for remark in remarks)


def print_memory(shown: Shown, now: float) -> None:
    """Everything that is known about one memory."""
    memory = shown.memory
    say(head_line(memory, now))
    ends = expiry_words(memory, now)
    say(
        f"  id {memory.id} · {memory.status.value} · from {source_words(memory.source)}"
        + (f" · {ends}" if ends else "")
    )
    if memory.sources:
        say(f"  also from {', '.join(source_words(source) for source in memory.sources)}")
    for line in doubt_lines(memory):
        say(line)
    say("")
    for line in memory.text.splitlines():
        say(f"  {line}")
    say("")
    say(
        f"  strength {shown.strength:.2f} = recency {shown.parts.recency:.2f}"
        f" × weight {shown.parts.weight:.2f} · recalled {counted(memory.recall_count, 'time')}"
    )
    for link in shown.linked:
        say(f"  {linked_line(link)}")
    for version in shown.history:
        say(f"  {day_of(version.at)}: {version.reason} ({version.actor})")


def linked_line(link: Linked) -> str:
    """A relation and the memory at its other end."""
    words = relation_words(link.edge.relation, link.forward)
    return f"{words}: {title_words(link.memory)} · m:{short_id(link.memory.id)}"


def indented(text: str, lines: int, margin: str = "  ") -> list[str]:
    """A text wrapped to the terminal, at most so many lines."""
    return textwrap.wrap(
        text,
        width(),
        initial_indent=margin,
        subsequent_indent=margin,
        max_lines=lines,
        placeholder=" …",
    )
