"""What git says about a folder, asked in a way that runs nothing the repository brought.

Every question is one process (``git.py``), so a hostile repository can be asked before
anybody trusts it.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from featherchat.code.git import LONG, RepositoryProblem, git_missing, refusal, run_git

_URL = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]*)://(?:[^/]*@)?"
    r"(?P<host>\[[^]/]*\]|[^/:?#]*)(?::(?P<port>\d*))?(?:/(?P<path>[^?#]*))?",
    re.IGNORECASE,
)
_SCP = re.compile(r"(?:[^/@:]*@)?(?P<host>\[[^]/]*\]|[^/:]+):(?P<path>.*)")
_TIME = re.compile(r"\x01-?\d+")
_REVISION = re.compile(r"(?!.*\.\.)[A-Za-z0-9][\w./+-]*(?:[~^]\d*)*")
"""What git may be asked about as a commit: no option, no range, no search."""

_DEFAULT_PORTS = {"ssh": "22", "git": "9418", "http": "80", "https": "443"}


def find_root(folder: Path) -> Path:
    """The top of the project that a folder belongs to, resolved; runs no program.

    That is the nearest folder upwards that holds a ``.git``, else the folder itself. A
    repository of the whole home folder (kept for settings files) is not looked at from
    below: what lies in it are projects of their own.
    """
    start = folder.resolve()
    home = Path.home().resolve()
    for candidate in (start, *start.parents):
        if candidate == home:
            break
        if os.path.lexists(candidate / ".git"):
            return candidate
    return start


def normalized_origin(url: str) -> str:
    """One spelling for every way to write a remote's address.

    ``git@Example.com:a/b.git``, ``ssh://git@example.com/a/b`` and
    ``https://token@example.com/a/b.git/`` all give ``example.com/a/b``: no credentials,
    no query, no usual port, no ``.git``, the host in lower case. A path stays a path.
    """
    text = url.strip()
    match = _URL.match(text) or _SCP.fullmatch(text)
    if match is None:
        return _bare_path(text)
    parts = match.groupdict()
    host = parts["host"].lower()
    path = _bare_path((parts["path"] or "").lstrip("/"))
    if not host:
        return f"/{path}"
    port = parts.get("port")
    if port and port != _DEFAULT_PORTS.get(parts["scheme"].lower()):
        host = f"{host}:{port}"
    return f"{host}/{path}" if path else host


@dataclass(frozen=True, slots=True)
class Repository:
    """A git repository with a working tree. Its methods ask git anew at every call.

    Raises from every method:
        RepositoryProblem: If git refuses, fails or takes too long.
    """

    root: Path
    """The top of this working tree."""

    common_dir: Path
    """git's own folder, shared by all working trees of the repository."""

    is_shallow: bool
    """True when older commits were not fetched."""

    @classmethod
    def open(cls, folder: Path) -> "Repository | None":
        """The repository around a folder.

        None if there is none, if it has no working tree, or if ``git_missing()``.
        Costs one process, and none where no ``.git`` is in sight.

        Raises:
            RepositoryProblem: Also if another account owns it, or if its configuration
                claims files that lie elsewhere.
        """
        top = find_root(folder)
        if git_missing() or not os.path.lexists(top / ".git"):
            return None
        asked = ("--is-shallow-repository", "--show-toplevel", "--git-common-dir")
        done = run_git(top, "rev-parse", "--path-format=absolute", *asked)
        if b"not a git repository" in done.stderr or b"in a work tree" in done.stderr:
            return None
        if done.returncode:
            raise refusal(top, done.stderr)
        answers = os.fsdecode(done.stdout).removesuffix("\n").split("\n")
        if len(answers) != len(asked):
            raise RepositoryProblem(
                f"git described {top} in {len(answers)} lines instead of {len(asked)}.",
                hint="Use git 2.31 or later, and no line breaks in folder names.",
            )
        shallow, root, common_dir = answers
        if not os.path.lexists(root) or not top.samefile(root):
            # core.worktree could point anywhere, such as at somebody's home.
            raise RepositoryProblem(
                f"git takes {root} for the top of {top}, which holds a .git of its own.",
                hint=f"Repair or remove {top / '.git'}, or unset core.worktree in its config.",
            )
        return cls(Path(root), Path(common_dir), shallow == "true")

    def head(self) -> str | None:
        """The id of the current commit; None before the first one."""
        return self._value("rev-parse", "--verify", "--quiet", "HEAD")

    def git_dir(self) -> Path:
        """git's own folder of this working tree: HEAD and the index lie there."""
        return Path(self._value("rev-parse", "--absolute-git-dir") or self.common_dir)

    def branch(self) -> str | None:
        """The current branch, also before its first commit; None when HEAD is detached."""
        return self._value("symbolic-ref", "--quiet", "--short", "HEAD")

    def origin(self) -> str | None:
        """The normalized address of the remote called origin."""
        url = self.configured("remote.origin.url")["remote.origin.url"]
        return normalized_origin(url) if url else None

    def configured(self, *names: str) -> Mapping[str, str | None]:
        """The values of some settings of git's, by lower-case name, in one process.

        The last value of each counts, as for git itself; None where there is none.
        """
        pattern = f"^({'|'.join(re.escape(name) for name in names)})$"
        text = self._value("config", "--null", "--get-regexp", pattern)
        found: dict[str, str | None] = dict.fromkeys(names)
        for entry in (text or "").split("\0"):
            name, separator, value = entry.partition("\n")
            if separator:
                found[name] = value.strip() or None
        return found

    def smallest_root_commit(self) -> str | None:
        """The smallest id among the commits without parents that HEAD comes from.

        None before the first commit, and in a shallow clone, whose first commits are
        only the oldest that were fetched. Walks the history: 75 ms at 13,000 commits.
        """
        if self.is_shallow or self.head() is None:
            return None
        done = run_git(self.root, "rev-list", "--max-parents=0", "HEAD", "--", seconds=LONG)
        if done.returncode:
            raise refusal(self.root, done.stderr)
        return min(done.stdout.decode("ascii").split())

    def tracked_files(self) -> list[str]:
        """Every file that git does not ignore, tracked or new, sorted.

        Paths are relative to the root, with forward slashes; bytes that are not UTF-8
        come as surrogates. A file may be gone, and a submodule is named as one file.
        """
        listing = ("--cached", "--others", "--exclude-standard")
        done = run_git(self.root, "ls-files", "-z", *listing, seconds=LONG)
        if done.returncode:
            raise refusal(self.root, done.stderr)
        names = set(os.fsdecode(done.stdout).split("\0"))
        # A name with a slash at its end is another repository that lies in this one.
        return sorted(name for name in names if name and not name.endswith("/"))

    def added_times(self, folder: str) -> Mapping[str, float]:
        """When each file below a folder was first committed under its present name.

        Seconds UTC by path, both relative to the root. Empty before the first commit
        and where the history is not all here, as in a partial clone.
        """
        chosen = ("--diff-filter=A", "--name-only", "--no-renames", "--no-ext-diff", "--no-color")
        shape = ("-z", "--format=%x01%at")
        done = run_git(self.root, "log", *chosen, *shape, "HEAD", "--", folder, seconds=LONG)
        return {} if done.returncode else _first_times(os.fsdecode(done.stdout))

    def names_on_origin(self, folder: str) -> list[str]:
        """The names in a folder on origin's default branch, as it was last fetched, sorted.

        Empty where that branch or the folder is not known here.
        """
        wanted = [f"refs/remotes/origin/{name}" for name in ("HEAD", "main", "master")]
        known = (self._value("for-each-ref", "--format=%(refname)", *wanted) or "").split()
        branch = next((name for name in wanted if name in known), None)
        if branch is None:
            return []
        path = [f"{folder}/"] if folder else []
        done = run_git(self.root, "ls-tree", "-z", "--name-only", branch, "--", *path)
        names = os.fsdecode(done.stdout).split("\0") if done.returncode == 0 else []
        return sorted(name.rpartition("/")[2] for name in names if name)

    def commit_time(self, name: str) -> float | None:
        """When a commit came into the history, in seconds UTC; None if no commit is called so.

        Args:
            name: An id, its beginning, a branch, a tag, or such a name with ``~`` and ``^``.
        """
        if not _REVISION.fullmatch(name):
            return None
        done = run_git(self.root, "log", "-1", "--no-color", "--format=%ct", name, "--")
        text = done.stdout.decode("ascii", "replace").strip()
        return float(text) if done.returncode == 0 and text.isdecimal() else None

    def commit_id(self, name: str) -> str | None:
        """The whole id of the commit that a name means, as for ``commit_time``; None if none."""
        if not _REVISION.fullmatch(name):
            return None
        return self._value("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")

    def _value(self, *question: str) -> str | None:
        done = run_git(self.root, *question)
        if done.returncode > 1:
            raise refusal(self.root, done.stderr)
        # 1 is git's way to say that there is no such value.
        return os.fsdecode(done.stdout).strip() or None if done.returncode == 0 else None


def _bare_path(path: str) -> str:
    return path.rstrip("/").removesuffix(".git").rstrip("/")


def _first_times(log: str) -> dict[str, float]:
    """Reads ``\\1TIME NUL LF name NUL name NUL …``, newest commit first."""
    times: dict[str, float] = {}
    seconds = 0.0
    for token in log.split("\0"):
        if _TIME.fullmatch(token):
            seconds = float(token[1:])
        elif token:
            times[token.removeprefix("\n")] = seconds
    return times
