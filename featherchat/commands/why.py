"""Why a file or a line is as it is: the way from the line to a decision, and no guess.

A commit is a reason only where a link leads on from it: what nothing was recorded for is
said to have no recorded reason.
"""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from featherchat.capture.bulk import Bulk
from featherchat.capture.carrying import commits_of
from featherchat.capture.recorder import Recorder
from featherchat.code.blame import CommittedFile, Origin
from featherchat.code.files import Document, inside, read_document
from featherchat.commands.decisions import Wanted, list_decisions
from featherchat.commands.deployments import Deployment, deployed_with
from featherchat.commands.links import links_of
from featherchat.commands.memories import Linked, linked_of
from featherchat.commands.note import notes_of, saves_of
from featherchat.errors import InvalidValue, UsageError
from featherchat.memory import Kind, Layer, Memory, RelationType, Status
from featherchat.project import Project
from featherchat.recollection import Filter
from featherchat.store.commits import changes_in

MOST_LINES = 2_000
MOST_STEPS = 20
"""Commits of a whole path that are told, the newest first."""

MOST_MAYBE = 2
"""Suggestions that are told of one change."""

_LOOKED_AT = 500
_ROUNDS = 3
"""How often a line is traced anew, past the commits that only moved or formatted it."""

_LOOKED_PAST = frozenset({Bulk.FORMATTING, Bulk.MOVED, Bulk.LARGE})
_LONGEST_TRAIL = 5
_PLACE = re.compile(r"(?P<path>.+?)(?::(?P<first>\d{1,7})(?:-(?P<last>\d{1,7}))?)?")


@dataclass(frozen=True, slots=True)
class Place:
    """What is asked about."""

    path: str
    """Relative to the project's root; empty for the whole project."""

    first: int | None = None
    last: int | None = None

    def __str__(self) -> str:
        if self.first is None:
            return self.path or "."
        return f"{self.path}:{self.first}" + (f"-{self.last}" if self.last != self.first else "")


@dataclass(frozen=True, slots=True)
class Reason:
    """A decision that a change carries out, and what belongs to it."""

    link: Linked
    because: tuple[Memory, ...] = ()
    rejected: tuple[Memory, ...] = ()
    superseded_by: tuple[Memory, ...] = ()
    """What took its place, one after the other."""


@dataclass(frozen=True, slots=True)
class Step:
    """One change on the way."""

    commit: str
    change: Memory | None
    """None if it is not in memory, such as a merge or one that was forgotten."""

    lines: tuple[int, ...] = ()
    """The lines that it wrote; none where a whole path is asked about."""

    reasons: tuple[Reason, ...] = ()
    notes: tuple[Memory, ...] = ()
    """What a person said at hand why it was made."""

    maybe: tuple[Linked, ...] = ()
    """Decisions that may be reasons, the likeliest first; none of them counts as one."""

    deployed: tuple[Deployment, ...] = ()
    """With which deployments it went, the first one first."""


@dataclass(frozen=True, slots=True)
class Why:
    """The answer."""

    place: Place
    steps: tuple[Step, ...]
    uncommitted: tuple[int, ...] = ()
    governed_by: tuple[Memory, ...] = ()
    """Decisions that state that they govern the path, whether or not a change names them."""

    waiting: int = 0
    """Commits that are not in memory yet, where that may matter."""

    is_cut: bool = False
    """Whether a line may be older than is told: git misses contents of earlier commits."""

    @property
    def has_reason(self) -> bool:
        """Whether any step leads to a decision, or to what a person said of it."""
        return any(step.reasons or step.notes for step in self.steps)


def place_of(project: Project, text: str) -> Place:
    """The path and lines of ``PATH[:LINE[-LINE]]``.

    Raises:
        InvalidValue: If the path leads out of the project, or the lines are none.
    """
    whole = inside(project.root, text)
    match = _PLACE.fullmatch(text)
    if whole.exists() or match is None or match["first"] is None:
        return Place(_relative(project, text))
    first = int(match["first"])
    last = int(match["last"] or first)
    if not 1 <= first <= last or last - first >= MOST_LINES:
        raise InvalidValue(
            f"{match['first']}-{last} are no lines to ask about.",
            hint=f"Give at most {MOST_LINES:,} lines, the first one first: PATH:10-20.",
        )
    return Place(_relative(project, match["path"]), first, last)


