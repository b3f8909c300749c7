"""A log that ends before the last change is damage; one that a crash cut short is not."""

import shutil
from pathlib import Path

import pytest

from featherchat.clock import FixedClock
from featherchat.errors import StoreDamaged
from featherchat.memory import Memory
from featherchat.recollection import Filter
from featherchat.store.sqlite import SqliteStore
from tests.conftest import MakeCause, MakeMemory
from tests.harming import flip

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
