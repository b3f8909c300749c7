"""What the same text is, in a store that an older form of fingerprints was written into."""

import hashlib
import sqlite3
import unicodedata
from pathlib import Path

import pytest

from featherchat.clock import FixedClock
from featherchat.memory import Memory, Source
from featherchat.recollection import Filter
from featherchat.store.rows import MEMORY_COLUMNS, memory_to_row, row_hash
from featherchat.store.schema import APPLICATION_ID, MIGRATIONS
from featherchat.store.sqlite import SqliteStore
from tests.conftest import MakeCause, MakeMemory

ALL = Filter(namespace=None, statuses=())
FROM_A_DOCUMENT = Source("document", 0.0, path="a.md")


def as_schema_1_made_it(text: str) -> bytes:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return hashlib.sha256(" ".join(folded.split()).rstrip(" .!;").encode()).digest()[:16]


def a_store_of_schema_1(path: Path, memories: list[Memory], stones: list[str]) -> None:
    connection = sqlite3.connect(path)
    connection.executescript(MIGRATIONS[0])
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute("PRAGMA user_version = 1")
    connection.execute("INSERT INTO meta VALUES ('revision', '1')")
    for memory in memories:
        row = memory_to_row(memory)
        columns = ", ".join((*MEMORY_COLUMNS, "fingerprint", "hash", "revision"))
        values = (*row, as_schema_1_made_it(memory.text), row_hash(row), 1)
        marks = ", ".join("?" * len(values))
        connection.execute(f"INSERT INTO memories ({columns}) VALUES ({marks})", values)
    for text in stones:
        stone = (as_schema_1_made_it(text), 0.0, "forgot 1 for good")
        connection.execute("INSERT INTO tombstones VALUES (?, ?, ?)", stone)
    connection.commit()
    connection.close()


def test_texts_that_an_older_store_took_for_one_are_two(
    tmp_path: Path, clock: FixedClock, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    path = tmp_path / "memory.feather"
    a_store_of_schema_1(path, [a_memory("Keep 102 rows.")], [])
    store = SqliteStore.open(path, None, clock)

    other = store.put([a_memory("Keep 10² rows.")], a_cause())
    same = store.put([a_memory("keep 102 rows")], a_cause())

    assert len(other.stored) == 1
    assert len(same.duplicates) == 1
    assert sorted(memory.text for memory in store.find(ALL)) == ["Keep 102 rows.", "Keep 10² rows."]
    store.close()


def test_a_damaged_text_does_not_keep_the_others_from_being_found_as_duplicates(
    tmp_path: Path, clock: FixedClock, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    path = tmp_path / "memory.feather"
    memories = [a_memory(f"Keep {number}² rows.") for number in range(401)]
    a_store_of_schema_1(path, memories, [])
    connection = sqlite3.connect(path)
    # The backup before a migration looks at every third of so many rows.
    connection.execute("UPDATE memories SET text = CAST(x'ff41' AS TEXT) WHERE seq = 2")
    connection.commit()
    connection.close()

    store = SqliteStore.open(path, None, clock)
    written = store.put([a_memory("keep 0² rows")], a_cause())

    assert store.damaged() == [memories[1].id]
    assert list(written.duplicates.values()) == [memories[0].id]
    store.close()


@pytest.mark.parametrize(
    ("text", "buried"),
    [
        ("The Key is in getUser.", True),
        ("the key is in getuser", True),
        ("The key is in setUser.", False),
    ],
)
def test_what_was_forgotten_in_an_older_store_is_not_learnt_again(
    tmp_path: Path,
    clock: FixedClock,
    a_memory: MakeMemory,
    a_cause: MakeCause,
    text: str,
    buried: bool,
) -> None:
    path = tmp_path / "memory.feather"
    a_store_of_schema_1(path, [], ["The key is in getUser."])
    store = SqliteStore.open(path, None, clock)

    written = store.put([a_memory(text, source=FROM_A_DOCUMENT)], a_cause())

    assert bool(written.buried) is buried
    store.close()


def test_a_new_stone_buries_its_own_text_and_no_other(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    memory = a_memory("Keep 102 rows in getuser.", source=FROM_A_DOCUMENT)
    store.put([memory], a_cause())
    store.forget([memory.id], a_cause())

    again = store.put(
        [
            a_memory("Keep 102 rows in getuser", source=FROM_A_DOCUMENT),
            a_memory("Keep 10² rows in getuser.", source=FROM_A_DOCUMENT),
            a_memory("Keep 102 rows in getUser.", source=FROM_A_DOCUMENT),
        ],
        a_cause(),
    )

    assert len(again.buried) == 1
    assert len(again.stored) == 2
