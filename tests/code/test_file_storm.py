"""Thousands of files at once: nothing is lost, nothing doubled, and a checkout is no save."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from featherchat.code.listening import Mode
from tests.code.watching_tools import watching

Git = Callable[..., str]
MakeRepository = Callable[..., Path]

pytestmark = pytest.mark.anyio


def commit_many(root: Path, branch: str, folders: int, files: int) -> None:
    """A branch with so many files in so many folders, without touching the working tree."""
    stream = [
        f"commit refs/heads/{branch}\ncommitter Ada <ada@example.org> 1 +0000\ndata 4\nMany\n"
    ]
    for number in range(files):
        text = f"{number}\n"
        path = f"pkg{number % folders}/file{number}.py"
        stream.append(f"M 100644 inline {path}\ndata {len(text)}\n{text}\n")
    command = ["git", "-C", str(root), "fast-import", "--quiet"]
    subprocess.run(command, input="".join(stream), text=True, check=True)


@pytest.mark.parametrize("files", [2_000, pytest.param(20_000, marks=pytest.mark.slow)])
async def test_a_checkout_of_many_files_is_one_change_without_saves(
    files: int, a_repository: MakeRepository
) -> None:
    root = a_repository()
    commit_many(root, "many", folders=200, files=files)
    async with watching(root) as watched:
        watched.git("checkout", "--quiet", "many")

        changes = await watched.settle()

    assert sum(each.head_moved for each in changes) == 1
    assert {path for each in changes for path in each.paths} == {"the-last.txt"}


async def test_files_that_are_unpacked_are_told_as_a_scan_finds_them(
    a_repository: MakeRepository, git: Git
) -> None:
    root = a_repository(files={".gitignore": "*.o\n"})
    async with watching(root) as watched:
        for number in range(3_000):
            name = f"pkg{number % 50}/file{number}"
            watched.write(f"{name}.py", f"{number}\n")
            watched.write(f"{name}.o", "object\n")

        told = [path for each in await watched.settle() for path in each.paths]

    scanned = git(root, "ls-files", "--others", "--exclude-standard").splitlines()
    assert len(scanned) == 3_001
    assert sorted(told) == sorted(scanned)


@pytest.mark.slow
async def test_100_000_files_in_5_000_folders_are_watched_folder_by_folder(
    a_repository: MakeRepository,
) -> None:
    root = a_repository()
    commit_many(root, "many", folders=5_000, files=100_000)
    subprocess.run(["git", "-C", str(root), "checkout", "--quiet", "many"], check=True)
    async with watching(root) as watched:
        assert (watched.standing.mode, watched.standing.folders) == (Mode.EVENTS, 5_001)
        begun = sum(os.times()[:4])
        watched.write("pkg4999/file4999.py", "saved\n")
        first = await watched.paths()
        seconds = sum(os.times()[:4]) - begun  # of work, git's too, however busy the machine
        for number in range(20_000):
            watched.write(f"pkg{number % 5_000}/file{number}.py", "again\n")
        second = {path for each in await watched.settle() for path in each.paths}

    assert first == {"pkg4999/file4999.py"}
    assert seconds < 2.0
    assert second == {f"pkg{n % 5_000}/file{n}.py" for n in range(20_000)} | {"the-last.txt"}
