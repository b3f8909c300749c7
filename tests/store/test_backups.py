"""Copies of a store: whole, verified, private, few, and free of what was forgotten."""

import stat
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from featherchat.clock import SECONDS_PER_DAY, FixedClock
from featherchat.errors import NotAStore, StoreDamaged, StoreError, StoreReadOnly
from featherchat.memory import Source
from featherchat.recollection import Filter
from featherchat.store.backups import (
    BY_HAND,
    KEPT,
    back_up_daily,
    backup_path,
    backups_of,
    check_copy,
)
from featherchat.store.layout import CHECKED, checksum_vfs
from featherchat.store.making import found_layout
from featherchat.store.replacing import replace_store
from featherchat.store.sqlite import SqliteStore
from featherchat.store.transcripts import ChatSession, Turn
from tests.conftest import NOW, MakeCause, MakeMemory
from tests.harming import change_behind, flip
from tests.workshop import files_with

ALL = Filter(namespace=None, statuses=())


def texts_in(path: Path, clock: FixedClock) -> set[str]:
    store = SqliteStore.open(path, None, clock)
    try:
        return {memory.text for memory in store.find(ALL)}
    finally:
        store.close()


def test_a_backup_is_a_store_of_its_own_closed_to_others(
    store: SqliteStore, clock: FixedClock, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    said = [a_memory("Kept twice.", source=Source(author, 0.0)) for author in ("user", "commit")]
    store.put(said, a_cause())

    made = store.database.back_up(backup_path(store.path, NOW, BY_HAND))
    store.put([a_memory("Came later.")], a_cause())

    assert made.path.name == "memory-2026-09-21T141320-by-hand.feather"
    assert texts_in(made.path, clock) == {"Kept twice."}
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(made.path.parent.stat().st_mode) == 0o700
    assert found_layout(made.path) == found_layout(store.path)
    assert backups_of(store.path) == [made]


def test_five_daily_backups_are_kept_and_all_that_were_made_by_hand(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    store.put([a_memory("Kept.")], a_cause())
    for day in range(8):
        store.database.back_up(backup_path(store.path, NOW + (day - 1) * 10, BY_HAND))
        assert back_up_daily(store.path, NOW + (2 * day + 2) * SECONDS_PER_DAY, 1.0)

    kept = backups_of(store.path)

    automatic = [backup for backup in kept if backup.is_automatic]
    newest = [NOW + (2 * day + 2) * SECONDS_PER_DAY for day in range(8)][-KEPT:]
    assert [backup.made_at for backup in automatic] == newest[::-1]
    assert len(kept) == KEPT + 8


def test_a_day_has_one_backup_and_an_empty_store_none(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    assert back_up_daily(store.path, NOW, 1.0) is None

    store.put([a_memory("Kept.")], a_cause())

    assert back_up_daily(store.path, NOW, 1.0)
    assert back_up_daily(store.path, NOW + SECONDS_PER_DAY - 1, 1.0) is None
    assert back_up_daily(store.path, NOW + SECONDS_PER_DAY, 1.0)


def test_what_a_killed_process_left_of_a_backup_goes_with_the_next_one(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    store.put([a_memory("Kept.")], a_cause())
    left = backup_path(store.path, NOW).with_suffix(".feather.0a1b.new")
    left.parent.mkdir()
    left.write_bytes(b"half")

    made = back_up_daily(store.path, NOW, 1.0)

    assert made is not None
    assert sorted(left.parent.glob("memory*")) == [made.path]


def test_a_backup_is_made_while_another_connection_writes(
    store: SqliteStore, clock: FixedClock, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    store.put([a_memory(f"Number {number} {'x' * 2_000}") for number in range(500)], a_cause())
    ended = threading.Event()
    made = []

    def back_up() -> None:
        made.append(back_up_daily(store.path, NOW, 5.0))
        ended.set()

    thread = threading.Thread(target=back_up)
    thread.start()
    written = 500
    while not ended.is_set():
        store.put([a_memory(f"Number {written}")], a_cause())
        written += 1
    thread.join()

    assert made[0] is not None
    assert 500 <= len(texts_in(made[0].path, clock)) <= written
    assert len(store.find(ALL)) == written


@pytest.mark.skipif(checksum_vfs() is None, reason="without checksums only rows are compared")
def test_a_damaged_store_is_not_copied_over_its_sound_backups(
    tmp_path: Path, clock: FixedClock, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    store = SqliteStore.open(tmp_path / "memory.feather", None, clock)
    store.put([a_memory(f"Number {number} {'x' * 900}") for number in range(50)], a_cause())
    assert back_up_daily(store.path, NOW, 1.0)
    before = backups_of(store.path)
    store.close()
    flip(store.path, 9 * CHECKED.page_size + 100)

    with pytest.raises(StoreDamaged):
        back_up_daily(store.path, NOW + SECONDS_PER_DAY, 1.0)

    assert backups_of(store.path) == before
    assert not list(store.path.parent.glob("backups/*.new"))


def test_a_row_that_is_not_what_was_written_stops_a_backup(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    store.put([a_memory("We use PostgreSQL.")], a_cause())
    change_behind(store.path, "UPDATE memories SET text = 'We use MongoDB.'")

    with pytest.raises(StoreDamaged):
        store.database.back_up(backup_path(store.path, NOW))

    assert backups_of(store.path) == []


def test_a_backup_that_cannot_be_written_is_named(store: SqliteStore, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(StoreReadOnly, match="file"):
        store.database.back_up(tmp_path / "file" / "copy.feather")


def test_a_backup_can_be_put_back_and_what_was_there_is_kept(
    tmp_path: Path, clock: FixedClock, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    path = tmp_path / "memory.feather"
    store = SqliteStore.open(path, None, clock)
    store.put([a_memory("Before.")], a_cause())
    made = store.database.back_up(backup_path(path, NOW))
    store.put([a_memory("After.")], a_cause())
    store.close()

    kept = replace_store(made.path, path, "before-restore", NOW)

    assert kept is not None
    assert kept.name == "memory.feather.before-restore-2026-09-21T141320"
    assert texts_in(path, clock) == {"Before."}
    assert texts_in(kept, clock) == {"Before.", "After."}
    assert made.path.exists()


def test_a_store_that_a_process_has_open_is_not_replaced(
    tmp_path: Path, clock: FixedClock, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    path = tmp_path / "memory.feather"
    store = SqliteStore.open(path, None, clock)
    store.put([a_memory("Before.")], a_cause())
    made = store.database.back_up(backup_path(path, NOW))
    # In a process of its own: a lock does not stop the process that holds it.
    script = (
        "import sys; from pathlib import Path\n"
        "from featherchat.store.replacing import replace_store\n"
        "replace_store(Path(sys.argv[1]), Path(sys.argv[2]), 'before-restore', 0.0)"
    )

    done = subprocess.run(
        [sys.executable, "-c", script, str(made.path), str(path)], capture_output=True, text=True
    )

    assert "StoreBusy" in done.stderr
    store.close()
    assert sorted(file.name for file in tmp_path.iterdir()) == ["backups", "memory.feather"]


def test_a_store_that_was_replaced_while_it_was_open_is_not_written(
    tmp_path: Path, clock: FixedClock, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    path = tmp_path / "memory.feather"
    store = SqliteStore.open(path, None, clock)
    memory = a_memory("Before.")
    store.put([memory], a_cause())
    path.unlink()

    with pytest.raises(StoreError, match="deleted or replaced"):
        store.put([a_memory("Would be lost.")], a_cause())

    assert store.get([memory.id]) == {memory.id: memory}
    store.close()


@pytest.mark.parametrize("content", [b"", b"Dear diary", None])
def test_what_is_no_store_is_not_put_back(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "file"
    file.mkdir() if content is None else file.write_bytes(content)

    with pytest.raises(NotAStore):
        check_copy(file)


def test_what_is_forgotten_for_good_is_in_no_backup_either(
    tmp_path: Path, clock: FixedClock, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    store = SqliteStore.open(tmp_path / "s" / "memory.feather", None, clock)
    kept, secret = a_memory("Stays."), a_memory("The xylophone stands in the cellar.")
    store.transcripts.put_session(ChatSession("s", "Music", 0.0, 0.0))
    store.transcripts.put_turn(Turn("t", "s", "The xylophone stands in the cellar", 0.0))
    store.database.back_up(backup_path(store.path, NOW))
    store.put([kept, secret], a_cause())
    store.database.back_up(backup_path(store.path, NOW + 1))
    store.put([replace(secret, text="The xylophone was sold.")], a_cause())
    store.database.back_up(backup_path(store.path, NOW + 2, BY_HAND))

    store.forget([secret.id], a_cause("forgot"), hard=True)
    store.close()

    assert files_with(tmp_path, b"xylophone") == []
    newest, older, _ = backups_of(store.path)
    assert texts_in(newest.path, clock) == texts_in(older.path, clock) == {"Stays."}


def test_a_backup_that_cannot_be_cleansed_goes_with_what_was_forgotten(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    secret = a_memory("The xylophone stands in the cellar.")
    store.put([secret], a_cause())
    old = store.database.back_up(backup_path(store.path, NOW))
    change_behind(old.path, "PRAGMA user_version = 1")
    harmed = store.database.back_up(backup_path(store.path, NOW + 1))
    flip(harmed.path, 500)

    store.forget([secret.id], a_cause("forgot"), hard=True)

    assert backups_of(store.path) == []


def test_a_large_store_is_backed_up_by_the_connection_that_wrote_it(
    store: SqliteStore, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    long = "A long text that fills pages. " * 200
    for start in range(0, 1_500, 250):
        memories = [
            a_memory(f"{number} {long}", id=f"m{number}") for number in range(start, start + 250)
        ]
        store.put(memories, a_cause())
    for number in range(0, 1_500, 7):
        store.put([a_memory(f"{number} changed {long}", id=f"m{number}")], a_cause())

    backup = store.database.back_up(backup_path(store.path, NOW))

    assert backup.size > 8_000_000
    check_copy(backup.path)
