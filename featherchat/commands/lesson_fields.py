"""What a fix and a dead end say of themselves: labelled lines below a first line, and back.

The text is what is searched and edited, and the fields follow it: ``fields_in`` is the
inverse of ``text_of``.
"""

import re
from collections.abc import Mapping
from dataclasses import replace

from featherchat.memory import Kind, Memory

CAUSE, FIX, PREVENTION, BECAUSE = "cause", "fix", "prevention", "because"

_LABELS = {
    CAUSE: "Cause",
    FIX: "Fix",
    PREVENTION: "Prevention",
    BECAUSE: "It failed because",
}
_LINE = re.compile(rf"^({'|'.join(_LABELS.values())}): (.*\S)", re.MULTILINE)


def text_of(first: str, fields: Mapping[str, str]) -> str:
    """The text of a memory that has some fields; an empty one has no line."""
    stated = {name: " ".join(text.split()) for name, text in fields.items()}
    lines = [f"{_LABELS[name]}: {text}" for name, text in stated.items() if text]
    return "\n".join([" ".join(first.split()), *lines])


def fields_in(text: str) -> dict[str, str]:
    """The fields that a text states below its first line, by name."""
    names = {label: name for name, label in _LABELS.items()}
    return {names[label]: said for label, said in _LINE.findall(text.partition("\n")[2])}


def refreshed(memory: Memory) -> Memory:
    """A fix or a dead end whose fields are what its text says now; any other as it is."""
    if memory.kind not in (Kind.BUG_FIX, Kind.DEAD_END):
        return memory
    others = {name: each for name, each in memory.attributes.items() if name not in _LABELS}
    return replace(memory, attributes={**others, **fields_in(memory.text)})
