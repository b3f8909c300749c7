"""Several processes on one store for a while: nothing is lost, and nobody hears that it is busy."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from featherchat.clock import FixedClock
from featherchat.memory import Status
from featherchat.store.sqlite import SqliteStore
from tests.store.worker import ALL

ROOT = Path(__file__).parents[2]


def run(folder: Path, workers: int, seconds: float) -> tuple[int, int]:
    """Let workers work, and compare the store with what they say: memories, recalls."""
    path = folder / "memory.feather"
    processes = [worker(path, name, seconds) for name in "1234"[:workers]]
    ended = [process.communicate() for process in processes]
    assert [error for _, error in ended] == [""] * workers
    said: list[dict[str, Any]] = [json.loads(out) for out, _ in ended]
    store = SqliteStore.open(path, None, FixedClock())
    try:
        compare(store, said)
        assert store.database.check() == "ok"
    finally:
        store.close()
    return sum(len(each["added"]) for each in said), sum(
        sum(each["recalls"].values()) for each in said
    )


def worker(path: Path, name: str, seconds: float) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.store.worker", str(path), "--name", name]
    command += ["--seconds", str(seconds), "--seed", name]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, cwd=ROOT)


def compare(store: SqliteStore, said: list[dict[str, Any]]) -> None:
    found = {memory.id: memory for memory in store.find(ALL)}
    assert found.keys() == {name for each in said for name in each["added"]}
    retired = {name for name, memory in found.items() if memory.status is Status.RETIRED}
    assert retired == {name for each in said for name in each["forgotten"]}
    counted = {name: memory.recall_count for name, memory in found.items() if memory.recall_count}
    assert counted == {name: n for each in said for name, n in each["recalls"].items()}
    assert len(store.edges_of(list(found))) == sum(each["linked"] for each in said)
    assert [each["unseen"] for each in said] == [0] * len(said)
    assert store.damaged() == []


def test_three_processes_lose_nothing_and_see_each_other(tmp_path: Path) -> None:
    memories, recalls = run(tmp_path, workers=3, seconds=1.0)

    assert memories > 10
    assert recalls > 0


@pytest.mark.slow
@pytest.mark.parametrize("workers", [2, 4])
def test_processes_that_write_for_a_minute_lose_nothing(tmp_path: Path, workers: int) -> None:
    memories, recalls = run(tmp_path, workers, seconds=60.0)

    print(f"processes={workers} seconds=60 memories={memories} recalls={recalls} lost=0 busy=0")
