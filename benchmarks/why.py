"""Is the reason for a line told where there is one, and none where there is none, and quickly?

    python -m benchmarks.why --repository CLONE... [--cache DIR] [--words]

Each CLONE is a full clone of a public repository with decision records, in a folder called
after it. It is learnt as the product learns it, in a store that is thrown away, with the
embedded model unless ``--words`` is given, and every commit is recorded. Where the clone
stands at the commit that ``why_lines.tsv`` names (repository, commit, path, line), the listed
lines are asked. ``decisions`` says what the blamed commit carries out: what its message says
of records was read by hand, and commits that leave it open were left out. Then the record
was opened, and ``says`` quotes the words of it that decide what the commit did. ``decisions``
is empty for a line without a recorded reason: the commit names no record, or only as an
example, or for something that the record does not say (three lines of two commits), or was
written by a bot (author and subject were read, the message searched for "ADR"). That a commit
about records (``feat(adr)``) cites examples was learnt from four of these lines, which were
answered wrongly before: 40 of 44 answers were right then. An answer is right if it leads
to a decision that was read, and its record has the words that are quoted.

Prints for each repository how many commits were recorded a second; of the listed lines how
many have a reason, how many were answered, how many rightly (precision, recall), and how many
were answered of those by bots; then the median and the 95th percentile, in milliseconds, of
``why`` for lines and for paths at random (fixed seed), in files of at most 3,000 lines, and
what of it a processor was at work (cpu), which a busy machine does not change.
"""

import argparse
import asyncio
import os
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.shares import SEED
from benchmarks.vectors import KeptVectors
from featherchat.clock import SystemClock
from featherchat.code.files import Document, read_document
from featherchat.commands.why import Why, why
from featherchat.embedders.local import LocalEmbedder
from featherchat.finding import Opening
from featherchat.project import Project, Surroundings
from featherchat.store.places import Places

LINES = Path(__file__).with_name("why_lines.tsv")
ASKED = 60
"""Lines, and paths, whose time is taken."""

LONGEST = 3_000
"""Lines of a file that is asked about."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line whose reason was read by hand."""

    repository: str
    at: str
    """The commit at which the line stands there."""

    path: str
    number: int
    decisions: frozenset[int]
    """The numbers of what its commit carries out; none where no reason is recorded."""

    by_bot: bool
    says: str
    """The words of the record that decide it."""


def listed() -> Iterator[Line]:
    """What was read by hand."""
    for row in LINES.read_text(encoding="utf-8").splitlines()[1:]:
        repository, at, path, number, _, decisions, by, says = row.split("\t")
        wanted = frozenset(int(each) for each in decisions.split())
        yield Line(repository, at, path, int(number), wanted, by == "bot", says)


async def measure(clone: Path, cache: Path | None, *, words: bool) -> None:
    """Learn a clone, ask, and print."""
    with TemporaryDirectory() as folder:
        home = Path(folder)
        places = Places(home / "data", home / "cache", home / "config", home / "log")
        embedder = None if words else KeptVectors(LocalEmbedder(), cache)
        surroundings = Surroundings(
            places, {"PATH": os.environ["PATH"]}, SystemClock(), None, embedder
        )
        options = {"embedder.name": "none"} if words else {}
        project = await Project.open(Opening(clone, trust=True, options=options), surroundings)
        try:
            await learn(project, clone.name)
            await judge(project, clone.name)
            await take_times(project, clone.name)
        finally:
            await project.close()


async def learn(project: Project, name: str) -> None:
    """Learn the documents and record every commit."""
    await project.learn(await project.plan_learning())
    await project.give_meaning()
    assert project.recorder is not None
    started = time.perf_counter()
    done = await project.recorder.record()
    seconds = time.perf_counter() - started
    print(
        f"{name} commits={done.commits} links={done.links} suggested={done.suggested}"
        f" seconds={seconds:.1f} commits_a_second={done.commits / seconds:.0f}"
    )


