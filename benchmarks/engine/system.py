"""What is measured of an engine, whichever it is."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from benchmarks.engine.sets import DataSet
from benchmarks.engine.truth import Doubles

Numbers = Sequence[int]
Ask = Callable[[NDArray[np.float32]], Numbers]


class Engine(Protocol):
    """One engine on one file. Memories are named by their number in the data."""

    def open(self, folder: Path, data: DataSet) -> None:
        """Open or make the file in a folder."""
        ...

    def close(self) -> None:
        """Leave everything on the disk."""
        ...

    def batch(self, numbers: range) -> Callable[[], None]:
        """What stores memories as quickly as it goes; they are durable when it returns."""
        ...

    def one(self, number: int) -> Callable[[], None]:
        """What stores one memory; it is durable and can be found when it returns."""
        ...

    def adaptive(self, question: NDArray[np.float32]) -> Numbers:
        """The ten best by the engine's own adaptive score."""
        ...

    def quick(self, question: NDArray[np.float32]) -> Numbers:
        """The same, where the engine may answer approximately to be quicker."""
        ...

    def nearest(self, question: NDArray[np.float32]) -> Numbers:
        """The ten nearest."""
        ...

    def optimize(self) -> None:
        """Finish what is derived from what was written, before questions are timed."""
        ...

    def hybrid(self, text: str, question: NDArray[np.float32]) -> Numbers:
        """The ten best by words and meaning."""
        ...

    def words(self, text: str) -> Numbers:
        """The best by words."""
        ...

    def truth(self, count: int) -> tuple[Doubles, Doubles]:
        """The true adaptive scores and similarities, shape (questions, count)."""
        ...

    def file_size(self) -> int:
        """Bytes of what has to be kept."""
        ...


@dataclass
class Stopwatch:
    """Milliseconds of many runs."""

    times: list[float]

    @contextmanager
    def running(self) -> Iterator[None]:
        """Add how long the block takes."""
        started = time.perf_counter()
        yield
        self.times.append((time.perf_counter() - started) * 1000.0)

    def percentile(self, share: float) -> float:
        """The time within which such a share of the runs was done."""
        return float(np.percentile(self.times, share * 100.0))


def timed(ask: Ask, questions: NDArray[np.float32], warm_up: int = 20) -> Stopwatch:
    """Ask each question once, after some that are not counted."""
    watch = Stopwatch([])
    for question in questions[:warm_up]:
        ask(question)
    for question in questions:
        with watch.running():
            ask(question)
    return watch


def resident(field: str) -> float:
    """Megabytes of this process in memory: ``VmRSS`` or ``RssAnon``; 0 where that is unknown."""
    status = Path("/proc/self/status")
    if not status.exists():
        return 0.0
    lines = (line.split() for line in status.read_text().splitlines())
    return next(int(line[1]) / 1024.0 for line in lines if line[0] == f"{field}:")
