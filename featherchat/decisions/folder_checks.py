"""What is wrong among the records of a folder: numbers, links and supersessions."""

import posixpath
import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import unquote

from featherchat.decisions.checking import Problem, problems
from featherchat.decisions.layout import Layout, lay_out
from featherchat.decisions.markdown import read
from featherchat.decisions.pairs import inverse
from featherchat.decisions.parsing import bare_title, parse
from featherchat.decisions.resolving import resolve
from featherchat.decisions.statuses import statuses_of
from featherchat.decisions.value import Decision, RecordFile, Reference

_TARGET = re.compile(r"\]\(<?([^()\s<>]{1,500})>?(?:\s[^()\n]{0,300})?\)")
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|#|//", re.IGNORECASE)
_TWO_SIDED = frozenset({"amends", "clarifies", "refines", "extends"})


def check(
    records: Sequence[RecordFile], files: Collection[str] | None = None
) -> tuple[Problem, ...]:
    """Everything that is odd about records, alone and beside each other, by path and line.

    Args:
        records: All records that may name each other.
        files: Every file of the project, so that a link to any of them can be proven; without
            it, only links to Markdown files in the folders of the records are.
    """
    known = {record.path: _Known.of(record) for record in records}
    found: list[Problem] = []
    for each in known.values():
        found += (replace(problem, path=each.path) for problem in problems(each.text))
        found += _numbers(each)
        found += _broken_links(each, known, files)
        found += _broken_references(each, known)
        found += _self_made(each, known)
    found += [*_duplicates(known), *_one_sided(known), *_circles(known)]
    return tuple(sorted(set(found), key=lambda problem: (problem.path, problem.line, problem.text)))


@dataclass(frozen=True, slots=True)
class _Known:
    """One record, read."""

    path: str
    text: str
    layout: Layout
    decision: Decision

    @classmethod
    def of(cls, record: RecordFile) -> "_Known":
        layout = lay_out(read(record.text))
        return cls(record.path, record.text, layout, parse(record.text, record.path))

    @property
    def name(self) -> str:
        return posixpath.basename(self.path)

    @property
    def status_line(self) -> int:
        stated = statuses_of(self.layout)
        return stated[0].line + 1 if stated else self.title_line

    @property
    def title_line(self) -> int:
        return self.layout.title.line + 1 if self.layout.title is not None else 1

    def line_of(self, reference: Reference) -> int:
        """Where a reference is first made, from 1."""
        wanted = f"({reference.path})" if reference.path is not None else reference.text
        lines = enumerate(self.layout.document.lines, 1)
        return next((number for number, line in lines if wanted in line), self.status_line)

    def names(self, references: Sequence[Reference], other: str, paths: Collection[str]) -> bool:
        return any(resolve(reference, self.path, paths) == other for reference in references)


_Records = Mapping[str, _Known]


def _numbers(each: _Known) -> Iterator[Problem]:
    title = each.layout.title
    stated = bare_title(title.text)[1] if title is not None else None
    number = each.decision.number
    if stated is not None and number is not None and stated != number:
        text = f"The heading says {stated}, but the file's name {number}."
        yield Problem(each.title_line, text, each.path)


def _duplicates(known: _Records) -> Iterator[Problem]:
    groups: defaultdict[tuple[str, int], list[_Known]] = defaultdict(list)
    for each in known.values():
        if each.decision.number is not None:
            groups[posixpath.dirname(each.path), each.decision.number].append(each)
    for (_, number), group in groups.items():
        for each in group if len(group) > 1 else ():
            others = ", ".join(sorted(other.name for other in group if other is not each))
            text = f"The number {number} is also that of {others}."
            yield Problem(each.title_line, text, each.path)


def _broken_links(
    each: _Known, known: _Records, files: Collection[str] | None
) -> Iterator[Problem]:
    document = each.layout.document
    folder = posixpath.dirname(each.path)
    for number, line in enumerate(document.lines):
        for match in () if document.code[number] else _TARGET.finditer(line):
            target = unquote(match[1].partition("#")[0].partition("?")[0])
            if _ELSEWHERE.match(match[1]) or not target:
                continue
            rooted = target.startswith("/")
            path = posixpath.normpath(
                target.lstrip("/") if rooted else f"{folder}/{target}".lstrip("/")
            )
            if not _may_be_there(path, known, files):
                yield Problem(number + 1, f"There is no {target}.", each.path)


