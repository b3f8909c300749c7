"""A line on disk is traced to its commit, and the file on disk passes no filter."""

from collections.abc import Callable
from pathlib import Path

from featherchat.code.blame import CommittedFile, Origin
from featherchat.code.repository import Repository
from tests.code.conftest import lose

Git = Callable[..., str]
MakeRepository = Callable[..., Path]


def origins(folder: Path, path: str, first: int, last: int) -> list[Origin]:
    repository = Repository.open(folder)
    assert repository is not None
    text = (folder / path).read_text()
    return CommittedFile.read(repository, path, text).origins((first, last))


def test_each_line_leads_to_the_commit_that_wrote_it(
    a_repository: MakeRepository, git: Git
) -> None:
    folder = a_repository(files={"a.py": "one\ntwo\n"})
    first = git(folder, "rev-parse", "HEAD")
    (folder / "a.py").write_text("one\n    two\nthree\n")
    git(folder, "commit", "--quiet", "--all", "--message", "Indent, and add three")
    second = git(folder, "rev-parse", "HEAD")

    found = origins(folder, "a.py", 1, 3)

    assert [each.commit for each in found] == [first, first, second]


def test_lines_that_are_not_committed_have_no_commit(
    a_repository: MakeRepository, git: Git
) -> None:
    folder = a_repository(files={"a.py": "one\ntwo\n"})
    first = git(folder, "rev-parse", "HEAD")
    (folder / "a.py").write_text("zero\none\nTWO\n")

    found = origins(folder, "a.py", 1, 3)

    assert [each.commit for each in found] == [None, first, None]


def test_a_new_file_and_a_new_repository_have_no_commits(
    a_repository: MakeRepository, git: Git, tmp_path: Path
) -> None:
    folder = a_repository()
    (folder / "new.py").write_text("1\n")
    unborn = tmp_path / "unborn"
    unborn.mkdir()
    git(unborn, "init", "--quiet")
    (unborn / "new.py").write_text("1\n")

    found = [origins(each, "new.py", 1, 1) for each in (folder, unborn)]

    assert found == [[Origin(1, None)], [Origin(1, None)]]


def test_tracing_a_line_runs_nothing_that_the_repository_brought(
    a_repository: MakeRepository, git: Git
) -> None:
    folder = a_repository(files={"a.py": "one\n"})
    marker, program = folder / "ran", folder / "spy.sh"
    program.write_text(f"#!/bin/sh\ntouch '{marker}'\ncat\n")
    program.chmod(0o755)
    (folder / ".gitattributes").write_text("* diff=spy filter=spy\n")
    for name in ("diff.spy.textconv", "filter.spy.clean", "filter.spy.process", "core.fsmonitor"):
        git(folder, "config", name, str(program))
    (folder / "a.py").write_text("one\ntwo\n")

    found = origins(folder, "a.py", 1, 2)

    assert [each.commit is None for each in found] == [False, True]
    assert not marker.exists()


def test_where_git_lacks_what_was_moved_a_line_is_traced_to_its_move(
    a_repository: MakeRepository, git: Git
) -> None:
    text = "".join(f"line {number} of a long text\n" for number in range(30))
    folder = a_repository(files={"old.txt": text})
    (folder / "old.txt").rename(folder / "new.txt")
    (folder / "new.txt").write_text(text + "one more\n")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "Move it")
    moved = git(folder, "rev-parse", "HEAD")
    (folder / "new.txt").write_text(text + "one more\nand another\n")
    git(folder, "commit", "--quiet", "--all", "--message", "Go on")
    newest = git(folder, "rev-parse", "HEAD")
    lose(git, folder, "HEAD~2:old.txt")

    found = origins(folder, "new.txt", 1, 1) + origins(folder, "new.txt", 32, 32)

    assert found == [Origin(1, moved, is_edge=True), Origin(32, newest)]
