"""How a store comes into being, is brought up to date, and is refused before SQLite sees it."""

import os
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import apsw
import pytest

from featherchat.clock import FixedClock
from featherchat.errors import NotAStore, StoreBusy, StoreDamaged, StoreError, StoreReadOnly
from featherchat.recollection import Filter
from featherchat.store.backups import backups_of
from featherchat.store.connecting import Access, connect
from featherchat.store.database import open_database
from featherchat.store.layout import CHECKED, PLAIN, checksum_vfs, page_checksum
from featherchat.store.making import found_layout, give_checksums, make_store
from featherchat.store.schema import APPLICATION_ID, MIGRATIONS, REPAGING_ID, SCHEMA
from featherchat.store.sqlite import SqliteStore
from tests.conftest import NOW, MakeCause, MakeMemory
from tests.harming import change_behind, flip

ALL = Filter(namespace=None, statuses=())
LOCAL = Access(writable=True, busy_timeout=0.1)

needs_checksums = pytest.mark.skipif(
    checksum_vfs() is None, reason="this apsw was built without the checksum extension"
)


def old_store(path: Path) -> None:
    """A store as the first released schema had it, with one memory."""
    connection = apsw.Connection(str(path), vfs="unix")
    connection.execute("PRAGMA page_size = 4096; PRAGMA journal_mode = WAL").fetchall()
    connection.execute(MIGRATIONS[0]).fetchall()
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}").fetchall()
    connection.execute("PRAGMA user_version = 1").fetchall()
    connection.execute("INSERT INTO meta VALUES ('revision', '7')").fetchall()
    connection.close()


def pages_of(path: Path) -> list[bytes]:
    content = path.read_bytes()
    return [content[at : at + 8_192] for at in range(0, len(content), 8_192)]


