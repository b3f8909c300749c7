"""A ``Filter`` as SQL over the rows of memories (named ``m``)."""

from typing import Any

from featherchat.memory import Attribute
from featherchat.recollection import Filter

Clause = tuple[str, list[Any]]

TRUST = (
    "CASE WHEN m.status = 'candidate' THEN 0.7"
    " WHEN m.author = 'assistant' OR m.author GLOB 'mcp:*' THEN 0.9 ELSE 1.0 END"
)
"""``Memory.trust`` as SQL; a test holds the two together."""


def where(wanted: Filter, now: float | None = None) -> Clause:
    """The condition and its values; always a whole condition, never empty."""
    clauses: list[str] = ["1"]
    values: list[Any] = []

    def add(clause: str, *given: Any) -> None:
        clauses.append(clause)
        values.extend(given)

    if wanted.namespace is not None:
        add("m.namespace = ?", wanted.namespace)
    for column, allowed in (
        ("layer", wanted.layers),
        ("kind", wanted.kinds),
        ("status", wanted.statuses),
        ("author", wanted.authors),
    ):
        if allowed:
            add(f"m.{column} IN ({_marks(len(allowed))})", *allowed)
    for clause, value in (
        ("m.developer = ?", wanted.developer),
        ("m.created_at >= ?", wanted.since),
        ("m.created_at < ?", wanted.until),
        ("m.importance >= ?", wanted.min_importance),
        ("m.confidence >= ?", wanted.min_confidence),
        (f"{TRUST} >= ?", wanted.min_trust),
    ):
        if value is not None:
            add(clause, value)
    if now is not None:
        # What is pinned does not expire.
        add("(m.expires_at IS NULL OR m.expires_at > ? OR m.pinned)", now)
    if wanted.path is not None:
        _add_path(add, wanted.path)
    for name, wanted_value in wanted.attributes.items():
        _add_attribute(add, name, wanted_value)
    if wanted.ids is not None:
        add(f"m.id IN ({_marks(len(wanted.ids))})", *wanted.ids)
    return " AND ".join(clauses), values


def _add_path(add: Any, path: str) -> None:
    """A prefix, or a glob: of the source or of an anchor."""
    if any(sign in path for sign in "*?"):
        # A bracket is itself: folders are named [id] more often than anybody asks for a range.
        test, value = "{} GLOB ?", path.replace("[", "[[]")
    else:
        prefix = path.rstrip("/")
        test = "({0} = ? OR substr({0}, 1, length(?) + 1) = ? || '/')"
        add(
            f"({test.format('m.path')} OR EXISTS (SELECT 1 FROM anchors a"
            f" WHERE a.seq = m.seq AND {test.format('a.path')}))",
            *([prefix] * 6),
        )
        return
    add(
        f"({test.format('m.path')} OR EXISTS (SELECT 1 FROM anchors a"
        f" WHERE a.seq = m.seq AND {test.format('a.path')}))",
        value,
        value,
    )


def _add_attribute(add: Any, name: str, value: Attribute) -> None:
    field = "json_extract(m.attributes, '$.' || json_quote(?))"
    if value is None:
        add(f"{field} IS NULL", name)
    else:
        add(f"{field} = ?", name, value)


def _marks(count: int) -> str:
    return ", ".join("?" * count)
