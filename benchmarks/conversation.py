"""Does memory find what was said in long conversations?

    python -m benchmarks.conversation --data DIR [--cache DIR] [--alone]

DIR holds ``locomo_turns.jsonl`` and ``locomo_qa.jsonl`` (LoCoMo; CC BY-NC 4.0, evaluation
only). Each of the ten conversations is a project of its own: each turn a memory of the kind
``conversation``, titled with its speaker and day, and linked with the turn before it as the
gate links what is said in one session. Questions go through ``Retriever.recall`` with the
embedded model and no key. Beside it stands SQLite's FTS5 over the same words, with porter
stemming, asked for any of the question's words but the stop words.

Prints, for each category of questions, for the conversations that nothing was tuned on, and
for all: the share of the turns that hold the answer (share) and whether any of them is (any)
among the first 5 and 10; and whether one of their sessions is among the first 5 and 10
(session), the sessions in the order of the sum of their turns' scores, each turn counting 0.6
of the one before it, over the first 100 turns. Then the difference to FTS5 with a 95 %
bootstrap interval. Ranking alone: memory may not say that it has nothing. With ``--alone``
no turn is linked with another. Embeddings are computed once in about two minutes and kept.

What turns and whole conversations lend was chosen on the conversations whose name's hash is
even; the discount, of which 0.5 to 0.8 give .936 to .941 for session5, with all in view.
"""

import argparse
import asyncio
import json
import re
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory, gettempdir

import apsw

from benchmarks.shares import beside, is_tuned
from benchmarks.vectors import KeptVectors
from featherchat.clock import FixedClock
from featherchat.embedders.local import LocalEmbedder
from featherchat.memory import Edge, Kind, Memory, RelationType, Source, traits_of
from featherchat.recall.memories import Memories
from featherchat.recall.retriever import Retriever
from featherchat.store.analysis import STOP_WORDS
from featherchat.store.base import Cause

LISTED = 100
DISCOUNT = 0.6
"""What each further turn of a session counts of the one before it."""

AHEAD = 365 * 86_400.0
"""Seconds after the last turn at which everything is asked: no turn is fresher than another."""

CATEGORIES = {1: "multi-hop", 2: "temporal", 3: "open-domain", 4: "single-hop"}
MEASURES = ("share5", "share10", "any5", "any10", "session5", "session10")


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing that was said."""

    id: str
    session: int
    at: float
    speaker: str
    text: str

    @property
    def title(self) -> str:
        """Who said it, and on which day."""
        return f"{self.speaker}, {datetime.fromtimestamp(self.at, UTC):%-d %B %Y}"


@dataclass(frozen=True, slots=True)
class Question:
    """A question with the ids of the turns that hold its answer."""

    text: str
    category: int
    evidence: frozenset[str]


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation over many sessions."""

    name: str
    turns: tuple[Turn, ...]
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Answered:
    """One question, and what each of two rankings made of it, by ``MEASURES``."""

    conversation: str
    category: int
    ours: tuple[float, ...]
    theirs: tuple[float, ...]


Scored = Sequence[tuple[str, float]]
"""Ids of turns with their scores, best first."""


def conversations(folder: Path) -> list[Conversation]:
    """The conversations in the data, in its order."""
    turns: dict[str, list[Turn]] = defaultdict(list)
    for row in rows(folder / "locomo_turns.jsonl"):
        day = datetime.strptime(row["date"], "%I:%M %p on %d %B, %Y").replace(tzinfo=UTC)
        text = row["text"] + (f" [{row['caption']}]" if row["caption"] else "")
        at = day.timestamp() + len(turns[row["conv"]])
        turns[row["conv"]].append(Turn(row["id"], row["session"], at, row["speaker"], text))
    questions: dict[str, list[Question]] = defaultdict(list)
    for row in rows(folder / "locomo_qa.jsonl"):
        evidence = frozenset(row["evidence"])
        questions[row["conv"]].append(Question(row["question"], row["category"], evidence))
    return [
        Conversation(name, tuple(found), tuple(questions[name])) for name, found in turns.items()
    ]


def rows(path: Path) -> Iterator[Mapping[str, object]]:
    """The lines of a file, as it has them."""
    return (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())


async def asked(conversation: Conversation, cache: Path, *, linked: bool) -> list[Answered]:
    """A conversation's questions, answered by the product and by FTS5."""
    now = max(turn.at for turn in conversation.turns) + AHEAD
    peer = Fts5(conversation.turns)
    answers: list[Answered] = []
    with TemporaryDirectory() as folder:
        memories = await remembered(conversation, Path(folder), now, cache, linked=linked)
        retriever = Retriever(memories, FixedClock(now))
        for question in conversation.questions:
            recall = await retriever.recall(question.text, LISTED, abstain=False)
            found = [(each.memory.id, each.score) for each in recall.found]
            ours = measured(found, question, conversation)
            theirs = measured(peer.ranked(question.text), question, conversation)
            answers.append(Answered(conversation.name, question.category, ours, theirs))
        await memories.close()
    return answers


