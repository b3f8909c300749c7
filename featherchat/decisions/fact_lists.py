"""Adding and removing one name in a fact at the head of a record, such as ``supersedes:``.

A fact is one line of names, a list in brackets, or a list of YAML below its key.
"""

import re
from collections.abc import Sequence

from featherchat.decisions.header import Field
from featherchat.decisions.references import references
from featherchat.decisions.resolving import same_target
from featherchat.decisions.value import Reference

_ITEM = re.compile(r"[ \t]*-[ \t]+")
_NOTHING = re.compile(r"[<{\[][^\]}>]*[>}\]]|none|n/?a|tbd|[-–—?.]*", re.IGNORECASE)


def named_in(field: Field) -> tuple[Reference, ...]:
    """The records that a fact names."""
    parts = field.parts if field.parts is not None else (field.value,)
    return tuple(found for part in parts for found in references(part, tokens=True))


def with_name(lines: Sequence[str], field: Field, target: Reference, *, in_front: bool) -> str:
    """The fact's lines, joined by ``\\n``, with one more name.

    Args:
        lines: The raw lines of the record.
        field: One of its facts.
        target: The record to name.
        in_front: Whether the fact stands in front matter, where a link would not be YAML.
    """
    first = lines[field.line]
    name = target.plain if in_front else str(target)
    items = _items(lines, field)
    if items:
        lead = _ITEM.match(lines[items[-1]])
        return "\n".join([*lines[field.line : items[-1] + 1], f"{lead[0] if lead else '- '}{name}"])
    value = first[field.column :]
    kept = value.rstrip("| \t") if first.lstrip().startswith("|") else value.rstrip()
    rest = value[len(kept) :]
    if in_front and kept.startswith("[") and kept.endswith("]"):
        joint = ", " if kept.strip("[] \t") else ""
        return f"{first[: field.column]}{kept[:-1]}{joint}{name}]{rest}"
    if _NOTHING.fullmatch(kept):
        gap = "" if first[: field.column].endswith((" ", "\t")) else " "
        return f"{first[: field.column]}{gap}{name}{rest}"
    return f"{first[: field.column]}{kept}, {name}{rest}"


def without_name(lines: Sequence[str], field: Field, target: Reference) -> str | None:
    """The fact's lines, joined by ``\\n``, without a name; None if it names nothing else."""
    others = [found for found in named_in(field) if not same_target(found, target)]
    if not others:
        return None
    items = _items(lines, field)
    if items:
        kept = [n for n in items if not _names(lines[n][_lead(lines[n]) :], target)]
        return "\n".join([lines[field.line], *(lines[number] for number in kept)])
    first = lines[field.line]
    for found in named_in(field):
        if same_target(found, target):
            named = re.escape(str(found))
            value = re.sub(rf",\s*{named}|{named}\s*,\s*", "", first[field.column :], count=1)
            first = first[: field.column] + value
    return first


def last_line(lines: Sequence[str], field: Field) -> int:
    """The last line that a fact takes."""
    return max(_items(lines, field), default=field.line)


def _items(lines: Sequence[str], field: Field) -> list[int]:
    if field.parts is None or lines[field.line][field.column :].strip():
        return []
    found: list[int] = []
    for number in range(field.line + 1, len(lines)):
        if not _ITEM.match(lines[number]):
            break
        found.append(number)
    return found


def _lead(line: str) -> int:
    match = _ITEM.match(line)
    return match.end() if match is not None else 0


def _names(item: str, target: Reference) -> bool:
    return any(same_target(found, target) for found in references(item.strip("\"' "), tokens=True))
