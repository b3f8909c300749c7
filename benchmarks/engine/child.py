"""One measured process: ``python -m benchmarks.engine.child ENGINE TASK FOLDER``.

Runs on one core where the system allows it, and prints its figures as one JSON object.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from benchmarks.engine import truth
from benchmarks.engine.sets import EXTRA, DataSet
from benchmarks.engine.system import Engine, Stopwatch, resident, timed

Figures = dict[str, float]

QUICK_RECALL = 0.99
"""What a faster answer must find at the least to be compared."""

_FEW = 50
"""Questions that are timed where the peer takes long."""

FLOAT32 = 1e-6
"""By so much the peer's single precision may be off; ours gets it too."""


def build(engine: Engine, folder: Path, data: DataSet) -> Figures:
    """Ingest a batch until its last memory is found, then single durable writes."""
    engine.open(folder, data)
    store = engine.batch(range(data.batch))
    last = data.batch - 1
    started = time.perf_counter()
    store()
    found = [
        last in engine.adaptive(data.vectors[last]),
        last in engine.nearest(data.vectors[last]),
        last in engine.words(f"mark{last}"),
    ]
    seconds = time.perf_counter() - started
    singles = [engine.one(number) for number in range(data.batch, data.batch + EXTRA)]
    watch = Stopwatch([])
    for write in singles:
        with watch.running():
            write()
    started = time.perf_counter()
    engine.optimize()
    optimize = time.perf_counter() - started
    newest = data.batch + EXTRA - 1
    found.append(newest in engine.nearest(data.vectors[newest]))
    engine.close()
    return {
        "build_s": seconds,
        "ingest_per_s": data.batch / seconds,
        "single_per_s": 1000.0 * EXTRA / sum(watch.times),
        "file_mb": engine.file_size() / 2**20,
        "optimize_s": optimize,
        "found_after_writing": float(sum(found)),
    }


def ask(engine: Engine, folder: Path, data: DataSet) -> Figures:
    """Time every kind of question, and compare the answers with the truth."""
    floor = {field: resident(field) for field in ("RssAnon", "VmRSS")}
    engine.open(folder, data)
    watch = timed(engine.adaptive, data.questions)
    figures = _percentiles("adaptive", watch)
    figures["anon_mb"] = resident("RssAnon") - floor["RssAnon"]
    figures["rss_mb"] = resident("VmRSS")
    true_scores, similarity = engine.truth(data.batch + EXTRA)
    figures |= _recall("adaptive", engine.adaptive, true_scores, data)
    figures |= _quick(engine, true_scores, data, folder)
    figures |= _nearest(engine, similarity, data, folder)
    words = [data.text(number)[:60] for number in range(len(data.questions))]
    hybrid = Stopwatch([])
    for text, question in zip(words, data.questions, strict=True):
        with hybrid.running():
            engine.hybrid(text, question)
    figures |= _percentiles("hybrid", hybrid)
    engine.close()
    return figures


def opening(engine: Engine, folder: Path, data: DataSet) -> Figures:
    """From the file to the first answer."""
    watch = Stopwatch([])
    with watch.running():
        engine.open(folder, data)
        answer = engine.adaptive(data.questions[0])
    engine.close()
    return {"open_ms": watch.times[0], "open_found": float(len(answer))}


def chain(engine: Engine, folder: Path, data: DataSet) -> Figures:
    """What the graph adds to a search: three edges for each memory."""
    from benchmarks.engine.ours import Ours

    assert isinstance(engine, Ours)
    engine.open(folder, data)
    edges = 3 * data.batch
    engine.give_edges(data.batch, edges)
    seeds = timed(engine.seeds, data.questions).percentile(0.5)
    whole = timed(engine.chain, data.questions).percentile(0.5)
    reached = np.mean([len(engine.chain(question)) for question in data.questions])
    engine.close()
    return {"chain_extra_ms": whole - seeds, "chain_edges": edges, "chain_returned": float(reached)}


