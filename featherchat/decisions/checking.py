"""Is this text a decision record, and what is odd about it?"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from featherchat.decisions.facts import relations
from featherchat.decisions.layout import Layout, lay_out
from featherchat.decisions.markdown import Document, read
from featherchat.decisions.naming import file_name
from featherchat.decisions.statuses import agreed, statuses_of
from featherchat.decisions.vocabulary import Part
from featherchat.memory import AdrStatus

_SUFFIXES = (".md", ".markdown", ".mdx")
_NOT_RECORDS = re.compile(
    r"_?index|readme|template|.*[-_. ]template|template[-_. ].*|contributing|changelog|toc|summary"
    r"|overview|decisions|adrs?|glossary|guidelines?",
    re.IGNORECASE,
)
_FOLDER = re.compile(
    r"adrs?|decisions?|architecture[-_]decisions?|(?:architecture[-_])?decision[-_]records?"
    r"|arch|architecture",
    re.IGNORECASE,
)
_TEMPLATE_TITLE = re.compile(
    r"[\[{<].*(?:title|problem|decision)|.*\b(?:ADR[- ]?)?(?:N{2,}|X{3,})\b|(?:short )?title\b.*of",
    re.IGNORECASE,
)
_CONFLICT = re.compile(r"(?:<{7}|>{7})(?: |$)")
_TITLED = re.compile(r"\W*(?:(?:architectur\w+ )?decision record|ADR[-_ #]*\d)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a record that a reader or a tool could stumble over."""

    line: int
    """From 1."""

    text: str
    path: str = ""
    """The file, where several are checked."""

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.text}"


def is_record(path: str, text: str) -> bool:
    """Whether a file is a decision record, and no template, index or README.

    A Markdown file counts if its sections are those of a decision, wherever it stands;
    or if it stands in a folder of decisions, has a numbered or dated name and a title.
    """
    return refusal(path, text) is None


def refusal(path: str, text: str) -> str | None:
    """Why a file is no decision record, to be put after "because it"; None if it is one."""
    name = PurePosixPath(path.replace("\\", "/"))
    if name.suffix.lower() not in _SUFFIXES:
        return "is not Markdown"
    if _NOT_RECORDS.fullmatch(name.stem):
        return "is called like an index or a template"
    layout = lay_out(read(text))
    title = layout.title.text if layout.title is not None else ""
    statuses = statuses_of(layout)
    if _TEMPLATE_TITLE.match(title) or any(stated.is_placeholder for stated in statuses):
        return "is a template that is not filled in"
    around = layout.has(Part.CONTEXT, Part.OPTIONS, Part.ALTERNATIVES, Part.CONSEQUENCES)
    if layout.has(Part.OUTCOME) and (around or statuses):
        return None
    if not title:
        return "has neither a title nor a section that says what was decided"
    named = file_name(name.name).form is not None or _TITLED.match(title) is not None
    in_folder = any(_FOLDER.fullmatch(part) for part in name.parent.parts)
    if named and (in_folder or bool(statuses and around)):
        return None
    return "has no section that says what was decided"


def conflict_in(text: str) -> int | None:
    """The line, from 1, of the first merge conflict in a text; None if there is none."""
    return next((problem.line for problem in _conflicts(read(text))), None)


def problems(text: str) -> tuple[Problem, ...]:
    """What is odd about a record, in the order of its lines."""
    layout = lay_out(read(text))
    found = (*_status_problems(layout), *_structure_problems(layout), *_conflicts(layout.document))
    return tuple(sorted(found, key=lambda problem: problem.line))


def _status_problems(layout: Layout) -> Iterator[Problem]:
    stated = statuses_of(layout)
    if not stated:
        yield Problem(1, "No status is stated.")
    for place in stated:
        word = place.text.partition("\n")[0]
        if place.is_placeholder:
            yield Problem(place.line + 1, f"The status offers a choice, as a template does: {word}")
        elif place.value is None:
            yield Problem(place.line + 1, f"The status is not a known one: {word}")
    known = [place for place in stated if place.value is not None]
    if known and agreed(stated) is None:
        listed = ", ".join(f"{place.value} (line {place.line + 1})" for place in known)
        yield Problem(known[-1].line + 1, f"Several statuses are stated: {listed}.")
    if agreed(stated) is AdrStatus.SUPERSEDED and not relations(layout).superseded_by:
        yield Problem(known[0].line + 1, "It is superseded, but does not say by what.")


def _structure_problems(layout: Layout) -> Iterator[Problem]:
    document = layout.document
    if layout.title is None:
        yield Problem(document.body + 1, "There is no title.")
    if not layout.has(Part.OUTCOME, Part.PROPOSAL, Part.SUMMARY):
        yield Problem(document.body + 1, "No section says what was decided.")
    if document.open_fence is not None:
        yield Problem(document.open_fence + 1, "A code block is never closed.")


def _conflicts(document: Document) -> Iterator[Problem]:
    for number, line in enumerate(document.lines):
        if not document.code[number] and _CONFLICT.match(line):
            yield Problem(number + 1, "A merge conflict was left behind.")
