"""A log that ends before the last change is damage; one that a crash cut short is not."""

import os
import shutil
from pathlib import Path

import pytest

from featherchat.clock import FixedClock
from featherchat.errors import StoreDamaged
from featherchat.memory import Memory
from featherchat.recollection import Filter
from featherchat.store.sqlite import SqliteStore
from tests.conftest import MakeCause, MakeMemory
from tests.harming import change_behind, flip

ALL = Filter(namespace=None, statuses=())


@pytest.fixture
def killed(
    tmp_path: Path, clock: FixedClock, a_memory: MakeMemory, a_cause: MakeCause
) -> tuple[Path, list[Memory]]:
    """A store as a killed process leaves it, and the five memories that lie in its log alone."""
    (tmp_path / "live").mkdir()
    store = SqliteStore.open(tmp_path / "live" / "memory.feather", None, clock)
    memories = [a_memory(f"Number {number}.") for number in range(5)]
    for memory in memories:
        store.put([memory], a_cause())
    shutil.copytree(tmp_path / "live", tmp_path / "killed")
    store.close()
    return tmp_path / "killed" / "memory.feather", memories


def log_of(path: Path) -> Path:
    return path.with_name("memory.feather-wal")


def test_a_log_that_a_crash_cut_short_is_read_as_far_as_it_goes(
    killed: tuple[Path, list[Memory]], clock: FixedClock
) -> None:
    path, memories = killed
    with log_of(path).open("r+b") as log:
        log.truncate(log_of(path).stat().st_size - 700)

    store = SqliteStore.open(path, None, clock)

    assert sorted(memory.id for memory in store.find(ALL)) == [m.id for m in memories[:4]]
    store.close()


@pytest.mark.parametrize("offset", [10, 20, 26, 40, 50, 3_000, 20_000])
def test_a_bit_that_was_flipped_in_the_log_is_named_and_the_log_is_kept(
    killed: tuple[Path, list[Memory]], clock: FixedClock, offset: int
) -> None:
    path, _ = killed
    flip(log_of(path), offset)
    before = log_of(path).read_bytes()

    for _ in range(2):
        with pytest.raises(StoreDamaged, match="write-ahead log") as caught:
            SqliteStore.open(path, None, clock)

    assert "doctor --salvage" in caught.value.hint
    assert log_of(path).read_bytes() == before


@pytest.mark.parametrize("bytes_", [1, 700, 8_000])
def test_a_store_whose_last_page_was_cut_is_named(
    tmp_path: Path, clock: FixedClock, a_memory: MakeMemory, a_cause: MakeCause, bytes_: int
) -> None:
    path = tmp_path / "memory.feather"
    store = SqliteStore.open(path, None, clock)
    store.put([a_memory("Number 1.")], a_cause())
    store.close()
    os.truncate(path, path.stat().st_size - bytes_)

    with pytest.raises(StoreDamaged, match="last page") as caught:
        SqliteStore.open(path, None, clock)

    assert "doctor --salvage" in caught.value.hint


def test_a_last_page_that_a_crash_cut_is_whole_if_the_log_has_it(
    tmp_path: Path, clock: FixedClock, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    live, path = tmp_path / "live" / "memory.feather", tmp_path / "killed" / "memory.feather"
    live.parent.mkdir()
    store = SqliteStore.open(live, None, clock)
    memories = [a_memory(f"Number {number}. {'long ' * 3_000}") for number in range(5)]
    store.put(memories, a_cause())
    shutil.copytree(live.parent, path.parent)
    change_behind(live, "PRAGMA wal_checkpoint(PASSIVE)")
    shutil.copyfile(live, path)
    store.close()
    os.truncate(path, path.stat().st_size - 700)

    again = SqliteStore.open(path, None, clock)

    assert {memory.id for memory in again.find(ALL)} == {memory.id for memory in memories}
    again.close()


def test_a_log_that_another_connection_still_writes_is_whole(
    tmp_path: Path, clock: FixedClock, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    path = tmp_path / "memory.feather"
    store = SqliteStore.open(path, None, clock)
    for number in range(30):
        store.put([a_memory(f"Number {number}. {'long ' * 3_900}")], a_cause())
        other = SqliteStore.open(path, None, clock)

        assert len(other.find(ALL)) == number + 1

        other.database.close()
    store.close()
