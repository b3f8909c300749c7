"""Scripted git histories: every way in which commits come, move and go.

Each yields where memory catches up: None for the repository itself, or another working tree.
"""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.workshop import Workshop

History = Callable[[Workshop], Iterator[Path | None]]

REMOTE = ("-c", "protocol.file.allow=always")


def commit(workshop: Workshop, message: str, **files: str) -> str:
    """Commits some files, whose names are given with _ for the dot."""
    for name, text in files.items():
        workshop.write(name.replace("_", "."), text)
    workshop.git("add", "--all")
    workshop.git("commit", "--quiet", "--message", message)
    return workshop.git("rev-parse", "HEAD")


def two_branches(workshop: Workshop, ours: str = "c_py", theirs: str = "b_py") -> None:
    """A commit on main and one on side, after a common one; main is the current branch."""
    commit(workshop, "Start", a_py="1\n2\n3\n")
    workshop.git("switch", "--quiet", "--create", "side")
    commit(workshop, "Theirs", **{theirs: "theirs\n"})
    workshop.git("switch", "--quiet", "main")
    commit(workshop, "Ours", **{ours: "ours\n"})


def commits(workshop: Workshop) -> Iterator[Path | None]:
    commit(workshop, "Start", a_py="1\n")
    yield None
    commit(workshop, "Change", a_py="2\n", b_py="new\n")
    yield None
    workshop.git("rm", "--quiet", "b.py")
    workshop.git("mv", "a.py", "c.py")
    workshop.git("commit", "--quiet", "--message", "Move and remove")
    workshop.git("commit", "--quiet", "--allow-empty", "--message", "Nothing")
    yield None


def amended_message(workshop: Workshop) -> Iterator[Path | None]:
    commit(workshop, "Start", a_py="1\n")
    yield None
    workshop.git("commit", "--quiet", "--amend", "--message", "Start, in other words")
    yield None


def amended_content(workshop: Workshop) -> Iterator[Path | None]:
    commit(workshop, "Start", a_py="1\n")
    commit(workshop, "Change", a_py="2\n")
    yield None
    workshop.write("a.py", "3\n")
    workshop.git("commit", "--quiet", "--all", "--amend", "--no-edit")
    yield None


def rebase(workshop: Workshop) -> Iterator[Path | None]:
    two_branches(workshop)
    yield None
    workshop.git("switch", "--quiet", "side")
    yield None
    workshop.git("rebase", "--quiet", "main")
    yield None


def interactive_squash(workshop: Workshop) -> Iterator[Path | None]:
    for number in range(4):
        commit(workshop, f"Step {number}", **{f"file{number}_py": "1\n"})
    yield None
    todo = ("-c", "sequence.editor=sed -i '2,$s/^pick/squash/'", "-c", "core.editor=true")
    workshop.git(*todo, "rebase", "--quiet", "--interactive", "HEAD~3")
    yield None


def cherry_pick(workshop: Workshop) -> Iterator[Path | None]:
    two_branches(workshop)
    yield None
    workshop.git("cherry-pick", "side")
    yield None


def revert(workshop: Workshop) -> Iterator[Path | None]:
    commit(workshop, "Start", a_py="1\n")
    commit(workshop, "Change", a_py="2\n")
    yield None
    workshop.git("revert", "--no-edit", "HEAD")
    yield None
    workshop.git("revert", "--no-edit", "HEAD")
    yield None


def merge(workshop: Workshop) -> Iterator[Path | None]:
    two_branches(workshop)
    yield None
    workshop.git("merge", "--quiet", "--no-edit", "side")
    yield None


def merge_with_conflict(workshop: Workshop) -> Iterator[Path | None]:
    two_branches(workshop, ours="a_py", theirs="a_py")
    yield None
    workshop.git("-c", "alias.try=!git merge --quiet side || true", "try")
    workshop.write("a.py", "ours and theirs\n")
    workshop.git("commit", "--quiet", "--all", "--message", "Both of them")
    yield None


def branch_switches(workshop: Workshop) -> Iterator[Path | None]:
    two_branches(workshop)
    yield None
    for branch in ("side", "main", "side"):
        workshop.git("switch", "--quiet", branch)
        yield None


