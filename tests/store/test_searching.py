from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from featherchat.clock import FixedClock
from featherchat.memory import AdrStatus, Anchor, Kind, Memory, Source, Status
from featherchat.recollection import Filter
from featherchat.store.base import Document
from featherchat.store.database import Database, Row
from featherchat.store.searching import Searching
from featherchat.store.sqlite import SqliteStore
from tests.conftest import MakeCause, MakeMemory

SPACE = "test@3v1"


@pytest.fixture
def filled(store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause) -> SqliteStore:
    """Three decisions about databases, one of them in another namespace, with vectors."""
    memories = [
        a_memory("We chose PostgreSQL for the orders.", id="m1"),
        a_memory("We chose SQLite for the cache.", id="m2"),
        a_memory("We chose MySQL elsewhere.", id="m3", namespace="other"),
    ]
    store.put(memories, a_cause())
    matrix = np.array([[1, 0, 0], [0, 1, 0], [0, 0.6, 0.8]], dtype=np.float32)
    store.put_vectors(memories, matrix, SPACE)
    return store


def in_words(store: SqliteStore, question: str, where: Filter = Filter(), k: int = 10) -> list[str]:
    return list(store.match_words(question, k, where).scores)


def a_document(path: str, *memories: Memory) -> Document:
    return Document(path, "blob", 0.0, {memory.id: memory.id for memory in memories})


def test_words_are_findable_when_the_write_returns(filled: SqliteStore) -> None:
    assert in_words(filled, "which postgresql") == ["m1"]


def test_meaning_finds_the_nearest_first(filled: SqliteStore) -> None:
    found = filled.match_vector(np.array([0.6, 0.8, 0], dtype=np.float32), 2, Filter())

    assert list(found) == ["m2", "m1"]
    assert found["m2"] == pytest.approx(0.8, abs=1e-3)


def test_a_namespace_is_a_wall_for_words_and_for_meaning(filled: SqliteStore) -> None:
    vector = np.array([0, 0.6, 0.8], dtype=np.float32)

    assert in_words(filled, "mysql") == []
    assert in_words(filled, "mysql", Filter(namespace="other")) == ["m3"]
    assert "m3" not in filled.match_vector(vector, 10, Filter())
    assert list(filled.match_vector(vector, 10, Filter(namespace="other"))) == ["m3"]


