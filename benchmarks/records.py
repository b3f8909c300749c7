"""The decision records that recall is measured on, and the questions asked of them.

A question is the first two sentences of a record's context section. What has to be
found is the rest: title, context section and the file's name are taken away, so
nothing that was quoted can be matched.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

_HEADING = re.compile(r"(#{1,6})\s+(.*)")
_FENCE = re.compile(r"\s*(```|~~~)")
_CONTEXT = re.compile(r"\bcontext\b", re.IGNORECASE)
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z\[`*\"])")
_FRONT_TITLE = re.compile(r"^title:.*\n", re.MULTILINE)
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_MARKS = re.compile(r"[*`>#]+|^\s*[-+]\s", re.MULTILINE)

FEWEST_WORDS = 8
"""A shorter quotation asks nothing."""


@dataclass(frozen=True, slots=True)
class Record:
    """A decision record without what its question quotes."""

    path: str
    """Made up, with the record's number and without the words of its name."""

    text: str
    question: str | None
    """None when the record has no context section, or hardly a word in it."""

    added: str | None
    """ISO date of the commit that added it, where it is known."""


@dataclass(frozen=True, slots=True)
class Repository:
    """One project's records."""

    name: str
    records: tuple[Record, ...]


def repositories(folder: Path) -> list[Repository]:
    """The repositories in ``adr-corpus.jsonl`` of a folder, in its order."""
    records: dict[str, list[Record]] = {}
    for line in (folder / "adr-corpus.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        known = records.setdefault(row["repo"], [])
        known.append(_record(len(known), row["adr"], row["text"], row["added"]))
    return [Repository(name, tuple(found)) for name, found in records.items()]


def _record(place: int, number: int | None, text: str, added: str | None) -> Record:
    body, context = _masked(text.splitlines())
    sentences = _SENTENCE_END.split(_prose(context))
    question = " ".join(sentences[:2])
    asks = len(question.split()) >= FEWEST_WORDS
    name = "" if number is None else f"adr-{number}"
    return Record(f"records/{place}/{name}.md", body, question if asks else None, added)


def _masked(lines: Sequence[str]) -> tuple[str, str]:
    """A record without its title and context section, and that section."""
    rest: list[str] = []
    context: list[str] = []
    inside = 0
    titled = False
    for line, heading in _with_headings(lines):
        if heading is not None:
            level, text = heading
            if inside and level <= inside:
                inside = 0
            if not titled:
                titled = True
                continue
            if not inside and _CONTEXT.search(text):
                inside = level
                continue
        (context if inside else rest).append(line)
    return _FRONT_TITLE.sub("", "\n".join(rest)), "\n".join(context)


def _with_headings(lines: Sequence[str]) -> Iterator[tuple[str, tuple[int, str] | None]]:
    """Each line, with level and text if it is a heading outside of code."""
    fenced = False
    for line in lines:
        if _FENCE.match(line):
            fenced = not fenced
        found = None if fenced else _HEADING.match(line)
        yield line, (len(found[1]), found[2]) if found else None


def _prose(text: str) -> str:
    return " ".join(_MARKS.sub(" ", _LINK.sub(r"\1", text)).split())
