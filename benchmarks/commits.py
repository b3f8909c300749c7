"""Does recall find the decision that a commit carries out?

    python -m benchmarks.commits --data DIR [--cache DIR] [--unlinked]

DIR holds ``adr-corpus.jsonl`` and ``adr-commits.jsonl``. Each repository with five or
more commits learns its records as the product does; then its history is replayed. A
commit's subject, with the record's number masked, and its files are asked, and only
afterwards is the commit itself stored: a memory that is anchored to its files, linked with
the decisions that it cites. So every link was learnt from an earlier commit. Of a long
history 75 commits are asked, evenly spaced; the others are only learnt from.

Beside it stands plain BM25 over whole records, asked for the subject (bm25) and for the
subject and the paths (bm25_paths). Prints, for each repository and overall, the share of
commits of which a cited record comes first (r1) and among the first five (r5), among all
records and, marked ``older``, among those that were there before the commit; and how often a
record is cited that an earlier commit of the same file had cited (known). Ranking alone: memory
may not say that it has nothing. With ``--unlinked`` no commit is ever learnt.
"""

import argparse
import asyncio
import json
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory

from benchmarks.bm25 import PlainBm25
from benchmarks.questions import Settings, learnt, usual
from benchmarks.records import Record
from benchmarks.shares import beside, is_tuned
from featherchat.clock import FixedClock
from featherchat.memory import Anchor, Edge, Kind, Layer, Memory, RelationType, Source, traits_of
from featherchat.recall.memories import Memories
from featherchat.recall.retriever import Retriever
from featherchat.recollection import Filter
from featherchat.store.base import Cause

FEWEST, MOST = 5, 75
"""Commits of a repository: with fewer it is left out, of more so many are asked."""

LISTED = 60
DECISIONS = Filter(layers=(Layer.DECISION,))
MASK = "[ADR]"


@dataclass(frozen=True, slots=True)
class Commit:
    """One change of code that cites a decision record."""

    sha: str
    at: float
    subject: str
    files: tuple[str, ...]
    cited: frozenset[str]
    """The paths of the records."""


@dataclass(frozen=True, slots=True)
class History:
    """A repository's records, and its commits from the oldest on."""

    name: str
    records: tuple[Record, ...]
    commits: tuple[Commit, ...]

    @property
    def asked(self) -> frozenset[str]:
        """The commits that are asked about."""
        count = len(self.commits)
        step = (count - 1) / (MOST - 1)
        places = range(count) if count <= MOST else (round(step * n) for n in range(MOST))
        return frozenset(self.commits[place].sha for place in places)


@dataclass(frozen=True, slots=True)
class Place:
    """How well one ranking answered one commit."""

    first: bool
    five: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """One commit, as three rankings answered it."""

    older: bool
    """Whether only records were ranked that were there before the commit."""

    known: bool
    """Whether an earlier commit of one of its files had cited one of its records."""

    ours: Place
    plain: Place
    with_paths: Place


