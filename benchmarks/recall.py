"""How long does a recall by words and meaning take as the project grows?

    python -m benchmarks.recall [--memories 10000 100000] [--questions 200]

Memories of 200 characters with words from a Zipf vocabulary, of every kind, some of them
decisions with their reasons as parts. Each question has four words and a given vector: the
embedding is not measured. Prints, for each size, the median and the 99th percentile in
milliseconds of the store's thread for a whole recall, for one that also ranks by layer for a
prompt, and for its halves: words, and meaning. Vectors are random, so how good the ranking
is, ``benchmarks.questions`` says.
"""

import argparse
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np

from featherchat.clock import FixedClock
from featherchat.memory import Edge, Kind, Memory, RelationType, Source
from featherchat.recall.finding import HEAD, Inquiry, recalled
from featherchat.recollection import Filter
from featherchat.store.base import Cause
from featherchat.store.sqlite import SqliteStore

if TYPE_CHECKING:
    from featherchat.store.base import Matrix

NOW = 1_790_000_000.0
DIMENSIONS = 384
SPACE = f"benchmark@{DIMENSIONS}v1"
SEED = 7
BATCH = 1_000
WORDS = 29
"""Words in one memory: about 200 characters."""

VOCABULARY = 20_000
ZIPF = 1.07
WARM_UP = 20
QUESTION_WORDS = 4


class Filler:
    """Makes memories, questions and vectors, the same ones at every run."""

    def __init__(self) -> None:
        self._chance = np.random.default_rng(SEED)
        letters = np.array(list("abcdefghiklmnoprstu"))
        sizes = self._chance.integers(4, 9, VOCABULARY)
        self._words = np.array(["".join(self._chance.choice(letters, size)) for size in sizes])
        ranks = np.arange(1, VOCABULARY + 1) ** -ZIPF
        self._frequency = ranks / ranks.sum()
        self._clock = FixedClock(NOW)

    def text(self, words: int) -> str:
        """Some words, the common ones often."""
        return " ".join(self._chance.choice(self._words, words, p=self._frequency))

    def vectors(self, count: int) -> "Matrix":
        """Unit vectors."""
        matrix = self._chance.standard_normal((count, DIMENSIONS)).astype(np.float32)
        return matrix / np.linalg.norm(matrix, axis=1, keepdims=True)

    def memories(self, count: int) -> list[Memory]:
        """A batch of every kind."""
        kinds, now = list(Kind), self._clock.now()
        made = []
        for number in range(count):
            text = self.text(WORDS)
            path = f"docs/{self._chance.integers(count)}.md" if number % 3 else None
            source = Source("document", now, path=path)
            age = float(self._chance.exponential(90 * 86_400))
            kind = kinds[number % len(kinds)]
            title = " ".join(text.split()[:6])
            made.append(Memory(self._clock.new_id(), text, title, kind, source, now - age, 1.0))
        return made

    def cause(self) -> Cause:
        """The head of a batch."""
        return Cause(self._clock.new_id(), self._clock.now(), "import", "a benchmark")


def filled_store(folder: Path, size: int, filler: Filler) -> SqliteStore:
    """A store with so many memories, their vectors and the links of decisions to their reasons."""
    store = SqliteStore.open(folder / "memory.feather", folder / "cache", FixedClock(NOW))
    for start in range(0, size, BATCH):
        memories = filler.memories(min(BATCH, size - start))
        edges = [
            Edge(decision.id, reason.id, RelationType.LEADS_TO)
            for decision, reason in pairwise(memories)
            if (decision.kind, reason.kind) == (Kind.DECISION, Kind.RATIONALE)
        ]
        store.put(memories, filler.cause(), edges)
        store.put_vectors(memories, filler.vectors(len(memories)), SPACE)
    store.flush()
    return store


@dataclass(frozen=True, slots=True)
class Figures:
    """Milliseconds of one part of a recall."""

    median: float
    p99: float


def measure(store: SqliteStore, filler: Filler, questions: int) -> dict[str, Figures]:
    """Each part on the same questions; the first ones are not counted."""
    count = questions + WARM_UP
    asked = [filler.text(QUESTION_WORDS) for _ in range(count)]
    vectors = filler.vectors(count)

    def inquiry(number: int, *, layers: bool = False) -> Inquiry:
        return Inquiry(asked[number], vectors[number], NOW, abstain=False, layers=layers)

    parts: dict[str, Callable[[int], object]] = {
        "recall": lambda number: recalled(store, inquiry(number)),
        "layers": lambda number: recalled(store, inquiry(number, layers=True)),
        "words": lambda number: store.match_words(asked[number], HEAD, Filter()),
        "meaning": lambda number: store.match_vector(vectors[number], HEAD, Filter()),
    }
    return {name: _timed(part, count) for name, part in parts.items()}


def _timed(part: Callable[[int], object], count: int) -> Figures:
    taken: list[float] = []
    for number in range(count):
        started = time.thread_time()
        part(number)
        taken.append(1_000 * (time.thread_time() - started))
    counted = taken[WARM_UP:]
    return Figures(median(counted), quantiles(counted, n=100)[-1])


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--memories", type=int, nargs="+", default=[10_000, 100_000], metavar="N")
    parser.add_argument("--questions", type=int, default=200, metavar="N")
    arguments = parser.parse_args(argv)
    for size in arguments.memories:
        filler = Filler()
        with TemporaryDirectory() as folder:
            store = filled_store(Path(folder), size, filler)
            found = measure(store, filler, arguments.questions)
            store.close()
        for name, figures in found.items():
            print(f"memories={size} {name} median_ms={figures.median:.2f} p99_ms={figures.p99:.2f}")


if __name__ == "__main__":
    main()
