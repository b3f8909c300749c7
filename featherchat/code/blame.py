"""Which commits a file's lines come from.

The file on disk is compared here, and git is asked about its own copy only: what git reads
from a working tree goes through the filters that a repository names.
"""

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from featherchat.code.files import blob_hash
from featherchat.code.git import LONG, RepositoryProblem, read_git, run_git
from featherchat.code.repository import Repository

_ID = re.compile(rb"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_HEADER = re.compile(rb"(?P<id>[0-9a-f]{40}(?:[0-9a-f]{24})?) \d+ (?P<line>\d+)(?: \d+)?")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where one line comes from."""

    line: int
    """Its number on disk, from 1."""

    commit: str | None
    """None: it is not committed yet."""

    is_edge: bool = False
    """It may be older: git misses what it takes to follow a line that was moved."""


@dataclass(frozen=True, slots=True)
class CommittedFile:
    """A file as HEAD has it, beside what it says on disk."""

    root: Path
    path: str
    head: str
    """The commit that is asked; empty if it does not have the file."""

    places: Mapping[int, int]
    """The line in the commit, by the line on disk; lines that are new have none."""

    @classmethod
    def read(cls, repository: Repository, path: str, text: str) -> "CommittedFile":
        """Compare both; what is not in git has no places.

        Args:
            repository: Where it lies.
            path: Relative to the root.
            text: What the file says on disk.
        """
        root = repository.root
        said = run_git(root, "rev-parse", "HEAD", f"HEAD:{path}").stdout.split(b"\n")[:2]
        if not all(map(_ID.fullmatch, said)):
            return cls(root, path, "", {})
        head, blob = (each.decode("ascii") for each in said)
        if blob == blob_hash(text.encode("utf-8", "replace")):
            # Most files are as they were committed: one process less.
            return cls(root, path, head, _places(text, text))
        done = run_git(root, "cat-file", "blob", blob)
        if done.returncode:
            return cls(root, path, "", {})
        return cls(root, path, head, _places(done.stdout.decode("utf-8", "replace"), text))

    def origins(self, lines: tuple[int, int], ignoring: Sequence[str] = ()) -> list[Origin]:
        """The commits of some lines, as ``git blame -w -M -C`` finds them, or as much as goes.

        Args:
            lines: The first and the last one, from 1; both are in the file.
            ignoring: Commits to look past, where an earlier one can be told.

        Raises:
            RepositoryProblem: If git cannot tell.
        """
        wanted = range(lines[0], lines[1] + 1)
        asked = {line: self.places[line] for line in wanted if line in self.places}
        found, is_edge = dict[int, str](), False
        if asked:
            part = (min(asked.values()), max(asked.values()))
            found, is_edge = _traced(self.root, self.head, self.path, part, ignoring)
        commits = {line: found.get(asked.get(line, 0)) for line in wanted}
        return [Origin(line, each, is_edge and each is not None) for line, each in commits.items()]


def _traced(
    root: Path, head: str, path: str, lines: tuple[int, int], ignoring: Sequence[str]
) -> tuple[dict[int, str], bool]:
    """The commits by line, as far back as git has what it takes; whether it has not."""
    try:
        return _asked(root, head, path, lines, ("-w", "-M", "-C"), ignoring), False
    except RepositoryProblem as problem:
        # As in a partial clone: what a commit moved here may be what is missing.
        with suppress(RepositoryProblem):
            return _asked(root, head, path, lines, ("-w", "-M"), ignoring), True
        came = ("log", "-1", "--format=%H", "--diff-filter=A", "--no-renames", head, "--", path)
        since = read_git(root, *came, seconds=LONG).decode("ascii").strip()
        if not since:
            raise problem
        return _asked(root, f"{since}..{head}", path, lines, ("-w",), ignoring), True


def _places(committed: str, text: str) -> dict[int, int]:
    """The line in the commit, by the line on disk; lines that are new have none."""
    before, after = _lines(committed), _lines(text)
    if before == after:
        return {number: number for number in range(1, len(after) + 1)}
    return dict(_matching(before, after))


def _matching(before: list[str], after: list[str]) -> Iterator[tuple[int, int]]:
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for block in matcher.get_matching_blocks():
        for offset in range(block.size):
            yield block.b + offset + 1, block.a + offset + 1


def _lines(text: str) -> list[str]:
    """Split as git does: at line feeds alone."""
    return [line.removesuffix("\r") for line in text.removesuffix("\n").split("\n")]


def _asked(
    root: Path,
    commits: str,
    path: str,
    lines: tuple[int, int],
    following: Sequence[str],
    ignoring: Sequence[str],
) -> dict[int, str]:
    past = [f"--ignore-rev={each}" for each in ignoring]
    shape = ("--porcelain", *following, "--no-textconv", "--ignore-revs-file=", *past)
    wanted = ("-L", f"{lines[0]},{lines[1]}", commits, "--", path)
    said = read_git(root, "blame", *shape, *wanted, seconds=LONG)
    found: dict[int, str] = {}
    for line in said.split(b"\n"):
        match = None if line.startswith(b"\t") else _HEADER.fullmatch(line)
        if match is not None:
            found[int(match["line"])] = match["id"].decode("ascii")
    return found
