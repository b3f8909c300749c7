"""How long does it take to learn a repository, by words and by meaning?

    python -m benchmarks.learning --repository DIR

Learns a checkout twice with an empty home and the embedded model, and prints what was
read, the seconds until words and until meaning find everything, and what the second
run stored: nothing. One core embeds; the machine's other load counts.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from featherchat.clock import SystemClock
from featherchat.project import Opening, Project, Surroundings
from featherchat.store.places import Places


async def measure(repository: Path, home: Path) -> None:
    """One repository, learnt and learnt again."""
    places = Places(home / "data", home / "cache", home / "config", home / "log")
    around = Surroundings(places, {}, SystemClock())
    project = await Project.open(Opening(repository, trust=True), around)
    try:
        started = time.perf_counter()
        report = await project.learn(await project.plan_learning())
        words = time.perf_counter() - started
        embedded = await project.give_meaning()
        meaning = time.perf_counter() - started
        again = await project.learn(await project.plan_learning())
    finally:
        await project.close()
    print(
        f"repository={repository.name} documents={report.documents} records={report.records}"
        f" memories={report.new} embedded={embedded} words_s={words:.1f} meaning_s={meaning:.1f}"
        f" second_run_stored={again.new + again.changed}"
    )


def main(argv: Sequence[str] | None = None) -> None:
    """Measure each repository that is named."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--repository", type=Path, nargs="+", required=True, metavar="DIR")
    for repository in parser.parse_args(argv).repository:
        with tempfile.TemporaryDirectory() as home:
            asyncio.run(measure(repository.resolve(), Path(home)))


if __name__ == "__main__":
    main()
