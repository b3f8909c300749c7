"""What the working tree holds that HEAD does not, as a memory: in words, and never the code."""

import hashlib
import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from featherchat.capture.bulk import Bulk, bulk_of
from featherchat.capture.changes import MAX_ANCHORS, MAX_TITLE, QUIET_IMPORTANCE, files_words
from featherchat.capture.symbols import (
    MOST_FILES,
    symbol_anchors,
    symbol_counts,
    symbol_words,
)
from featherchat.code.blobs import blob_ids, read_blobs
from featherchat.code.files import Document, read_document
from featherchat.code.grammars import MAX_PARSED
from featherchat.code.history import Commit, TouchedFile
from featherchat.code.repository import Repository
from featherchat.code.symbol_changes import Fate, FileSymbols, SymbolChange, symbol_changes
from featherchat.code.symbols import shape_of, symbols_in
from featherchat.memory import Anchor, Attribute, Author, Kind, Memory, Source, traits_of
from featherchat.privacy import clean_line

WORKTREE, BASE = "worktree", "base"
"""The attributes that name the working tree of a save, and the commit it is compared with."""

SUMMARY = "summary"
"""The attribute that holds a model's sentence about what is there; another state has none yet."""

STATE = "state"
"""The attribute that tells one state of the files from another, however many they are."""

_OF_A_SAVE = frozenset({WORKTREE, BASE, STATE, SUMMARY, "branch", "bulk", "symbols"})
"""The attributes that each comparison makes anew."""

_GONE = ""
_IN_TITLE = 3
_BULK_WORDS = {
    Bulk.DEPENDENCIES: "dependencies",
    Bulk.GENERATED: "generated or foreign files",
    Bulk.MOVED: "files that moved",
    Bulk.FORMATTING: "formatting",
    Bulk.LARGE: "very many files",
}


@dataclass(frozen=True, slots=True)
class WorkPlace:
    """Where and on what somebody works."""

    worktree: str
    """A mark of the working tree: two of one repository are two works."""

    branch: str
    """Empty when HEAD is detached."""

    head: str
    """Empty before the first commit."""


@dataclass(frozen=True, slots=True)
class Uncommitted:
    """The files of one task, as they differ from HEAD."""

    files: tuple[TouchedFile, ...]
    symbols: tuple[SymbolChange, ...]
    bulk: Bulk | None
    state: str
    """Which state of the files this is."""


def state_of(differing: Mapping[str, str]) -> str:
    """A mark that two states of some files share only if they are the same.

    Args:
        differing: The hash of what each file holds, by path; empty for one that is gone.
    """
    said = "\n".join(f"{blob} {path}" for path, blob in sorted(differing.items()))
    return hashlib.sha256(os.fsencode(said)).hexdigest()[:16]


def read_uncommitted(
    repository: Repository, head: str, differing: Mapping[str, str]
) -> Uncommitted:
    """How some files differ from HEAD. Slow for many: run it in a thread.

    Args:
        repository: Where they lie.
        head: The commit to compare with; empty before the first one.
        differing: The hash of what each file holds, by path; empty for one that is gone.

    Raises:
        RepositoryProblem: If git cannot read what HEAD holds.
    """
    names = {path: f"{head}:{path}" for path in differing} if head else {}
    ids = blob_ids(repository, names.values())
    quick = len(differing) <= MAX_ANCHORS
    before = read_blobs(repository, ids.values(), MAX_PARSED) if quick else {}
    versions = []
    for path, blob in differing.items():
        was = ids.get(names.get(path, ""), _GONE)
        after = _content(repository, path) if quick and blob else None
        versions.append(_version(path, was, blob, before.get(was), after))
    files = _with_moves([each.file for each in versions])
    bulk = bulk_of(Commit("", (head,), "", "", 0.0, "", files, ""))
    if bulk is None and all(each.is_formatting for each in versions):
        bulk = Bulk.FORMATTING
    if bulk is not None or len(files) > MOST_FILES:
        return Uncommitted(files, (), bulk, state_of(differing))
    symbols = symbol_changes(each.symbols for each in versions)
    return Uncommitted(files, symbols, bulk, state_of(differing))


def memory_of(
    found: Uncommitted,
    place: WorkPlace,
    memory_id: str,
    at: float,
    developer: str | None,
    redacted: Callable[[str], str],
) -> Memory:
    """The memory of a task; the same files always make the same text."""
    where = f"on {clean_line(place.branch)}" if place.branch else f"at {place.head[:10]}"
    title = redacted(_title(found))
    told = "\n".join(filter(None, (files_words(found.files), symbol_words(found.symbols))))
    ending = f"Saved {where}, not committed yet."
    attributes: dict[str, Attribute] = {
        WORKTREE: place.worktree,
        BASE: place.head,
        STATE: found.state,
    }
    if place.branch:
        attributes["branch"] = clean_line(place.branch)
    if found.bulk:
        attributes["bulk"] = found.bulk.value
    if found.symbols:
        attributes["symbols"] = symbol_counts(found.symbols)
    return Memory(
        id=memory_id,
        text="\n\n".join((title, redacted(told), ending)),
        title=title,
        kind=Kind.CODE_CHANGE,
        source=Source(Author.SAVE, at),
        created_at=at,
        importance=QUIET_IMPORTANCE if found.bulk else traits_of(Kind.CODE_CHANGE).importance,
        developer=developer,
        anchors=_anchors(found),
        attributes=attributes,
    )


