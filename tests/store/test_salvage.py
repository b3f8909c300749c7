"""What is saved of a damaged store: everything but what the damage hit, and that is named."""

import os
import random
from collections import Counter
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from featherchat.clock import FixedClock
from featherchat.errors import FeatherchatError, StoreError
from featherchat.memory import Anchor, Edge, Memory, Source
from featherchat.recollection import Filter
from featherchat.store.backups import backup_path
from featherchat.store.base import Document
from featherchat.store.connecting import Access
from featherchat.store.layout import CHECKED, PLAIN, Layout, checksum_vfs
from featherchat.store.making import found_layout, make_store
from featherchat.store.pages import Pages
from featherchat.store.salvage import salvage
from featherchat.store.sqlite import SqliteStore
from featherchat.store.transcripts import ChatSession, Turn
from tests.conftest import NOW, MakeCause, MakeMemory
from tests.harming import a_page_of_memories, change_behind, flip

ALL = Filter(namespace=None, statuses=())
PAGE = CHECKED.page_size

needs_checksums = pytest.mark.skipif(
    checksum_vfs() is None, reason="this apsw was built without the checksum extension"
)


class Filled:
    """A store with some of everything, closed, and what was put into it."""

    def __init__(self, path: Path, clock: FixedClock, memories: list[Memory]) -> None:
        self.path = path
        self.clock = clock
        self.memories = {memory.id: memory for memory in memories}
        self.vectors = np.eye(len(memories), 64, dtype=np.float32) + 0.01
        self.vectors /= np.linalg.norm(self.vectors, axis=1, keepdims=True)
        self.edges = [
            Edge(first.id, second.id, "leads_to", created_at=NOW)
            for first, second in pairwise(memories)
        ]
        self.turns = [
            Turn(f"t{number:02}", "s", f"Question {number}?", NOW, answer="y" * 700 * number)
            for number in range(20)
        ]

    def salvaged(self, target: Path) -> SqliteStore:
        return SqliteStore.open(target, None, self.clock)


@pytest.fixture(params=[CHECKED, PLAIN], ids=["checked", "plain"])
def layout(request: pytest.FixtureRequest) -> Layout:
    if request.param is CHECKED and checksum_vfs() is None:
        pytest.skip("this apsw was built without the checksum extension")
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def filled(
    tmp_path: Path, layout: Layout, clock: FixedClock, a_memory: MakeMemory, a_cause: MakeCause
) -> Filled:
    memories = [
        a_memory(
            f"Number {number}: {'long ' * (3_900 if number % 20 == 0 else 60)}",
            anchors=(Anchor(f"src/{number}.py"),),
            sources=(Source("commit", NOW, sha=f"{number:040}"),),
            attributes={"number": str(number)},
        )
        for number in range(120)
    ]
    path = tmp_path / "memory.feather"
    make_store(path, Access(writable=True, busy_timeout=1.0), layout)
    filled = Filled(path, clock, memories)
    store = SqliteStore.open(path, None, clock)
    store.put(memories, a_cause(), filled.edges)
    store.put_vectors(memories[:60], filled.vectors[:60], "hash@64")
    store.put_document(
        Document("README.md", "b", NOW, {"1": memories[0].id}), [], [], [], a_cause()
    )
    store.transcripts.put_session(ChatSession("s", "Session", NOW, NOW))
    for turn in filled.turns:
        store.transcripts.put_turn(turn)
    store.close()
    return filled


def rows_alone(memories: dict[str, Memory]) -> list[Memory]:
    """What the hash of a memory's row covers; anchors and sources lie in rows of their own."""
    return [replace(memory, anchors=(), sources=()) for memory in memories.values()]


def everything(path: Path) -> dict[str, Counter[tuple[object, ...]]]:
    """Every row of every table, without the numbers that a salvage gives anew."""
    tables = change_behind(
        path, "SELECT name FROM pragma_table_list WHERE schema = 'main' AND name NOT LIKE 'sqlite%'"
    )
    found = {
        str(name): Counter(tuple(row) for row in change_behind(path, f"SELECT * FROM {name}"))
        for (name,) in tables
    }
    found.pop("meta")
    return found


def test_a_sound_store_is_saved_whole(filled: Filled, tmp_path: Path) -> None:
    before = everything(filled.path)

    saved = salvage(filled.path, tmp_path / "new.feather")

    assert everything(tmp_path / "new.feather") == before
    assert (saved.damaged_pages, saved.lost) == (0, ())
    assert saved.rows["memories"] == 120


