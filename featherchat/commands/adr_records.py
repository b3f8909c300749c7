"""All records of a folder at once: importing them, and what is wrong with them."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

from featherchat.capture.importing import Importer, ImportReport, import_records
from featherchat.capture.planning import RecordSource
from featherchat.code.files import Skipped, read_document
from featherchat.code.record_files import find_homes
from featherchat.decisions import Problem, RecordFile, check, is_record, number_of
from featherchat.errors import NothingFound
from featherchat.project import Project


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check of records found."""

    records: int
    problems: tuple[Problem, ...]
    """By path and line."""


async def import_folder(
    project: Project, folder: str = "", *, dry_run: bool = False
) -> tuple[ImportReport, ...]:
    """Learn the records of a folder, or of every folder that holds records.

    Args:
        project: Where to.
        folder: Where they lie, also outside the project; every known folder if empty.
        dry_run: Say what would happen, and store nothing.

    Raises:
        InvalidValue: If there is no such folder.
        NothingFound: If the project has no folder of records.
    """
    importer = Importer(project.memories, project.clock, project.config.learn, project.developer)
    sources = await asyncio.to_thread(_sources, project, folder)
    return tuple([await import_records(importer, source, dry_run=dry_run) for source in sources])


async def check_folder(project: Project, folder: str = "") -> Checked:
    """What is wrong in the records of a folder, or of every folder that holds records.

    Nothing is stored, and what memory knows does not count.

    Raises:
        InvalidValue: If there is no such folder.
        NothingFound: If the project has no folder of records.
    """

    def checked() -> Checked:
        found = [_check(each, project) for each in _sources(project, folder)]
        problems = {problem for each in found for problem in each.problems}
        ordered = sorted(problems, key=lambda each: (each.path, each.line, each.text))
        return Checked(sum(each.records for each in found), tuple(ordered))

    return await asyncio.to_thread(checked)


def _sources(project: Project, folder: str) -> list[RecordSource]:
    """The folders that are meant. Slow in a large repository: run it in a thread."""
    files, settings = project.files(), project.config.adr
    if folder:
        return [RecordSource.of(project.root, project.root / Path(folder).expanduser(), files)]
    homes = find_homes(project.root, files, settings.dir, settings.roots)
    sources = [
        RecordSource.of(project.root, home.place, files) for home in homes if home.place.is_dir()
    ]
    if not sources:
        raise NothingFound(
            "The project has no folder of decision records.",
            hint="Name one, such as docs/decisions, or record a decision with adr new.",
        )
    return sources


def _check(source: RecordSource, project: Project) -> Checked:
    records: list[RecordFile] = []
    unread: list[Problem] = []
    for path in source.paths:
        key = source.key(path)
        found = read_document(source.base, path, project.config.learn.max_bytes)
        if isinstance(found, Skipped):
            unread.append(Problem(1, f"It {found.reason}.", key))
        elif is_record(path, found.text) or number_of(path) is not None:
            records.append(RecordFile(key, found.text))
            if found.encoding_guessed:
                unread.append(Problem(1, "It is not UTF-8.", key))
    everything = frozenset(source.key(path) for path in source.files)
    return Checked(len(records), (*unread, *check(records, everything)))
