"""Whether a change of the code contradicts a decision that is in force.

The records are read as they are in the change itself, so that it can be asked on a bare
machine, of any commit, and of a change that supersedes a record with the code. Deterministic:
only what a record forbids in plain words is held against the lines that a change adds.
"""

import asyncio
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from featherchat.capture.bulk import is_generated
from featherchat.capture.pieces import decision_name
from featherchat.capture.references import is_document
from featherchat.code.diffs import AddedLine, Change, ChangedFile, change_of, proposed, staged
from featherchat.code.file_changes import FileChange
from featherchat.code.files import Document, blob_hash, read_document
from featherchat.code.imports import brought_in, is_code, is_read, is_source
from featherchat.code.record_files import is_record_place
from featherchat.commands.adr_homes import homes_of
from featherchat.commands.adr_parts import decision_of
from featherchat.commands.adr_places import touches
from featherchat.commands.memories import linked_of
from featherchat.decisions import Decision, is_record, parse
from featherchat.decisions.bans import Ban, What, bans_of, endorsed
from featherchat.decisions.package_names import package_names
from featherchat.errors import UsageError
from featherchat.memory import AdrStatus, Kind, Memory, is_in_force
from featherchat.project import Project
from featherchat.recollection import Filter

LONGEST_LINE = 200
"""Characters of a contradicting line that are shown."""

_TESTS = re.compile(
    r"(?:^|/)(?:tests?|__tests__|specs?|testdata|fixtures|examples?|benchmarks?)/"
    r"|(?:^|/)(?:test_[^/]*|conftest\.py|[^/]*[._-](?:tests?|spec)\.\w+)$",
    re.IGNORECASE,
)
_RECORD_FOLDERS = re.compile(
    r"docs?|documentation|adrs?|decisions?|(?:architecture[-_])?decision[-_]records?|arch\w*|rfcs?",
    re.IGNORECASE,
)
_SEPARATORS = re.compile(r"[./\\:]+")
_COMMENT = re.compile(r"(?:^|\s)(?:#|//|--|;;|\*|/\*).*$")


@dataclass(frozen=True, slots=True)
class Binding:
    """A decision in force, and where it is recorded."""

    decision: Decision
    title: str
    path: str = ""
    """Its record; empty for one that is only in memory."""

    text: str = ""
    """The whole record."""

    memory_id: str = ""
    """Empty if memory has not learnt it."""

    def line_of(self, sentence: str) -> int | None:
        """Where its record says something, from 1."""
        words = [re.escape(word) for word in sentence.removeprefix("Rejected: ").split()[:5]]
        found = re.search(r"[\s*_#-]+".join(words), self.text) if words else None
        return self.text.count("\n", 0, found.start()) + 1 if found else None


