"""The graph finds nearly all of the nearest by codes, and says how many it finds."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from featherchat.store import hnsw
from featherchat.store.nearest import GOOD

DIMENSIONS = 32

Batches = Iterator[tuple[NDArray[np.int64], NDArray[np.float16]]]


def clustered(count: int, seed: int) -> NDArray[np.float32]:
    chance = np.random.default_rng(seed)
    centers = np.random.default_rng(0).standard_normal((20, DIMENSIONS))
    noise = 0.5 * chance.standard_normal((count, DIMENSIONS))
    return units(centers[chance.integers(20, size=count)] + noise)


def units(vectors: NDArray[np.float64]) -> NDArray[np.float32]:
    found: NDArray[np.float32] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return found.astype(np.float32)


def test_what_is_found_holds_nearly_all_of_the_nearest() -> None:
    stored, questions = clustered(3_000, 1), clustered(50, 2)

    found = hnsw.built(lambda: in_batches(stored), len(stored), DIMENSIONS, lambda: False)

    assert found is not None
    index, share = found
    true = np.argsort(-(questions @ stored.T), axis=1)[:, :10]
    hits = sum(
        len(set(hnsw.search(index, question, 10)) & set(nearest))
        for question, nearest in zip(questions, true, strict=True)
    )
    assert len(index) == 3_000
    assert share >= hnsw.NEARLY_ALL
    assert hits / 500 > 0.97


def test_more_than_were_asked_for_are_found_so_that_they_can_be_compared() -> None:
    stored = clustered(1_000, 1)

    found = hnsw.built(lambda: in_batches(stored), len(stored), DIMENSIONS, lambda: False)

    assert found is not None
    assert len(hnsw.search(found[0], stored[0], 100)) == 150


def test_a_question_of_any_length_finds_the_same() -> None:
    stored = clustered(1_000, 1)

    found = hnsw.built(lambda: in_batches(stored), len(stored), DIMENSIONS, lambda: False)

    assert found is not None
    near, far = (hnsw.search(found[0], scale * stored[7], 10) for scale in (1.0, 40.0))
    assert near.tolist() == far.tolist()


def test_a_graph_that_finds_little_says_so() -> None:
    directions = np.random.default_rng(3).standard_normal((4_000, 512))
    stored = units(directions)

    found = hnsw.built(lambda: in_batches(stored), len(stored), 512, lambda: False)

    assert found is not None
    assert found[1] < GOOD


def test_a_stopped_build_is_none() -> None:
    stored = clustered(1_000, 1)

    found = hnsw.built(lambda: in_batches(stored), len(stored), DIMENSIONS, lambda: True)

    assert found is None


def test_a_graph_of_nothing_finds_nothing() -> None:
    found = hnsw.built(lambda: iter(()), 0, DIMENSIONS, lambda: False)

    assert found is not None
    assert len(hnsw.search(found[0], clustered(1, 1)[0], 5)) == 0


def in_batches(vectors: NDArray[np.float32]) -> Batches:
    for start in range(0, len(vectors), 256):
        part = vectors[start : start + 256].astype(np.float16)
        yield np.arange(start, start + len(part)), part
