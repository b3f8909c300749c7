"""The ranking of a store against brute force over its rows, whatever has happened to it."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from featherchat.clock import FixedClock
from featherchat.memory import Anchor, Kind, Layer, Memory, Source, Status
from featherchat.ranking import DecayPolicy, score_of
from featherchat.recollection import Filter
from featherchat.store.array_file import read_arrays
from featherchat.store.base import Cause
from featherchat.store.sqlite import SqliteStore
from tests.conftest import NOW, examples
from tests.store.reference import Row, best, stored

DAY = 86_400.0
SPACE = "test@5"
EVERYTHING = Filter(namespace=None, statuses=())
KINDS = (Kind.DECISION, Kind.DEBUGGING, Kind.PREFERENCE, "oddity")
STATUSES = (Status.ACTIVE, Status.CANDIDATE, Status.SUPERSEDED, Status.RETIRED)


def a_cause() -> Cause:
    return Cause(FixedClock(NOW).new_id(), NOW, "user", "a test")


def some(seed: int, count: int) -> tuple[list[Memory], NDArray[np.float32]]:
    """Memories of every sort, and their vectors; some of both are equal."""
    rng = np.random.default_rng(seed)
    memories = [
        Memory(
            id=f"m{number:04}",
            text=f"text {number}",
            title="",
            kind=str(rng.choice(np.array(KINDS))),
            source=Source(
                str(rng.choice(["user", "assistant", "mcp:x"])), NOW, path=f"d/{number % 3}.md"
            ),
            created_at=NOW - float(rng.integers(-2, 40)) * DAY,
            importance=float(rng.choice([0.0, 0.5, 1.0, 2.0])),
            namespace=str(rng.choice(["a", "b"])),
            status=STATUSES[rng.integers(0, len(STATUSES))],
            confidence=float(rng.choice([0.5, 1.0])),
            pinned=bool(rng.random() < 0.1),
            recall_count=int(rng.integers(0, 9)),
            expires_at=NOW + 60 if rng.random() < 0.1 else None,
            developer=str(rng.choice(["ada", "bob"])) if rng.random() < 0.5 else None,
            anchors=(Anchor(f"src/{number % 4}.py", changed=bool(rng.random() < 0.5)),),
            attributes={"adr_status": "accepted"} if rng.random() < 0.3 else {"n": number % 2},
        )
        for number in range(count)
    ]
    vectors = rng.integers(-2, 3, (count, 5)).astype(np.float32)
    vectors[np.abs(vectors).max(axis=1) == 0] = 1.0
    return memories, vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def filled(folder: Path, memories: Sequence[Memory], vectors: NDArray[np.float32]) -> SqliteStore:
    store = SqliteStore.open(folder / "memory.feather", folder / "cache", FixedClock(NOW))
    store.put(memories, a_cause())
    store.put_vectors(memories, vectors, SPACE)
    return store


def rows_of(store: SqliteStore) -> list[Row]:
    """Every memory that has a vector, as stored."""
    vectors = store.database.rows("SELECT id, vector FROM vectors JOIN memories USING (seq)")
    memories = store.get([str(row[0]) for row in vectors])
    return [Row(memories[row[0]], np.frombuffer(row[1], dtype="<f2")) for row in vectors]


def compare(
    store: SqliteStore,
    question: NDArray[np.float32],
    policy: DecayPolicy,
    where: Filter = EVERYTHING,
    k: int = 7,
    pinned: frozenset[str] = frozenset(),
) -> None:
    """The ranking and the brute force have the same memories in the same order."""
    admitted = {memory.id for memory in store.find(where)}

    ranked = store.rank(question, k, where, policy, pinned).found

    expected = best(
        rows_of(store), question, k, NOW, policy,
        admits=lambda memory: memory.id in admitted, pinned=pinned,
    )  # fmt: skip
    assert [each.memory.id for each in ranked] == [memory_id for memory_id, _ in expected]
    assert [each.score for each in ranked] == pytest.approx([score for _, score in expected])
    assert all(score_of(each.parts) == pytest.approx(each.score, abs=1e-9) for each in ranked)


policies = st.builds(
    DecayPolicy,
    st.sampled_from([None, 0.5, 30.0, {"decision": 2.0, "debugging": None}]),
    st.sampled_from([0.0, 0.3, 1.0]),
)
filters = st.builds(
    Filter,
    namespace=st.sampled_from([None, "a", "nobody's"]),
    layers=st.sampled_from([(), (Layer.DECISION,), (Layer.EPISODE, Layer.DEVELOPER)]),
    kinds=st.sampled_from([(), ("oddity",), ("decision", "unknown")]),
    statuses=st.sampled_from([(), (Status.ACTIVE, Status.CANDIDATE)]),
    developer=st.sampled_from([None, "ada", "nobody"]),
    path=st.sampled_from([None, "d", "d/1.md", "src/*.py", "src/2.py", "nowhere"]),
    since=st.sampled_from([None, NOW - 20 * DAY]),
    until=st.sampled_from([None, NOW - 5 * DAY]),
    min_importance=st.sampled_from([None, 1.0]),
    min_confidence=st.sampled_from([None, 0.8]),
    min_trust=st.sampled_from([None, 0.8, 0.9, 1.0]),
    authors=st.sampled_from([(), ("user",), ("mcp:x", "nobody")]),
    attributes=st.sampled_from([{}, {"n": 1}, {"adr_status": "accepted"}, {"n": None}]),
    ids=st.sampled_from([None, ("m0001", "m0002", "unknown")]),
)


@pytest.mark.property
@settings(deadline=None, max_examples=examples(20, 150))
@given(st.integers(0, 1000), policies, filters, st.integers(1, 30), st.integers(0, 5))
def test_a_ranking_is_the_brute_forces(
    tmp_path_factory: pytest.TempPathFactory,
    seed: int,
    policy: DecayPolicy,
    where: Filter,
    k: int,
    pins: int,
) -> None:
    memories, vectors = some(seed, 40)
    store = filled(tmp_path_factory.mktemp("engine"), memories, vectors)
    question = np.random.default_rng(seed).standard_normal(5).astype(np.float32)

    pinned = frozenset(memory.id for memory in memories[:pins])
    compare(store, question, policy, where, k, pinned)

    store.close()


@pytest.mark.property
@settings(deadline=None, max_examples=examples(10, 60))
@given(
    st.integers(0, 1000),
    st.lists(st.sampled_from(["add", "edit", "recall", "erase", "undo", "again"]), max_size=8),
)
def test_a_ranking_follows_whatever_is_written(
    tmp_path_factory: pytest.TempPathFactory, seed: int, steps: list[str]
) -> None:
    memories, vectors = some(seed, 20)
    folder = tmp_path_factory.mktemp("engine")
    store = filled(folder, memories[:10], vectors[:10])
    clock = FixedClock(NOW)

    for number, step in enumerate(steps):
        compare(store, vectors[number], DecayPolicy(), k=5)
        cause = Cause(clock.new_id(), NOW, "user", step)
        if step == "add":
            store.put(memories[10 + number :][:1], cause)
            store.put_vectors(memories[10 + number :][:1], vectors[number : number + 1], SPACE)
        elif step == "edit":
            edited = [replace(memories[number], importance=1.7, pinned=True)]
            store.put(edited, cause)
        elif step == "recall":
            store.reinforce({memories[number].id: 3}, NOW)
        elif step == "erase" and memories[number].id in store.get([memories[number].id]):
            store.forget([memories[number].id], cause, hard=True)
        elif step == "undo" and number and steps[number - 1] == "edit":
            store.undo(cause)
        elif step == "again":
            store.close()
            store = SqliteStore.open(folder / "memory.feather", folder / "cache", clock)
        compare(store, vectors[number], DecayPolicy(half_life=9.0), k=5)

    store.close()


def test_another_processs_recalls_count_at_the_next_question(tmp_path: Path) -> None:
    memories, vectors = some(1, 12)
    store = filled(tmp_path, memories, vectors)
    other = SqliteStore.open(tmp_path / "memory.feather", tmp_path / "other", FixedClock(NOW))
    compare(store, vectors[3], DecayPolicy(half_life=5.0))

    other.reinforce({memory.id: 40 for memory in memories[::2]}, NOW)

    compare(store, vectors[3], DecayPolicy(half_life=5.0))
    other.close()
    store.close()


@pytest.mark.parametrize("name", ["engine.arrays", "vectors.arrays"])
@pytest.mark.parametrize("place", [0, 3000, 9000, -3000, -10])
def test_a_harmed_cache_changes_no_ranking(tmp_path: Path, place: int, name: str) -> None:
    memories, vectors = some(2, 300)
    store = filled(tmp_path, memories, vectors)
    compare(store, vectors[0], DecayPolicy())
    store.close()
    file = tmp_path / "cache" / name
    content = bytearray(file.read_bytes())
    content[place] ^= 0x40
    file.write_bytes(content)

    store = SqliteStore.open(tmp_path / "memory.feather", tmp_path / "cache", FixedClock(NOW))

    for vector in vectors[:10]:
        compare(store, vector, DecayPolicy())
    store.close()


def test_a_cache_of_another_past_is_not_used(tmp_path: Path) -> None:
    memories, vectors = some(3, 20)
    filled(tmp_path, memories[:10], vectors[:10]).close()
    early = (tmp_path / "memory.feather").read_bytes()
    clock = FixedClock(NOW)
    for part in (memories[10:15], memories[15:]):
        store = SqliteStore.open(tmp_path / "memory.feather", tmp_path / "cache", clock)
        store.put(part, Cause(clock.new_id(), NOW, "user", "a test"))
        store.put_vectors(part, vectors[: len(part)], SPACE)
        compare(store, vectors[0], DecayPolicy())
        store.close()
        (tmp_path / "memory.feather").write_bytes(early)

    store = SqliteStore.open(tmp_path / "memory.feather", tmp_path / "cache", clock)
    compare(store, vectors[0], DecayPolicy())
    store.close()


def test_a_memory_without_a_vector_does_not_take_part(tmp_path: Path) -> None:
    memories, vectors = some(4, 6)
    store = filled(tmp_path, memories[:3], vectors[:3])

    store.put(memories[3:], Cause("another", NOW, "user", "a test"))

    found = store.rank(vectors[0], 10, EVERYTHING, DecayPolicy()).found
    assert {each.memory.id for each in found} == {memory.id for memory in memories[:3]}
    store.close()


def test_where_nothing_is_nothing_is_found(tmp_path: Path) -> None:
    store = SqliteStore.open(tmp_path / "memory.feather", None, FixedClock(NOW))

    assert (
        store.rank(stored(np.ones(5, dtype=np.float32)), 5, EVERYTHING, DecayPolicy()).found == ()
    )
    assert store.nearest(np.ones(5, dtype=np.float32), 5, EVERYTHING) == {}
    store.close()


def test_a_question_by_meaning_alone_has_the_greatest_cosines(tmp_path: Path) -> None:
    memories, vectors = some(5, 30)
    store = filled(tmp_path, memories, vectors)
    question = np.array([0.3, 0.1, -0.5, 0.2, 0.7], dtype=np.float32)

    found = store.match_vector(question, 5, EVERYTHING)

    exact = {row.memory.id: row.vector.astype(float) for row in rows_of(store)}
    cosines = {
        key: float(each @ question / np.linalg.norm(each) / np.linalg.norm(question))
        for key, each in exact.items()
    }
    assert list(found) == sorted(cosines, key=lambda key: (-cosines[key], key))[:5]
    assert found == pytest.approx({key: cosines[key] for key in found})
    store.close()


def harm_codes(file: Path) -> None:
    """Turn a bit in the codes of a cache file, past the small arrays that are compared at once."""
    _, arrays = read_arrays(file)
    place = file.read_bytes().find(arrays["codes"].values.tobytes())
    content = bytearray(file.read_bytes())
    content[place + 3] ^= 0x40
    file.write_bytes(content)


def test_codes_found_harmed_while_a_change_is_followed_are_built_anew(tmp_path: Path) -> None:
    memories, vectors = some(6, 300)
    store = filled(tmp_path, memories, vectors)
    compare(store, vectors[0], DecayPolicy())
    store.close()
    harm_codes(tmp_path / "cache" / "engine.arrays")

    store = SqliteStore.open(tmp_path / "memory.feather", tmp_path / "cache", FixedClock(NOW))
    store.put_vectors(memories[:3], vectors[3:6], SPACE)

    compare(store, vectors[0], DecayPolicy())
    store.close()


def test_codes_found_harmed_while_they_are_kept_are_thrown_away(tmp_path: Path) -> None:
    memories, vectors = some(7, 600)
    store = filled(tmp_path, memories[:300], vectors[:300])
    compare(store, vectors[0], DecayPolicy())
    store.close()
    file = tmp_path / "cache" / "engine.arrays"
    harm_codes(file)

    store = SqliteStore.open(tmp_path / "memory.feather", tmp_path / "cache", FixedClock(NOW))
    store.put(memories[300:], Cause("more", NOW, "user", "a test"), (), vectors[300:], SPACE)
    store.vectors_of([memories[0].id])
    store.prepare()
    store.close()

    assert not file.exists()
