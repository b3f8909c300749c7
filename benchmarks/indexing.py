"""How long does the first indexing of a repository's commits take, and does the app answer meanwhile?

    python -m benchmarks.indexing REPOSITORY [--keys 200] [--embedder local]

REPOSITORY is cloned into a temporary folder first; every commit that its HEAD comes from is
read. Each case runs in a process of its own. Prints, one line each:

* ``case=plain``: git alone, saying what each commit changes (``git log --raw --numstat``, to nowhere);
* ``case=index``: commits per second until every change is in memory and found by its words, the
  ratio to plain, and the most memory that the process has used, with what it used before;
* ``case=keys``: while the app does the same, with the embedder at work beside it, the time from
  a letter's key to its frame, the 95th percentile and the longest; ``idle`` is the same app after it.

Patch identities are computed for each commit (``git patch-id``), which plain git does not do.
"""

import argparse
import asyncio
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.frames import SIZE, Times, pressed, times, until
from featherchat.clock import SystemClock
from featherchat.commands.memories import remember
from featherchat.project import Opening, Project, Surroundings
from featherchat.store.places import Places
from featherchat_tui.app import FeatherchatApp
from featherchat_tui.opening import Start
from featherchat_tui.prompt import Prompt

LOG = ("log", "--raw", "--numstat", "-z", "--no-ext-diff", "--no-textconv", "HEAD")
KEY_PAUSE = 0.1
"""Seconds between two keys: a quick typist's."""

CASES = ("plain", "index", "keys")


def surroundings(home: Path) -> Surroundings:
    """An account without settings, keys or memories."""
    places = Places(home / "data", home / "cache", home / "config", home / "log")
    return Surroundings(places, {}, SystemClock())


def plain(folder: Path) -> None:
    """git alone."""
    started = time.perf_counter()
    done = subprocess.run(["git", "-C", folder, *LOG], stdout=subprocess.DEVNULL, check=False)
    seconds = time.perf_counter() - started
    if done.returncode:
        # A clone that lacks objects can be indexed all the same.
        print("case=plain failed=1")
        return
    count = len(subprocess.check_output(["git", "-C", folder, "rev-list", "HEAD"]).split())
    print(f"case=plain commits={count} seconds={seconds:.1f} commits_per_s={count / seconds:.0f}")


async def index(folder: Path, home: Path) -> None:
    """The first indexing, by words."""
    opening = Opening(folder, trust=True, options={"embedder.name": "none"})
    project = await Project.open(opening, surroundings(home))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.perf_counter()
    assert project.recorder is not None
    done = await project.recorder.record()
    seconds = time.perf_counter() - started
    await project.close()
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(
        f"case=index commits={done.commits} changes={done.new} seconds={seconds:.1f}"
        f" commits_per_s={done.commits / seconds:.0f}"
        f" most_mb={most / 1024:.0f} before_mb={before / 1024:.0f}"
    )


async def keys(folder: Path, home: Path, count: int, embedder: str) -> None:
    """Typing while the app indexes, and after it."""
    settings = {"embedder.name": embedder, "learn.conversations": False, "learn.include": ()}
    project = await Project.open(Opening(folder, True, settings), surroundings(home))
    await remember(project, "An app that knows nothing asks whether it shall learn.")
    await project.close()
    app = FeatherchatApp(Start(folder, settings, trust=True), lambda tell: surroundings(home))
    async with app.run_test(size=SIZE):
        screen = app.chat
        await until(lambda: screen.status_line.status.commits is not None)
        busy, done = await typed(app, count), screen.status_line.status.commits
        assert done is not None, "it was over before the typing was: give fewer keys"
        await until(lambda: screen.status_line.status.commits is None)
        await until(lambda: screen.status_line.status.embedding is None)
        idle = await typed(app, count)
    print(
        f"case=keys p95_ms={busy[0].worst:.1f} median_ms={busy[0].median:.1f}"
        f" longest_ms={busy[1]:.1f} until_commit={done.done} of={done.total}"
        f" idle_p95_ms={idle[0].worst:.1f} idle_longest_ms={idle[1]:.1f} embedder={embedder}"
    )


async def typed(app: FeatherchatApp, count: int) -> tuple[Times, float]:
    """What so many keys took, and the longest of them."""
    took = []
    for _ in range(count):
        took.append(await pressed(app.screen.query_one(Prompt), "x"))
        await asyncio.sleep(KEY_PAUSE)
    return times(took), 1_000 * max(took)


def main(argv: Sequence[str] | None = None) -> None:
    """Print one line a case."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("repository", type=Path)
    parser.add_argument("--keys", type=int, default=200)
    parser.add_argument("--embedder", default="local")
    parser.add_argument("--case", choices=CASES, help=argparse.SUPPRESS)
    given = parser.parse_args(argv)
    if given.case is None:
        for case in CASES:
            options = ["--keys", str(given.keys), "--embedder", given.embedder, "--case", case]
            command = ["-m", "benchmarks.indexing", str(given.repository.resolve()), *options]
            subprocess.run([sys.executable, *command], check=True)
        return
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home) / "clone"
        subprocess.run(["git", "clone", "--quiet", given.repository, folder], check=True)
        if given.case == "plain":
            plain(folder)
        elif given.case == "index":
            asyncio.run(index(folder, Path(home)))
        else:
            asyncio.run(keys(folder, Path(home), given.keys, given.embedder))


if __name__ == "__main__":
    main()
