"""The decisions of a project and their links as a drawing: Mermaid or DOT.

Titles come from anywhere, so every label is escaped: nothing in it can end a quote,
add an edge or reach the reader's terminal.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from featherchat.memory import AdrStatus, Edge

_LONGEST_LABEL = 80

# Mermaid knows entities only; a hash or a backtick would begin one, or a text in Markdown.
_MERMAID = str.maketrans(
    dict(zip('#"<>&`\\', ("#35;", "#quot;", "#lt;", "#gt;", "#amp;", "#96;", "#92;"), strict=True))
)
_DOT = str.maketrans({"\\": "\\\\", '"': '\\"'})
_STYLES: Mapping[str, tuple[str, str]] = {
    # How a status looks: in Mermaid, and in DOT.
    AdrStatus.PROPOSED: ("stroke-dasharray: 4 4", "style=dashed"),
    AdrStatus.REJECTED: ("stroke-dasharray: 4 4,opacity: 0.6", "style=dashed, color=gray"),
    AdrStatus.DEPRECATED: ("opacity: 0.6", "color=gray"),
    AdrStatus.SUPERSEDED: ("opacity: 0.6", "color=gray"),
}


@dataclass(frozen=True, slots=True)
class DrawnDecision:
    """A decision as the graph shows it."""

    id: str
    """What the edges call it."""

    label: str
    """Such as ``ADR-12 PostgreSQL over MongoDB``."""

    status: str = ""
    """One word, such as ``accepted``; empty if none is known."""


def mermaid(decisions: Sequence[DrawnDecision], edges: Sequence[Edge]) -> str:
    """A flowchart in Mermaid: what is decided, and how it is linked, as it was said."""
    names = _names(decisions)
    lines = ["flowchart TD"]
    for each in decisions:
        shown = f":::{each.status}" if each.status in _STYLES else ""
        lines.append(f'    {names[each.id]}["{_line(_labelled(each), _MERMAID)}"]{shown}')
    lines += (
        f'    {source} -->|"{_line(_cut(relation), _MERMAID)}"| {target}'
        for source, relation, target in _arrows(names, edges)
    )
    used = {each.status for each in decisions}
    lines += (f"    classDef {name} {look}" for name, (look, _) in _STYLES.items() if name in used)
    return "\n".join(lines) + "\n"


def dot(decisions: Sequence[DrawnDecision], edges: Sequence[Edge]) -> str:
    """The same graph in DOT, the language of Graphviz."""
    names = _names(decisions)
    lines = ["digraph decisions {", "    node [shape=box];"]
    for each in decisions:
        shown = f", {_STYLES[each.status][1]}" if each.status in _STYLES else ""
        lines.append(f'    {names[each.id]} [label="{_line(_labelled(each), _DOT)}"{shown}];')
    lines += (
        f'    {source} -> {target} [label="{_line(_cut(relation), _DOT)}"];'
        for source, relation, target in _arrows(names, edges)
    )
    return "\n".join([*lines, "}"]) + "\n"


def _names(decisions: Sequence[DrawnDecision]) -> dict[str, str]:
    return {each.id: f"d{number}" for number, each in enumerate(decisions, 1)}


def _arrows(names: Mapping[str, str], edges: Sequence[Edge]) -> Iterator[tuple[str, str, str]]:
    """The edges between decisions that are drawn, each once, in a steady order."""
    known = {
        (names[edge.source_id], edge.relation.replace("_", " "), names[edge.target_id])
        for edge in edges
        if edge.source_id in names and edge.target_id in names
    }
    yield from sorted(known, key=lambda arrow: (int(arrow[0][1:]), int(arrow[2][1:]), arrow[1]))


def _labelled(decision: DrawnDecision) -> str:
    label = _cut(decision.label)
    return f"{label} ({decision.status})" if decision.status else label


def _line(text: str, escapes: Mapping[int, str]) -> str:
    """A text on one line, without control characters, escaped."""
    words = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return words.translate(dict(escapes))


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_LABEL else text[: _LONGEST_LABEL - 1] + "…"