async def judge(project: Project, name: str) -> None:
    """Ask about the listed lines, and print how the answers compare with what was read."""
    assert project.repository is not None
    head = project.repository.head()
    lines = [each for each in listed() if each.repository.endswith(f"/{name}") and each.at == head]
    if not lines:
        print(f"{name} listed=0")
        return
    told = [(line, records(await why(project, f"{line.path}:{line.number}"))) for line in lines]
    answered = [(line, found) for line, found in told if found]
    right = [line for line, found in answered if is_right(project, line, found)]
    known = [line for line in lines if line.decisions]
    bots = sum(line.by_bot for line in lines)
    print(
        f"{name} listed={len(lines)} with_reason={len(known)} answered={len(answered)}"
        f" right={len(right)} precision={len(right) / max(len(answered), 1):.3f}"
        f" recall={len(right) / max(len(known), 1):.3f}"
        f" bots={bots} bots_answered={sum(line.by_bot for line, _ in answered)}"
    )
    for line, found in told:
        if found and line not in right:
            print(f"  wrong {line.path}:{line.number} got={sorted(found)}")
        elif line.decisions and not found:
            print(f"  missed {line.path}:{line.number} wanted={sorted(line.decisions)}")


def records(found: Why) -> dict[int, str]:
    """The paths of the records that an answer leads to, by their numbers."""
    reasons = [reason.link.memory for step in found.steps for reason in step.reasons]
    return {
        number: each.source.path
        for each in reasons
        if isinstance(number := each.attributes.get("number"), int) and each.source.path
    }


def is_right(project: Project, line: Line, found: Mapping[int, str]) -> bool:
    """Whether an answer leads to a decision that was read, and its record says so."""
    texts = [read_document(project.root, found[each]) for each in line.decisions & found.keys()]
    return any(
        line.says in " ".join(each.text.split()) for each in texts if isinstance(each, Document)
    )


async def take_times(project: Project, name: str) -> None:
    """Ask about lines and paths at random, and print how long it took."""
    chance = random.Random(SEED)
    files = project.files()
    places = []
    while len(places) < ASKED:
        path = chance.choice(files)
        read = read_document(project.root, path)
        count = read.text.count("\n") if isinstance(read, Document) else 0
        if 0 < count <= LONGEST:
            places.append(f"{path}:{chance.randint(1, count)}")
    folders = sorted({path.rpartition("/")[0] for path in files} - {""})
    paths = chance.sample(files, ASKED // 2) + chance.choices(folders, k=ASKED // 2)
    for kind, asked in (("line", places), ("path", paths)):
        times = [await timed(project, each) for each in asked]
        taken, worked = (sorted(each) for each in zip(*times, strict=True))
        late = int(0.95 * len(taken))
        print(
            f"{name} asked={kind} count={len(taken)} median_ms={taken[len(taken) // 2]:.0f}"
            f" p95_ms={taken[late]:.0f} most_ms={taken[-1]:.0f} p95_cpu_ms={worked[late]:.0f}"
        )


async def timed(project: Project, place: str) -> tuple[float, float]:
    """Milliseconds that an answer takes, and those of a processor, git's included."""
    started, before = time.perf_counter(), os.times()
    await why(project, place)
    worked = sum(now - then for now, then in zip(os.times()[:4], before[:4], strict=True))
    return 1000 * (time.perf_counter() - started), 1000 * worked


def main(argv: Sequence[str] | None = None) -> None:
    """Measure each clone."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--repository", nargs="+", type=Path, required=True, metavar="CLONE")
    parser.add_argument("--cache", type=Path, metavar="DIR", help="keeps vectors between runs")
    parser.add_argument("--words", action="store_true", help="without the embedded model")
    arguments = parser.parse_args(argv)
    for clone in arguments.repository:
        asyncio.run(measure(clone.resolve(), arguments.cache, words=arguments.words))


if __name__ == "__main__":
    main()
