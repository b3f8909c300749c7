"""kill -9 at any moment: what was acknowledged is there, whole, and the store is sound."""

import random
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from featherchat.store.backups import backups_of, check_copy
from tests.store.acknowledged import lost

ROOT = Path(__file__).parents[2]


def kill_after(seconds: float, path: Path, name: str, *options: str) -> list[str]:
    """Let a writer write for so long, kill it, and say what it had acknowledged."""
    command = [sys.executable, "-m", "tests.store.writer", str(path), "--name", name, *options]
    writer = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert writer.stdout is not None
    said = [writer.stdout.readline()]
    threading.Timer(seconds, writer.kill).start()
    said += writer.stdout.readlines()
    writer.wait()
    assert writer.returncode == -9
    return [line.strip() for line in said if line.endswith("\n")]


def run(rounds: int, folder: Path, seed: int, longest: float = 0.3) -> tuple[int, int]:
    """Kill writers of one store, and look at it after each: acknowledged, lost."""
    generator = random.Random(seed)
    path, cache = folder / "memory.feather", folder / "cache"
    acknowledged: list[str] = []
    missing: list[str] = []
    for number in range(rounds):
        options = ["--cache", str(cache)]
        options += [[], ["--others-every", "3"], ["--reopen-every", "2"]][number % 3]
        acknowledged += kill_after(generator.uniform(0.0, longest), path, f"w{number}", *options)
        missing += lost(path, acknowledged, cache)
        for backup in backups_of(path):
            check_copy(backup.path)
            backup.path.unlink()
    return len(acknowledged), len(missing)


def test_a_killed_writer_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    acknowledged, missing = run(3, tmp_path, seed=1)

    assert acknowledged > 3
    assert missing == 0


@pytest.mark.slow
def test_a_hundred_killed_writers_lose_nothing(tmp_path: Path) -> None:
    total = 0
    for number in range(10):
        acknowledged, missing = run(10, tmp_path / str(number), seed=number, longest=1.5)
        total += acknowledged
        assert missing == 0

    print(f"killed=100 acknowledged={total} lost=0")
