"""A process that writes to a store and says what was acknowledged: killed, traced and counted.

    python -m tests.store.writer STORE --steps 100 --name a

Each step stores a memory with its vector, linked to the one before, and then
prints its name. A step that a fault of the disk stopped is tried again. What a memory says follows from its name, so that whoever
reads the store later knows what has to be there.
"""

import argparse
import itertools
import os
import time
from contextlib import suppress
from pathlib import Path

import numpy as np

from featherchat.clock import SystemClock
from featherchat.errors import StoreError
from featherchat.memory import Edge, Memory, Source
from featherchat.recollection import Filter
from featherchat.store.backups import backup_path
from featherchat.store.base import Cause
from featherchat.store.sqlite import SqliteStore

ALL = Filter(namespace=None, statuses=())
SPACE = "hash@64"


def text_of(name: str) -> str:
    """What the memory of a name says; some fill several pages."""
    number = int(name.rpartition("-")[2])
    return f"Memory {name} stands for itself. " + f"word{number} " * (number % 7 * 300)


def memory_of(name: str) -> Memory:
    source = Source("user", 0.0)
    return Memory(name, text_of(name), name, "conversation", source, 0.0, importance=1.0)


def vector_of(name: str) -> "np.ndarray[tuple[int], np.dtype[np.float32]]":
    number = int(name.rpartition("-")[2])
    vector = np.random.default_rng(number).normal(size=64).astype(np.float32)
    return vector / np.linalg.norm(vector)


class Writer:
    """Writes one memory after the other."""

    def __init__(self, path: Path, cache: Path | None, name: str) -> None:
        self._path, self._cache, self._name = path, cache, name
        self._clock = SystemClock()
        self.store = SqliteStore.open(path, cache, self._clock, 5.0)

    def step(self, number: int) -> str:
        name = f"{self._name}-{number}"
        memory = memory_of(name)
        before = f"{self._name}-{number - 1}"
        edges = [Edge(name, before, "leads_to", created_at=0.0)] if number else []
        self.store.put([memory], self._cause(), edges)
        self.store.put_vectors([memory], vector_of(name)[None, :], SPACE)
        return name

    def step_until_done(self, number: int) -> str:
        """Try again after a fault of the disk: each of ours has passed by then."""
        for _ in range(5):
            with suppress(StoreError):
                return self.step(number)
        raise AssertionError("the store does not go on after a fault")

    def reopen(self) -> None:
        self.store.close()
        self.store = SqliteStore.open(self._path, self._cache, self._clock, 5.0)

    def others(self) -> None:
        """What writes beside memories: indexes, a backup, counts."""
        self.store.flush()
        self.store.database.back_up(backup_path(self._path, time.time()))
        self.store.reinforce({f"{self._name}-0": 1}, 0.0)

    def _cause(self) -> Cause:
        return Cause(self._clock.new_id(), 0.0, "user", "test")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("store", type=Path)
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--name", default="m")
    parser.add_argument("--steps", type=int)
    parser.add_argument("--reopen-every", type=int, default=0)
    parser.add_argument("--others-every", type=int, default=0)
    given = parser.parse_args()
    writer = Writer(given.store, given.cache, given.name)
    for number in range(given.steps) if given.steps else itertools.count():
        name = writer.step_until_done(number)
        # One write of its own, so that a trace shows when it was said.
        os.write(1, f"{name}\n".encode())
        if given.others_every and number % given.others_every == given.others_every - 1:
            writer.others()
        if given.reopen_every and number % given.reopen_every == given.reopen_every - 1:
            writer.reopen()
    writer.store.close()


if __name__ == "__main__":
    main()