@needs_checksums
def test_every_page_of_a_new_store_has_its_checksum(
    tmp_path: Path, clock: FixedClock, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    path = tmp_path / "memory.feather"
    store = SqliteStore.open(path, None, clock)
    store.put([a_memory(f"Number {number} {'x' * 900}") for number in range(50)], a_cause())
    store.close()

    pages = pages_of(path)

    assert found_layout(path) == CHECKED
    assert len(pages) > 10
    assert [page[-8:] for page in pages] == [page_checksum(page) for page in pages]


@needs_checksums
def test_an_old_store_is_backed_up_brought_up_to_date_and_given_checksums(tmp_path: Path) -> None:
    path = tmp_path / "memory.feather"
    old_store(path)
    before = path.read_bytes()

    database = open_database(path, now=lambda: NOW)

    assert database.revision == 7
    database.close()
    assert found_layout(path) == CHECKED
    assert change_behind(path, "PRAGMA user_version") == [(SCHEMA,)]
    (backup,) = backups_of(path)
    assert backup.path.name == "memory-2026-09-21T141320-schema-1.feather"
    assert change_behind(backup.path, "SELECT value FROM meta") == [("7",)]
    assert len(before) == backup.size


def test_a_migration_that_fails_leaves_the_old_store_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "memory.feather"
    old_store(path)
    connection = apsw.Connection(str(path))
    connection.execute("CREATE TABLE gone (in_the_way)").fetchall()
    connection.close()

    with pytest.raises(apsw.SQLError, match="already exists"):
        open_database(path)

    assert change_behind(path, "PRAGMA user_version") == [(1,)]
    assert change_behind(path, "PRAGMA table_info (memories)")[-1][1] == "revision"
    assert found_layout(path) == PLAIN


def test_an_old_store_that_another_process_has_open_is_brought_up_to_date_in_its_pages(
    tmp_path: Path,
) -> None:
    path = tmp_path / "memory.feather"
    old_store(path)
    other = apsw.Connection(str(path))
    other.execute("SELECT * FROM meta").fetchall()

    open_database(path).close()

    assert found_layout(path) == PLAIN
    assert other.execute("PRAGMA user_version").fetchall() == [(SCHEMA,)]
    other.close()


@needs_checksums
def test_the_rewriting_of_pages_goes_on_after_a_crash(tmp_path: Path, clock: FixedClock) -> None:
    path = tmp_path / "memory.feather"
    make_store(path, LOCAL, PLAIN)
    for step in (f"application_id = {REPAGING_ID}", "journal_mode = DELETE", "page_size = 8192"):
        change_behind(path, f"PRAGMA {step}")
    change_behind(path, "VACUUM")

    store = SqliteStore.open(path, None, clock)

    assert store.database.check() == "ok"
    store.close()
    assert found_layout(path) == CHECKED


@needs_checksums
def test_a_store_whose_pages_another_process_rewrites_is_busy(tmp_path: Path) -> None:
    path = tmp_path / "memory.feather"
    make_store(path, LOCAL, PLAIN)
    change_behind(path, f"PRAGMA application_id = {REPAGING_ID}")
    change_behind(path, "PRAGMA journal_mode = DELETE")
    other = apsw.Connection(str(path))
    other.execute("BEGIN EXCLUSIVE").fetchall()

    with pytest.raises(StoreBusy):
        open_database(path, busy_timeout=0.1)

    other.close()


def test_a_store_without_checksums_keeps_every_other_promise(
    tmp_path: Path, clock: FixedClock, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    path = tmp_path / "memory.feather"
    make_store(path, LOCAL, PLAIN)
    store = SqliteStore.open(path, None, clock)
    memory = a_memory("Written to plain pages.")
    store.put([memory], a_cause())
    store.close()
    change_behind(path, "UPDATE memories SET text = 'Wratten to plain pages.'")

    again = SqliteStore.open(path, None, clock)

    with pytest.raises(StoreDamaged, match=memory.id):
        again.get([memory.id])
    again.close()
    assert found_layout(path) == PLAIN


@pytest.mark.parametrize("bit", range(8))
@pytest.mark.parametrize("offset", [16, 17, 20])
def test_a_flipped_bit_in_the_measures_of_pages_is_seen_before_a_page_is_read(
    tmp_path: Path, offset: int, bit: int
) -> None:
    path = tmp_path / "memory.feather"
    for layout in (CHECKED, PLAIN):
        path.unlink(missing_ok=True)
        make_store(path, LOCAL, layout)
        flip(path, offset, bit)

        with pytest.raises(StoreDamaged, match="header"):
            open_database(path)


def test_a_pipe_in_the_stores_place_does_not_keep_anyone_waiting(tmp_path: Path) -> None:
    path = tmp_path / "memory.feather"
    os.mkfifo(path)

    with pytest.raises(NotAStore, match="not a file"):
        open_database(path)


def test_a_store_that_may_not_be_read_is_named(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("nothing is forbidden to root")
    path = tmp_path / "memory.feather"
    open_database(path).close()
    path.chmod(0)

    with pytest.raises(StoreReadOnly, match=r"memory\.feather"):
        open_database(path)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
@pytest.mark.parametrize(
    ("forbidden", "word"), [("file", "the file"), ("folder", "its folder"), ("both", "the file")]
)
def test_what_may_not_be_written_is_opened_to_be_read(forbidden: str, word: str) -> None:
    # Not below pytest's own folder, which is closed to everybody else.
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        path = folder / "memory.feather"
        open_database(path).close()
        path.chmod(0o444 if forbidden != "folder" else 0o666)
        folder.chmod(0o555 if forbidden != "file" else 0o777)

        done = run_as_nobody(
            "database = open_database(path); print(database.revision, database.read_only,"
            " database.read_only.hint); database.close()",
            path,
        )

        assert done.stderr == ""
        assert done.stdout.startswith(f"0 {path} is opened to be read only: {word} may not")
        assert f"chmod u+w {folder if forbidden == 'folder' else path}" in done.stdout


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_a_folder_without_permission_is_not_taken_for_a_full_disk() -> None:
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "memory.feather"
        Path(place).chmod(0o555)

        done = run_as_nobody(
            "\ntry: open_database(path)\nexcept StoreError as error: print(error, error.hint)", path
        )

    assert "Permission denied" in done.stdout
    assert f"Check the permissions of {place}" in done.stdout
    assert "space" not in done.stdout


def run_as_nobody(script: str, path: Path) -> "subprocess.CompletedProcess[str]":
    """What a script prints that runs without a right on anything."""
    before = (
        "import os, sys; from pathlib import Path\n"
        "from featherchat.errors import StoreError\n"
        "from featherchat.store.database import open_database\n"
        "from featherchat.store.layout import checksum_vfs; checksum_vfs()\n"
        "os.setegid(65534); os.seteuid(65534)\n"
        "path = Path(sys.argv[1]); "
    )
    return subprocess.run(
        [sys.executable, "-c", before + script, str(path)], capture_output=True, text=True
    )


def test_looking_at_a_header_does_not_let_go_of_this_processs_locks(tmp_path: Path) -> None:
    path = tmp_path / "memory.feather"
    database = open_database(path)
    with database.transaction():
        database.execute("INSERT INTO meta VALUES ('a', 'b')")

    found_layout(path)

    # Another process that closes last takes the log away; this one still holds the store.
    assert not give_checksums(path, LOCAL)
    assert path.with_name("memory.feather-wal").exists()
    database.close()


def test_a_network_file_system_gets_a_journal_without_shared_memory_and_one_process(
    tmp_path: Path,
) -> None:
    path = tmp_path / "memory.feather"
    open_database(path).close()
    remote = Access(writable=True, busy_timeout=0.1, remote="nfs4")

    connection = connect(path, remote, CHECKED if checksum_vfs() else PLAIN)
    connection.execute("INSERT INTO meta VALUES ('a', 'b')").fetchall()

    assert connection.execute("PRAGMA journal_mode").fetchall() == [("truncate",)]
    assert not path.with_name("memory.feather-shm").exists()
    with pytest.raises(StoreError, match="another process"):
        open_database(path, busy_timeout=0.1)
    connection.close()


def test_a_new_store_is_closed_to_others(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "memory.feather"
    open_database(path).close()

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
