"""What of a project is to be learnt: chosen by globs, read, compared with what is known.

Nothing is written here, so the same plan answers what would happen and is then
carried out.
"""

import fnmatch
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from featherchat.capture.pieces import Drafts, drafts_of_document, drafts_of_record, located
from featherchat.code.files import Document as File
from featherchat.code.files import Skipped, SkipReason, list_files, read_document
from featherchat.code.record_files import is_record_place
from featherchat.decisions import Decision, conflict_in, is_record, number_of, parse, refusal
from featherchat.errors import InvalidValue
from featherchat.recall.card import without_card
from featherchat.sameness import normalized
from featherchat.settings import LearnSettings
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


@dataclass(frozen=True, slots=True)
class Refused:
    """A file with the name of a record that is none."""

    path: str
    reason: str
    """To be put after "because it"."""


@dataclass(frozen=True, slots=True)
class RecordSource:
    """A folder of records to learn, in the project or outside of it."""

    base: Path
    """The project's root, or the folder outside."""

    folder: str
    """Relative to ``base``; empty for all of it."""

    files: tuple[str, ...]
    """Every file below ``base`` that is not ignored."""

    outside: bool = False

    @classmethod
    def of(cls, root: Path, folder: Path, files: Sequence[str]) -> "RecordSource":
        """A folder by its path; ``files`` are the project's, asked only of a folder in it.

        Raises:
            InvalidValue: If there is no such folder.
        """
        place, top = folder.resolve(), root.resolve()
        if not place.is_dir():
            raise InvalidValue(f"{folder} is not a folder.", hint="Name a folder of records.")
        if place.is_relative_to(top):
            relative = place.relative_to(top).as_posix()
            return cls(top, "" if relative == "." else relative, tuple(files))
        return cls(place, "", tuple(list_files(place, None)), outside=True)

    @property
    def paths(self) -> list[str]:
        """The Markdown files of the folder, relative to ``base``, in order."""
        wanted = (path for path in self.files if self._in(path) and _is_document(path))
        return [path for path in wanted if is_record_place(path, (self.folder,))]

    def key(self, path: str) -> str:
        """What the store calls a file: relative to the project, or absolute if it is outside."""
        return f"{self.base.as_posix()}/{path}" if self.outside else path

    def holds(self, key: str) -> bool:
        """Whether the store's name of a file lies in this folder."""
        if self.outside:
            return key.startswith(f"{self.base.as_posix()}/")
        return not key.startswith("/") and self._in(key)

    def _in(self, path: str) -> bool:
        return not self.folder or path.startswith(f"{self.folder}/")


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
    wanted = _wanted(files, settings, record_folders)
    sorting = _Sorting(known, settings, redacted)
    for path in wanted[: settings.max_documents]:
        found = read_document(root, path, settings.max_bytes)
        if isinstance(found, Skipped):
            sorting.skip(found)
            continue
        candidate = is_record_place(path, record_folders)
        record = candidate and is_record(path, found.text)
        if record or _matches(path, settings.include):
            sorting.add(found, record=record)
    over = max(len(wanted) - settings.max_documents, 0)
    # A folder outside the project is learnt by itself: nothing of it is missing here.
    here = (path for path in known if not path.startswith("/"))
    return sorting.plan(here, over)


def plan_records(
    source: RecordSource,
    known: Mapping[str, Document],
    settings: LearnSettings,
    redacted: Callable[[str], str],
) -> tuple[Plan, tuple[Refused, ...]]:
    """Read the records of one folder, and name the files that look like records and are none.

    Slow: run it in a thread. What is in the folder no more is gone; the rest of what is
    known is left alone.
    """
    sorting = _Sorting(known, settings, redacted)
    refused: list[Refused] = []
    for path in source.paths:
        found = read_document(source.base, path, settings.max_bytes)
        named = source.key(path)
        if isinstance(found, Skipped):
            sorting.skip(replace(found, path=named))
            continue
        reason = refusal(path, found.text)
        if reason is None:
            sorting.add(replace(found, path=named), record=True)
        elif number_of(path) is not None or (named in known and "decision" in known[named].pieces):
            refused.append(Refused(named, reason))
    left = {each.path for each in refused}
    here = (
        path
        for path, document in known.items()
        if source.holds(path) and "decision" in document.pieces and path not in left
    )
    return sorting.plan(here, 0), tuple(refused)


class _Sorting:
    """Sorts files into new, changed and unchanged ones while they are read."""

    def __init__(
        self,
        known: Mapping[str, Document],
        settings: LearnSettings,
        redacted: Callable[[str], str],
    ) -> None:
        self._known = known
        self._settings = settings
        self._redacted = redacted
        self._read: list[Read] = []
        self._standing: list[Read] = []
        self._unchanged: list[str] = []
        self._skipped: list[Skipped] = []

    def skip(self, skipped: Skipped) -> None:
        """Take note of a file that could not be read."""
        # git still lists a file that was deleted and not yet committed so: it is gone.
        if skipped.reason is not SkipReason.GONE:
            self._skipped.append(skipped)

    def add(self, found: File, *, record: bool) -> None:
        """Take a file that was read."""
        conflict = conflict_in(found.text) if record else None
        if conflict is not None:
            # Half of it is somebody else's: what was known of it stands until it is settled.
            self._skipped.append(Skipped(found.path, SkipReason.CONFLICT, conflict))
            return
        before = self._known.get(found.path)
        same = before is not None and before.blob == found.blob_hash
        if same:
            self._unchanged.append(found.path)
            if not record:
                return
        text = self._redacted(found.text)
        decision = parse(text, found.path) if record else None
        words = self._settings.piece_words
        drafts = (
            drafts_of_document(found.path, without_card(text), words)
            if decision is None
            else located(drafts_of_record(decision, words), text)
        )
        one = Read(found, drafts, decision, before is not None)
        (self._standing if same else self._read).append(one)

    def plan(self, known: Iterable[str], over: int) -> Plan:
        """The plan, with those of the known files that are no longer there."""
        there = {each.file.path for each in self._read} | set(self._unchanged)
        there |= {each.path for each in self._skipped}
        return Plan(
            tuple(self._distinct()),
            tuple(self._unchanged),
            tuple(self._standing),
            tuple(path for path in known if path not in there),
            tuple(self._skipped),
            over,
        )

    def _distinct(self) -> Iterator[Read]:
        """What was read; decisions of the same words are told apart by their titles.

        Memories of the same text are one, but "We will do it." is a decision in each record.
        """
        said = Counter(map(_decided, (*self._read, *self._standing)))
        for read in self._read:
            yield _titled(read) if said[_decided(read)] > 1 else read


def _decided(read: Read) -> str:
    """The words of a record's decision; those of another document are never equal to them."""
    head = next((each for each in read.drafts.memories if each.slot == "decision"), None)
    return read.file.path if head is None else normalized(head.text)


def _titled(read: Read) -> Read:
    head, *rest = read.drafts.memories
    title = read.decision.title if read.decision is not None else head.title
    named = replace(head, text=f"{title}: {head.text}")
    return replace(read, drafts=replace(read.drafts, memories=(named, *rest)))


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
