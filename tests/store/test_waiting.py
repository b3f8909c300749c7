"""Several writers at once: everyone gets a turn, and busy is said of a lock that is kept."""

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from featherchat.errors import StoreBusy
from featherchat.store.database import open_database

KEEPER = """
import sys, time
from pathlib import Path
from featherchat.store.database import open_database

database = open_database(Path(sys.argv[1]))
until = time.monotonic() + float(sys.argv[2])
print("ready", flush=True)
while time.monotonic() < until:
    with database.transaction():
        database.execute("INSERT OR REPLACE INTO meta VALUES ('keeper', '')")
        time.sleep(float(sys.argv[3]))
database.close()
"""


def keeper(path: Path, seconds: float, pause: float) -> "subprocess.Popen[str]":
    """A process that takes the lock again as soon as it has let go of it."""
    command = [sys.executable, "-c", KEEPER, str(path), str(seconds), str(pause)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def test_a_writer_waits_longer_than_the_timeout_while_others_take_turns(tmp_path: Path) -> None:
    path = tmp_path / "memory.feather"
    database = open_database(path, busy_timeout=1.0)
    others = [keeper(path, 2.5, pause=0.05) for _ in range(2)]

    for number in range(3):
        with database.transaction():
            database.execute("INSERT INTO meta VALUES (?, '')", (f"ours {number}",))

    assert [other.wait() for other in others] == [0, 0]
    assert database.value("SELECT count(*) FROM meta WHERE key LIKE 'ours %'") == 3
    database.close()


def test_one_process_that_keeps_the_lock_for_the_whole_timeout_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "memory.feather"
    database = open_database(path, busy_timeout=0.3)
    other = open_database(path)
    kept, done = threading.Event(), threading.Event()

    def keep() -> None:
        with other.transaction():
            kept.set()
            done.wait()

    thread = threading.Thread(target=keep)
    thread.start()
    kept.wait()
    began = time.monotonic()
    with pytest.raises(StoreBusy), database.transaction():
        pass
    waited = time.monotonic() - began
    done.set()
    thread.join()

    assert 0.3 <= waited < 30.0  # and not for ever; a busy machine adds what it likes
    database.close()
    other.close()
