"""The data that both engines get: vectors, texts and what decay asks for, from fixed seeds."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.records import repositories
from benchmarks.vectors import KeptVectors
from featherchat.embedders.base import Purpose
from featherchat.embedders.local import LocalEmbedder

Matrix = NDArray[np.float32]

SEED = 7
EXTRA = 200
"""Memories that are added one by one, after the batch."""

_WORDS = 34
"""Words in a text: about 200 characters."""

_VOCABULARY = 20_000
_CENTER_SHARE = 0.6
"""How much of a clustered vector's length is its cluster's."""

_PARAGRAPH = 200
"""Characters from which on a paragraph is worth remembering."""


@dataclass(frozen=True)
class DataSet:
    """What is stored, and what is asked; numbers are places in it."""

    name: str
    vectors: Matrix
    """Unit rows: the batch, then ``EXTRA`` that follow one by one."""

    questions: Matrix
    ages: NDArray[np.float64]
    """Days."""

    recalls: NDArray[np.int64]
    importance: NDArray[np.float64]
    now: float
    """Seconds UTC from which ages count back."""

    @property
    def batch(self) -> int:
        """How many are added at once."""
        return len(self.vectors) - EXTRA

    def text(self, number: int) -> str:
        """About 200 characters whose first word no other text has."""
        chance = np.random.default_rng((SEED, number))
        # Zipf: the r-th word of a language is r times rarer than the first.
        places = np.minimum(chance.zipf(1.3, _WORDS), _VOCABULARY)
        return " ".join([f"mark{number}", *(f"w{place:05d}" for place in places)])

    def save(self, folder: Path) -> None:
        """Write it where a child finds it."""
        np.save(folder / "vectors.npy", self.vectors)
        np.save(folder / "questions.npy", self.questions)
        np.savez(folder / "facts.npz", ages=self.ages, recalls=self.recalls, weight=self.importance)
        (folder / "set.json").write_text(json.dumps({"name": self.name, "now": self.now}))

    @classmethod
    def load(cls, folder: Path) -> "DataSet":
        """What ``save`` wrote; the vectors stay on the disk."""
        said: dict[str, Any] = json.loads((folder / "set.json").read_text())
        facts = np.load(folder / "facts.npz")
        return cls(
            said["name"],
            np.load(folder / "vectors.npy", mmap_mode="r"),
            np.load(folder / "questions.npy"),
            facts["ages"],
            facts["recalls"],
            facts["weight"],
            said["now"],
        )


def clustered(size: int, dimensions: int, questions: int, now: float) -> DataSet:
    """Unit vectors around one center for each hundred, in a space whose axes matter less and less."""
    chance = np.random.default_rng(SEED)
    spectrum = (1.0 / np.sqrt(1.0 + np.arange(dimensions))).astype(np.float32)
    centers = _units(chance.standard_normal((max(size // 100, 1), dimensions)) * spectrum)

    def draw(count: int) -> Matrix:
        around = centers[chance.integers(len(centers), size=count)]
        noise = _units(chance.standard_normal((count, dimensions), dtype=np.float32) * spectrum)
        return _units(_CENTER_SHARE * around + (1.0 - _CENTER_SHARE) * noise)

    return _dated("clustered", draw(size + EXTRA), draw(questions), now)


def isotropic(size: int, dimensions: int, questions: int, now: float) -> DataSet:
    """Unit vectors in every direction alike."""
    chance = np.random.default_rng(SEED)
    vectors = _units(chance.standard_normal((size + EXTRA, dimensions), dtype=np.float32))
    asked = _units(chance.standard_normal((questions, dimensions), dtype=np.float32))
    return _dated("isotropic", vectors, asked, now)


def records(folder: Path, cache: Path | None, size: int, questions: int, now: float) -> DataSet:
    """Paragraphs of decision records, and the questions asked of them, really embedded."""
    found = [record for repository in repositories(folder) for record in repository.records]
    texts = [
        paragraph.strip()
        for record in found
        for paragraph in record.text.split("\n\n")
        if len(paragraph) >= _PARAGRAPH
    ][: size + EXTRA]
    asked = [record.question for record in found if record.question][:questions]
    embedder = KeptVectors(LocalEmbedder(), cache)
    vectors = _units(embedder.embed(texts, Purpose.DOCUMENT))
    queries = _units(embedder.embed(asked, Purpose.QUERY))
    embedder.close()
    return _dated("records", vectors, queries, now)


def _dated(name: str, vectors: Matrix, questions: Matrix, now: float) -> DataSet:
    chance = np.random.default_rng(SEED + 1)
    count = len(vectors)
    ages = chance.uniform(0.0, 720.0, count)
    recalls = chance.integers(0, 51, count)
    importance = chance.uniform(0.3, 1.0, count)
    # The last of the batch is first at its own question: it tells when the batch is searchable.
    last = count - EXTRA - 1
    ages[last], importance[last] = 0.0, 1.0
    return DataSet(name, vectors, questions, ages, recalls, importance, now)


def _units(matrix: NDArray[Any] | Sequence[Any]) -> Matrix:
    rows = np.asarray(matrix, dtype=np.float32)
    units: Matrix = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return units
