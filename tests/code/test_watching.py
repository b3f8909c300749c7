"""What is saved and committed is told once; a touch, a checkout and git's own work are not."""

import asyncio
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.code.watching_tools import watching

Git = Callable[..., str]
MakeRepository = Callable[..., Path]

pytestmark = pytest.mark.anyio


async def test_a_save_is_told(a_repository: MakeRepository) -> None:
    async with watching(a_repository(files={"a.py": "1\n"})) as watched:
        watched.write("a.py", "2\n")

        change = await watched.next()

    assert (change.paths, change.head_moved) == (("a.py",), False)


async def test_a_touch_is_no_save(a_repository: MakeRepository) -> None:
    async with watching(a_repository(files={"a.py": "1\n"})) as watched:
        (watched.root / "a.py").touch()
        watched.write("a.py", "1\n")

        changes = await watched.settle()

    assert [each.paths for each in changes] == [("the-last.txt",)]


async def test_a_file_that_is_as_before_is_told_once_more(a_repository: MakeRepository) -> None:
    async with watching(a_repository(files={"a.py": "1\n"})) as watched:
        watched.write("a.py", "2\n")
        await watched.until("a.py")
        watched.write("a.py", "1\n")

        assert await watched.paths() == {"a.py"}


async def test_vim_saves_by_way_of_a_backup(a_repository: MakeRepository) -> None:
    async with watching(a_repository(files={"a.py": "1\n"})) as watched:
        place = watched.root / "a.py"
        place.rename(watched.root / "a.py~")
        watched.write("a.py", "2\n")
        (watched.root / "a.py~").unlink()

        changes = await watched.settle()

    assert {path for each in changes for path in each.paths} == {"a.py", "the-last.txt"}


async def test_an_atomic_save_by_another_name_is_a_save(a_repository: MakeRepository) -> None:
    async with watching(a_repository(files={"a.py": "1\n"})) as watched:
        aside = watched.write(".a.py.tmp1234", "2\n")
        aside.replace(watched.root / "a.py")

        changes = await watched.settle()

    assert {path for each in changes for path in each.paths} == {"a.py", "the-last.txt"}


async def test_a_save_in_place_in_several_steps_is_told_once(a_repository: MakeRepository) -> None:
    async with watching(a_repository(files={"a.py": "1\n"})) as watched:
        for text in ("2\n", "3\n", "4\n"):
            watched.write("a.py", text)

        changes = await watched.settle()

    assert [path for each in changes for path in each.paths].count("a.py") == 1


async def test_a_removed_and_a_renamed_file_are_told(a_repository: MakeRepository) -> None:
    async with watching(a_repository(files={"a.py": "1\n", "b.py": "2\n"})) as watched:
        (watched.root / "a.py").unlink()
        (watched.root / "b.py").rename(watched.root / "c.py")

        assert await watched.until("a.py", "b.py", "c.py") == {"a.py", "b.py", "c.py"}


async def test_what_a_new_folder_brings_is_seen_and_watched(a_repository: MakeRepository) -> None:
    async with watching(a_repository()) as watched:
        watched.write("src/deep/a.py", "1\n")
        first = await watched.until("src/deep/a.py")
        watched.write("src/deep/a.py", "2\n")

        second = await watched.paths()

    assert (first, second) == ({"src/deep/a.py"}, {"src/deep/a.py"})


async def test_a_renamed_folder_is_watched_by_its_new_name(a_repository: MakeRepository) -> None:
    async with watching(a_repository(files={"old/a.py": "1\n"})) as watched:
        (watched.root / "old").rename(watched.root / "new")
        moved = await watched.until("old/a.py", "new/a.py")
        watched.write("new/a.py", "2\n")

        assert await watched.paths() == {"new/a.py"}
    assert moved == {"old/a.py", "new/a.py"}


async def test_what_git_ignores_is_not_told(a_repository: MakeRepository) -> None:
    files = {".gitignore": "build/\n*.log\n", "src/.gitignore": "local.*\n", "src/a.py": "1\n"}
    async with watching(a_repository(files=files)) as watched:
        (watched.root / ".git" / "info").mkdir(exist_ok=True)
        (watched.root / ".git" / "info" / "exclude").write_text("mine.txt\n")
        for path in ("build/out.o", "build/deep/out.o", "run.log", "src/local.toml", "mine.txt"):
            watched.write(path, "1\n")

        changes = await watched.settle()

    assert {path for each in changes for path in each.paths} == {"the-last.txt"}


async def test_folders_that_git_ignores_are_not_watched(a_repository: MakeRepository) -> None:
    root = a_repository(files={".gitignore": "node_modules/\n*.log\n", "src/a.py": "1\n"})
    for folder in ("node_modules/left/pad", "logs"):
        (root / folder).mkdir(parents=True)
        (root / folder / "x.log").touch()

    async with watching(root) as watched:
        assert watched.standing.folders == 3  # the root, src and logs
        watched.write("logs/notes.md", "1\n")

        assert await watched.paths() == {"logs/notes.md"}


async def test_what_is_no_longer_ignored_is_told(a_repository: MakeRepository) -> None:
    root = a_repository(files={".gitignore": "build/\n"})
    (root / "build").mkdir()
    (root / "build" / "a.py").write_text("1\n")
    async with watching(root) as watched:
        watched.write(".gitignore", "")

        assert await watched.until("build/a.py") == {".gitignore", "build/a.py"}