async def why(project: Project, text: str) -> Why:
    """Why a path, or some lines of it, are as they are.

    Raises:
        UsageError: If there is no git repository, or git cannot read it.
        InvalidValue: If there is no such file or line.
    """
    place, recorder = place_of(project, text), project.recorder
    if recorder is None:
        raise UsageError(
            "There is no git repository here, so no line has a history.",
            hint="Ask memory itself: featherchat search.",
        )
    if place.first is None:
        return await _of_path(project, recorder, place)
    return await _of_lines(project, recorder, place)


async def _of_lines(project: Project, recorder: Recorder, place: Place) -> Why:
    text = await asyncio.to_thread(_text, project, place)
    origins, changes = await _traced(project, recorder, place, text)
    lines: dict[str, list[int]] = {}
    for each in origins:
        if each.commit is not None:
            lines.setdefault(each.commit, []).append(each.line)
    reasons = await _reasons(project, list(changes.values()))
    steps = [
        Step(commit, changes.get(commit), tuple(found), _of(changes.get(commit), reasons))
        for commit, found in lines.items()
    ]
    uncommitted = tuple(each.line for each in origins if each.commit is None)
    if uncommitted:
        saved = await saves_of(project, place.path)
        steps += [Step("", each, uncommitted) for each in saved]
    steps = await _completed(project, steps)
    governing, is_cut = await _governing(project, place), any(each.is_edge for each in origins)
    return Why(place, tuple(steps), uncommitted, governing, is_cut=is_cut)


async def _traced(
    project: Project, recorder: Recorder, place: Place, text: str
) -> tuple[list[Origin], dict[str, Memory]]:
    """Each line's commit and the changes by commit, looking past what only moved lines."""
    assert project.repository is not None
    lines = (place.first or 1, place.last or 1)
    past: list[str] = []
    file = await asyncio.to_thread(CommittedFile.read, project.repository, place.path, text)
    for _ in range(_ROUNDS):
        origins = await asyncio.to_thread(file.origins, lines, tuple(past))
        commits = list(dict.fromkeys(each.commit for each in origins if each.commit))
        changes = await _changes(project, commits)
        missing = [commit for commit in commits if commit not in changes]
        if missing:
            await recorder.record_some(missing)
            changes |= await _changes(project, missing)
        quiet = [
            commit
            for commit, change in changes.items()
            if change.attributes.get("bulk") in _LOOKED_PAST and commit not in past
        ]
        if not quiet:
            break
        past += quiet
    return origins, changes


async def _of_path(project: Project, recorder: Recorder, place: Place) -> Why:
    where = Filter(kinds=(Kind.CODE_CHANGE,), path=place.path or None)
    found = await project.memories.find(where, _LOOKED_AT)
    touched = [each for each in found if not each.attributes.get("unreachable")]
    waiting = await recorder.waiting()
    governing = await _governing(project, place)
    if not (touched or governing or waiting or inside(project.root, place.path).exists()):
        raise InvalidValue(
            f"There is no {place.path}, and no commit is known that touched it.",
            hint="Give a path from the project's root.",
        )
    reasons = await _reasons(project, touched)
    # What has a reason is told first come, and the newest others fill up.
    told = [each for each in touched if each.id in reasons][:MOST_STEPS]
    others = [each for each in touched if each.id not in reasons]
    told += others[: MOST_STEPS - len(told)]
    steps = [
        Step(each.source.sha or "", each, (), reasons.get(each.id, ()))
        for each in sorted(told, key=lambda each: -each.created_at)
    ]
    steps = await _completed(project, steps)
    return Why(place, tuple(steps), (), governing, waiting)


