"""The n-th call to the disk fails, for n = 1, 2, …: a write is all or nothing, and then goes on."""

import subprocess
import sys
from pathlib import Path

import pytest

from featherchat.clock import FixedClock
from featherchat.errors import StoreError
from featherchat.memory import Edge
from featherchat.recollection import Filter
from featherchat.store.sqlite import SqliteStore
from tests.conftest import NOW, MakeCause, MakeMemory
from tests.store.acknowledged import lost
from tests.store.disk import can_trace, files_limited_to

ALL = Filter(namespace=None, statuses=())
ROOT = Path(__file__).parents[2]


def test_a_write_that_a_full_disk_stops_anywhere_leaves_nothing_and_the_next_succeeds(
    tmp_path: Path, clock: FixedClock, a_memory: MakeMemory, a_cause: MakeCause
) -> None:
    path = tmp_path / "memory.feather"
    store = SqliteStore.open(path, None, clock)
    first = a_memory("Is there from the beginning.")
    store.put([first], a_cause())
    log = path.with_name("memory.feather-wal")
    faults = 0

    while True:
        memory = a_memory(f"Number {faults} {'long ' * 3_000}")
        edge = Edge(memory.id, first.id, "supports", created_at=NOW)
        before = store.find(ALL), store.edges_of([first.id]), store.database.revision
        try:
            with files_limited_to(log.stat().st_size // 512 * 512 + faults * 1_500):
                store.put([memory], a_cause(), [edge])
        except StoreError as error:
            faults += 1
            assert error.hint
            after = store.find(ALL), store.edges_of([first.id]), store.database.revision
            assert after == before
            store.put([a_memory(f"Goes on after fault {faults}.")], a_cause())
        else:
            break

    assert faults > 10
    assert store.get([memory.id]) == {memory.id: memory}
    assert edge in store.edges_of([first.id])
    assert store.database.check() == "ok"
    store.close()


def run_with_fault(path: Path, calls: str, number: int) -> bool:
    """Let a writer write six memories while one call fails; whether it came to that call."""
    path.parent.mkdir(exist_ok=True)
    fault = f"inject={calls}:error=EIO:when={number}"
    command = ["strace", "-qq", "-o", str(path.parent / "trace"), "-e", fault]
    command += ["-P", str(path), "-P", f"{path}-wal"]
    command += [sys.executable, "-m", "tests.store.writer", str(path), "--steps", "6"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [f"m-{number}" for number in range(6)]
    assert lost(path, done.stdout.split()) == []
    return "(INJECTED)" in (path.parent / "trace").read_text()


@pytest.mark.skipif(not can_trace(), reason="strace is missing or may not trace")
@pytest.mark.parametrize(("calls", "number"), [("fsync,fdatasync", 2), ("pwrite64", 9)])
def test_a_writer_goes_on_after_a_call_that_failed(tmp_path: Path, calls: str, number: int) -> None:
    assert run_with_fault(tmp_path / "memory.feather", calls, number)


@pytest.mark.slow
@pytest.mark.skipif(not can_trace(), reason="strace is missing or may not trace")
@pytest.mark.parametrize(("calls", "stride"), [("fsync,fdatasync", 1), ("pwrite64", 5)])
def test_any_call_may_fail_once(tmp_path: Path, calls: str, stride: int) -> None:
    number, places = 1, 0
    while run_with_fault(tmp_path / str(number) / "memory.feather", calls, number):
        number += stride
        places += 1

    print(f"failed={calls} places={places} lost=0")
