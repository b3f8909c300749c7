"""Does recall find the decision that a question is about?

    python -m benchmarks.questions --data DIR [--cache DIR] [--words | --meaning | --rrf]

DIR holds ``adr-corpus.jsonl``. Each repository's records are learnt by the product
itself, without their titles and context sections; then the first two sentences of
each context section are asked, and the records are ranked by the order of what is
recalled. Beside it stands plain BM25 over the whole records. Prints, for each
repository and overall: questions, the share whose record comes first (r1) and among
the first five (r5), the difference from BM25 with a 95 % bootstrap interval over
questions, r5 where memory may say that it has nothing (answered_r5), how many of its
own and of other repositories' questions memory answers at all, and how many scores
were recomputed from the parts that explain shows, to 1e-6.

Parameters were chosen on the repositories marked ``tuned=yes``, but two with all in
view: how many hits are fused, and that a record means what its parts mean together
(sharpness 10 to 30 made no difference). The questions quote the records' authors;
people's own questions are shorter and further away.
"""

import argparse
import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory

from benchmarks.bm25 import PlainBm25
from benchmarks.records import Record, Repository, repositories
from benchmarks.shares import SEED, beside, is_tuned, within
from benchmarks.vectors import KeptVectors
from featherchat.capture.documents import Learner
from featherchat.capture.pieces import drafts_of_record
from featherchat.capture.planning import Plan, Read
from featherchat.clock import FixedClock
from featherchat.code.files import Document
from featherchat.decisions import parse
from featherchat.embedders.local import LocalEmbedder
from featherchat.fusion import Fusion, FusionWeights
from featherchat.memory import AdrStatus
from featherchat.ranking import relevance_of, score_of
from featherchat.recall.finding import Recall
from featherchat.recall.memories import Memories
from featherchat.recall.retriever import Retriever
from featherchat.settings import LearnSettings

NOW = datetime(2026, 11, 1, tzinfo=UTC).timestamp()
LISTED = 50
"""Memories that are recalled for one question, so that five records are surely among them."""

FOREIGN = 60
"""Questions of the other repositories that each repository is asked."""

PRECISION = 1e-6


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured on one repository; the lists are by question."""

    name: str
    records: int
    memories: int
    seconds: float
    first: tuple[bool, ...]
    """Whether the record came first."""

    five: tuple[bool, ...]
    plain_first: tuple[bool, ...]
    plain_five: tuple[bool, ...]
    answered_five: tuple[bool, ...]
    """Whether the record is among five where memory may also say that it has nothing."""

    own_answered: tuple[bool, ...]
    foreign_answered: tuple[bool, ...]
    recomputed: int
    """Scores that followed from their parts; one that does not ends the run."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What of the product takes part."""

    cache: Path | None
    words: bool
    meaning: bool
    fusion: Fusion


async def measure(repository: Repository, foreign: Sequence[str], settings: Settings) -> Figures:
    started = time.perf_counter()
    plain = PlainBm25([record.text for record in repository.records])
    asked = [(n, r.question) for n, r in enumerate(repository.records) if r.question]
    with TemporaryDirectory() as folder:
        memories = await learnt(repository.records, Path(folder), settings)
        weights = FusionWeights(0.0, 1.0) if settings.meaning else FusionWeights()
        retriever = Retriever(memories, FixedClock(NOW), weights=weights, fusion=settings.fusion)
        places = {record.path: number for number, record in enumerate(repository.records)}
        recalls = [await recall(retriever, question, settings) for _, question in asked]
        ranked = [records_in(each, places) for each in recalls]
        bare = [plain.ranked(question) for _, question in asked]
        own = [await is_answered(retriever, question, settings) for _, question in asked]
        other = [await is_answered(retriever, question, settings) for question in foreign]
        total = (await memories.counts()).total
        await memories.close()
    numbers = [number for number, _ in asked]
    return Figures(
        repository.name,
        len(repository.records),
        total,
        time.perf_counter() - started,
        within(ranked, numbers, 1),
        within(ranked, numbers, 5),
        within(bare, numbers, 1),
        within(bare, numbers, 5),
        tuple(a and b for a, b in zip(own, within(ranked, numbers, 5), strict=True)),
        tuple(own),
        tuple(other),
        sum(recomputed(each) for each in recalls),
    )


async def learnt(records: Sequence[Record], folder: Path, settings: Settings) -> Memories:
    """A project that has learnt the records, with every vector in place."""
    clock = FixedClock(NOW)
    embedder = KeptVectors(LocalEmbedder(), settings.cache)
    memories = await Memories.open(
        folder / "memory.feather", folder / "cache", clock, embedder, busy_timeout=5.0
    )
    plan = Plan(tuple(read(record) for record in records))
    await Learner(memories, clock, None).learn(plan, {})
    await memories.ask(lambda store: store.flush())
    await memories.embed_pending()
    return memories


def read(record: Record) -> Read:
    """A record as the planner would hand it on, its status in force.

    A superseded record gives way to its successor, which is right for a person and
    would be counted as a miss here.
    """
    decision = parse(record.text, record.path)
    if decision.status is AdrStatus.SUPERSEDED or decision.superseded_by or decision.supersedes:
        decision = replace(decision, status=AdrStatus.ACCEPTED, superseded_by=(), supersedes=())
    added = datetime.fromisoformat(record.added).timestamp() if record.added else NOW
    size = len(record.text.encode())
    file = Document(record.path, record.text, sha256(record.text.encode()).hexdigest(), size, added)
    return Read(file, drafts_of_record(decision, LearnSettings().piece_words), decision, False)


