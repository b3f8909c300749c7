"""A process that uses a store as an assistant does, beside others that do the same.

    python -m tests.store.worker STORE --name a --seconds 2 --seed 1

It adds memories and links them, counts recalls, forgets and searches, and tells at
the end, as one line of JSON, what it did and what it saw.
"""

import argparse
import json
import random
import time
from collections import Counter
from pathlib import Path

from featherchat.clock import SystemClock
from featherchat.memory import Edge, Memory, Source, Status
from featherchat.recollection import Filter
from featherchat.store.base import Cause
from featherchat.store.sqlite import SqliteStore

ALL = Filter(namespace=None, statuses=())


class Worker:
    """One of several that use a store."""

    def __init__(self, path: Path, name: str, seed: int) -> None:
        self._clock = SystemClock()
        # Shorter than others are at work: patience has to come from seeing them come and go.
        self._store = SqliteStore.open(path, None, self._clock, 1.0)
        self._name = name
        self._chance = random.Random(seed)
        self.added: list[str] = []
        self.linked = 0
        self.forgotten: list[str] = []
        self.recalls: Counter[str] = Counter()
        self.unseen = 0
        """How often another's memory that was there before our question was not in its answer."""

    def work(self) -> None:
        """Do one thing."""
        kind = self._chance.choice(["add", "add", "add", "recall", "forget", "search"])
        if kind == "add" or not self.added:
            self._add()
        elif kind == "recall":
            some = self._chance.sample(self.added, min(3, len(self.added)))
            self._store.reinforce(dict.fromkeys(some, 2), 0.0)
            self.recalls.update(dict.fromkeys(some, 2))
        elif kind == "forget" and len(self.added) > 5:
            forgotten = self._chance.choice(self.added)
            self._store.forget([forgotten], self._cause())
            self.forgotten.append(forgotten)
        else:
            self._search()

    def close(self) -> None:
        self._store.close()

    def _add(self) -> None:
        name = f"{self._name}{len(self.added)}"
        source = Source("user", 0.0)
        text = f"{name} is what worker {self._name} said."
        memory = Memory(name, text, name, "conversation", source, 0.0, importance=1.0)
        edges = [Edge(name, self.added[-1], "leads_to", created_at=0.0)] if self.added else []
        self._store.put([memory], self._cause(), edges)
        self.added.append(name)
        self.linked += len(edges)

    def _search(self) -> None:
        rows = self._store.database.rows("SELECT id FROM memories ORDER BY seq DESC LIMIT 1")
        newest = str(rows[0][0])
        found = self._store.match_words(newest, 50, ALL).scores
        # What was forgotten meanwhile need not be found.
        lives = self._store.get([newest])[newest].status is not Status.RETIRED
        self.unseen += lives and newest not in found

    def _cause(self) -> Cause:
        return Cause(self._clock.new_id(), 0.0, "user", "test")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("store", type=Path)
    parser.add_argument("--name", required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--seed", type=int, required=True)
    given = parser.parse_args()
    worker = Worker(given.store, given.name, given.seed)
    until = time.monotonic() + given.seconds
    while time.monotonic() < until:
        worker.work()
    worker.close()
    print(
        json.dumps(
            {
                "added": worker.added,
                "linked": worker.linked,
                "forgotten": worker.forgotten,
                "recalls": worker.recalls,
                "unseen": worker.unseen,
            }
        )
    )


if __name__ == "__main__":
    main()
