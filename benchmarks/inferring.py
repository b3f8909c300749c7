"""How well are decisions suggested for commits that do not name them?

A part of ``benchmarks.links``. Each repository with five or more commits learns its records
as the product does; then its history is replayed in the order of time, as in
``benchmarks.commits``: a commit is asked about, with the number of the record masked, and
only afterwards stored with the links that it states. So every link was learnt from the past.
Between them stand commits of the same repositories that cite nothing
(``link_negatives.tsv``, 25 of each, chosen at random with a fixed seed among those that
touch code, are no bulk change, and are younger than the first record).
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory

from benchmarks.bm25 import PlainBm25
from benchmarks.commits import Commit, History, histories, learn
from benchmarks.questions import learnt, usual
from benchmarks.shares import beside, is_tuned
from featherchat.capture.known_decisions import KnownDecisions, known_decisions
from featherchat.capture.suggesting import Suggester
from featherchat.capture.weighing import LIKELY, Suggestion
from featherchat.clock import SECONDS_PER_DAY, FixedClock
from featherchat.code.history import History as GitHistory
from featherchat.code.repository import Repository
from featherchat.memory import Anchor, Kind, Memory, Source, traits_of
from featherchat.recall.retriever import Retriever
from featherchat.recollection import Filter

NEGATIVES = Path(__file__).with_name("link_negatives.tsv")
HIT = 3


@dataclass(frozen=True, slots=True)
class Answer:
    """What was suggested for one commit."""

    commit: Commit
    """One that cites nothing is a negative."""

    suggested: tuple[Suggestion, ...]
    right: tuple[bool, ...]
    """Of each suggestion, whether the commit cites the record."""

    automatic: bool
    """Whether the first one was linked without asking."""

    plain: bool
    """Whether plain BM25 has a cited record among its first three of that day."""

    wanted: tuple[str, ...] = ()
    """The titles of the cited records."""

    got: str = ""
    """The title of the first suggestion."""

    @property
    def hit(self) -> bool:
        """Whether a cited record is among the suggestions."""
        return any(self.right[:HIT])


@dataclass(frozen=True, slots=True)
class Ground:
    """Where the commits of one repository are asked about."""

    history: History
    suggester: Suggester
    decisions: Mapping[str, Memory]
    """By the path of the record."""

    known: KnownDecisions
    plain: PlainBm25

    def since(self, path: str) -> float:
        """From when on a record could be cited; the same for every ranking."""
        decision = self.decisions[path]
        return self.known.times.get(decision.id, (decision.created_at,))[0]

    def titles(self, paths: Sequence[str] | frozenset[str]) -> tuple[str, ...]:
        """What some records are called."""
        return tuple(sorted(self.decisions[path].title for path in paths))


def negatives(clones: Sequence[Path], name: str) -> list[Commit]:
    """The listed commits of a repository that cite nothing, read from its clone."""
    rows = [line.split("\t") for line in NEGATIVES.read_text(encoding="utf-8").splitlines()[1:]]
    ids = [commit for repository, commit in rows if repository == name]
    clone = next((each for each in clones if each.name == name.rpartition("/")[2]), None)
    repository = Repository.open(clone) if clone else None
    if repository is None:
        return []
    return [
        Commit(
            each.id,
            each.authored_at,
            each.message.strip().partition("\n")[0].strip(),
            tuple(file.path for file in each.files),
            frozenset(),
        )
        for each in GitHistory(repository).read(ids)
    ]


async def replayed(history: History, others: Sequence[Commit], cache: Path | None) -> list[Answer]:
    """Ask about the commits of a history in their order, learning each after it was asked."""
    answers = []
    with TemporaryDirectory() as folder:
        memories = await learnt(history.records, Path(folder), usual(cache))
        heads = await memories.find(Filter(kinds=(Kind.DECISION,), statuses=()))
        decisions = {each.source.path or "": each for each in heads}
        clock = FixedClock()
        suggester = Suggester(memories, Retriever(memories, clock), clock)
        known = await known_decisions(memories)
        if known is None:
            raise SystemExit(f"{history.name} has no decisions.")
        plain = PlainBm25([record.text for record in history.records])
        ground = Ground(history, suggester, decisions, known, plain)
        unnamed = {each.sha for each in others}
        every = sorted((*history.commits, *others), key=lambda each: (each.at, each.sha))
        for count, commit in enumerate(every):
            if commit.sha in unnamed or (commit.cited and commit.sha in history.asked):
                answers.append(await answered(ground, commit, count))
            if commit.sha not in unnamed:
                await learn(memories, commit, decisions)
        await memories.close()
    return answers


async def answered(ground: Ground, commit: Commit, count: int) -> Answer:
    """What the product suggests for a commit when so many were learnt before it."""
    known = replace(ground.known, changes=count)
    suggested = await ground.suggester.suggestions(changed(commit), known)
    cited = {ground.decisions[path].id for path in commit.cited}
    latest = commit.at + SECONDS_PER_DAY
    paths = [record.path for record in ground.history.records]
    ranked = [paths[place] for place in ground.plain.ranked(commit.subject)]
    old = [path for path in ranked if ground.since(path) <= latest]
    titles = {each.id: each.title for each in ground.decisions.values()}
    return Answer(
        commit,
        suggested,
        tuple(each.decision in cited for each in suggested),
        bool(suggested) and ground.suggester.is_automatic(suggested[0]),
        bool(commit.cited & set(old[:HIT])),
        ground.titles(commit.cited),
        titles[suggested[0].decision] if suggested else "",
    )


def changed(commit: Commit) -> Memory:
    """A commit as it is asked about."""
    return Memory(
        f"change-{commit.sha}",
        commit.subject,
        commit.subject[:120],
        Kind.CODE_CHANGE,
        Source("commit", commit.at, sha=commit.sha),
        commit.at,
        traits_of(Kind.CODE_CHANGE).importance,
        anchors=tuple(Anchor(path) for path in commit.files),
    )


def measure(folder: Path, clones: Sequence[Path], cache: Path | None) -> dict[str, list[Answer]]:
    """The answers of every repository."""
    return {
        history.name: asyncio.run(replayed(history, negatives(clones, history.name), cache))
        for history in histories(folder)
    }


def show(label: str, answers: Sequence[Answer], facts: str = "") -> None:
    """One line: what was found for commits that cite a record, and for those that do not."""
    citing = [each for each in answers if each.commit.cited]
    silent = [each for each in answers if not each.commit.cited]
    made = [each for each in citing if each.automatic]
    right = sum(each.right[0] for each in made)
    hits = beside("hit3", [a.hit for a in citing], "bm25", [a.plain for a in citing])
    line = (
        f"{label}{facts} commits={len(citing)} {hits}"
        f" suggestions={mean(len(each.suggested) for each in citing):.2f}"
        f" likely={likely(citing):.2f} automatic={len(made)} right={right}"
    )
    if made:
        line += f" precision={right / len(made):.3f} recall={right / len(citing):.3f}"
    if silent:
        wrong = sum(each.automatic for each in silent)
        line += (
            f" silent={len(silent)} silent_automatic={wrong} share={wrong / len(silent):.3f}"
            f" silent_suggestions={mean(len(each.suggested) for each in silent):.2f}"
            f" silent_likely={likely(silent):.2f}"
        )
    print(line)


def likely(answers: Sequence[Answer]) -> float:
    """How many suggestions of a commit are told unasked."""
    return mean(sum(s.confidence >= LIKELY for s in each.suggested) for each in answers)


def show_sure(answers: Sequence[Answer]) -> None:
    """A line for each tenth of confidence: how often the suggestion was right."""
    for tenth in range(10):
        told = [
            right
            for each in answers
            if each.commit.cited
            for suggestion, right in zip(each.suggested, each.right, strict=True)
            if tenth == min(int(suggestion.confidence * 10), 9)
        ]
        if told:
            print(f"confidence={tenth / 10:.1f} suggestions={len(told)} right={mean(told):.2f}")


def show_lost(answers: Sequence[Answer], most: int = 8) -> None:
    """Where it loses: links that were made wrongly, and the surest misses."""
    wrong = [a for a in answers if a.automatic and not a.right[0]]
    missed = [a for a in answers if a.commit.cited and a.suggested and not a.hit]
    missed.sort(key=lambda each: -each.suggested[0].confidence)
    for word, found in (("linked", wrong), ("missed", missed[:most])):
        for each in found:
            first = each.suggested[0]
            wanted = "; ".join(each.wanted) or "nothing"
            print(
                f"{word} {each.commit.sha[:7]} “{each.commit.subject[:70]}” cites: {wanted[:90]};"
                f" got: {each.got[:60]} ({first.origin}, {first.confidence:.2f})"
            )


def show_all(measured: Mapping[str, Sequence[Answer]]) -> None:
    """Every repository, then all and those that nothing was tuned on."""
    for name, answers in measured.items():
        show(name, answers, f" tuned={'yes' if is_tuned(name) else 'no'}")
    held_out = [a for name, each in measured.items() if not is_tuned(name) for a in each]
    show("micro", [a for each in measured.values() for a in each])
    show("micro, held out", held_out)
    show_sure(held_out)
    show_lost(held_out)
