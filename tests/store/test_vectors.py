"""The exact scan against brute force, and a cache file that may be harmed."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from featherchat.store.halves import encode
from featherchat.store.rows import vector_hash
from featherchat.store.vectors import VectorIndex

DIMENSIONS = 8


def unit_vectors(seed: int, count: int) -> NDArray[np.float32]:
    vectors = np.random.default_rng(seed).normal(size=(count, DIMENSIONS)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


def rows_of(seqs: list[int], vectors: NDArray[np.float32]) -> list[tuple[int, bytes, bytes]]:
    blobs = [encode(vector) for vector in vectors]
    return [(seq, blob, vector_hash(blob)) for seq, blob in zip(seqs, blobs, strict=True)]


def an_index(seqs: list[int], vectors: NDArray[np.float32]) -> VectorIndex:
    index = VectorIndex(DIMENSIONS)
    index.update(rows_of(seqs, vectors), revision=1)
    return index


@given(
    st.integers(0, 100),
    st.lists(st.integers(1, 40), unique=True, min_size=1, max_size=20),
    st.integers(1, 25),
)
@settings(deadline=None, max_examples=50)
def test_the_nearest_are_those_of_brute_force(seed: int, seqs: list[int], k: int) -> None:
    vectors = unit_vectors(seed, len(seqs) + 1)
    question, stored = vectors[0], vectors[1:].astype("<f2").astype(np.float32)
    index = an_index(seqs, vectors[1:])

    found = index.search(question, k)

    cosines = {seq: float(stored[place] @ question) for place, seq in enumerate(seqs)}
    expected = sorted(seqs, key=lambda seq: -cosines[seq])[:k]
    assert list(found) == expected
    assert found == pytest.approx({seq: cosines[seq] for seq in expected}, abs=1e-5)


def test_an_update_replaces_and_adds() -> None:
    vectors = unit_vectors(1, 3)
    index = an_index([1, 2], vectors[:2])

    index.update(rows_of([2, 3], vectors[1:]), revision=2)

    assert len(index) == 3
    assert index.revision == 2
    assert list(index.search(vectors[2], 1)) == [3]


def test_where_nothing_is_nothing_is_found() -> None:
    index = an_index([1], unit_vectors(1, 1))

    assert VectorIndex(DIMENSIONS).search(unit_vectors(2, 1)[0], 5) == {}
    assert index.search(unit_vectors(2, 1)[0], 0) == {}


def test_the_cache_brings_the_index_back(tmp_path: Path) -> None:
    vectors = unit_vectors(1, 5)
    index = an_index([1, 2, 3, 4, 5], vectors)
    index.save(tmp_path / "vectors.bin", "space")

    again = VectorIndex.load(tmp_path / "vectors.bin", "space", DIMENSIONS)

    assert again.revision == 1
    found = again.search(vectors[2], 5)
    assert found == pytest.approx(index.search(vectors[2], 5), abs=1e-3)
    assert next(iter(found)) == 3
    assert [file.name for file in tmp_path.iterdir()] == ["vectors.bin"]


@given(st.integers(0, 10_000), st.integers(0, 7))
@settings(deadline=None, max_examples=60)
def test_a_cache_with_a_flipped_bit_is_empty_or_the_same(
    tmp_path_factory: pytest.TempPathFactory, place: int, bit: int
) -> None:
    path = tmp_path_factory.getbasetemp() / "harmed.bin"
    an_index([1, 2, 3], unit_vectors(1, 3)).save(path, "space")
    content = bytearray(path.read_bytes())
    content[place % len(content)] ^= 1 << bit
    path.write_bytes(content)

    again = VectorIndex.load(path, "space", DIMENSIONS)

    assert len(again) in (0, 3)
    if len(again):
        assert list(again.search(unit_vectors(1, 3)[0], 1)) == [1]


@pytest.mark.parametrize("content", [b"", b"text", b"featherchat vectors 1\n", None])
def test_a_cache_that_is_none_is_empty(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "vectors.bin"
    if content is not None:
        path.write_bytes(content)

    assert len(VectorIndex.load(path, "space", DIMENSIONS)) == 0


@pytest.mark.parametrize(("space", "dimensions"), [("other", DIMENSIONS), ("space", 9)])
def test_a_cache_of_another_space_is_empty(tmp_path: Path, space: str, dimensions: int) -> None:
    path = tmp_path / "vectors.bin"
    an_index([1], unit_vectors(1, 1)).save(path, "space")

    assert len(VectorIndex.load(path, space, dimensions)) == 0


def test_a_cache_that_cannot_be_written_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    an_index([1], unit_vectors(1, 1)).save(tmp_path / "file" / "vectors.bin", "space")

    assert (tmp_path / "file").read_text() == ""
