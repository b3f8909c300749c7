"""How often does ``adr check`` raise an alarm over the history of a repository with records?

    python -m benchmarks.guard --repository PATH --commits 300

Holds each of the newest commits (merges left out) against the records as that commit left
them, and prints every alarm, to be read by hand, then the counts and the time a commit took.
What it finds at all is measured elsewhere: the contradicting changes of
``tests/commands/test_guard.py``.
"""

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

from featherchat.code.diffs import change_of
from featherchat.code.git import RepositoryProblem, read_git
from featherchat.code.repository import Repository
from featherchat.commands.guard import held, recorded


def main(argv: Sequence[str] | None = None) -> None:
    """Print each alarm and the counts."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--repository", type=Path, required=True)
    parser.add_argument("--commits", type=int, default=300)
    options = parser.parse_args(argv)
    repository = Repository.open(options.repository)
    if repository is None:
        parser.error(f"{options.repository} is no repository")
    listed = ("rev-list", "--no-merges", f"-n{options.commits}", "HEAD", "--")
    commits = read_git(repository.root, *listed).decode("ascii").split()
    alarms = missing = decisions = 0
    times = []
    for commit in commits:
        start = time.perf_counter()
        try:
            change = change_of(repository, commit)
        except RepositoryProblem:
            missing += 1  # a partial clone does not hold every content
            continue
        found = held(change, list(recorded(change, ()).values()))
        times.append(time.perf_counter() - start)
        decisions = max(decisions, found.bindings)
        alarms += len(found.contradictions)
        for each in found.contradictions:
            print(f"{commit[:10]} {each.path}:{each.line}: {each.text} ({each.binding.title})")
    times.sort()
    middle = times[len(times) // 2] if times else 0.0
    print(
        f"commits={len(times)} not_readable={missing} decisions_in_force={decisions}"
        f" alarms={alarms} median_s={middle:.2f}"
    )


if __name__ == "__main__":
    main()
