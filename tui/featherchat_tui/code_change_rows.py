"""What the pane of code changes shows, worked out apart from the screen: cells, filter, parts.

A change has parts that a cursor can stand on: the decisions that it is linked with, then the
files that it touched.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from featherchat.commands.links import LinkedChange, is_suggested
from featherchat.commands.memories import Linked
from featherchat.commands.signs import relation_words, sign_of, title_words
from featherchat.commands.wording import age, counted, kind_words, moment_words, shown_line
from featherchat.memory import Author, Memory
from featherchat.recall.context import short_id
from featherchat_tui.long_table import Column

CHANGE_COLUMNS = (
    Column("age", "when", 5, numeric=True),
    Column("sign", "", 1, tone="accent"),
    Column("title", "change", 0),
    Column("decisions", "decisions", 16, min_table=64),
    Column("files", "files", 5, numeric=True, min_table=50),
    Column("place", "from", 8, min_table=76, tone="muted"),
    Column("branch", "branch", 14, min_table=120, tone="muted"),
)
"""Of the table of changes; a narrow one leaves the last ones out."""

PART_COLUMNS = (
    Column("sign", "", 1, tone="accent"),
    Column("what", "decisions and files", 0),
    Column("how", "how it is known", 24, min_table=60, tone="muted"),
)
"""Of the table of what one change is linked with and touched."""

SHOWN = ("all", "linked", "suggested")
"""Which changes are shown, in the order of the key that changes it."""

_WRAPPED = 50
"""Characters from which on a line of a message ends because it was wrapped."""

_BEGINS_ANEW = re.compile(r"\W|\d+[.)] |[\w-]+: ")
"""How a line begins that does not go on with the one above: indented, of a list, a trailer."""

_SYMBOLS = ("symbols_added", "symbols_changed", "symbols_removed")


@dataclass(frozen=True, slots=True)
class Part:
    """A decision that a change is linked with, or a file that it touched."""

    link: Linked | None = None
    path: str = ""
    symbols: tuple[str, ...] = ()
    """What is touched within the file."""


def paths_of(change: LinkedChange) -> tuple[str, ...]:
    """What a change touched, each path once."""
    return tuple(dict.fromkeys(anchor.path for anchor in change.change.anchors))


def is_linked(change: LinkedChange) -> bool:
    """Whether a decision is behind a change for certain."""
    return len(change.links) > len(change.suggested)


def change_cells(change: LinkedChange, now: float) -> tuple[str, ...]:
    """A change as one row; ages count from ``now``, in seconds UTC."""
    memory = change.change
    sign = "●" if is_linked(change) else "◐" if change.told else "·"
    return (
        age(now - memory.created_at),
        sign,
        title_words(memory),
        decision_words(change.told),
        str(len(paths_of(change))) if paths_of(change) else "–",
        place_words(memory),
        shown_line(str(memory.attributes.get("branch", ""))),
    )


def decision_words(links: Sequence[Linked]) -> str:
    """The decisions in a few letters: ``ADR-12 +1``, ``maybe ADR-7``."""
    if not links:
        return ""
    maybe = "maybe " if is_suggested(links[0].edge) else ""
    more = f" +{len(links) - 1}" if len(links) > 1 else ""
    return f"{maybe}{_short(links[0].memory)}{more}"


def place_words(memory: Memory) -> str:
    """Where a change stands: its commit, or that it is not committed yet."""
    if memory.source.author == Author.SAVE:
        return "saved"
    return shown_line(memory.source.sha or memory.source.author)[:7]


def fits(change: LinkedChange, typed: str) -> bool:
    """Whether a change has every word: in its title, files, symbols, branch, people, decisions."""
    memory = change.change
    hay = "\n".join(
        (
            memory.title,
            memory.developer or "",
            *(source.sha or "" for source in (memory.source, *memory.sources)),
            *paths_of(change),
            *(anchor.symbol or "" for anchor in memory.anchors),
            *(str(memory.attributes.get(name, "")) for name in ("branch", "bulk", *_SYMBOLS)),
            *(link.memory.title for link in change.links),
        )
    ).casefold()
    return all(word in hay for word in typed.casefold().split())


def parts_of(change: LinkedChange) -> tuple[Part, ...]:
    """The decisions, then the files."""
    symbols: dict[str, list[str]] = {path: [] for path in paths_of(change)}
    for anchor in change.change.anchors:
        if anchor.symbol:
            symbols[anchor.path].append(anchor.symbol)
    return (
        *(Part(link=link) for link in change.links),
        *(Part(path=path, symbols=tuple(found)) for path, found in symbols.items()),
    )


def part_cells(part: Part) -> tuple[str, ...]:
    """A part as one row."""
    if part.link is None:
        symbols = ", ".join(shown_line(each) for each in part.symbols)
        return ("", shown_line(part.path), symbols)
    maybe = "maybe " if is_suggested(part.link.edge) else ""
    return (sign_of(part.link.memory).mark, maybe + title_words(part.link.memory), _how(part.link))


def part_line(part: Part) -> str:
    """A part in full, for the line below the tables."""
    if part.link is None:
        symbols = ", ".join(part.symbols)
        return shown_line(f"{part.path}: {symbols}" if symbols else part.path)
    link = part.link
    relation = relation_words(link.edge.relation, link.forward)
    waits = " · not confirmed" if is_suggested(link.edge) else ""
    return f"{_how(link)}{waits} · {relation} {title_words(link.memory)}"


def about(change: LinkedChange) -> str:
    """Who changed it, when and where, in one line."""
    memory = change.change
    attributes = memory.attributes
    bulk = attributes.get("bulk")
    branch = attributes.get("branch")
    lost = "no branch comes from it any more" if attributes.get("unreachable") else ""
    saved = memory.source.author == Author.SAVE
    parts = (
        "saved, not committed yet" if saved else f"commit {place_words(memory)}",
        moment_words(memory.created_at),
        shown_line(memory.developer or ""),
        f"branch {shown_line(str(branch))}" if branch else "",
        f"bulk: {kind_words(str(bulk))}" if bulk else "",
        lost,
        counted(len(paths_of(change)), "file") if paths_of(change) else "",
        f"m:{short_id(memory.id)}",
    )
    return " · ".join(part for part in parts if part)


def unwrapped(message: str) -> str:
    """A message without the line ends that its author's editor made: the page has its own width."""
    lines: list[str] = []
    above = ""
    for line in message.splitlines():
        if line and len(above) >= _WRAPPED and not _BEGINS_ANEW.match(line):
            lines[-1] += f" {line}"
        else:
            lines.append(line)
        above = line
    return "\n".join(lines)


def _how(link: Linked) -> str:
    edge = link.edge
    evidence = f", {shown_line(edge.evidence)}" if edge.evidence else ""
    return f"{shown_line(edge.origin)} {edge.confidence:.2f}{evidence}"


def _short(memory: Memory) -> str:
    """A decision by its number, else by its title."""
    number = memory.attributes.get("number")
    return f"ADR-{number}" if isinstance(number, int) else title_words(memory)