async def remembered(
    conversation: Conversation, folder: Path, now: float, cache: Path, *, linked: bool
) -> Memories:
    """A project that remembers every turn, with every vector in place."""
    memories = await Memories.open(
        folder / "memory.feather",
        folder / "cache",
        FixedClock(now),
        KeptVectors(LocalEmbedder(), cache),
        busy_timeout=5.0,
    )
    turns = conversation.turns
    edges = [
        Edge(later.id, earlier.id, RelationType.SAME_SESSION, origin="session")
        for earlier, later in pairwise(turns)
        if linked and earlier.session == later.session
    ]
    cause = Cause("turns", now, "import", "a benchmark")
    await memories.remember([memory_of(turn) for turn in turns], cause, edges)
    await memories.ask(lambda store: store.flush())
    await memories.embed_pending()
    return memories


def memory_of(turn: Turn) -> Memory:
    """A turn as it is remembered."""
    return Memory(
        turn.id,
        turn.text,
        turn.title,
        Kind.CONVERSATION,
        Source("user", turn.at, session_id=f"session-{turn.session}", turn_id=turn.id),
        turn.at,
        traits_of(Kind.CONVERSATION).importance,
    )


class Fts5:
    """SQLite's full-text search with porter stemming."""

    def __init__(self, turns: Sequence[Turn]) -> None:
        self._database = apsw.Connection(":memory:")
        self._database.execute("CREATE VIRTUAL TABLE said USING fts5(text, tokenize='porter')")
        self._ids = [turn.id for turn in turns]
        texts = [(n, f"{turn.title}\n{turn.text}") for n, turn in enumerate(turns)]
        self._database.executemany("INSERT INTO said(rowid, text) VALUES (?, ?)", texts)

    def ranked(self, question: str) -> Scored:
        """The turns with any of a question's words, best first."""
        words = dict.fromkeys(re.findall(r"\w+", question.lower()))
        asked = [word for word in words if word not in STOP_WORDS] or list(words)
        sql = "SELECT rowid, -rank FROM said WHERE said MATCH ? ORDER BY rank LIMIT ?"
        wanted = " OR ".join(f'"{word}"' for word in asked)
        return [
            (self._ids[row], score) for row, score in self._database.execute(sql, (wanted, LISTED))
        ]


def measured(found: Scored, question: Question, conversation: Conversation) -> tuple[float, ...]:
    """How well one ranking answered one question, by ``MEASURES``."""
    session_of = {turn.id: turn.session for turn in conversation.turns}
    ids, wanted = [turn_id for turn_id, _ in found], question.evidence
    sessions = in_order([(session_of[turn_id], score) for turn_id, score in found])
    held = {session_of[turn_id] for turn_id in wanted}
    return (
        *(len(wanted & set(ids[:k])) / len(wanted) for k in (5, 10)),
        *(float(bool(wanted & set(ids[:k]))) for k in (5, 10)),
        *(float(bool(held & set(sessions[:k]))) for k in (5, 10)),
    )


def in_order(turns: Sequence[tuple[int, float]]) -> list[int]:
    """The sessions of some turns, by the discounted sum of their scores."""
    counted: dict[int, int] = defaultdict(int)
    sums: dict[int, float] = defaultdict(float)
    for session, score in turns:
        sums[session] += score * DISCOUNT ** counted[session]
        counted[session] += 1
    return sorted(sums, key=lambda session: -sums[session])


def show(label: str, answers: Sequence[Answered]) -> None:
    """One line: the means of each measure, ours beside theirs."""
    figures = (
        beside(name, [a.ours[n] for a in answers], "fts5", [a.theirs[n] for a in answers])
        for n, name in enumerate(MEASURES)
    )
    print(f"{label} questions={len(answers)} {' '.join(figures)}")


def macro(answers: Sequence[Answered]) -> str:
    """The means over conversations, each counting the same."""
    names = dict.fromkeys(each.conversation for each in answers)
    groups = [[each.ours for each in answers if each.conversation == name] for name in names]
    means = [
        mean(mean(each[n] for each in group) for group in groups) for n in range(len(MEASURES))
    ]
    return " ".join(f"{name}={value:.3f}" for name, value in zip(MEASURES, means, strict=True))


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    kept = Path(gettempdir()) / "featherchat-vectors"
    parser.add_argument("--data", type=Path, required=True, metavar="DIR")
    parser.add_argument("--cache", type=Path, default=kept, metavar="DIR", help=f"default {kept}")
    parser.add_argument("--alone", action="store_true", help="link no turn with another")
    arguments = parser.parse_args(argv)
    started = time.perf_counter()
    answers: list[Answered] = []
    for conversation in conversations(arguments.data):
        found = asyncio.run(asked(conversation, arguments.cache, linked=not arguments.alone))
        show(f"{conversation.name} turns={len(conversation.turns)}", found)
        answers += found
    for category, name in CATEGORIES.items():
        show(name, [each for each in answers if each.category == category])
    show("held out", [each for each in answers if not is_tuned(each.conversation)])
    show("all", answers)
    print(f"macro conversations={len({each.conversation for each in answers})} {macro(answers)}")
    print(f"seconds={time.perf_counter() - started:.0f}")


if __name__ == "__main__":
    main()