def summarized(save: Memory, sentence: str) -> Memory:
    """A task's memory, led by a sentence about it; what was counted stands below."""
    first = f"Uncommitted: {sentence}"
    title = first if len(first) <= MAX_TITLE else f"{first[: MAX_TITLE - 1]}…"
    attributes: dict[str, Attribute] = {**save.attributes, SUMMARY: sentence}
    return replace(save, text=f"{first}\n\n{save.text}", title=title, attributes=attributes)


def with_what_people_did(save: Memory, now: Memory) -> Memory:
    """A memory of what is there now, with what people gave to the save that it follows."""
    kept = {name: save.attributes[name] for name in save.attributes if name not in _OF_A_SAVE}
    return replace(
        now,
        importance=max(now.importance, save.importance) if save.pinned else now.importance,
        attributes={**kept, **now.attributes},
    )


@dataclass(frozen=True, slots=True)
class _Version:
    """A file as it was and as it is; nothing of its content where that is gone or too large."""

    file: TouchedFile
    before: bytes
    after: bytes

    @property
    def is_formatting(self) -> bool:
        """Whether nothing but whitespace and comments differs."""
        path = self.file.path
        both = self.before and self.after
        return bool(both) and shape_of(path, self.before) == shape_of(path, self.after)

    @property
    def symbols(self) -> FileSymbols:
        path = self.file.path
        return FileSymbols(path, symbols_in(path, self.before), symbols_in(path, self.after))


def _content(repository: Repository, path: str) -> bytes | None:
    found = read_document(repository.root, path, MAX_PARSED)
    return found.text.encode("utf-8", "replace") if isinstance(found, Document) else None


def _version(path: str, was: str, blob: str, before: bytes | None, after: bytes | None) -> _Version:
    status = "D" if blob == _GONE else "A" if was == _GONE else "M"
    added = removed = None
    if (before is not None or was == _GONE) and (after is not None or blob == _GONE):
        # Lines that only moved do not count; telling them apart would take a diff of each file.
        old, new = (Counter((text or b"").splitlines()) for text in (before, after))
        added, removed = (new - old).total(), (old - new).total()
    # As the history spells it, so that a commit is known by its paths.
    spelled = os.fsencode(path).decode("utf-8", "replace")
    file = TouchedFile(spelled, status, blob, added=added, removed=removed, blob_before=was)
    return _Version(file, before or b"", after or b"")


def _with_moves(files: Sequence[TouchedFile]) -> tuple[TouchedFile, ...]:
    """The files, where one that went and one that came with the same content are one that moved."""
    gone = {each.blob_before: each for each in files if each.status == "D"}
    moved: dict[str, TouchedFile] = {}
    for each in files:
        was = gone.pop(each.blob, None) if each.status == "A" else None
        if was is not None:
            moved[each.path] = replace(each, status="R", before=was.path, added=0, removed=0)
            moved[was.path] = moved[each.path]
    found = dict.fromkeys(moved.get(each.path, each) for each in files)
    return tuple(sorted(found, key=lambda each: each.path))


def _title(found: Uncommitted) -> str:
    files = [clean_line(each.path) for each in found.files]
    if found.bulk:
        return f"Uncommitted: {_BULK_WORDS[found.bulk]} ({_few(files)})"[:MAX_TITLE]
    order = (Fate.CHANGED, Fate.ADDED, Fate.REMOVED)
    names = [clean_line(each.name) for fate in order for each in found.symbols if each.fate is fate]
    what = f"{_few(list(dict.fromkeys(names)))} in {_few(files)}" if names else _few(files)
    title = f"Uncommitted: {what}"
    return title if len(title) <= MAX_TITLE else f"{title[: MAX_TITLE - 1]}…"


def _few(names: Sequence[str]) -> str:
    more = f" and {len(names) - _IN_TITLE} more" if len(names) > _IN_TITLE else ""
    return ", ".join(names[:_IN_TITLE]) + more


def _anchors(found: Uncommitted) -> tuple[Anchor, ...]:
    blobs = {each.path: each.blob for each in found.files}
    # A bulk change keeps its files, too: its commit is known by them.
    files = [Anchor(clean_line(each.path), blob=each.blob or None) for each in found.files]
    files += [Anchor(clean_line(each.before)) for each in found.files if each.before]
    return (*files[:MAX_ANCHORS], *symbol_anchors(found.symbols, blobs))