def test_what_lies_in_the_log_of_a_killed_writer_is_saved_too(
    filled: Filled, tmp_path: Path, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    store = SqliteStore.open(filled.path, None, filled.clock)
    store.put([a_memory("In the log alone.")], a_cause())
    copy = tmp_path / "copy.feather"
    copy.write_bytes(filled.path.read_bytes())
    log = filled.path.with_name("memory.feather-wal")
    copy.with_name("copy.feather-wal").write_bytes(log.read_bytes())
    store.close()

    saved = salvage(copy, tmp_path / "new.feather")

    assert saved.rows["memories"] == 121


@needs_checksums
@pytest.mark.parametrize("layout", [CHECKED], indirect=True)
def test_one_flipped_bit_costs_one_page_and_its_memories_are_named(
    filled: Filled, tmp_path: Path
) -> None:
    start, hit = a_page_of_memories(filled.path)
    flip(filled.path, start + 4_000)

    saved = salvage(filled.path, tmp_path / "new.feather")

    assert saved.damaged_pages == 1
    assert set(saved.lost) == hit
    with_everything_else = filled.salvaged(tmp_path / "new.feather")
    assert with_everything_else.get(list(filled.memories)) == {
        memory_id: memory for memory_id, memory in filled.memories.items() if memory_id not in hit
    }
    assert with_everything_else.transcripts.turns("s") == filled.turns
    assert with_everything_else.database.check() == "ok"
    with_everything_else.close()


@needs_checksums
@pytest.mark.parametrize("layout", [CHECKED], indirect=True)
def test_any_single_page_may_be_lost(filled: Filled, tmp_path: Path) -> None:
    count = Pages(filled.path).count
    content = filled.path.read_bytes()
    target = tmp_path / "new.feather"
    for number in random.Random(7).sample(range(1, count + 1), min(count, 6)):
        filled.path.write_bytes(content)
        with filled.path.open("r+b") as file:
            file.seek((number - 1) * PAGE + 100 * (number == 1))
            file.write(b"\xff" * 4_000)

        saved = salvage(filled.path, target)

        store = filled.salvaged(target)
        found = store.get(list(filled.memories))
        assert saved.damaged_pages == 1
        assert rows_alone(found) == rows_alone(
            {memory_id: filled.memories[memory_id] for memory_id in found}
        )
        assert filled.memories.keys() - found.keys() == set(saved.lost)
        assert len(found) > 100
        assert set(store.edges_of(list(found))) <= set(filled.edges)
        turns = store.transcripts.turns("s")
        assert all(turn in filled.turns for turn in turns)
        assert store.database.check() == "ok"
        store.close()
        target.unlink()


def test_a_row_that_its_hash_does_not_confirm_is_not_saved(filled: Filled, tmp_path: Path) -> None:
    first, second = list(filled.memories)[:2]
    change_behind(filled.path, "UPDATE memories SET title = 'Other' WHERE id = ?", (first,))
    change_behind(
        filled.path,
        "UPDATE vectors SET vector = zeroblob(128)"
        " WHERE seq = (SELECT seq FROM memories WHERE id = ?)",
        (second,),
    )

    saved = salvage(filled.path, tmp_path / "new.feather")

    store = filled.salvaged(tmp_path / "new.feather")
    assert saved.lost == (first,)
    assert (saved.rows["memories"], saved.rows["vectors"]) == (119, 58)
    assert second in {memory.id for memory in store.vectors.pending(100)}
    assert store.edges_of([first]) == []
    store.close()


def test_a_source_that_its_hash_does_not_confirm_is_not_saved(
    filled: Filled, tmp_path: Path
) -> None:
    first = next(iter(filled.memories))
    change_behind(
        filled.path,
        "UPDATE sources SET source = '[]' WHERE seq = (SELECT seq FROM memories WHERE id = ?)",
        (first,),
    )

    saved = salvage(filled.path, tmp_path / "new.feather")

    store = filled.salvaged(tmp_path / "new.feather")
    assert saved.lost == ()
    assert store.get([first]) == {first: replace(filled.memories[first], sources=())}
    store.close()


def test_the_newest_backup_is_asked_for_what_is_lost(
    filled: Filled, tmp_path: Path, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    store = SqliteStore.open(filled.path, None, filled.clock)
    backup = store.database.back_up(backup_path(filled.path, NOW))
    later = a_memory("Came after the backup.")
    store.put([later], a_cause())
    store.close()
    first = next(iter(filled.memories))
    change_behind(
        filled.path, "UPDATE memories SET title = 'Other' WHERE id IN (?, ?)", (first, later.id)
    )

    saved = salvage(filled.path, tmp_path / "new.feather")

    assert set(saved.lost) == {first, later.id}
    assert [(copies.backup, [each.id for each in copies.memories]) for copies in saved.copies] == [
        (backup.path, [first])
    ]


def test_an_older_backup_is_asked_for_what_the_newest_one_has_not(
    filled: Filled, tmp_path: Path
) -> None:
    first, second = list(filled.memories)[:2]
    store = SqliteStore.open(filled.path, None, filled.clock)
    older = store.database.back_up(backup_path(filled.path, NOW))
    newer = store.database.back_up(backup_path(filled.path, NOW + 1))
    broken = store.database.back_up(backup_path(filled.path, NOW + 2))
    store.close()
    change_behind(newer.path, "DELETE FROM memories WHERE id = ?", (first,))
    broken.path.write_bytes(b"no store")
    change_behind(
        filled.path, "UPDATE memories SET text = 'Other' WHERE id IN (?, ?)", (first, second)
    )

    saved = salvage(filled.path, tmp_path / "new.feather")

    assert [
        (copies.backup, [(each.id, each.title) for each in copies.memories])
        for copies in saved.copies
    ] == [
        (newer.path, [(second, filled.memories[second].title)]),
        (older.path, [(first, filled.memories[first].title)]),
    ]


def test_a_document_that_lost_a_piece_is_to_be_learnt_again(
    filled: Filled, tmp_path: Path, a_cause: MakeCause
) -> None:
    first, second = list(filled.memories)[:2]
    store = SqliteStore.open(filled.path, None, filled.clock)
    store.put_document(Document("kept.md", "b", NOW, {"1": second}), [], [], [], a_cause())
    store.put_document(Document("odd.md", "b", NOW, {"1": second}), [], [], [], a_cause())
    store.close()
    change_behind(filled.path, "UPDATE documents SET pieces = '[' WHERE path = 'odd.md'")
    change_behind(filled.path, "UPDATE memories SET text = 'Other' WHERE id = ?", (first,))

    saved = salvage(filled.path, tmp_path / "new.feather")

    store = filled.salvaged(tmp_path / "new.feather")
    assert saved.unlearned == 2
    assert list(store.documents()) == ["kept.md"]
    store.close()


def test_the_end_of_a_file_that_was_cut_off_counts_as_damaged_and_its_memories_are_named(
    filled: Filled, tmp_path: Path
) -> None:
    store = SqliteStore.open(filled.path, None, filled.clock)
    store.database.back_up(backup_path(filled.path, NOW))
    store.close()
    count = Pages(filled.path).count
    size = Pages(filled.path).layout.page_size
    os.truncate(filled.path, 20 * size + 10)

    saved = salvage(filled.path, tmp_path / "new.feather")

    store = filled.salvaged(tmp_path / "new.feather")
    gone = filled.memories.keys() - store.get(list(filled.memories)).keys()
    store.close()
    assert (saved.pages, saved.damaged_pages) == (count, count - 20)
    assert {*saved.lost, *saved.perhaps_lost} == gone
    assert {each.id for copies in saved.copies for each in copies.memories} == gone
    assert len(gone) > 10


def test_what_was_taken_back_is_not_taken_for_lost(
    filled: Filled, tmp_path: Path, a_cause: MakeCause, a_memory: MakeMemory
) -> None:
    store = SqliteStore.open(filled.path, None, filled.clock)
    taken_back = a_memory("Taken back.")
    store.put([taken_back], a_cause("mistake"))
    store.database.back_up(backup_path(filled.path, NOW))
    store.close()
    first = next(iter(filled.memories))
    change_behind(filled.path, "DELETE FROM memories WHERE id = ?", (taken_back.id,))
    change_behind(filled.path, "UPDATE memories SET text = 'Other' WHERE id = ?", (first,))

    saved = salvage(filled.path, tmp_path / "new.feather")

    assert (saved.lost, saved.perhaps_lost) == ((first,), ())


def test_the_damaged_file_is_only_read(filled: Filled, tmp_path: Path) -> None:
    flip(filled.path, 5 * PAGE)
    before, moment = filled.path.read_bytes(), os.stat(filled.path).st_mtime_ns

    salvage(filled.path, tmp_path / "new.feather")

    assert filled.path.read_bytes() == before
    assert os.stat(filled.path).st_mtime_ns == moment
    assert not list(tmp_path.glob("memory.feather-*"))


@pytest.mark.parametrize("layout", [PLAIN], indirect=True)
def test_random_damage_to_plain_pages_gives_no_wrong_memory(filled: Filled, tmp_path: Path) -> None:
    content = filled.path.read_bytes()
    target = tmp_path / "new.feather"
    generator = random.Random(11)
    for _ in range(5):
        filled.path.write_bytes(content)
        for _ in range(20):
            flip(filled.path, generator.randrange(100, len(content)), generator.randrange(8))

        salvage(filled.path, target)

        store = filled.salvaged(target)
        found = store.get(list(filled.memories))
        assert rows_alone(found) == rows_alone(
            {memory_id: filled.memories[memory_id] for memory_id in found}
        )
        assert store.database.check() == "ok"
        store.close()
        target.unlink()


@pytest.mark.parametrize("content", [b"", b"x" * 50_000, b"SQLite format 3\0" + b"\xff" * 30_000])
def test_of_garbage_nothing_is_saved_and_nothing_fails(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "memory.feather").write_bytes(content)

    saved = salvage(tmp_path / "memory.feather", tmp_path / "new.feather")

    assert saved.rows["memories"] == 0
    assert found_layout(tmp_path / "new.feather") in (CHECKED, PLAIN)


def test_a_place_where_nothing_can_be_written_is_named(filled: Filled, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(StoreError, match="file") as caught:
        salvage(filled.path, tmp_path / "file" / "new.feather")

    assert isinstance(caught.value, FeatherchatError)
