"""Real git repositories in a temporary folder."""

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

Git = Callable[..., str]
MakeRepository = Callable[..., Path]


@pytest.fixture
def git() -> Git:
    """Runs git in a folder and gives what it said."""

    def run(folder: Path, *arguments: str) -> str:
        command = ["git", "-C", str(folder), *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    return run


@pytest.fixture
def a_repository(tmp_path: Path, git: Git) -> MakeRepository:
    """Makes a repository of one commit; files are given as path=text pairs."""

    def make(name: str = "webapp", files: dict[str, str] | None = None) -> Path:
        folder = tmp_path / name
        folder.mkdir(parents=True)
        git(folder, "init", "--quiet", "--initial-branch=main")
        for path, text in (files or {"README.md": f"# {name}\n"}).items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text)
        git(folder, "add", "--all")
        git(folder, "commit", "--quiet", "--message", f"Start {name}")
        return folder

    return make


@dataclass(frozen=True, slots=True)
class Spied:
    """A repository whose every hook, filter and program of its own would leave a mark."""

    root: Path
    mark: Path


@pytest.fixture
def spied(a_repository: MakeRepository, git: Git, tmp_path: Path) -> Spied:
    root = a_repository(files={".gitattributes": "* diff=spy filter=spy\n", "a.py": "1\n"})
    mark, program = tmp_path / "ran", tmp_path / "spy.sh"
    program.write_text(f"#!/bin/sh\ntouch '{mark}'\ncat\n")
    program.chmod(0o755)
    for name in ("core.fsmonitor", "diff.external", "diff.spy.textconv", "core.pager"):
        git(root, "config", name, str(program))
    for name in ("filter.spy.clean", "filter.spy.smudge", "filter.spy.process"):
        git(root, "config", name, str(program))
    for hook in ("post-index-change", "reference-transaction"):
        (root / ".git" / "hooks").mkdir(exist_ok=True)
        (root / ".git" / "hooks" / hook).symlink_to(program)
    return Spied(root, mark)


def lose(git: Git, folder: Path, name: str) -> None:
    """Take an object away from a repository, as if it had never been fetched."""
    found = git(folder, "rev-parse", name)
    (folder / ".git" / "objects" / found[:2] / found[2:]).unlink()
