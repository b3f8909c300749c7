"""Which folders of a project are worth watching: those in which git would see a new file."""

import os
from pathlib import Path

from featherchat.code.git import read_git
from featherchat.code.repository import Repository
from featherchat.code.working_tree import WorkingTree

_REFERENCES = ("refs/heads", "reftable")


def watched_folders(repository: Repository, tree: WorkingTree) -> list[Path]:
    """Every folder of the working tree that git does not ignore, the root first.

    Links are not followed, so a loop of them ends nowhere, and repositories inside this one
    are left out.

    Raises:
        RepositoryProblem: If git cannot list what it ignores.
    """
    ignored = _ignored(repository)
    found, waiting = set[str](), sorted(tree.tracked_folders(), reverse=True)
    while waiting:
        folder = waiting.pop()
        if folder in found:
            continue
        below = _below(repository.root, folder)
        if below is None:
            continue
        found.add(folder)
        waiting += [each for each in below if each not in ignored]
    return [repository.root / folder for folder in sorted(found)]


def git_folders(repository: Repository, tree: WorkingTree) -> list[Path]:
    """The folders of git's own whose files change when HEAD, the index or a branch do."""
    own = {tree.git_dir, repository.common_dir}
    for name in _REFERENCES:
        own |= {Path(folder) for folder, _, _ in os.walk(repository.common_dir / name)}
    return sorted(own)


def _below(root: Path, folder: str) -> list[str] | None:
    """The folders in a folder; None for another repository, or what cannot be read."""
    try:
        with os.scandir(root / folder) as entries:
            names = [(each.name, each.is_dir(follow_symlinks=False)) for each in entries]
    except OSError:
        return None
    if folder and any(name == ".git" for name, _ in names):
        return None
    start = f"{folder}/" if folder else ""
    return [f"{start}{name}" for name, is_folder in names if is_folder and name != ".git"]


def _ignored(repository: Repository) -> frozenset[str]:
    """The folders that git ignores as such, the topmost ones."""
    listing = ("ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory")
    listed = os.fsdecode(read_git(repository.root, *listing)).split("\0")
    # It names, too, what holds ignored files only, with what is in it: a file that counts may
    # come to lie there. In what it ignores as such, git does not look.
    looked_into = {each.rstrip("/").rpartition("/")[0] for each in listed}
    folders = {each.rstrip("/") for each in listed if each.endswith("/")}
    return frozenset(folders - looked_into)