async def test_secrets_are_never_opened(a_repository: MakeRepository) -> None:
    async with watching(a_repository()) as watched:
        watched.write(".env", "KEY=1\n")

        changes = await watched.settle()

    assert [each.paths for each in changes] == [("the-last.txt",)]


async def test_a_commit_moves_head_and_is_no_save(a_repository: MakeRepository) -> None:
    async with watching(a_repository(files={"a.py": "1\n"})) as watched:
        watched.write("a.py", "2\n")
        await watched.until("a.py")
        watched.git("commit", "--quiet", "--all", "--message", "Two")
        committed = await watched.next()

        after = await watched.settle()

    # The file is as in HEAD again: what was to be said of its saves is the commit's now.
    assert (committed.paths, committed.head_moved) == (("a.py",), True)
    assert [each.paths for each in after] == [("the-last.txt",)]


async def test_older_commits_that_are_fetched_are_told(
    a_repository: MakeRepository, git: Git, tmp_path: Path
) -> None:
    origin = a_repository(files={"a.py": "1\n"})
    git(origin, "commit", "--quiet", "--allow-empty", "--message", "Second")
    clone = tmp_path / "shallow"
    git(tmp_path, "clone", "--quiet", "--depth", "1", f"file://{origin}", str(clone))
    async with watching(clone) as watched:
        git(clone, "fetch", "--quiet", "--unshallow")

        change = await watched.next()

    assert (change.paths, change.head_moved) == ((), True)


async def test_a_branch_switch_is_one_change_without_saves(
    a_repository: MakeRepository, git: Git
) -> None:
    root = a_repository(files={f"src/{number}.py": "1\n" for number in range(50)})
    git(root, "switch", "--quiet", "--create", "other")
    for number in range(50):
        (root / f"src/{number}.py").write_text("2\n")
    git(root, "commit", "--quiet", "--all", "--message", "All")
    async with watching(root) as watched:
        watched.git("switch", "--quiet", "main")

        changes = await watched.settle()

    assert [each.paths for each in changes if each.head_moved and len(changes) > 1] in ([()], [])
    assert {path for each in changes for path in each.paths} == {"the-last.txt"}
    assert any(each.head_moved for each in changes)


async def test_work_that_is_carried_to_another_branch_is_no_new_save(
    a_repository: MakeRepository, git: Git
) -> None:
    root = a_repository(files={"a.py": "1\n", "b.py": "1\n"})
    git(root, "branch", "other")
    async with watching(root) as watched:
        watched.write("a.py", "2\n")
        await watched.until("a.py")
        watched.git("switch", "--quiet", "other")
        watched.git("commit", "--quiet", "--allow-empty", "--message", "Nothing")

        changes = await watched.settle()

    assert {path for each in changes for path in each.paths} == {"the-last.txt"}


async def test_what_a_soft_reset_leaves_is_no_save(a_repository: MakeRepository, git: Git) -> None:
    root = a_repository(files={"a.py": "1\n"})
    (root / "a.py").write_text("2\n")
    git(root, "commit", "--quiet", "--all", "--message", "Two")
    async with watching(root) as watched:
        watched.git("reset", "--quiet", "--soft", "HEAD~1")

        changes = await watched.settle()

    assert {path for each in changes for path in each.paths} == {"the-last.txt"}


async def test_saves_wait_until_a_merge_is_over(a_repository: MakeRepository, git: Git) -> None:
    root = a_repository(files={"a.py": "1\n"})
    git(root, "switch", "--quiet", "--create", "other")
    (root / "a.py").write_text("2\n")
    git(root, "commit", "--quiet", "--all", "--message", "Two")
    git(root, "switch", "--quiet", "main")
    (root / "a.py").write_text("3\n")
    git(root, "commit", "--quiet", "--all", "--message", "Three")
    async with watching(root) as watched:
        git(root, "merge", "--no-commit", "-s", "ours", "other")
        watched.write("a.py", "2 and 3\n")
        watched.git("commit", "--quiet", "--all", "--message", "Both")

        merged = await watched.next()
        after = await watched.settle()

    assert (merged.paths, merged.head_moved) == ((), True)
    assert [each.paths for each in after] == [("the-last.txt",)]


async def test_a_removed_folder_that_comes_back_is_watched_again(
    a_repository: MakeRepository, tmp_path: Path
) -> None:
    root = a_repository(files={"a.py": "1\n"})
    shutil.copytree(root, tmp_path / "copy", symlinks=True)
    async with watching(root) as watched:
        shutil.rmtree(root)
        while watched.standing.mode.value != "waiting":
            await asyncio.sleep(0.01)
        (tmp_path / "copy").rename(root)
        watched.write("a.py", "2\n")
        await watched.until("a.py")
        watched.write("a.py", "3\n")

        assert await watched.paths() == {"a.py"}
    assert watched.told == [f"{root} is not there; waiting for it."]


async def test_a_loop_of_links_ends_nowhere(a_repository: MakeRepository) -> None:
    root = a_repository(files={"src/a.py": "1\n"})
    (root / "src" / "loop").symlink_to(root, target_is_directory=True)
    async with watching(root) as watched:
        watched.write("src/a.py", "2\n")

        assert await watched.paths() == {"src/a.py"}
        assert watched.standing.folders == 2


async def test_a_name_that_is_not_utf_8_leads_to_its_file(a_repository: MakeRepository) -> None:
    name = os.fsdecode(b"caf\xe9.py")
    async with watching(a_repository()) as watched:
        watched.write(name, "1\n")

        assert await watched.paths() == {name}
