"""Does a layer bury what another has to say?

    python -m benchmarks.layers --data DIR [--cache DIR] [--notes 1000]

DIR holds ``adr-corpus.jsonl`` and ``adr-commits.jsonl``. Sixty decision records, six of each
repository and all accepted, are learnt by the product; debugging notes a week old stand
beside them, made from commits that carry decisions out. First ten notes, and a question that
names each; then a thousand notes, and ten questions that name a decision. Prints for each,
by meaning alone and by words and meaning: of how many questions the memory that is named
came first of all, and first of its layer in a prompt of 1,500 tokens.
"""

import argparse
import asyncio
import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.questions import NOW, learnt, usual
from benchmarks.records import Record
from featherchat.clock import SECONDS_PER_DAY, FixedClock
from featherchat.fusion import FusionWeights
from featherchat.memory import Kind, Memory, Source
from featherchat.recall.assembly import assemble
from featherchat.recall.layers import GROUPS
from featherchat.recall.memories import Memories
from featherchat.recall.retriever import Retriever
from featherchat.recollection import Recollection
from featherchat.store.base import Cause

BUDGET = 1_500
PER_REPOSITORY = 6
ASKED = 10
SEED = 7
WAYS = {"vector": FusionWeights(0.0, 1.0), "hybrid": FusionWeights()}


@dataclass(frozen=True, slots=True)
class Titled:
    """A record, and what it is called."""

    record: Record
    title: str


def decisions(folder: Path) -> list[Titled]:
    """The first records of each repository."""
    found: dict[str, list[Titled]] = {}
    for line in (folder / "adr-corpus.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        known = found.setdefault(row["repo"], [])
        if len(known) < PER_REPOSITORY:
            path = f"{row['repo']}/{row['path']}"
            known.append(Titled(Record(path, row["text"], None, row["added"]), row["title"]))
    return [each for known in found.values() for each in known]


def notes(folder: Path, count: int) -> list[Memory]:
    """Debugging notes a week old: what commits did, then what was seen in their files."""
    rows = [
        json.loads(line)
        for line in (folder / "adr-commits.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    random.Random(SEED).shuffle(rows)
    subjects = dict.fromkeys(row["subject"] for row in rows)
    seen = dict.fromkeys(
        f"Looked at {path} for: {row['subject']}" for row in rows for path in row["files"]
    )
    texts = list(islice((*subjects, *seen), count))
    created = NOW - 7 * SECONDS_PER_DAY
    source = Source("assistant", created)
    return [
        Memory(f"note-{number:04}", text, text[:60], Kind.DEBUGGING, source, created, 1.0)
        for number, text in enumerate(texts)
    ]


def stands_for(found: Recollection | None, wanted: str) -> bool:
    """Whether it is the note with an id, or the decision of a record's path."""
    if found is None:
        return False
    memory = found.memory
    return wanted in (memory.id, memory.source.path if memory.kind == Kind.DECISION else None)


async def firsts(memories: Memories, wanted: Mapping[str, str], way: str) -> tuple[int, int]:
    """How often the memory that is asked for is first of all, and first of its layer."""
    retriever = Retriever(memories, FixedClock(NOW), weights=WAYS[way])
    in_list = in_layer = 0
    for question, target in wanted.items():
        recall = await retriever.recall(question, layers=True, abstain=False)
        prompt = assemble(recall.layers, BUDGET).recollections
        heads = [
            next((each for each in prompt if group.has(each.memory.kind)), None) for group in GROUPS
        ]
        in_list += stands_for(recall.found[0], target)
        in_layer += any(stands_for(head, target) for head in heads)
    return in_list, in_layer


async def measure(
    label: str,
    records: Sequence[Titled],
    noted: Sequence[Memory],
    wanted: Mapping[str, str],
    cache: Path | None,
) -> None:
    """One store, asked in both ways."""
    with TemporaryDirectory() as folder:
        memories = await learnt([each.record for each in records], Path(folder), usual(cache))
        await memories.remember(noted, Cause("notes", NOW, "import", "a benchmark"))
        await memories.ask(lambda store: store.flush())
        await memories.embed_pending()
        total = (await memories.counts()).total
        for way in WAYS:
            in_list, in_layer = await firsts(memories, wanted, way)
            print(
                f"{label} by={way} decisions={len(records)} notes={len(noted)} memories={total}"
                f" first={in_list}/{len(wanted)} first_in_layer={in_layer}/{len(wanted)}"
            )
        await memories.close()


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, metavar="DIR")
    parser.add_argument("--cache", type=Path, metavar="DIR", help="keeps vectors between runs")
    parser.add_argument("--notes", type=int, default=1_000, metavar="N")
    arguments = parser.parse_args(argv)
    records = decisions(arguments.data)
    few, many = notes(arguments.data, ASKED), notes(arguments.data, arguments.notes)
    about_notes = {f"What was done about this: {note.text}?": note.id for note in few}
    sample = random.Random(SEED).sample(records, ASKED)
    about_decisions = {f"Why {each.title}?": each.record.path for each in sample}
    asyncio.run(measure("notes", records, few, about_notes, arguments.cache))
    asyncio.run(measure("decisions", records, many, about_decisions, arguments.cache))


if __name__ == "__main__":
    main()