async def recall(retriever: Retriever, question: str, settings: Settings) -> Recall:
    """Everything that is found, in one list and by layer."""
    return await retriever.recall(
        question, LISTED, words_only=settings.words, abstain=False, layers=True, explain=True
    )


def records_in(found: Recall, places: dict[str, int]) -> list[int]:
    """The records by the order of what is recalled, each once."""
    return list(dict.fromkeys(places[each.memory.source.path or ""] for each in found.found))


def recomputed(found: Recall) -> int:
    """How many scores follow from their parts: each of them has to."""
    layers = [each for one in found.layers for each in (*one.found, *one.left_out)]
    told = [*found.found, *found.near_misses, *layers]
    for each in told:
        relevance, score = relevance_of(each.parts), score_of(each.parts)
        if max(abs(relevance - each.parts.relevance), abs(score - each.score)) > PRECISION:
            raise SystemExit(f"The score of {each.memory.id} does not follow from {each.parts}.")
    return len(told)


async def is_answered(retriever: Retriever, question: str, settings: Settings) -> bool:
    """Whether memory says anything."""
    return bool((await retriever.recall(question, words_only=settings.words)).found)


def show(label: str, measured: Sequence[Figures], facts: str = "") -> None:
    """One line: shares over all questions of the repositories, and their difference from BM25."""
    own, foreign = joined(measured, "own_answered"), joined(measured, "foreign_answered")
    first = beside("r1", joined(measured, "first"), "bm25", joined(measured, "plain_first"))
    five = beside("r5", joined(measured, "five"), "bm25", joined(measured, "plain_five"))
    print(
        f"{label} questions={len(own)} {first} {five}"
        f" answered_r5={mean(joined(measured, 'answered_five')):.3f}"
        f" own_answered={mean(own):.3f} foreign_answered={mean(foreign):.3f}"
        f" recomputed={sum(figures.recomputed for figures in measured)}{facts}"
    )


def joined(measured: Sequence[Figures], name: str) -> tuple[bool, ...]:
    """One list of answers over several repositories."""
    return tuple(each for figures in measured for each in getattr(figures, name))


def show_macro(label: str, measured: Sequence[Figures]) -> None:
    """One line: the mean of the repositories' shares, each repository counting the same."""
    names = ("first", "plain_first", "five", "plain_five", "answered_five")
    r1, bm25_r1, r5, bm25_r5, answered, own, foreign = (
        mean(mean(getattr(figures, name)) for figures in measured)
        for name in (*names, "own_answered", "foreign_answered")
    )
    print(
        f"{label} repositories={len(measured)}"
        f" r1={r1:.3f} bm25_r1={bm25_r1:.3f} difference={r1 - bm25_r1:+.3f}"
        f" r5={r5:.3f} bm25_r5={bm25_r5:.3f} difference={r5 - bm25_r5:+.3f}"
        f" answered_r5={answered:.3f} own_answered={own:.3f} foreign_answered={foreign:.3f}"
    )


def questions_of_others(repository: Repository, everything: Sequence[Repository]) -> list[str]:
    """A fixed sample of what other repositories are asked."""
    found = [
        record.question
        for other in everything
        if other.name != repository.name
        for record in other.records
        if record.question is not None
    ]
    return random.Random(SEED).sample(found, FOREIGN)


def parsed(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, metavar="DIR")
    parser.add_argument("--cache", type=Path, metavar="DIR", help="keeps vectors between runs")
    alone = parser.add_mutually_exclusive_group()
    alone.add_argument("--words", action="store_true", help="measure words alone")
    alone.add_argument("--meaning", action="store_true", help="measure meaning alone")
    alone.add_argument("--rrf", action="store_true", help="fuse by reciprocal ranks")
    return parser.parse_args(argv)


def measure_all(folder: Path, settings: Settings) -> list[Figures]:
    """The figures of every repository in the data."""
    everything = repositories(folder)
    return [
        asyncio.run(measure(each, questions_of_others(each, everything), settings))
        for each in everything
    ]


def show_all(measured: Sequence[Figures]) -> None:
    """Every repository, then all and those that nothing was tuned on."""
    for figures in measured:
        facts = (
            f" tuned={'yes' if is_tuned(figures.name) else 'no'} records={figures.records}"
            f" memories={figures.memories} seconds={figures.seconds:.1f}"
        )
        show(figures.name, [figures], facts)
    held_out = [figures for figures in measured if not is_tuned(figures.name)]
    show("micro", measured)
    show("micro, held out", held_out)
    show_macro("macro", measured)
    show_macro("macro, held out", held_out)


def usual(cache: Path | None) -> Settings:
    """The product as it is."""
    return Settings(cache, words=False, meaning=False, fusion=Fusion.WEIGHTED)


def main(argv: Sequence[str] | None = None) -> None:
    arguments = parsed(argv)
    fusion = Fusion.RRF if arguments.rrf else Fusion.WEIGHTED
    settings = Settings(arguments.cache, arguments.words, arguments.meaning, fusion)
    show_all(measure_all(arguments.data, settings))


if __name__ == "__main__":
    main()
