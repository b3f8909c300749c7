"""Are the decision records of real repositories imported as a person reads them?

    python -m benchmarks.record_import --repository DIR...

Imports every record of each repository into a fresh store, twice, and prints: files
with the name or place of a record, decisions, their statuses, the relations between
them, what is odd (by ``check``), and what the second import changed. Then a copy of the
records is written to: one status is changed, one link is set on both sides; printed are
the lines that differ and what the next import makes of it.

Twenty records were read by a person, without the parser: ``record_readings.tsv``
keeps their number, status, date and links, at the commits of November 2026. Prints
how many are equal, and every one that is not.
"""

import argparse
import asyncio
import csv
import difflib
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from featherchat.capture.importing import Importer, ImportReport, Outcome, import_records
from featherchat.capture.planning import RecordSource
from featherchat.clock import SystemClock
from featherchat.code.files import list_files
from featherchat.code.record_files import RecordHome, find_homes
from featherchat.code.repository import Repository
from featherchat.decisions import (
    Decision,
    RecordFile,
    Reference,
    check,
    linked,
    parse,
    with_status,
)
from featherchat.memory import AdrStatus, Kind
from featherchat.recall.memories import Memories
from featherchat.recollection import Filter
from featherchat.settings import LearnSettings

READINGS = Path(__file__).with_name("record_readings.tsv")


@dataclass(frozen=True, slots=True)
class Reading:
    """What one record says, as a person or the parser read it."""

    number: str
    status: str
    date: str
    links: str
    """Separated by semicolons, such as ``partly superseded by 20``."""


def by_hand(repository: str) -> dict[str, Reading]:
    """The records of a repository that a person has read, by path."""
    with READINGS.open(encoding="utf-8", newline="") as file:
        rows = [
            row for row in csv.DictReader(file, delimiter="\t") if row["repository"] == repository
        ]
    return {
        row["path"]: Reading(row["number"], row["status"], row["date"], row["links"])
        for row in rows
    }


def by_parser(decision: Decision) -> Reading:
    """The same facts as ``parse`` found them."""
    number = "" if decision.number is None else str(decision.number)
    links = "; ".join(sorted(_links(decision)))
    return Reading(number, decision.status or "", decision.date or "", links)


def _links(decision: Decision) -> Iterator[str]:
    for words, references in (
        ("supersedes", decision.supersedes),
        ("superseded by", decision.superseded_by),
    ):
        for reference in references:
            yield f"{'partly ' if reference.partial else ''}{words} {_named(reference)}"
    for link in decision.links:
        yield f"{link.relation.lower()} {_named(link.target)}"


def _named(reference: Reference) -> str:
    return str(reference.number) if reference.number is not None else reference.text


async def measure(root: Path) -> None:
    """Import one repository's records twice, compare, write back, and print."""
    files = list_files(root, Repository.open(root))
    homes = find_homes(root, files)
    with TemporaryDirectory() as folder:
        importer = await _importer(Path(folder))
        begun = time.perf_counter()
        reports = [await _import(importer, home, files) for home in homes]
        seconds = time.perf_counter() - begun
        again = [await _import(importer, home, files) for home in homes]
        stored = await importer.memories.find(
            Filter(namespace=None, statuses=(), kinds=(Kind.DECISION,))
        )
        await importer.memories.close()
    read = [each for report in reports for each in report.files]
    decisions = {each.path: each.decision for each in read if each.decision is not None}
    records = [RecordFile(path, _text_of(root / path)) for path in decisions]
    statuses = Counter(memory.adr_status or "unstated" for memory in stored)
    print(
        f"repository={root.name} folders={','.join(home.folder for home in homes)}"
        f" files={len(read)} records={len(decisions)} decisions={len(stored)}"
        + "".join(f" {status}={count}" for status, count in sorted(statuses.items()))
        + f" links={sum(len(list(_links(each))) for each in decisions.values())}"
        f" problems={len(check(records, files))} seconds={seconds:.2f}"
        f" changed_by_second_import={sum(map(_changes, again))}"
    )
    _compare(root.name, decisions)
    await _write_back(root.name, records)


def _compare(name: str, decisions: Mapping[str, Decision]) -> None:
    expected = by_hand(name)
    equal = 0
    for path, reading in expected.items():
        found = by_parser(decisions[path]) if path in decisions else None
        equal += found == reading
        if found != reading:
            print(f"repository={name} unequal={path} by_hand={reading} by_parser={found}")
    print(f"repository={name} read_by_hand={len(expected)} equal={equal}")


async def _write_back(name: str, records: Sequence[RecordFile]) -> None:
    """Change a copy of the records: a status, then a link at both ends."""
    accepted = [
        each for each in records if parse(each.text, each.path).status == AdrStatus.ACCEPTED
    ]
    if len(accepted) < 3:
        return
    deprecated = accepted[0]
    source, target = linked(accepted[2], "Amends", accepted[1])
    changes = {
        "status": [RecordFile(deprecated.path, with_status(deprecated.text, AdrStatus.DEPRECATED))],
        "link": [source, target],
    }
    before = {each.path: each.text for each in records}
    with TemporaryDirectory() as folder:
        copy = Path(folder, "copy")
        for each in records:
            _write(copy / each.path, each.text)
        importer = await _importer(Path(folder))
        source_of_copy = RecordSource.of(copy, copy, list_files(copy, None))
        await import_records(importer, source_of_copy)
        for what, changed in changes.items():
            for each in changed:
                _write(copy / each.path, each.text)
            report = await import_records(importer, source_of_copy)
            lines = [_difference(before[each.path], each.text) for each in changed]
            print(
                f"repository={name} wrote={what} files={len(changed)}"
                f" lines_removed={sum(removed for removed, _ in lines)}"
                f" lines_added={sum(added for _, added in lines)}"
                f" changed_by_next_import={_changes(report)}"
            )
        await importer.memories.close()


def _difference(before: str, after: str) -> tuple[int, int]:
    """How many lines are gone, and how many that are not blank are new."""
    kept = list(difflib.ndiff(before.splitlines(keepends=True), after.splitlines(keepends=True)))
    removed = sum(line.startswith("- ") for line in kept)
    return removed, sum(line.startswith("+ ") and bool(line[2:].strip()) for line in kept)


def _changes(report: ImportReport) -> int:
    same = (Outcome.UNCHANGED, Outcome.UNPARSED)
    return sum(each.outcome not in same for each in report.files)


async def _importer(folder: Path) -> Importer:
    clock = SystemClock()
    store, cache = folder / "memory.feather", folder / "cache"
    memories = await Memories.open(store, cache, clock, None, busy_timeout=5.0)
    return Importer(memories, clock, LearnSettings())


async def _import(importer: Importer, home: RecordHome, files: Sequence[str]) -> ImportReport:
    return await import_records(importer, RecordSource.of(home.base, home.place, files))


def _text_of(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "replace")


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--repository", type=Path, nargs="+", required=True, metavar="DIR")
    for root in parser.parse_args(argv).repository:
        asyncio.run(measure(root.resolve()))


if __name__ == "__main__":
    main()
