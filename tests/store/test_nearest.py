"""The graph of neighbors: built aside, kept, never trusted more than its sums."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from featherchat.clock import FixedClock
from featherchat.memory import Memory, Source
from featherchat.recollection import Filter
from featherchat.store.array_file import read_arrays
from featherchat.store.base import Cause
from featherchat.store.engine import Engine
from featherchat.store.nearest import SCANNED, Nearest
from featherchat.store.sqlite import SqliteStore
from tests.conftest import NOW

COUNT, DIMENSIONS = SCANNED + 500, 16
SPACE = f"test@{DIMENSIONS}"
EVERYTHING = Filter(namespace=None)


def a_memory(number: int) -> Memory:
    namespace = "few" if number % 100 == 0 else "many"
    source = Source("api", NOW)
    return Memory(f"m{number:05}", f"text {number}", "", "note", source, NOW, 1.0, namespace)


def opened(folder: Path) -> SqliteStore:
    return SqliteStore.open(folder / "memory.feather", folder / "cache", FixedClock(NOW))


def unit(count: int, seed: int) -> NDArray[np.float32]:
    vectors = np.random.default_rng(seed).standard_normal((count, DIMENSIONS)).astype(np.float32)
    unit_vectors: NDArray[np.float32] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit_vectors


def add(store: SqliteStore, first: int, vectors: NDArray[np.float32]) -> None:
    memories = [a_memory(first + number) for number in range(len(vectors))]
    store.put(memories, Cause(f"add {first}", NOW, "api", "a test"))
    store.put_vectors(memories, vectors, SPACE)


def true_nearest(vectors: NDArray[np.float32], question: NDArray[np.float32], k: int) -> list[str]:
    return [f"m{number:05}" for number in np.argsort(-(vectors @ question))[:k]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with a graph on disk."""
    path = tmp_path_factory.mktemp("nearest")
    store = opened(path)
    add(store, 0, unit(COUNT, 1))
    store.nearest(unit(1, 2)[0], 5, EVERYTHING)
    store.optimize()
    store.close()
    return path


def test_what_is_written_while_a_graph_is_built_is_in_the_optimized_one(tmp_path: Path) -> None:
    store = opened(tmp_path)
    add(store, 0, unit(COUNT, 1))
    store.nearest(unit(1, 2)[0], 5, EVERYTHING)

    add(store, COUNT, unit(3, 4))
    store.optimize()

    facts, _ = read_arrays(tmp_path / "cache" / "neighbors.arrays")
    assert facts["revision"] == store.database.revision
    store.close()


def test_the_graph_finds_nearly_all_of_the_nearest(folder: Path) -> None:
    store, vectors = opened(folder), unit(COUNT, 1)

    found = [
        len(set(store.nearest(question, 10, EVERYTHING)) & set(true_nearest(vectors, question, 10)))
        for question in unit(50, 3)
    ]

    assert sum(found) >= 0.98 * 500
    store.close()


def test_what_came_since_and_what_changed_is_found_at_once(folder: Path) -> None:
    store, vectors = opened(folder), unit(COUNT, 1)
    new = unit(3, 4)

    add(store, COUNT, new)
    store.put_vectors([a_memory(7)], -vectors[7:8], SPACE)

    assert next(iter(store.nearest(new[1], 3, EVERYTHING))) == f"m{COUNT + 1:05}"
    assert next(iter(store.nearest(-vectors[7], 3, EVERYTHING))) == "m00007"
    assert "m00007" not in store.nearest(vectors[7], 3, EVERYTHING)
    store.undo(Cause("back", NOW, "api", "a test"), f"add {COUNT}")
    store.put_vectors([a_memory(7)], vectors[7:8], SPACE)
    assert f"m{COUNT + 1:05}" not in store.nearest(new[1], 3, EVERYTHING)
    store.close()


def test_what_was_in_memory_is_not_told_again_once_another_process_has_changed_it(
    folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "cache").mkdir()
    for file in ("memory.feather", "cache/neighbors.arrays"):
        (tmp_path / file).write_bytes((folder / file).read_bytes())
    store, other = opened(tmp_path), opened(tmp_path)
    question = unit(COUNT, 1)[3]

    def names() -> list[str]:
        return [each.id for each in store.questions.nearest(question, 5, EVERYTHING)]

    before = [names() for _ in range(3)]
    other.put_vectors([a_memory(9)], question[None], SPACE)
    other.forget([before[0][1]], Cause("forget", NOW, "api", "a test"), hard=True)

    after = [names() for _ in range(3)]
    assert before[0] == before[1] == before[2]
    assert after[0] == after[1] == after[2]
    assert {"m00003", "m00009"} <= {*after[0][:2]}
    assert before[0][1] not in after[0]
    store.close()
    other.close()