def test_a_filter_is_applied_until_k_are_admitted(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    crowd = [a_memory(f"pool pool pool {n}", kind=Kind.DEBUGGING) for n in range(300)]
    store.put([*crowd, a_memory("The pool, mentioned once among much else.", id="one")], a_cause())
    store.flush()

    found = in_words(store, "pool", Filter(kinds=(Kind.DECISION,)), k=2)

    assert found == ["one"]


def test_a_memory_whose_text_has_changed_is_not_found_by_its_old_vector(
    filled: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    vector = np.array([1, 0, 0], dtype=np.float32)
    assert "m1" in filled.match_vector(vector, 1, Filter())

    filled.put([a_memory("Something else altogether.", id="m1")], a_cause())

    assert "m1" not in filled.match_vector(vector, 1, Filter())


def test_a_retired_memory_is_found_no_more(filled: SqliteStore, a_cause: MakeCause) -> None:
    filled.forget(["m1"], a_cause())
    filled.flush()

    assert in_words(filled, "postgresql") == []
    assert filled.match_words("postgresql", 10, Filter()).documents == {}


@pytest.mark.parametrize("asked", ["ADR-12", "ADR-012", "adr 0012", "adr/0012"])
@pytest.mark.parametrize("said", ["ADR-12 says so.", "ADR-0012 says so.", "See docs/adr/0012."])
def test_the_number_of_a_record_is_covered_however_many_zeros_it_has(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause, asked: str, said: str
) -> None:
    store.put([a_memory(said, id="m1"), a_memory("ADR-7 says more.")], a_cause())

    found = store.match_words(asked, 10, Filter())

    assert next(iter(found.scores)) == "m1"
    assert found.coverage["m1"] == pytest.approx(1.0)


def test_coverage_is_the_share_of_a_question_that_a_hit_has(filled: SqliteStore) -> None:
    whole = filled.match_words("postgresql orders", 10, Filter())
    half = filled.match_words("postgresql kubernetes", 10, Filter())

    assert whole.coverage["m1"] == pytest.approx(1.0)
    assert 0.2 < half.coverage["m1"] < 0.8
    assert (half.terms, half.memories) == (2, 3)


def test_a_record_is_found_by_words_that_are_spread_over_its_parts(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause, clock: FixedClock
) -> None:
    source = Source("document", clock.now(), path="docs/adr/0001.md")
    other = Source("document", clock.now(), path="docs/notes.md")
    decision = a_memory("We took usearch.", id="decision", source=source)
    part = a_memory("FAISS was too heavy.", id="part", kind=Kind.RATIONALE, source=source)
    note = a_memory("FAISS again, and FAISS.", id="note", kind=Kind.OVERVIEW, source=other)
    for document in (a_document("docs/adr/0001.md", decision, part), a_document("x", note)):
        memories = [m for m in (decision, part, note) if m.id in document.pieces]
        store.put_document(document, memories, [], [], a_cause())
    store.flush()

    documents = store.match_words("usearch faiss", 10, Filter()).documents

    assert next(iter(documents)) == "decision"
    assert set(documents) == {"decision", "note"}


def test_a_changed_part_changes_what_its_record_is_found_by(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause, clock: FixedClock
) -> None:
    source = Source("document", clock.now(), path="docs/adr/0001.md")
    parts = {"id": "part", "kind": Kind.RATIONALE, "source": source}
    store.put([a_memory("Usearch.", id="d", source=source)], a_cause())
    store.put([a_memory("FAISS was heavy.", **parts)], a_cause())
    store.flush()

    store.put([a_memory("Annoy was old.", **parts)], a_cause())
    store.flush()

    assert store.match_words("faiss", 10, Filter()).documents == {}
    assert list(store.match_words("annoy", 10, Filter()).documents) == ["d"]


def test_deleted_indexes_are_built_anew(
    tmp_path: Path, filled: SqliteStore, clock: FixedClock
) -> None:
    path = filled.path
    filled.flush()
    for file in sorted((tmp_path / "cache").rglob("*"), reverse=True):
        file.rmdir() if file.is_dir() else file.unlink()

    opened = SqliteStore.open(path, tmp_path / "cache", clock)

    assert in_words(opened, "sqlite") == ["m2"]
    vector = np.array([0, 1, 0], dtype=np.float32)
    assert list(opened.match_vector(vector, 1, Filter())) == ["m2"]
    opened.close()


def test_a_search_does_not_write_the_vectors_again(tmp_path: Path, filled: SqliteStore) -> None:
    vector = np.array([0, 1, 0], dtype=np.float32)
    filled.match_vector(vector, 1, Filter())
    filled.flush()
    saved = tmp_path / "cache" / "engine.arrays"
    saved.write_bytes(b"left as it is")

    filled.match_vector(vector, 1, Filter())
    filled.flush()

    assert saved.read_bytes() == b"left as it is"


def test_an_outline_has_what_a_ranking_asks_of_its_memory(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    accepted = {"adr_status": AdrStatus.ACCEPTED.value}
    memories = [
        a_memory("Accepted.", id="d", attributes=accepted, anchors=(Anchor("a.py", changed=True),)),
        a_memory("Pinned.", id="p", pinned=True, kind=Kind.DEBUGGING, importance=0.5),
        a_memory("Not sure.", id="c", status=Status.CANDIDATE, anchors=(Anchor("b.py"),)),
    ]
    store.put(memories, a_cause())
    store.reinforce({"c": 3}, 5.0)

    outlines = store.outlines(["d", "p", "c", "unknown"], Filter())

    assert set(outlines) == {"d", "p", "c"}
    for memory in store.get(["d", "p", "c"]).values():
        outline = outlines[memory.id]
        for name in (
            *("id", "kind", "status", "importance", "pinned", "recall_count"),
            *("created_at", "developer", "adr_status", "layer", "held", "trust", "validity"),
        ):
            assert getattr(outline, name) == getattr(memory, name)


def test_an_outline_says_whether_a_filter_admits_it(filled: SqliteStore) -> None:
    def admitted(where: Filter) -> set[str]:
        found = filled.outlines(["m1", "m2", "m3"], where)
        return {memory_id for memory_id, outline in found.items() if outline.admitted}

    assert admitted(Filter()) == {"m1", "m2"}
    assert admitted(Filter(namespace=None)) == {"m1", "m2", "m3"}
    assert admitted(Filter(statuses=(Status.RETIRED,))) == set()


def test_an_outline_does_not_look_over_the_wall(filled: SqliteStore) -> None:
    assert set(filled.outlines(["m1", "m3"], Filter(namespace="other"))) == {"m3"}


def test_vectors_are_handed_out_for_those_that_have_one(
    filled: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    filled.put([a_memory("Without a vector.", id="m4")], a_cause())

    found = filled.vectors_of(["m1", "m3", "m4", "unknown"])

    assert set(found) == {"m1", "m3"}
    assert found["m3"].tolist() == pytest.approx([0.0, 0.6, 0.8], abs=1e-3)


def test_a_cache_that_cannot_be_written_costs_no_memory(
    tmp_path: Path, clock: FixedClock, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    blocked = tmp_path / "blocked"
    blocked.mkdir()
    store = SqliteStore.open(tmp_path / "memory.feather", blocked, clock)
    (blocked / "words").write_text("a file where the index wants a folder")
    many = [a_memory(f"The pool number {n} has twenty connections.") for n in range(250)]

    store.put(many, a_cause())
    hits = store.match_words("pool number 7", 3, Filter())
    store.close()

    assert next(iter(hits.scores)) == many[7].id


class Meanwhile:
    """A database to which somebody else writes right after its changes were read."""

    def __init__(self, database: Database, write: Callable[[], object]) -> None:
        self._database = database
        self._write: Callable[[], object] | None = write

    def __getattr__(self, name: str) -> Any:
        return getattr(self._database, name)

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        found = self._database.rows(sql, values)
        if "m.revision > ?" in sql and self._write is not None:
            write, self._write = self._write, None
            write()
        return found


def test_what_is_written_while_words_are_indexed_is_found(
    tmp_path: Path, clock: FixedClock, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    path = tmp_path / "memory.feather"
    store, other = (SqliteStore.open(path, None, clock) for _ in range(2))
    store.put([a_memory(f"Number {number} is common.") for number in range(300)], a_cause())
    late = a_memory("A xylophone came late.", id="late")
    database: Any = Meanwhile(store.database, lambda: other.put([late], a_cause()))
    searching = Searching(database, None)

    searching.match_words("common", 5, Filter(), clock.now())
    found = searching.match_words("xylophone", 5, Filter(), clock.now())

    assert list(found.scores) == ["late"]
    store.close()
    other.close()