def _may_be_there(path: str, known: _Records, files: Collection[str] | None) -> bool:
    if path in known or path == ".":
        return True
    if files is None:
        folders = {posixpath.dirname(each) for each in known}
        return not path.endswith(".md") or posixpath.dirname(path) not in folders
    outside = path.startswith("..")
    return outside or path in files or any(each.startswith(f"{path}/") for each in files)


def _broken_references(each: _Known, known: _Records) -> Iterator[Problem]:
    """Records that are named by a number which none of them has."""
    decision = each.decision
    targets = (link.target for link in decision.links)
    for reference in (*decision.supersedes, *decision.superseded_by, *targets):
        numbered = reference.number is not None and reference.path is None
        if numbered and resolve(reference, each.path, known) is None:
            text = f"There is no record {reference.text} in this folder."
            yield Problem(each.line_of(reference), text, each.path)


def _self_made(each: _Known, known: _Records) -> Iterator[Problem]:
    """Whether a record says that it takes its own place."""
    for reference in (*each.decision.supersedes, *each.decision.superseded_by):
        if resolve(reference, each.path, known) == each.path:
            yield Problem(each.line_of(reference), "It supersedes itself.", each.path)


def _one_sided(known: _Records) -> Iterator[Problem]:
    for each in known.values():
        decision = each.decision
        for reference, other in _resolved(each, decision.supersedes, known):
            if not other.names(other.decision.superseded_by, each.path, known):
                yield _unanswered(each, reference, "that it supersedes this record", other)
        for reference, other in _resolved(each, decision.superseded_by, known):
            if not other.names(other.decision.supersedes, each.path, known):
                yield _unanswered(each, reference, "that it is superseded by this record", other)
        for link in decision.links:
            back = inverse(link.relation.lower())
            if not {link.relation.lower(), back} & _TWO_SIDED:
                continue
            for reference, other in _resolved(each, [link.target], known):
                said = [one.target for one in other.decision.links if one.relation.lower() == back]
                if not other.names(said, each.path, known):
                    yield _unanswered(each, reference, f'"{link.relation}" of this record', other)


def _unanswered(each: _Known, reference: Reference, said: str, other: _Known) -> Problem:
    place = f"{each.name}:{each.line_of(reference)}"
    return Problem(other.status_line, f"{place} says {said}, which does not say so.", other.path)


def _resolved(
    each: _Known, references: Sequence[Reference], known: _Records
) -> Iterator[tuple[Reference, _Known]]:
    for reference in references:
        path = resolve(reference, each.path, known)
        if path is not None and path != each.path and not reference.partial:
            yield reference, known[path]


def _circles(known: _Records) -> Iterator[Problem]:
    """Each circle of supersessions, once, at the record that comes first in it."""
    older: defaultdict[str, set[str]] = defaultdict(set)
    for each in known.values():
        for _, other in _resolved(each, each.decision.supersedes, known):
            older[each.path].add(other.path)
        for _, other in _resolved(each, each.decision.superseded_by, known):
            older[other.path].add(each.path)
    told: set[frozenset[str]] = set()
    done: set[str] = set()
    for start in sorted(older):
        trail = [start]
        waiting = [sorted(older[start])]
        while trail:
            if trail[-1] in done or not waiting[-1]:
                done.add(trail.pop())
                waiting.pop()
                continue
            following = waiting[-1].pop()
            if following not in trail:
                trail.append(following)
                waiting.append(sorted(older[following]) if following not in done else [])
                continue
            circle = trail[trail.index(following) :]
            if frozenset(circle) not in told:
                told.add(frozenset(circle))
                yield _circle(circle, known)


def _circle(circle: Sequence[str], known: _Records) -> Problem:
    first = circle.index(min(circle))
    turned = [*circle[first:], *circle[: first + 1]]
    names = " → ".join(known[path].name for path in turned)
    each = known[turned[0]]
    return Problem(each.status_line, f"These supersede each other in a circle: {names}.", each.path)