def hard_reset(workshop: Workshop) -> Iterator[Path | None]:
    commit(workshop, "Start", a_py="1\n")
    newest = commit(workshop, "Change", a_py="2\n")
    yield None
    workshop.git("reset", "--quiet", "--hard", "HEAD~1")
    yield None
    workshop.git("reset", "--quiet", "--hard", newest)
    yield None


def force_push_and_gc(workshop: Workshop) -> Iterator[Path | None]:
    commit(workshop, "Start", a_py="1\n")
    commit(workshop, "Change", a_py="2\n")
    origin = workshop.home / "origin"
    workshop.git("clone", "--quiet", str(workshop.root), str(origin))
    workshop.git("remote", "add", "origin", str(origin))
    yield None
    elsewhere = ("-C", str(origin))
    workshop.git(*elsewhere, "reset", "--quiet", "--hard", "HEAD~1")
    (origin / "b.py").write_text("another way\n")
    workshop.git(*elsewhere, "add", "--all")
    workshop.git(*elsewhere, "commit", "--quiet", "--message", "Another way")
    workshop.git("fetch", "--quiet", "--force", "origin", "+main:refs/remotes/origin/main")
    workshop.git("reset", "--quiet", "--hard", "origin/main")
    workshop.git("reflog", "expire", "--expire=now", "--all")
    workshop.git("gc", "--quiet", "--prune=now")
    yield None


def detached(workshop: Workshop) -> Iterator[Path | None]:
    first = commit(workshop, "Start", a_py="1\n")
    commit(workshop, "Change", a_py="2\n")
    yield None
    workshop.git("switch", "--quiet", "--detach", first)
    yield None
    commit(workshop, "Beside every branch", b_py="1\n")
    yield None
    workshop.git("switch", "--quiet", "--create", "kept")
    yield None


def shallow(workshop: Workshop) -> Iterator[Path | None]:
    for number in range(4):
        commit(workshop, f"Step {number}", a_py=f"{number}\n")
    origin = workshop.home / "origin"
    shutil.move(workshop.root, origin)
    workshop.root.mkdir()
    workshop.git("clone", "--quiet", "--depth", "2", f"file://{origin}", ".")
    yield None
    commit(workshop, "Step 4", a_py="4\n")
    yield None
    workshop.git("fetch", "--quiet", "--unshallow")
    yield None


def worktree(workshop: Workshop) -> Iterator[Path | None]:
    commit(workshop, "Start", a_py="1\n")
    yield None
    other = workshop.home / "other"
    workshop.git("worktree", "add", "--quiet", "-b", "side", str(other))
    (other / "b.py").write_text("1\n")
    workshop.git("-C", str(other), "add", "--all")
    workshop.git("-C", str(other), "commit", "--quiet", "--message", "There")
    yield other
    commit(workshop, "Here", c_py="1\n")
    workshop.git("merge", "--quiet", "--no-edit", "side")
    yield None


def submodule_bump(workshop: Workshop) -> Iterator[Path | None]:
    commit(workshop, "Start", a_py="1\n")
    part = workshop.home / "part"
    workshop.git("clone", "--quiet", str(workshop.root), str(part))
    workshop.git(*REMOTE, "submodule", "--quiet", "add", str(part), "part")
    workshop.git("commit", "--quiet", "--message", "Bring the part in")
    yield None
    (workshop.root / "part" / "a.py").write_text("2\n")
    workshop.git("-C", "part", "commit", "--quiet", "--all", "--message", "In the part")
    workshop.git("add", "part")
    workshop.git("commit", "--quiet", "--message", "Bump the part")
    yield None


def empty(workshop: Workshop) -> Iterator[Path | None]:
    yield None
    commit(workshop, "The first one", a_py="1\n")
    yield None
    workshop.git("switch", "--quiet", "--orphan", "fresh")
    yield None
    commit(workshop, "Another first one", b_py="1\n")
    yield None


HISTORIES: tuple[History, ...] = (
    commits,
    amended_message,
    amended_content,
    rebase,
    interactive_squash,
    cherry_pick,
    revert,
    merge,
    merge_with_conflict,
    branch_switches,
    hard_reset,
    force_push_and_gc,
    detached,
    shallow,
    worktree,
    submodule_bump,
    empty,
)
