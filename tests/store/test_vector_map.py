"""The mapped vectors are those of the rows, or are not used."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from featherchat.clock import FixedClock
from featherchat.memory import Memory, Source
from featherchat.store.array_file import HarmedFile
from featherchat.store.base import Cause
from featherchat.store.sqlite import SqliteStore
from featherchat.store.stored_vectors import StoredVectors
from featherchat.store.vector_map import FILE, VectorMap, keep_vectors
from tests.conftest import NOW

SPACE = "test@6"
COUNT = 150


def a_question() -> NDArray[np.float32]:
    return some_vectors(1, 2)[0]


def some_vectors(count: int, seed: int) -> NDArray[np.float32]:
    found = np.random.default_rng(seed).standard_normal((count, 6)).astype(np.float32)
    units: NDArray[np.float32] = found / np.linalg.norm(found, axis=1, keepdims=True)
    return units


def memories(count: int) -> list[Memory]:
    source = Source("api", NOW)
    return [
        Memory(f"m{number:04}", f"text {number}", "", "note", source, NOW, 1.0)
        for number in range(count)
    ]


@pytest.fixture
def filled(tmp_path: Path) -> SqliteStore:
    """A store with vectors, mapped in the folder of the test."""
    store = SqliteStore.open(tmp_path / "memory.feather", None, FixedClock(NOW))
    cause = Cause("add", NOW, "api", "a test")
    store.put(memories(COUNT), cause, (), some_vectors(COUNT, 1), SPACE)
    keep_vectors(store.database, tmp_path, SPACE, store.database.revision, "mark")
    return store


def loaded(store: SqliteStore, folder: Path) -> VectorMap:
    found = VectorMap.load(folder, SPACE, store.database.revision, "mark")
    assert found is not None
    return found


def test_a_mapped_vector_has_the_cosine_of_its_row(filled: SqliteStore, tmp_path: Path) -> None:
    question, seqs = a_question(), np.array([3, 140, 7])
    plain, mapped = (StoredVectors(filled.database, SPACE) for _ in range(2))

    mapped.use(loaded(filled, tmp_path))

    assert mapped.cosines(question, seqs).tolist() == plain.cosines(question, seqs).tolist()


def test_what_has_changed_is_read_from_its_row(filled: SqliteStore, tmp_path: Path) -> None:
    question = a_question()
    vectors = StoredVectors(filled.database, SPACE)
    vectors.use(loaded(filled, tmp_path))

    filled.put_vectors(memories(1), question[None].astype(np.float32), SPACE)
    vectors.drop([1, COUNT + 7])

    assert vectors.cosines(question, np.array([1]))[0] == pytest.approx(1.0, abs=1e-3)
    assert vectors.cosines(question, np.array([2]))[0] < 0.999


@pytest.mark.parametrize(
    ("space", "later", "mark"), [("other@6", 0, "mark"), (SPACE, 1, "mark"), (SPACE, 0, "other")]
)
def test_a_map_of_anything_else_is_not_used(
    filled: SqliteStore, tmp_path: Path, space: str, later: int, mark: str
) -> None:
    assert VectorMap.load(tmp_path, space, filled.database.revision + later, mark) is None


def test_a_harmed_vector_is_read_from_its_row(filled: SqliteStore, tmp_path: Path) -> None:
    question, newest = a_question(), np.array([COUNT])
    plain, mapped = (StoredVectors(filled.database, SPACE) for _ in range(2))
    content = bytearray((tmp_path / FILE).read_bytes())
    last = 8192 + 6 * 2 * (COUNT - 1)
    content[last] ^= 1
    (tmp_path / FILE).write_bytes(content)

    found = loaded(filled, tmp_path)
    mapped.use(found)

    assert mapped.cosines(question, newest) == plain.cosines(question, newest)
    with pytest.raises(HarmedFile):
        found.take(np.array([COUNT - 1]))
    assert len(found.take(np.array([0, 63]))) == 2


def test_what_was_never_mapped_has_no_place(filled: SqliteStore, tmp_path: Path) -> None:
    found = loaded(filled, tmp_path)

    found.drop([5])

    assert found.find(np.array([1, 5, COUNT + 3])).tolist() == [0, -1, -1]


def test_a_cosine_is_that_of_the_stored_vector_in_double_precision(filled: SqliteStore) -> None:
    question, seqs = a_question(), np.arange(1, COUNT + 1)

    found = StoredVectors(filled.database, SPACE).cosines(question, seqs)

    blobs = filled.database.rows("SELECT vector FROM vectors ORDER BY seq")
    stored = np.array([np.frombuffer(row[0], dtype="<f2") for row in blobs], dtype=np.float64)
    exactly = question.astype(np.float64)
    dots = stored @ exactly / np.linalg.norm(stored, axis=1) / np.linalg.norm(exactly)
    np.testing.assert_allclose(found, dots, rtol=0, atol=1e-14)