def test_a_cosine_is_a_cosine_by_the_graph_and_beside_it(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "cache").mkdir()
    for name in ("memory.feather", "cache/neighbors.arrays"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    store, vectors, new = opened(tmp_path), unit(COUNT, 1), unit(50, 7)
    add(store, COUNT, new)

    fresh = [store.nearest(each, 1, EVERYTHING) for each in new]
    built = [store.nearest(each, 1, EVERYTHING) for each in vectors[:50]]

    assert [next(iter(each)) for each in fresh] == [f"m{COUNT + n:05}" for n in range(50)]
    assert all(cosine == pytest.approx(1.0, abs=1e-6) for each in fresh for cosine in each.values())
    assert all(cosine == pytest.approx(1.0, abs=1e-6) for each in built for cosine in each.values())
    store.close()


def test_a_selective_filter_still_has_a_full_k(folder: Path) -> None:
    store, vectors = opened(folder), unit(COUNT, 1)
    question = unit(1, 5)[0]

    found = store.nearest(question, 20, Filter(namespace="few"))

    order = [name for name in true_nearest(vectors, question, COUNT) if name.endswith("00")]
    assert list(found) == order[:20]
    store.close()


def test_a_harmed_graph_is_not_handed_to_native_code(folder: Path, tmp_path: Path) -> None:
    vectors = unit(COUNT, 1)
    (tmp_path / "cache").mkdir()
    for name in ("memory.feather", "cache/neighbors.arrays"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    file = tmp_path / "cache" / "neighbors.arrays"
    content = bytearray(file.read_bytes())
    for place in range(8192, len(content), 20_000):
        content[place] ^= 0xFF
    file.write_bytes(content)

    store = opened(tmp_path)
    found = store.nearest(vectors[5], 10, EVERYTHING)

    assert next(iter(found)) == "m00005"
    assert len(set(found) & set(true_nearest(vectors, vectors[5], 10))) >= 9
    store.close()


def test_closing_does_not_wait_for_a_whole_graph(tmp_path: Path) -> None:
    store = opened(tmp_path)
    add(store, 0, unit(COUNT, 1))

    store.nearest(unit(1, 2)[0], 5, EVERYTHING)
    store.close()

    assert len(opened(tmp_path).get(["m00001"])) == 1


UNCLOSED = """
import sys, threading
from pathlib import Path
from tests.store.test_nearest import COUNT, EVERYTHING, add, opened, unit

store = opened(Path(sys.argv[1]))
add(store, 0, unit(COUNT, 1))
store.nearest(unit(1, 2)[0], 5, EVERYTHING)
print([each.daemon for each in threading.enumerate() if each.name == "neighbors"])
"""


def test_a_process_that_closes_nothing_does_not_wait_for_a_graph_either(tmp_path: Path) -> None:
    command = [sys.executable, "-c", UNCLOSED, str(tmp_path)]

    done = subprocess.run(command, capture_output=True, text=True, timeout=60)

    assert (done.returncode, done.stdout, done.stderr) == (0, "[True]\n", "")


def test_a_compaction_of_the_log_costs_no_graph(tmp_path: Path) -> None:
    store = opened(tmp_path)
    add(store, 0, unit(COUNT, 1))
    store.nearest(unit(1, 2)[0], 5, EVERYTHING)
    store.optimize()
    add(store, COUNT, unit(3, 4))

    store.histories.compact(NOW)

    engine = Engine(store.database, tmp_path / "cache")
    engine.refresh(SPACE)
    nearest = Nearest(store.database, engine, tmp_path / "cache")
    assert nearest.find(unit(1, 3)[0], 5, EVERYTHING, NOW).scanned == 3
    store.close()


def test_what_came_since_may_all_lie_behind_a_wall(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "cache").mkdir()
    for name in ("memory.feather", "cache/neighbors.arrays"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    store = opened(tmp_path)
    vector = unit(1, 6)
    source = Source("api", NOW)
    hidden = Memory("hidden", "text", "", "note", source, NOW, 1.0, "hidden")
    store.put([hidden], Cause("hide", NOW, "api", "a test"), (), vector, SPACE)

    found = store.nearest(vector[0], 10, Filter(namespace="many"))

    assert len(found) == 10
    assert "hidden" not in found
    store.close()


def test_what_was_erased_since_is_not_found_by_columns_that_never_had_it(tmp_path: Path) -> None:
    vectors = unit(COUNT, 1)
    store = opened(tmp_path)
    add(store, 0, vectors)
    store.nearest(vectors[0], 5, EVERYTHING)
    store.optimize()
    store.forget(["m00007"], Cause("erase", NOW, "api", "a test"))
    with store.database.transaction() as revision:
        store.database.execute(
            "INSERT INTO gone SELECT seq, ? FROM memories WHERE id = 'm00007'", (revision,)
        )
        store.database.execute("DELETE FROM memories WHERE id = 'm00007'")
    store.close()
    (tmp_path / "cache" / "engine.arrays").unlink()

    store = opened(tmp_path)
    found = store.nearest(vectors[7], 10, EVERYTHING)

    assert len(found) == 10
    assert "m00007" not in found
    store.close()


def test_a_graph_that_finds_too_little_is_not_built_again_and_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("featherchat.store.nearest.GOOD", 1.1)  # more than any graph finds
    vectors = unit(COUNT, 1)
    store = opened(tmp_path)
    add(store, 0, vectors)
    store.nearest(vectors[0], 5, EVERYTHING)
    store.optimize()
    file = tmp_path / "cache" / "neighbors.arrays"
    built = file.stat().st_mtime_ns

    found = store.nearest(vectors[5], 1, EVERYTHING)
    store.optimize()
    store.close()

    assert list(found) == ["m00005"]
    assert file.stat().st_mtime_ns == built