@dataclass(frozen=True, slots=True)
class Governed:
    """A decision that states that it governs some of what is touched."""

    binding: Binding
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A line of a change that a decision rules out."""

    path: str
    line: int
    """From 1, in the file as it is after the change."""

    text: str
    ban: Ban
    binding: Binding
    opinion: str = ""
    """What a model thinks of it, if one was asked; it never takes a contradiction away."""


@dataclass(frozen=True, slots=True)
class Guarded:
    """What a change was held against, and what came of it."""

    name: str
    files: int
    bindings: int
    """Decisions in force."""

    governed: tuple[Governed, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()
    unread: tuple[str, ...] = ()
    """Files of which git misses a side, so that their lines were held against nothing."""


async def guard(project: Project, name: str = "") -> Guarded:
    """Hold a change against the decisions in force.

    Args:
        project: Whose records and memory.
        name: A commit or a range; what is staged if empty.

    Raises:
        UsageError: If there is no git repository, or git cannot read it.
        InvalidValue: If no commit is called so.
    """
    repository = project.repository
    if repository is None:
        raise UsageError("There is no git repository here.", hint="Run it in one.")
    if name:
        change = await asyncio.to_thread(change_of, repository, name)
    else:
        change = await asyncio.to_thread(staged, repository)
    return await _guarded(project, change)


async def guard_edit(project: Project, edit: FileChange) -> Guarded:
    """Hold an edit that is not written yet against the decisions in force.

    The records are read as they lie on the disk, and without git, too.
    """
    return await _guarded(project, await asyncio.to_thread(_change_by, project, edit))


def _change_by(project: Project, edit: FileChange) -> Change:
    before, blob = edit.before, blob_hash(edit.after)
    old_blob = "0" * len(blob) if before is None else blob_hash(before)
    file = ChangedFile(edit.name, "A" if before is None else "M", edit.name, old_blob, blob)
    contents = {old_blob: before or b"", blob: edit.after}
    tree = {}
    for path in project.files():
        found = read_document(project.root, path) if _may_be_record(project, path) else None
        if isinstance(found, Document):
            tree[path] = found.blob_hash
            contents[found.blob_hash] = found.text.encode()
    tree[edit.name] = blob
    return proposed(project.repository, replace(file, added=edit.added), contents, tree)


def _may_be_record(project: Project, path: str) -> bool:
    return is_record_place(path, _stated_folders(project))


def _stated_folders(project: Project) -> list[str]:
    settings = project.config.adr
    return [each.strip("/") for each in (settings.dir, *settings.roots) if each]


async def _guarded(project: Project, change: Change) -> Guarded:
    bindings = await _bindings(project, change)
    return await asyncio.to_thread(held, change, bindings)


async def _bindings(project: Project, change: Change) -> list[Binding]:
    """The accepted decisions: the records of the change, and what only memory knows."""
    memories = project.memories
    records = await asyncio.to_thread(recorded, change, _stated_folders(project))
    known = await memories.find(Filter(kinds=(Kind.DECISION,), statuses=()))
    homes = await homes_of(project)
    tree, unwritten = change.tree(), []
    for memory in known:
        home, in_force = homes.get(memory.id), _is_in_force(memory)
        binding = records.get(home.path) if home else None
        if home is not None and binding is not None:
            records[home.path] = replace(binding, memory_id=memory.id)
            if not in_force and tree.get(home.path) == home.blob:
                # A person has taken it out of force, and not written that down yet.
                del records[home.path]
        elif in_force and (home is None or home.path.startswith("/")):
            unwritten.append(memory)
    links = await linked_of(project, unwritten)
    stated = [(each, decision_of(each, links.get(each.id, ()))) for each in unwritten]
    return [
        *records.values(),
        *(Binding(decision, each.title, memory_id=each.id) for each, decision in stated),
    ]


def _is_in_force(memory: Memory) -> bool:
    return is_in_force(memory.kind, memory.status, memory.adr_status)


def recorded(change: Change, folders: Sequence[str]) -> dict[str, Binding]:
    """The accepted records that the change leaves, by path."""
    places = {path: blob for path, blob in change.tree().items() if is_record_place(path, folders)}
    contents = change.read(list(places.values()))
    found: dict[str, Binding] = {}
    for path, blob in places.items():
        text = contents.get(blob, b"").decode("utf-8", "replace")
        if text and is_record(path, text):
            decision = parse(text, path)
            if decision.status is AdrStatus.ACCEPTED:
                found[path] = Binding(decision, decision_name(decision), path, text)
    return found


def held(change: Change, bindings: Sequence[Binding]) -> Guarded:
    """What of a change the decisions govern, and what of it goes against them."""
    records = {each.path for each in bindings}
    files = [each for each in change.files if each.path not in records]
    judge = _Judge(change, bindings)
    found = [
        contradiction
        for binding in bindings
        for ban in bans_of(binding.decision)
        for file in files
        if (contradiction := judge.contradiction(file, ban, binding)) is not None
    ]
    governed = [Governed(each, tuple(_governed(each, files))) for each in bindings]
    return Guarded(
        change.name,
        len(change.files),
        len(bindings),
        tuple(each for each in governed if each.paths),
        tuple(sorted(found, key=lambda each: (each.path, each.line, each.binding.title))),
        change.missing,
    )


def _governed(binding: Binding, files: Sequence[ChangedFile]) -> Iterator[str]:
    stated = [path.partition("#")[0] for path in binding.decision.governs]
    for file in files:
        if any(touches(each, path) for each in stated for path in {file.path, file.before}):
            yield file.path


class _Judge:
    """Holds files against bans. It asks git: run it in a thread."""

    def __init__(self, change: Change, bindings: Sequence[Binding]) -> None:
        self._change = change
        self._bindings = bindings
        self._used: dict[frozenset[str], bool] = {}

    def contradiction(self, file: ChangedFile, ban: Ban, binding: Binding) -> Contradiction | None:
        """The first line of a file that a ban rules out, if there is one."""
        if file.status == "D" or not _holds(ban, binding, file.path):
            return None
        if ban.what is What.NEW_FILE:
            line = _first(file) if _is_new_in(file, ban.name) else None
        elif ban.what is What.EDIT:
            line = _first(file) if file.added and touches(ban.name, file.path) else None
        elif ban.what is What.CALL:
            line = self._call(file, ban)
        else:
            line = self._package(file, ban, binding)
        if line is None:
            return None
        return Contradiction(file.path, line.number, line.text.strip()[:LONGEST_LINE], ban, binding)

    def _package(self, file: ChangedFile, ban: Ban, binding: Binding) -> AddedLine | None:
        names = package_names(ban.name)
        line = next((e for e in file.added if _brings(file.path, e.text, ban.name, names)), None)
        if line is None or self._is_endorsed(names, binding):
            return None
        contents = self._change.read([file.old_blob, file.blob])
        before = contents.get(file.old_blob, b"").decode("utf-8", "replace").splitlines()
        if any(_brings(file.before, each, ban.name, names) for each in before):
            return None
        if not is_code(file.path, contents.get(file.blob, b""), line.number):
            return None
        return None if ban.what is What.OPTION and self._is_used(ban.name, names) else line

    def _call(self, file: ChangedFile, ban: Ban) -> AddedLine | None:
        if not is_source(file.path):
            return None
        call = re.compile(rf"(?<![\w.:]){re.escape(ban.name)}\s*\(")
        line = next((e for e in file.added if call.search(_COMMENT.sub("", e.text))), None)
        if line is None:
            return None
        contents = self._change.read([file.old_blob, file.blob])
        old, new = (
            len(call.findall(contents.get(blob, b"").decode("utf-8", "replace")))
            for blob in (file.old_blob, file.blob)
        )
        # A line that was only moved or reformatted calls nothing anew.
        return line if new > old else None

    def _is_endorsed(self, names: frozenset[str], binding: Binding) -> bool:
        """Whether another decision in force is for the thing."""
        others = (each for each in self._bindings if each is not binding)
        return any(names & endorsed(each.decision) for each in others)

    def _is_used(self, name: str, names: frozenset[str]) -> bool:
        """Whether the project had the thing anyhow, so that it was not meant to be kept out."""
        if names not in self._used:
            lines = self._change.lines_before(names)
            self._used[names] = any(_brings(path, text, name, names) for path, text in lines)
        return self._used[names]


def _holds(ban: Ban, binding: Binding, path: str) -> bool:
    """Whether a ban is about a file: in its scope, no prose, not made by a tool, no test."""
    if (is_document(path) and not is_read(path)) or is_generated(path):
        return False
    home = _package_of(binding.path)
    if home and not path.startswith(f"{home}/"):
        return False
    if ban.scope and not any(touches(each, path) for each in ban.scope):
        return False
    if any(touches(each, path) for each in ban.spared):
        return False
    return ban.in_tests or not _TESTS.search(path)


def _package_of(record: str) -> str:
    """The part of the repository whose records these are; empty for all of it."""
    parts = PurePosixPath(record).parts[:-1]
    above = next((n for n, part in enumerate(parts) if _RECORD_FOLDERS.fullmatch(part)), 0)
    return "/".join(parts[:above])


def _brings(path: str, line: str, name: str, names: frozenset[str]) -> bool:
    """Whether a line imports a thing, or depends on it."""
    found = brought_in(path, line)
    if found & names:
        return True
    module = _SEPARATORS.sub(".", name.lower()).strip(".").removeprefix("src.")
    if not _SEPARATORS.search(name):
        return False
    # A folder of the project is imported from the top, or below a name of its own.
    dotted = [f"{_SEPARATORS.sub('.', each)}." for each in found]
    return any(
        each.startswith(f"{module}.") or ("." in module and f".{module}." in each)
        for each in dotted
    )


def _is_new_in(file: ChangedFile, folder: str) -> bool:
    is_new = file.status in "AC" or (file.status == "R" and not touches(folder, file.before))
    return is_new and touches(folder, file.path)


def _first(file: ChangedFile) -> AddedLine:
    return file.added[0] if file.added else AddedLine(1, "")
