"""One SQLite file among everything that can be wrong with it."""

import os
import resource
import signal
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from featherchat.clock import FixedClock
from featherchat.errors import (
    NotAStore,
    StoreBusy,
    StoreDamaged,
    StoreError,
    StoreReadOnly,
    StoreTooNew,
)
from featherchat.recollection import Filter
from featherchat.store.database import open_database
from featherchat.store.schema import SCHEMA
from featherchat.store.sqlite import SqliteStore
from tests.conftest import MakeCause, MakeMemory
from tests.harming import change_behind

ALL = Filter(namespace=None, statuses=())
MESSAGES = "featherchat.store.sqlite"


def another_programs_database(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE theirs (x)")
    connection.commit()
    connection.close()


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda path: path.write_text("Dear diary, today"), "not an SQLite database"),
        (lambda path: path.write_bytes(b""), "empty"),
        (lambda path: path.mkdir(), "a folder"),
        (another_programs_database, "another program's"),
    ],
    ids=["text", "empty", "folder", "database"],
)
def test_a_foreign_file_is_left_alone(tmp_path: Path, make: object, why: str) -> None:
    path = tmp_path / "memory.feather"
    make(path)  # type: ignore[operator]
    before = path.read_bytes() if path.is_file() else None

    with pytest.raises(NotAStore, match=why) as caught:
        open_database(path)

    assert "--store PATH" in caught.value.hint
    assert (path.read_bytes() if path.is_file() else None) == before


@pytest.mark.parametrize("place", ["file.txt/memory.feather", "file.txt/deeper/memory.feather"])
def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path, place: str) -> None:
    (tmp_path / "file.txt").write_text("not a folder")

    with pytest.raises(StoreReadOnly, match=r"file\.txt") as caught:
        open_database(tmp_path / place)

    assert "--store PATH" in caught.value.hint


def test_a_store_of_a_newer_version_can_be_read_and_not_written(
    tmp_path: Path, clock: FixedClock, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    path = tmp_path / "memory.feather"
    store = SqliteStore.open(path, None, clock)
    memory = a_memory("Written by the present.")
    store.put([memory], a_cause())
    store.close()
    change_behind(path, f"PRAGMA user_version = {SCHEMA + 1}")

    store = SqliteStore.open(path, None, clock)

    assert store.match_words("present", 5, ALL).scores.keys() == {memory.id}
    with pytest.raises(StoreTooNew, match=f"schema {SCHEMA + 1}"):
        store.put([a_memory("More.")], a_cause())
    store.close()


def test_a_store_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "memory.feather"
    seen: set[bytes] = set()
    script = textwrap.dedent(
        """
        import sys
        from pathlib import Path
        from featherchat.store.database import open_database
        open_database(Path(sys.argv[1])).close()
        """
    )
    for number in range(3):
        place = tmp_path / str(number) / path.name
        maker = subprocess.Popen([sys.executable, "-c", script, str(place)])
        while maker.poll() is None:
            if place.exists():
                seen.add(place.read_bytes()[:16])

    assert seen <= {b"SQLite format 3\0"}


def test_a_creation_that_was_killed_leaves_nothing_that_blocks_the_next(tmp_path: Path) -> None:
    path = tmp_path / "memory.feather"
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))"
    script = (
        f"{limit}\nfrom pathlib import Path\nfrom featherchat.store.database import open_database"
    )
    script += f"\nopen_database(Path({str(path)!r}))"
    failed = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)

    open_database(path).close()

    assert "StoreError" in failed.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["memory.feather"]


def test_busy_names_how_long_we_waited(
    tmp_path: Path, clock: FixedClock, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    path = tmp_path / "memory.feather"
    store = SqliteStore.open(path, None, clock, busy_timeout=0.6)
    other = open_database(path)

    with other.transaction(), pytest.raises(StoreBusy, match=r"waited 1 s"):
        store.put([a_memory("Waits.")], a_cause())

    other.close()
    store.put([a_memory("Goes on.")], a_cause())
    assert [memory.text for memory in store.find(ALL)] == ["Goes on."]
    store.close()


def test_a_file_that_was_cut_off_is_damaged_and_not_empty(
    tmp_path: Path, clock: FixedClock, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    path = tmp_path / "memory.feather"
    store = SqliteStore.open(path, None, clock)
    store.put([a_memory(f"Memory number {number} {'x' * 500}") for number in range(40)], a_cause())
    store.close()
    os.truncate(path, path.stat().st_size // 2)

    with pytest.raises(StoreDamaged):
        SqliteStore.open(path, None, clock).find(ALL)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("a small file system can only be mounted by root")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_full_disk_loses_nothing_that_was_stored(
    small_disk: Path, clock: FixedClock, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    store = SqliteStore.open(small_disk / "memory.feather", None, clock)
    stored = []
    with pytest.raises(StoreError, match=r"full|could not be read or written") as caught:
        for number in range(200):
            memory = a_memory(f"{number} " + "word " * 2_000)
            store.put([memory], a_cause())
            stored.append(memory)

    assert "space" in caught.value.hint
    assert stored
    assert {memory.id for memory in store.find(ALL)} == {memory.id for memory in stored}
    store.close()


def test_a_file_size_limit_loses_nothing_that_was_stored(
    tmp_path: Path, clock: FixedClock, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    store = SqliteStore.open(tmp_path / "memory.feather", None, clock)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    stored = []
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, before[1]))
        with pytest.raises(StoreError) as caught:
            for number in range(100):
                memory = a_memory(f"{number} " + "word " * 2_000)
                store.put([memory], a_cause())
                stored.append(memory)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)

    assert "space" in caught.value.hint
    assert {memory.id for memory in store.find(ALL)} == {memory.id for memory in stored}
    store.close()
