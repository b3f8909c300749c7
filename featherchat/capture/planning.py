"""What of a project is to be learnt: chosen by globs, read, compared with what is known.

Nothing is written here, so the same plan answers what would happen and is then
carried out.
"""

import fnmatch
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from featherchat.capture.pieces import Drafts, drafts_of_document, drafts_of_record, located
from featherchat.code.files import Document as File
from featherchat.code.files import Skipped, SkipReason, read_document
from featherchat.code.record_files import is_record_place
from featherchat.config import LearnSettings
from featherchat.decisions import Decision, is_record, parse
from featherchat.recall.card import without_card
from featherchat.store.base import Document

SECONDS_PER_PIECE = 0.045
"""One core embeds about 22 pieces of ordinary length a second."""

_TEXT_SUFFIXES = frozenset({"", ".md", ".markdown", ".mdx", ".rst", ".txt", ".qmd", ".adoc"})


@dataclass(frozen=True, slots=True)
class Read:
    """A document that was read and is to be learnt."""

    file: File
    drafts: Drafts
    decision: Decision | None
    """The record, if it is one."""

    known: bool
    """It was learnt before and has changed since."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What learning would do, decided by reading and before anything is written."""

    documents: tuple[Read, ...] = ()
    unchanged: tuple[str, ...] = ()
    standing: tuple[Read, ...] = ()
    """The unchanged ones that are records: what a new one says of them may still be unlinked."""

    gone: tuple[str, ...] = ()
    """Documents that were learnt and are no longer there."""

    skipped: tuple[Skipped, ...] = ()
    over_limit: int = 0
    """Documents beyond the most that are read."""

    @property
    def records(self) -> int:
        """How many of the documents are decision records."""
        return sum(each.decision is not None for each in self.documents)

    @property
    def pieces(self) -> int:
        """How many memories the documents make."""
        return sum(len(each.drafts.memories) for each in self.documents)

    @property
    def seconds(self) -> float:
        """About how long it takes until meaning is complete."""
        return self.pieces * SECONDS_PER_PIECE

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do."""
        return not self.documents and not self.gone


def make_plan(
    root: Path,
    files: Sequence[str],
    known: Mapping[str, Document],
    settings: LearnSettings,
    redacted: Callable[[str], str],
    record_folders: Sequence[str] = (),
) -> Plan:
    """Read what would be learnt. Slow: run it in a thread.

    Args:
        root: The project's root.
        files: Every file that is not ignored.
        known: What was learnt before, by path.
        settings: Globs and caps.
        redacted: Makes a document's text fit to be stored. It gets the whole text, so that
            neither a heading nor a cut between two pieces can hide a secret.
        record_folders: Folders in which every record counts, beside the usual ones.
    """
    read: list[Read] = []
    standing: list[Read] = []
    unchanged: list[str] = []
    skipped: list[Skipped] = []
    wanted = _wanted(files, settings, record_folders)
    for path in wanted[: settings.max_documents]:
        found = read_document(root, path, settings.max_bytes)
        if isinstance(found, Skipped):
            # git still lists a file that was deleted and not yet committed so: it is gone.
            if found.reason is not SkipReason.GONE:
                skipped.append(found)
            continue
        is_asked_for = _matches(path, settings.include)
        record = is_record_place(path, record_folders) and is_record(path, found.text)
        if not record and not is_asked_for:
            continue
        before = known.get(path)
        same = before is not None and before.blob == found.blob_hash
        if same:
            unchanged.append(path)
            if not record:
                continue
        text = redacted(found.text)
        decision = parse(text, path) if record else None
        drafts = (
            drafts_of_document(path, without_card(text), settings.piece_words)
            if decision is None
            else located(drafts_of_record(decision, settings.piece_words), text)
        )
        (standing if same else read).append(Read(found, drafts, decision, before is not None))
    there = {each.file.path for each in read} | set(unchanged) | {each.path for each in skipped}
    gone = tuple(path for path in known if path not in there)
    over = max(len(wanted) - settings.max_documents, 0)
    return Plan(tuple(read), tuple(unchanged), tuple(standing), gone, tuple(skipped), over)


def _wanted(
    files: Sequence[str], settings: LearnSettings, record_folders: Sequence[str]
) -> list[str]:
    """Documents in the order they are read: records, then the root's, then the rest."""
    chosen = [
        path
        for path in files
        if _is_document(path)
        and not _matches(path, settings.exclude)
        and (_matches(path, settings.include) or is_record_place(path, record_folders))
    ]
    return sorted(
        chosen,
        key=lambda path: (not is_record_place(path, record_folders), path.count("/"), path),
    )


def _is_document(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        return False  # a name that is not text cannot be stored as a source
    return PurePosixPath(path).suffix.lower() in _TEXT_SUFFIXES


def _matches(path: str, globs: Sequence[str]) -> bool:
    """Whether a path fits a glob; ``dir/**`` is everything below, a bare name the root's."""
    for glob in globs:
        if glob.endswith("/**"):
            if path.startswith(glob[:-2]):
                return True
        elif ("/" in glob or "/" not in path) and _fits(path.lower(), glob.lower()):
            return True
    return False


def _fits(path: str, glob: str) -> bool:
    # "docs/**/a.md" means "docs/a.md", too; fnmatch's star crosses folders by itself.
    return fnmatch.fnmatch(path, glob) or fnmatch.fnmatch(path, glob.replace("**/", ""))
