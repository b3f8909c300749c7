"""Runs the children in turn and prints what they measured; see the package."""

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.engine import __doc__ as question
from benchmarks.engine.kept import KeptPeer, comparable, gives_way
from benchmarks.engine.sets import DataSet, clustered, isotropic, records
from benchmarks.engine.targets import LINES

ENGINES = ("ours", "peer")
ROUNDS = 3
SIZES = [10_000, 100_000]
LARGE = (500_000, 128)
DIMENSIONS = 768

Figures = dict[str, float]


def child(engine: str, task: str, folder: Path, *, niced: bool = False) -> Figures:
    """Run one task in a process of its own, with a home of its own."""
    home = {"HOME": str(folder), "XDG_CACHE_HOME": str(folder / "cache")}
    python = ["nice", "-n", "19", sys.executable] if niced else [sys.executable]
    started = time.monotonic()
    done = subprocess.run(
        [*python, "-m", "benchmarks.engine.child", engine, task, str(folder)],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        env={**os.environ, **home, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
    )
    figures: Figures = json.loads(done.stdout)
    print(f"{engine} {task}: {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)
    return figures


def peer_built(folder: Path, data: DataSet, kept: KeptPeer | None) -> Figures:
    """Build the peer's file, or take the one that is kept."""
    if kept is not None and kept.is_there:
        return comparable(data, kept.restore(folder))
    figures = child("peer", "build", folder, niced=gives_way(data))
    if kept is not None:
        kept.keep(folder, data, figures)
    return comparable(data, figures)


def measured(folder: Path, rounds: int, data: DataSet, kept: KeptPeer | None) -> dict[str, Figures]:
    """Build both, then ask them in turn, each round beginning with the other one."""
    figures = {"ours": child("ours", "build", folder), "peer": peer_built(folder, data, kept)}
    figures["ours"] |= child("ours", "compacted", folder)
    child("ours", "recalls", folder)
    asked: dict[str, list[Figures]] = {engine: [] for engine in ENGINES}
    for turn in range(rounds):
        for engine in ENGINES if turn % 2 == 0 else ENGINES[::-1]:
            asked[engine].append(child(engine, "open", folder) | child(engine, "ask", folder))
    for engine, runs in asked.items():
        figures[engine] |= {name: median(run[name] for run in runs) for name in runs[0]}
    shutil.rmtree(folder / "cache")
    figures["ours"]["open_bare_ms"] = child("ours", "open", folder)["open_ms"]
    figures["ours"] |= child("ours", "chain", folder)
    return figures


def data_sets(arguments: argparse.Namespace) -> Iterator[DataSet]:
    """Those that were asked for, one after the other: the large ones do not fit together."""
    now = time.time()
    sizes = arguments.sizes or ([SIZES[0]] if arguments.quick else SIZES)
    questions = 40 if arguments.quick else arguments.questions
    for size in sizes:
        for make in (clustered, isotropic):
            if arguments.only in (None, make.__name__):
                yield make(size, DIMENSIONS, questions, now)
    if arguments.data is not None and arguments.only in (None, "records"):
        yield records(arguments.data, arguments.cache, sizes[0], questions, now)
    if arguments.large and arguments.only in (None, "large"):
        yield clustered(*LARGE, questions, now)


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(question or "").splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", metavar="N")
    parser.add_argument("--questions", type=int, default=200, metavar="N")
    parser.add_argument("--rounds", type=int, default=ROUNDS, metavar="N")
    parser.add_argument("--data", type=Path, metavar="DIR", help="decision records, see questions")
    parser.add_argument(
        "--cache", type=Path, metavar="DIR", help="keeps their vectors, and the peer's files"
    )
    parser.add_argument("--large", action="store_true", help="one line at 500,000 x 128")
    parser.add_argument(
        "--quick", action="store_true", help="10,000 memories, few questions, one round"
    )
    parser.add_argument("--only", choices=["clustered", "isotropic", "records", "large"])
    arguments = parser.parse_args(argv)
    for data in data_sets(arguments):
        kept = None if arguments.cache is None else KeptPeer.of(arguments.cache, data)
        if kept is not None and kept.is_there:
            data = kept.dated(data)
        rounds = 1 if arguments.quick else arguments.rounds
        with TemporaryDirectory() as name:
            folder = Path(name)
            data.save(folder)
            figures = measured(folder, rounds, data, kept)
        shape = f"data={data.name} memories={data.batch} dimensions={data.vectors.shape[1]}"
        for line in LINES:
            text = line.text(data.batch, figures["ours"], figures["peer"])
            if text:
                print(f"{shape} {text}", flush=True)


if __name__ == "__main__":
    main()