def histories(folder: Path) -> Iterator[History]:
    """The repositories that have commits enough, in the order of the data."""
    records: dict[str, list[Record]] = defaultdict(list)
    paths: dict[tuple[str, int], str] = {}
    for line in (folder / "adr-corpus.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        records[row["repo"]].append(Record(row["path"], row["text"], None, row["added"]))
        paths[row["repo"], row["adr"]] = row["path"]
    commits: dict[str, list[Commit]] = defaultdict(list)
    for line in (folder / "adr-commits.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        cited = frozenset(paths[row["repo"], n] for n in row["adrs"] if (row["repo"], n) in paths)
        at = datetime.fromisoformat(row["date"]).timestamp()
        subject = " ".join(row["subject"].replace(MASK, " ").split())
        commits[row["repo"]].append(Commit(row["sha"], at, subject, tuple(row["files"]), cited))
    for name, found in commits.items():
        if len(found) >= FEWEST:
            ordered = sorted(found, key=lambda commit: (commit.at, commit.sha))
            yield History(name, tuple(records[name]), tuple(ordered))


async def replayed(history: History, settings: Settings, *, linked: bool) -> list[Answer]:
    """Ask about the commits of a history in their order, learning each after it was asked."""
    plain = PlainBm25([record.text for record in history.records])
    known: dict[str, set[str]] = defaultdict(set)
    answers: list[Answer] = []
    with TemporaryDirectory() as folder:
        memories = await learnt(history.records, Path(folder), settings)
        heads = await memories.find(Filter(kinds=(Kind.DECISION,), statuses=()))
        decisions = {memory.source.path or "": memory for memory in heads}
        for commit in history.commits:
            if commit.sha in history.asked:
                ours = await ranked(memories, commit)
                seen = {path for file in commit.files for path in known[file]}
                answers += judged(history, commit, decisions, (ours, plain), seen)
            for file in commit.files:
                known[file] |= commit.cited
            if linked:
                await learn(memories, commit, decisions)
        await memories.close()
    return answers


async def ranked(memories: Memories, commit: Commit) -> list[str]:
    """The records in the order in which recall brings their decisions and parts."""
    retriever = Retriever(memories, FixedClock(commit.at))
    recall = await retriever.recall(
        commit.subject, LISTED, DECISIONS, abstain=False, paths=commit.files
    )
    return list(dict.fromkeys(each.memory.source.path or "" for each in recall.found))


async def learn(memories: Memories, commit: Commit, decisions: Mapping[str, Memory]) -> None:
    """Store a commit as the memory of a change, linked with what it cites."""
    memory = Memory(
        f"change-{commit.sha}",
        commit.subject,
        commit.subject[:80],
        Kind.CODE_CHANGE,
        Source("commit", commit.at, sha=commit.sha),
        commit.at,
        traits_of(Kind.CODE_CHANGE).importance,
        anchors=tuple(Anchor(path, commit=commit.sha) for path in commit.files),
    )
    edges = [Edge(decisions[p].id, memory.id, RelationType.CAUSES) for p in commit.cited]
    cause = Cause(commit.sha, commit.at, "commit", "a commit")
    await memories.remember([memory], cause, edges)


def judged(
    history: History,
    commit: Commit,
    decisions: Mapping[str, Memory],
    rankings: tuple[Sequence[str], PlainBm25],
    seen: set[str],
) -> Iterator[Answer]:
    """A commit among all records, and among those that were there before it."""
    ours, plain = rankings
    paths = [record.path for record in history.records]
    bare = [paths[place] for place in plain.ranked(commit.subject)]
    longer = [paths[n] for n in plain.ranked(" ".join((commit.subject, *commit.files)))]
    old = {path for path in paths if decisions[path].created_at < commit.at}
    for older, ranking in ((False, set(paths)), (True, old)):
        wanted = commit.cited & ranking
        if wanted:
            places = [
                place_of([path for path in each if path in ranking], wanted)
                for each in (ours, bare, longer)
            ]
            yield Answer(older, bool(wanted & seen), *places)


def place_of(paths: Sequence[str], wanted: frozenset[str] | set[str]) -> Place:
    """Whether one of the wanted records is the first, or among five."""
    return Place(bool(wanted & set(paths[:1])), bool(wanted & set(paths[:5])))


def show(label: str, answers: Sequence[Answer]) -> None:
    """One line: shares over commits, and the differences from plain BM25."""
    first = beside("r1", [a.ours.first for a in answers], "bm25", [a.plain.first for a in answers])
    five = beside("r5", [a.ours.five for a in answers], "bm25", [a.plain.five for a in answers])
    print(
        f"{label} commits={len(answers)} {first} {five}"
        f" bm25_paths_r1={mean(a.with_paths.first for a in answers):.3f}"
        f" bm25_paths_r5={mean(a.with_paths.five for a in answers):.3f}"
        f" known={mean(a.known for a in answers):.3f}"
    )


def show_macro(label: str, groups: Sequence[Sequence[Answer]]) -> None:
    """One line: the mean of the repositories' shares, each repository counting the same."""
    means = [
        [mean(getattr(getattr(a, who), where) for a in group) for group in groups if group]
        for where in ("first", "five")
        for who in ("ours", "plain")
    ]
    r1, bm25_r1, r5, bm25_r5 = (mean(each) for each in means)
    print(
        f"{label} repositories={len(means[0])}"
        f" r1={r1:.3f} bm25_r1={bm25_r1:.3f} difference={r1 - bm25_r1:+.3f}"
        f" r5={r5:.3f} bm25_r5={bm25_r5:.3f} difference={r5 - bm25_r5:+.3f}"
    )


def show_all(measured: Mapping[str, Sequence[Answer]]) -> None:
    """Every repository, then all and those that nothing was tuned on."""
    for older in (False, True):
        mark = ", older" if older else ""
        groups = {
            name: [answer for answer in answers if answer.older is older]
            for name, answers in measured.items()
        }
        for name, answers in groups.items():
            if answers:
                show(f"{name}{mark} tuned={'yes' if is_tuned(name) else 'no'}", answers)
        held_out = [answers for name, answers in groups.items() if not is_tuned(name)]
        show(f"micro{mark}", [a for answers in groups.values() for a in answers])
        show(f"micro, held out{mark}", [a for answers in held_out for a in answers])
        show_macro(f"macro{mark}", list(groups.values()))
        show_macro(f"macro, held out{mark}", held_out)


def measure(folder: Path, cache: Path | None, *, linked: bool = True) -> dict[str, list[Answer]]:
    """The answers of every repository."""
    return {
        history.name: asyncio.run(replayed(history, usual(cache), linked=linked))
        for history in histories(folder)
    }


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, metavar="DIR")
    parser.add_argument("--cache", type=Path, metavar="DIR", help="keeps vectors between runs")
    parser.add_argument("--unlinked", action="store_true", help="learn no commit")
    arguments = parser.parse_args(argv)
    started = time.perf_counter()
    show_all(measure(arguments.data, arguments.cache, linked=not arguments.unlinked))
    print(f"seconds={time.perf_counter() - started:.0f}")


if __name__ == "__main__":
    main()