def compacted(engine: Engine, folder: Path, data: DataSet) -> Figures:
    """The file without what its memories were before."""
    from benchmarks.engine.ours import Ours

    assert isinstance(engine, Ours)
    engine.open(folder, data)
    engine.compact()
    engine.close()
    return {"file_compact_mb": engine.file_size() / 2**20}


def recalls(engine: Engine, folder: Path, data: DataSet) -> Figures:
    """Write the recall counts; the peer got them with its metadata."""
    from benchmarks.engine.ours import Ours

    assert isinstance(engine, Ours)
    engine.open(folder, data)
    engine.give_recalls(data.batch + EXTRA)
    engine.adaptive(data.questions[0])
    engine.close()
    return {}


def _quick(engine: Engine, true_scores: truth.Doubles, data: DataSet, folder: Path) -> Figures:
    """Ours without the proof; the peer with as many neighbors as it needs for ``QUICK_RECALL``."""
    from benchmarks.engine.peer import NEIGHBORS, Peer

    figures: Figures = {}
    enough = _Enough(folder / "peer_neighbors")
    for neighbors in enough.of(NEIGHBORS) if isinstance(engine, Peer) else (0,):
        if isinstance(engine, Peer):
            engine.neighbors = neighbors
            engine.set_width(max(neighbors, 50))
        figures = _recall("quick", engine.quick, true_scores, data)
        if figures["quick_recall"] >= QUICK_RECALL:
            break
    if isinstance(engine, Peer):
        enough.note(neighbors)
    figures["quick_neighbors"] = float(neighbors)
    # The peer takes tenths of a second where it is asked for thousands of neighbors.
    return figures | _percentiles("quick", timed(engine.quick, data.questions[:_FEW]))


def _nearest(engine: Engine, similarity: truth.Doubles, data: DataSet, folder: Path) -> Figures:
    """The peer with the narrowest beam that finds ``QUICK_RECALL`` of them."""
    from benchmarks.engine.peer import WIDTHS, Peer

    figures: Figures = {}
    enough = _Enough(folder / "peer_width")
    for width in enough.of(WIDTHS) if isinstance(engine, Peer) else (0,):
        if isinstance(engine, Peer):
            engine.set_width(width)
        figures = _recall("nearest", engine.nearest, similarity, data)
        if figures["nearest_recall"] >= QUICK_RECALL:
            break
    if isinstance(engine, Peer):
        enough.note(width)
    return figures | _percentiles("nearest", timed(engine.nearest, data.questions))


class _Enough:
    """What an earlier round found to be enough: to try all that is less again takes minutes."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def of(self, numbers: Sequence[int]) -> Sequence[int]:
        """Those that are worth trying."""
        least = int(self._file.read_text()) if self._file.exists() else 0
        return [number for number in numbers if number >= least]

    def note(self, number: int) -> None:
        """The next round begins with it."""
        self._file.write_text(str(number))


def _recall(
    name: str, ask: Callable[..., Sequence[int]], true_scores: truth.Doubles, data: DataSet
) -> Figures:
    share, whole = truth.found_share(true_scores, lambda place: ask(data.questions[place]), FLOAT32)
    return {f"{name}_recall": share, f"{name}_whole": float(whole)}


def _percentiles(name: str, watch: Stopwatch) -> Figures:
    return {
        f"{name}_p50_ms": watch.percentile(0.5),
        f"{name}_p99_ms": watch.percentile(0.99),
    }


TASKS: Mapping[str, Callable[[Engine, Path, DataSet], Figures]] = {
    "build": build,
    "recalls": recalls,
    "ask": ask,
    "open": opening,
    "chain": chain,
    "compacted": compacted,
}


def engine_of(name: str) -> Engine:
    """The engine of a name; the other one's library is not loaded."""
    if name == "peer":
        from benchmarks.engine.peer import Peer

        return Peer()
    from benchmarks.engine.ours import Ours

    return Ours()


def main(engine: str, task: str, folder: str) -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    path = Path(folder)
    print(json.dumps(TASKS[task](engine_of(engine), path, DataSet.load(path))))


if __name__ == "__main__":
    main(*sys.argv[1:])
