"""Are the decisions found that a commit names itself, or carries out without naming them?

    python -m benchmarks.links CLONE...
    python -m benchmarks.links --data DIR [--cache DIR] [CLONE...]

Each CLONE is a full clone of a public repository, in a folder called after it. Every message
of its history but merges is read as the product reads it, and by a plain regular expression
that was written for this and knows neither trailers nor file names; both were compared with
what was read by hand in fifty messages that say "ADR" or "decision" (``link_readings.tsv``,
chosen at random with a fixed seed). Prints, for each clone, how many citations both found,
ours alone and the expression alone, and over the read messages precision and recall of ours.
A commit that only updates dependencies cites nothing: it quotes other projects' notes.

The links of a project also need its records; see ``tests/capture/test_recorder.py``.

With ``--data`` it measures what is inferred instead, for commits whose citation is masked
(``benchmarks.inferring``): DIR holds ``adr-corpus.jsonl`` and ``adr-commits.jsonl``, the
clones the commits that cite nothing. Prints, for each repository and overall, how often a
cited record is among the three that are suggested (hit3), beside plain BM25; how many
suggestions there are, and how many of them are told unasked (likely); how many links are
made without asking, how many of them are right (precision), and for which share of the
commits (recall); how many of the commits that cite nothing (silent) are linked; how often a
suggestion of each confidence is right; and where it loses. Weights and thresholds were
chosen on the repositories marked ``tuned=yes``, without four commits of desmos: they cite
numbers that its records had before they were numbered anew. All four count as misses, and
two of them as wrong links.
"""

import argparse
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import inferring
from featherchat.capture.bulk import Bulk, bulk_of
from featherchat.capture.references import cited_in
from featherchat.code.history import Commit, History
from featherchat.code.repository import Repository

READINGS = Path(__file__).with_name("link_readings.tsv")
AT_ONCE = 500
_PLAIN = re.compile(
    r"(?<![a-z0-9])ADRs?[-_ /]?(?:#|No\.? ?)?0*(?P<number>\d{1,5})(?!\d)"
    r"(?P<more>(?:(?:, and |, | and |/| & |\+)(?:ADR[- ]?)?\d{3,4}\b(?!-))+)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Tally:
    """How two readings of the same messages compare."""

    both: int = 0
    ours: int = 0
    """Found by the product alone."""

    others: int = 0
    """Found by the other reading alone."""

    def plus(self, ours: frozenset[int], others: frozenset[int]) -> "Tally":
        """With one more message."""
        return Tally(
            self.both + len(ours & others),
            self.ours + len(ours - others),
            self.others + len(others - ours),
        )

    @property
    def precision(self) -> float:
        """The share of what the product found that the other reading has."""
        return self.both / max(self.both + self.ours, 1)

    @property
    def recall(self) -> float:
        """The share of what the other reading has that the product found."""
        return self.both / max(self.both + self.others, 1)


def history(clone: Path) -> Iterator[Commit]:
    """Every commit that is no merge, newest first."""
    repository = Repository.open(clone)
    head = repository.head() if repository else None
    if repository is None or head is None:
        raise SystemExit(f"{clone} is no clone with commits.")
    commits = History(repository)
    ids = commits.ids(head)
    for start in range(0, len(ids), AT_ONCE):
        yield from (
            each for each in commits.read(ids[start : start + AT_ONCE]) if len(each.parents) < 2
        )


def ours_in(commit: Commit) -> frozenset[int]:
    """What the product takes from a commit."""
    return frozenset() if bulk_of(commit) is Bulk.DEPENDENCIES else cited_in(commit.message)


def plain_in(commit: Commit) -> frozenset[int]:
    """What the plain expression finds."""
    if bulk_of(commit) is Bulk.DEPENDENCIES:
        return frozenset()
    found: set[int] = set()
    for match in _PLAIN.finditer(commit.message):
        found.add(int(match["number"]))
        found |= {int(each) for each in re.findall(r"\d{3,4}", match["more"] or "")}
    return frozenset(found - {0})


def readings() -> dict[str, frozenset[int]]:
    """What was read by hand, by commit."""
    found = {}
    for line in READINGS.read_text(encoding="utf-8").splitlines()[1:]:
        _, commit, numbers = line.split("\t")
        found[commit] = frozenset(int(each) for each in numbers.split())
    return found


def main(argv: Sequence[str] | None = None) -> None:
    """Compare, and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("clones", nargs="*", type=Path, metavar="CLONE")
    parser.add_argument("--data", type=Path, metavar="DIR", help="measure what is inferred")
    parser.add_argument("--cache", type=Path, metavar="DIR", help="keeps vectors between runs")
    arguments = parser.parse_args(argv)
    if arguments.data is not None:
        inferring.show_all(inferring.measure(arguments.data, arguments.clones, arguments.cache))
        return
    if not arguments.clones:
        parser.error("name a clone, or --data")
    show_explicit(arguments.clones)


def show_explicit(clones: Sequence[Path]) -> None:
    """One line a clone, and one for what was read by hand."""
    read, by_hand, count = readings(), Tally(), 0
    for clone in clones:
        tally, messages = Tally(), 0
        for commit in history(clone):
            ours, messages = ours_in(commit), messages + 1
            tally = tally.plus(ours, plain_in(commit))
            if commit.id in read:
                by_hand, count = by_hand.plus(ours, read[commit.id]), count + 1
        print(
            f"clone={clone.name} messages={messages} both={tally.both} ours={tally.ours}"
            f" expression={tally.others} precision={tally.precision:.3f}"
            f" recall={tally.recall:.3f}"
        )
    print(
        f"read_by_hand={count} citations={by_hand.both + by_hand.others}"
        f" precision={by_hand.precision:.3f} recall={by_hand.recall:.3f}"
    )


if __name__ == "__main__":
    main()
