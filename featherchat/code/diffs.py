"""What a change of the repository adds, line by line: what is staged, a commit, a range.

Only git's own objects are compared, never the files of the working tree, so nothing that the
repository brings is run. Also the files of both sides, to be read as they are there.
"""

import os
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from featherchat.code.blobs import blob_ids, read_blobs
from featherchat.code.git import LONG, NO_PROGRAMS, RepositoryProblem, read_git, run_git
from featherchat.code.repository import Repository
from featherchat.errors import InvalidValue

MAX_FILE = 1_000_000
"""Bytes of a file that is read."""

_DIFF = (
    *("-p", "-U0", "-M", "--raw", "-z", "--no-abbrev", "--no-color", "--submodule=short"),
    *("--ignore-submodules=none", "--src-prefix=a/", "--dst-prefix=b/", *NO_PROGRAMS),
)
_PATHS_AT_ONCE = 500
"""Of one question: a command line has an end."""

_WITHOUT_PATCH = "UX"
"""What is not merged yet, and what git cannot tell."""

Tree = Mapping[str, str]
"""Paths with git's hashes of their contents."""

_HUNK = re.compile(rb"@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_RANGE = re.compile(r"(?P<one>[^.]\S*?)?(?P<dots>\.{2,3})(?P<other>[^.]\S*)?")


@dataclass(frozen=True, slots=True)
class AddedLine:
    """A line that was not there before."""

    number: int
    """From 1, in the file as it is afterwards."""

    text: str


@dataclass(frozen=True, slots=True)
class ChangedFile:
    """A file as a change leaves it."""

    path: str
    """Relative to the root; bytes that are not UTF-8 are surrogates."""

    status: str
    """git's letter: A added, M modified, D removed, R renamed, C copied, T another type."""

    before: str
    """Its path before; the same unless it was renamed."""

    old_blob: str
    """git's hash of the content before; zeros for a new file."""

    blob: str
    added: tuple[AddedLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """A change of the repository, and both of its sides."""

    name: str
    """How it is called: ``what is staged``, or what a person typed."""

    files: tuple[ChangedFile, ...]
    repository: Repository | None
    """None for an edit in a folder without git."""

    base: str
    """The id of the commit or tree before."""

    tip: str
    """The id of the commit afterwards; empty for what is staged."""

    index: str = ""
    """The file of what is staged, where it is not the usual one."""

    missing: tuple[str, ...] = ()
    """Files of which git misses a side, as in a partial clone: their lines are not told."""

    contents: Mapping[str, bytes] = field(default_factory=dict, compare=False)
    """What git does not have, such as an edit that is not written yet, by git's hash of it."""

    _tree: dict[str, str] = field(default_factory=dict, compare=False)

    def tree(self) -> Tree:
        """Every file afterwards, with git's hash of its content."""
        if not self._tree and self.repository is not None:
            self._tree.update(_listed(self, self.repository.root))
        return self._tree

    def read(self, blobs: Sequence[str]) -> dict[str, bytes]:
        """Contents by hash; those that are missing or too large are left out."""
        known = {each: self.contents[each] for each in blobs if each in self.contents}
        wanted = [each for each in blobs if each.strip("0") and each not in known]
        if not wanted or self.repository is None:
            return known
        return known | read_blobs(self.repository, wanted, MAX_FILE)

    def lines_before(self, words: Collection[str]) -> Iterator[tuple[str, str]]:
        """Path and text of each line that has one of some words, as things were before."""
        if self.repository is None:
            return
        asked = [part for word in sorted(words) for part in ("-e", word)]
        shape = ("-z", "-I", "-i", "-w", "-F", "--no-color", "--full-name")
        done = run_git(self.repository.root, "grep", *shape, *asked, self.base, "--", seconds=LONG)
        for line in done.stdout.splitlines() if done.returncode == 0 else ():
            name, _, text = line.partition(b"\0")
            yield os.fsdecode(name.partition(b":")[2]), text.decode("utf-8", "replace")


def staged(repository: Repository) -> Change:
    """What the next commit would bring."""
    base = repository.head() or _nothing(repository)
    index = _index_of_a_hook(repository)
    files, missing = _compared(repository, ("diff-index", "--cached"), (base,), index)
    return Change("what is staged", files, repository, base, "", index, missing)


def change_of(repository: Repository, name: str) -> Change:
    """What a commit brought, or a range: ``REV``, ``A..B``, ``A...B`` (since they parted).

    Raises:
        InvalidValue: If it names no commit here.
    """
    span = _RANGE.fullmatch(name)
    if span is None:
        tip = _commit(repository, name)
        base = repository.commit_id(f"{tip}^1") or _before_the_first(repository, name)
    else:
        base = _commit(repository, span["one"] or "HEAD")
        tip = _commit(repository, span["other"] or "HEAD")
        if span["dots"] == "...":
            base = _parting(repository, base, tip, name)
    files, missing = _compared(repository, ("diff-tree", "-r"), (base, tip))
    return Change(name, files, repository, base, tip, missing=missing)


def proposed(
    repository: Repository | None, file: ChangedFile, contents: Mapping[str, bytes], tree: Tree
) -> Change:
    """An edit of one file that is not written yet.

    Args:
        repository: Where it is asked what was there before; None without git.
        file: What the edit does.
        contents: The file before and after, and what the tree names, by git's hash.
        tree: Files as they would be afterwards, as many as are of interest, with their hashes.
    """
    base = "" if repository is None else repository.head() or _nothing(repository)
    known = dict(tree)
    return Change("the edit", (file,), repository, base, "", contents=contents, _tree=known)


def files_between(repository: Repository, one: str, other: str) -> tuple[ChangedFile, ...]:
    """The files that differ between two commits, given by their ids, without their lines."""
    shape = ("-r", "--raw", "-z", "--no-abbrev", "--ignore-submodules=all", *NO_PROGRAMS)
    try:
        return _files(read_git(repository.root, "diff-tree", *shape, "-M", one, other, "--"))
    except RepositoryProblem:
        # Where contents are missing, what moved cannot be told from what came and went.
        return _files(read_git(repository.root, "diff-tree", *shape, "--no-renames", one, other))


def _compared(
    repository: Repository, question: tuple[str, ...], sides: tuple[str, ...], index: str = ""
) -> tuple[tuple[ChangedFile, ...], tuple[str, ...]]:
    """The files that differ with their lines, and those of which git misses a side."""

    def asked(*shape: str, paths: Sequence[str] = ()) -> tuple[ChangedFile, ...]:
        whole = (*question, *shape, *sides, "--", *paths)
        return _files(read_git(repository.root, *whole, index=index))

    try:
        return asked(*_DIFF), ()
    except RepositoryProblem:
        named = asked("--raw", "-z", "--no-abbrev", "--no-renames")
    blobs = {blob for each in named for blob in (each.old_blob, each.blob) if blob.strip("0")}
    gone = blobs - set(blob_ids(repository, blobs))
    lacking = [each for each in named if {each.old_blob, each.blob} & gone]
    rest = [each.path for each in named if each not in lacking]
    found = list(lacking)
    for start in range(0, len(rest), _PATHS_AT_ONCE):
        found += asked(*_DIFF, paths=rest[start : start + _PATHS_AT_ONCE])
    return tuple(found), tuple(each.path for each in lacking)


def _before_the_first(repository: Repository, name: str) -> str:
    if repository.is_shallow:
        raise InvalidValue(
            f"What {name} changed is not here, because this clone is shallow.",
            hint="Fetch one commit more (fetch-depth: 2), or all (fetch-depth: 0).",
        )
    return _nothing(repository)


def _nothing(repository: Repository) -> str:
    """The id of the tree without files."""
    said = read_git(repository.root, "hash-object", "-t", "tree", "--stdin")
    return said.decode("ascii").strip()


def _commit(repository: Repository, name: str) -> str:
    found = repository.commit_id(name)
    if found is None:
        raise InvalidValue(
            f"No commit here is called {name}.",
            hint="Give an id, a branch, a tag or a range such as main...HEAD; in a shallow clone"
            " fetch it first (fetch-depth: 0).",
        )
    return found


def _parting(repository: Repository, one: str, other: str, name: str) -> str:
    done = run_git(repository.root, "merge-base", one, other)
    if done.returncode:
        raise InvalidValue(
            f"The two sides of {name} have no commit in common here.",
            hint="In a shallow clone fetch more history first (fetch-depth: 0).",
        )
    return done.stdout.decode("ascii").split()[0]


def _index_of_a_hook(repository: Repository) -> str:
    """The index that ``git commit -a`` or ``git commit FILE`` makes for its hooks, if any."""
    named = os.environ.get("GIT_INDEX_FILE", "")
    if not named:
        return ""
    place = repository.root / named
    # Only git's own folder may hold it: the variable may come from another repository.
    inside = place.resolve().is_relative_to(repository.common_dir.resolve())
    return str(place) if inside and place.is_file() else ""


def _listed(change: Change, root: Path) -> Iterator[tuple[str, str]]:
    if change.tip:
        said = read_git(root, "ls-tree", "-r", "-z", "--full-tree", change.tip)
    else:
        said = read_git(root, "ls-files", "-z", "--stage", index=change.index)
    for entry in said.split(b"\0"):
        facts, _, path = entry.partition(b"\t")
        parts = facts.split()
        if len(parts) == 3:
            # "mode type id" of a tree, "mode id stage" of an index.
            blob = parts[2] if change.tip else parts[1]
            yield os.fsdecode(path), blob.decode("ascii")


def _files(said: bytes) -> tuple[ChangedFile, ...]:
    """Reads ``(:MODES BLOBS STATUS NUL path NUL [path NUL])… NUL patch``."""
    raw, place = [], 0
    while said[place : place + 1] == b":":
        end = said.find(b"\0", place)
        _, _, old_blob, blob, letter = said[place:end].decode("ascii").split(" ")
        names = []
        for _ in range(2 if letter[:1] in "RC" else 1):
            start, end = end + 1, said.find(b"\0", end + 1)
            names.append(os.fsdecode(said[start:end]))
        raw.append(ChangedFile(names[-1], letter[:1], names[0], old_blob, blob))
        place = end + 1
    # The patches come in the same order; a change of type is told as a removal and a new file.
    patches = iter(said[place:].lstrip(b"\0").split(b"\ndiff --git "))
    return tuple(replace(each, added=_lines_of(each, patches)) for each in raw)


def _lines_of(file: ChangedFile, patches: Iterator[bytes]) -> tuple[AddedLine, ...]:
    if file.status in _WITHOUT_PATCH:
        return ()
    patch = next(patches, b"")
    return tuple(_added(next(patches, b"") if file.status == "T" else patch))


def _added(patch: bytes) -> Iterator[AddedLine]:
    lines = iter(patch.split(b"\n"))
    for line in lines:
        hunk = _HUNK.match(line)
        if hunk is None:
            continue
        for _ in range(int(hunk[1] or 1)):
            next(lines, b"")
        first, count = int(hunk[2]), int(hunk[3] or 1)
        number = first
        while number < first + count:
            text = next(lines, None)
            if text is None:
                return
            if text.startswith(b"+"):
                yield AddedLine(number, text[1:].decode("utf-8", "replace").rstrip("\r"))
                number += 1
