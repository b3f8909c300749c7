"""Importing a folder of decision records, with a word on every file.

The same plan answers a dry run and is carried out. A second import changes nothing; a
changed file is a new version of its decision, a moved one keeps it, a deleted one
retires it, and a file that was written from a decision in memory is that decision.
"""

import asyncio
import posixpath
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from featherchat.capture.documents import Learner, Report
from featherchat.capture.pieces import decision_name
from featherchat.capture.planning import Plan, Read, RecordSource, plan_records
from featherchat.clock import Clock
from featherchat.code.repository import Repository
from featherchat.decisions import Decision, Problem, problems
from featherchat.recall.memories import Memories
from featherchat.settings import LearnSettings
from featherchat.store.base import Document


class Outcome(StrEnum):
    """What an import does with a file."""

    NEW = "new"
    CHANGED = "changed"
    MOVED = "moved"
    """The file has another name; its decision stays."""

    UNCHANGED = "unchanged"
    GONE = "gone"
    """The file is no longer there; its decision retires."""

    UNPARSED = "unparsed"
    """It is left out, for the reason that is given; what was known of it stands."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import does with one file."""

    path: str
    outcome: Outcome
    decision: Decision | None = None
    """What it says, where it was read."""

    reason: str = ""
    """Why it is left out, to be put after "because it"."""

    before: str = ""
    """Its path before it was moved."""

    status_before: str = ""
    """What memory said of its status until now, where the file says something else."""

    line: int | None = None
    """Where the reason lies, from 1, if it is one line."""

    problems: tuple[Problem, ...] = ()
    """What is odd about it; it was imported all the same."""

    @property
    def title(self) -> str:
        """How its decision is called; empty where it was not read."""
        return decision_name(self.decision) if self.decision is not None else ""


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import has done, or would do."""

    files: tuple[Imported, ...] = ()
    """By path."""

    learnt: Report | None = None
    """What was stored; None for a dry run."""

    def count(self, outcome: Outcome) -> int:
        """How many files had an outcome."""
        return sum(each.outcome is outcome for each in self.files)


@dataclass(frozen=True, slots=True)
class Importer:
    """What importing needs of a project."""

    memories: Memories
    clock: Clock
    settings: LearnSettings
    developer: str | None = None


async def import_records(
    importer: Importer, source: RecordSource, *, dry_run: bool = False
) -> ImportReport:
    """Learn the decision records of a folder; ``dry_run`` only says what would happen.

    Words are searchable when this returns; meaning follows with ``embed_pending``.
    """
    memories = importer.memories
    known = await memories.documents()
    plan, refused = await asyncio.to_thread(
        plan_records, source, known, importer.settings, memories.redacted
    )
    moved = _moves(plan, known)
    files = [
        *await _told_statuses(memories, known, [_read(each, moved) for each in plan.documents]),
        *(replace(_read(each, moved), outcome=Outcome.UNCHANGED) for each in plan.standing),
        *(Imported(path, Outcome.GONE) for path in plan.gone if path not in moved.values()),
        *(Imported(s.path, Outcome.UNPARSED, reason=s.reason, line=s.line) for s in plan.skipped),
        *(Imported(each.path, Outcome.UNPARSED, reason=each.reason) for each in refused),
    ]
    report = ImportReport(tuple(sorted(files, key=lambda each: each.path)))
    if dry_run:
        return report
    dates = await asyncio.to_thread(_dates, plan, source)
    learner = Learner(memories, importer.clock, importer.developer)
    learnt = await learner.learn(plan, dates)
    await memories.ask(lambda store: store.flush())
    return ImportReport(report.files, learnt)


async def _told_statuses(
    memories: Memories, known: Mapping[str, Document], files: Sequence[Imported]
) -> list[Imported]:
    """The files, each with the status that memory had and that the file takes away."""
    heads = {path: document.pieces.get("decision", "") for path, document in known.items()}
    found = await memories.get([heads[each.path] for each in files if each.path in heads])
    told: list[Imported] = []
    for each in files:
        memory = found.get(heads.get(each.path, ""))
        stated = each.decision.status if each.decision is not None else None
        before = memory.adr_status if memory is not None else None
        told.append(replace(each, status_before=before) if before and before != stated else each)
    return told


def record_dates(
    reads: Sequence[Read], repository: Repository | None, prefix: str = ""
) -> Mapping[str, float]:
    """When records that state no date were first committed, in seconds UTC by path.

    Args:
        reads: What was read.
        repository: Asked once for each folder.
        prefix: What stands in each path before the one in the repository.
    """
    if repository is None:
        return {}
    undated = [
        each.file.path.removeprefix(prefix)
        for each in reads
        if each.decision is not None and each.drafts.dated is None
    ]
    dates: dict[str, float] = {}
    for folder in sorted({posixpath.dirname(path) or "." for path in undated}):
        found = repository.added_times(folder)
        dates.update({f"{prefix}{path}": seconds for path, seconds in found.items()})
    return dates


def _dates(plan: Plan, source: RecordSource) -> Mapping[str, float]:
    repository = Repository.open(source.base)
    if repository is None:
        return {}
    # A folder outside may lie deep in its repository.
    inner = repository.root.resolve()
    prefix = f"{inner.as_posix()}/" if source.outside else ""
    return record_dates(plan.documents, repository, prefix)


def _moves(plan: Plan, known: Mapping[str, Document]) -> dict[str, str]:
    """The former path of each file that was only moved, or that names the decision of one."""
    gone = {known[path].blob: path for path in plan.gone}
    heads = {known[path].pieces.get("decision"): path for path in plan.gone}
    moves: dict[str, str] = {}
    for read in plan.documents:
        named = read.decision.featherchat_id if read.decision is not None else None
        before = gone.get(read.file.blob_hash) or (heads.get(named) if named else None)
        if not read.known and before is not None:
            moves.setdefault(read.file.path, before)
    return moves


def _read(read: Read, moved: Mapping[str, str]) -> Imported:
    path = read.file.path
    outcome = Outcome.CHANGED if read.known else Outcome.MOVED if path in moved else Outcome.NEW
    before = moved.get(path, "")
    return Imported(path, outcome, read.decision, before=before, problems=tuple(_odd(read)))


def _odd(read: Read) -> Iterator[Problem]:
    if read.file.encoding_guessed:
        yield Problem(
            1, "It is not UTF-8; it was read as Windows' Western alphabet.", read.file.path
        )
    for problem in problems(read.file.text):
        yield Problem(problem.line, problem.text, read.file.path)
