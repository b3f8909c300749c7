"""How long does featherchat take to start, beside the library of its screen?

    python -m benchmarks.startup [--memories 0 10000] [--rounds 9]

Starts whole processes in turn: ``python -c "import textual.app"``, then ``--help``,
``search --words``, ``search`` (which loads the model and embeds the question) and the app in
a terminal of its own, from the start until its prompt has echoed a key. Prints, for each
number of memories, the median of each and its ratio to the first. The memories are random
words with random vectors under the local embedder's identity: how good a search is,
``benchmarks.questions`` says.
"""

import argparse
import asyncio
import fcntl
import functools
import os
import pty
import random
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from featherchat.clock import SystemClock
from featherchat.embedders.local import LocalEmbedder
from featherchat.memory import Kind, Memory, Source
from featherchat.project import Opening, Project, Surroundings
from featherchat.store.base import Cause
from featherchat.store.places import Places
from featherchat.store.sqlite import SqliteStore

ROOT = Path(__file__).parent.parent
SEED = 7
WORDS = 60
"""Words in one memory."""

PIECES = 20
"""Memories of one document."""

BATCH = 500
PLACEHOLDER = b"or / for commands"
KEY = b"Z"
PATIENCE = 30.0
"""Seconds until the app must have painted."""

QUESTION = "why was the pool of connections replaced"

Case = tuple[str, Callable[[], None]]


def filled_project(home: Path, folder: Path, count: int) -> None:
    """A trusted project whose store holds so many memories, words and meaning complete."""
    os.environ.update(HOME=str(home))
    git = ["git", "-C", str(folder), "-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
    subprocess.run(["git", "init", "-q", folder], check=True)
    subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", "Begin"], check=True)
    asyncio.run(_fill(folder, count))


async def _fill(folder: Path, count: int) -> None:
    around = Surroundings(Places.default(), os.environ, SystemClock())
    project = await Project.open(Opening(folder, trust=True), around)
    chance = random.Random(SEED)
    vocabulary = ["".join(chance.choices("abcdefghiklmnoprstu", k=6)) for _ in range(5_000)]
    vocabulary += QUESTION.split()
    for start in range(0, count, BATCH):
        memories = [
            _memory(around, number, chance.choices(vocabulary, k=WORDS))
            for number in range(start, min(start + BATCH, count))
        ]
        await project.memories.ask(functools.partial(_put, memories=memories, around=around))
    await project.close()


def _memory(around: Surroundings, number: int, words: Sequence[str]) -> Memory:
    now = around.clock.now()
    source = Source("document", now, path=f"docs/{number // PIECES}.md")
    title = " ".join(words[:6])
    return Memory(
        around.clock.new_id(), " ".join(words), title, Kind.OVERVIEW, source, now, importance=1.2
    )


def _put(store: SqliteStore, memories: Sequence[Memory], around: Surroundings) -> None:
    import numpy as np

    cause = Cause(around.clock.new_id(), around.clock.now(), "import", "a benchmark")
    store.put(memories, cause)
    identity = LocalEmbedder.identity
    shape = (len(memories), identity.dimensions)
    matrix = np.random.default_rng(SEED).standard_normal(shape).astype(np.float32)
    matrix /= np.linalg.norm(matrix, axis=1, keepdims=True)
    store.put_vectors(memories, matrix, str(identity))


def shell(folder: Path, *arguments: str) -> Callable[[], None]:
    """A whole process with its output thrown away; that nothing was found is no failure."""

    def run() -> None:
        done = subprocess.run([sys.executable, *arguments], cwd=folder, capture_output=True)
        if done.returncode not in (0, 1):
            raise SystemExit(done.stderr.decode())

    return run


def app(folder: Path) -> Callable[[], None]:
    """The app in a terminal: paint, take a key, show it."""

    def run() -> None:
        process, terminal = pty.fork()
        if process == 0:
            os.chdir(folder)
            os.execv(sys.executable, [sys.executable, "-m", "featherchat_tui"])
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        try:
            _wait_for(terminal, PLACEHOLDER)
            os.write(terminal, KEY)
            _wait_for(terminal, KEY)
        finally:
            os.kill(process, 9)
            os.waitpid(process, 0)
            os.close(terminal)

    return run


def _wait_for(terminal: int, wanted: bytes) -> None:
    seen = b""
    limit = time.perf_counter() + PATIENCE
    while wanted not in seen:
        if not select.select([terminal], [], [], max(limit - time.perf_counter(), 0))[0]:
            raise SystemExit(f"The app did not show {wanted!r} within {PATIENCE:.0f} s.")
        seen += os.read(terminal, 65_536)


def medians(cases: Sequence[Case], rounds: int) -> dict[str, float]:
    """Seconds by case, each run once a round, so that a busy moment falls on all of them."""
    taken: dict[str, list[float]] = {name: [] for name, _ in cases}
    for _ in range(rounds):
        for name, run in cases:
            started = time.perf_counter()
            run()
            taken[name].append(time.perf_counter() - started)
    return {name: median(times) for name, times in taken.items()}


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--memories", type=int, nargs="+", default=[0, 10_000], metavar="N")
    parser.add_argument("--rounds", type=int, default=9, metavar="N")
    parser.add_argument("--no-app", action="store_true", help="leave the app out")
    arguments = parser.parse_args(argv)
    os.environ.update(PYTHONPATH=f"{ROOT}:{ROOT / 'tui'}", TERM="xterm-256color")
    # What is installed is compiled: the first round does it for the source tree.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    for count in arguments.memories:
        with TemporaryDirectory() as home:
            folder = Path(home) / "project"
            filled_project(Path(home), folder, count)
            cases: list[Case] = [
                ("textual", shell(folder, "-c", "import textual.app")),
                ("help", shell(folder, "-m", "featherchat", "--help")),
                ("search_words", shell(folder, "-m", "featherchat", "search", "--words", QUESTION)),
                ("search", shell(folder, "-m", "featherchat", "search", QUESTION)),
            ]
            if not arguments.no_app:
                cases.append(("first_paint", app(folder)))
            medians(cases, 1)
            found = medians(cases, arguments.rounds)
        for name, seconds in found.items():
            ratio = seconds / found["textual"]
            print(f"memories={count} {name} ms={seconds * 1000:.0f} ratio={ratio:.2f}")


if __name__ == "__main__":
    main()