async def _completed(project: Project, steps: Sequence[Step]) -> list[Step]:
    """The steps with what may be their reasons, and with their deployments."""
    changes = [step.change for step in steps if step.change]
    there = await deployed_with(project, changes)
    maybe = {each.change.id: each.likely[:MOST_MAYBE] for each in await links_of(project, changes)}
    notes = await notes_of(project, changes)
    return [
        replace(
            step,
            notes=notes.get(step.change.id, ()),
            maybe=maybe[step.change.id],
            deployed=there.get(step.change.id, ()),
        )
        if step.change
        else step
        for step in steps
    ]


async def _changes(project: Project, commits: Sequence[str]) -> dict[str, Memory]:
    """The living changes in memory by the commits that carry them."""
    wanted = set(commits)
    ids = await project.memories.ask(lambda store: changes_in(store.database, commits))
    found = await project.memories.get(ids)
    return {
        commit: each
        for each in found.values()
        if each.status is not Status.RETIRED
        for commit in commits_of(each)
        if commit in wanted
    }


async def _reasons(project: Project, changes: Sequence[Memory]) -> Mapping[str, tuple[Reason, ...]]:
    """The decisions that each change carries out, with their parts, by the change's id."""
    links = await linked_of(project, changes)
    causes = {
        change: [link for link in found if _is_reason(link)] for change, found in links.items()
    }
    decisions = {link.memory.id: link.memory for found in causes.values() for link in found}
    parts = await linked_of(project, list(decisions.values()))
    later = {key: await _successors(project, each) for key, each in decisions.items()}
    return {
        change: tuple(
            _reason(link, parts.get(link.memory.id, ()), later[link.memory.id]) for link in found
        )
        for change, found in causes.items()
        if found
    }


def _is_reason(link: Linked) -> bool:
    if link.memory.layer is not Layer.DECISION:
        return False
    if link.edge.relation == RelationType.CAUSES:
        return not link.forward
    forward = (RelationType.CAUSED_BY, RelationType.DERIVED_FROM)
    return link.forward and link.edge.relation in forward


def _reason(link: Linked, parts: Sequence[Linked], later: tuple[Memory, ...]) -> Reason:
    own = [part for part in parts if part.forward]
    return Reason(
        link,
        tuple(part.memory for part in own if part.memory.kind == Kind.RATIONALE),
        tuple(part.memory for part in own if part.memory.kind == Kind.ALTERNATIVE),
        later,
    )


async def _successors(project: Project, decision: Memory) -> tuple[Memory, ...]:
    """What superseded a decision, and what superseded that."""
    found: list[Memory] = []
    seen = {decision.id}
    for _ in range(_LONGEST_TRAIL):
        if decision.status is not Status.SUPERSEDED:
            break
        links = (await linked_of(project, [decision])).get(decision.id, ())
        nexts = [
            link.memory
            for link in links
            if link.edge.relation == RelationType.SUPERSEDES
            and not link.forward
            and link.memory.id not in seen
        ]
        if not nexts:
            break
        decision = nexts[0]
        seen.add(decision.id)
        found.append(decision)
    return tuple(found)


async def _governing(project: Project, place: Place) -> tuple[Memory, ...]:
    if not place.path:
        return ()
    found = await list_decisions(project, Wanted(path=place.path))
    return tuple(each.memory for each in found if each.memory.source.path != place.path)


def _of(change: Memory | None, reasons: Mapping[str, tuple[Reason, ...]]) -> tuple[Reason, ...]:
    return reasons.get(change.id, ()) if change is not None else ()


def _text(project: Project, place: Place) -> str:
    read = read_document(project.root, place.path)
    if not isinstance(read, Document):
        raise InvalidValue(
            f"{place.path} cannot be traced line by line, because it {read.reason}.",
            hint="Ask about the whole path instead, without a line.",
        )
    count = len(read.text.removesuffix("\n").split("\n"))
    if place.last is not None and place.last > count:
        raise InvalidValue(
            f"{place.path} has {count:,} lines.", hint=f"Give a line from 1 to {count:,}."
        )
    return read.text


def _relative(project: Project, path: str) -> str:
    found = inside(project.root, path).relative_to(project.root.resolve()).as_posix()
    return "" if found == "." else found
