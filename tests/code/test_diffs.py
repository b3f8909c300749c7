"""What a change adds, read from git's own objects."""

from pathlib import Path

import pytest

from featherchat.code.diffs import Change, change_of, files_between, staged
from featherchat.code.repository import Repository
from featherchat.errors import InvalidValue
from tests.code.conftest import Git, MakeRepository, lose


def opened(folder: Path) -> Repository:
    found = Repository.open(folder)
    assert found is not None
    return found


def added(change: Change) -> dict[str, list[tuple[int, str]]]:
    return {file.path: [(each.number, each.text) for each in file.added] for file in change.files}


def test_only_what_is_staged_counts(a_repository: MakeRepository, git: Git) -> None:
    folder = a_repository(files={"a.py": "one\ntwo\nthree\n"})
    (folder / "a.py").write_text("zero\none\n2\nthree\nfour\n")
    git(folder, "add", "--all")
    (folder / "a.py").write_text("not staged\n")

    change = staged(opened(folder))

    assert added(change) == {"a.py": [(1, "zero"), (3, "2"), (5, "four")]}
    assert change.read([change.tree()["a.py"]])[change.tree()["a.py"]].startswith(b"zero")


def test_the_first_commit_brings_every_line(a_repository: MakeRepository, git: Git) -> None:
    folder = a_repository(files={"a.py": "one", "b/c d.py": "two\n"})

    change = change_of(opened(folder), "HEAD")

    assert added(change) == {"a.py": [(1, "one")], "b/c d.py": [(1, "two")]}
    assert [file.status for file in change.files] == ["A", "A"]


def test_before_the_first_commit_everything_staged_is_new(tmp_path: Path, git: Git) -> None:
    git(tmp_path, "init", "--quiet")
    (tmp_path / "a.py").write_text("one\n")
    git(tmp_path, "add", "a.py")

    assert added(staged(opened(tmp_path))) == {"a.py": [(1, "one")]}


def test_moves_removals_and_strange_files_are_told_apart(
    a_repository: MakeRepository, git: Git
) -> None:
    lines = "".join(f"line {number}\n" for number in range(20))
    folder = a_repository(files={"old.py": lines, "gone.py": "x\n", "link": "t\n", "z.py": "z\n"})
    git(folder, "mv", "old.py", "newé.py")
    (folder / "newé.py").write_text(f"{lines}diff --git a/x b/x\n@@ -1 +1 @@\n")
    (folder / "gone.py").unlink()
    (folder / "data.bin").write_bytes(b"\0\1\2")
    (folder / "link").unlink()
    (folder / "link").symlink_to("z.py")
    (folder / "z.py").write_text("z\ny\n")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "Move")

    change = change_of(opened(folder), "HEAD~1..HEAD")

    found = {file.path: (file.status, file.before) for file in change.files}
    assert found["newé.py"] == ("R", "old.py")
    assert found["gone.py"] == ("D", "gone.py")
    assert added(change)["newé.py"] == [(21, "diff --git a/x b/x"), (22, "@@ -1 +1 @@")]
    assert added(change)["data.bin"] == []
    assert added(change)["z.py"] == [(2, "y")]


def test_a_range_of_three_dots_begins_where_the_sides_parted(
    a_repository: MakeRepository, git: Git
) -> None:
    folder = a_repository(files={"a.py": "one\n"})
    git(folder, "switch", "--quiet", "--create", "topic")
    (folder / "b.py").write_text("mine\n")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "Mine")
    git(folder, "switch", "--quiet", "main")
    (folder / "c.py").write_text("theirs\n")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "Theirs")

    assert list(added(change_of(opened(folder), "main...topic"))) == ["b.py"]


@pytest.mark.parametrize("name", ["nope", "nope..HEAD", "--all", "HEAD..-n1", "a b"])
def test_what_is_no_commit_is_refused(a_repository: MakeRepository, name: str) -> None:
    with pytest.raises(InvalidValue, match="No commit here"):
        change_of(opened(a_repository()), name)


def test_the_edge_of_a_shallow_clone_is_not_taken_for_a_first_commit(
    a_repository: MakeRepository, git: Git, tmp_path: Path
) -> None:
    folder = a_repository()
    (folder / "a.py").write_text("one\n")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "More")
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{folder}", "ci")

    with pytest.raises(InvalidValue, match="shallow"):
        change_of(opened(tmp_path / "ci"), "HEAD")


def test_an_index_that_a_commit_made_for_its_hook_is_the_one_that_counts(
    a_repository: MakeRepository, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = a_repository(files={"a.py": "one\n"})
    (folder / "a.py").write_text("one\ntwo\n")
    git(folder, "add", "a.py")
    (folder / ".git" / "index").rename(folder / ".git" / "next-index.lock")
    git(folder, "reset", "--quiet")

    monkeypatch.setenv("GIT_INDEX_FILE", ".git/next-index.lock")

    assert added(staged(opened(folder))) == {"a.py": [(2, "two")]}


def test_lines_before_are_those_with_the_words_on_the_other_side(
    a_repository: MakeRepository, git: Git
) -> None:
    folder = a_repository(files={"a.py": "import requests\n", "b.py": "requested = 1\n"})
    (folder / "c.py").write_text("import requests\n")
    git(folder, "add", "--all")

    assert list(staged(opened(folder)).lines_before(["requests"])) == [("a.py", "import requests")]


def test_a_file_that_git_lacks_is_named_and_the_others_are_read(
    a_repository: MakeRepository, git: Git
) -> None:
    folder = a_repository(files={"big.txt": "many\nlines\n" * 9, "a.py": "one\n"})
    (folder / "big.txt").unlink()
    (folder / "other.txt").write_text("many\nlines\n" * 10)
    (folder / "a.py").write_text("one\ntwo\n")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "Change")
    lose(git, folder, "HEAD~1:big.txt")
    ends = git(folder, "rev-parse", "HEAD~1"), git(folder, "rev-parse", "HEAD")

    change = change_of(opened(folder), "HEAD")
    between = files_between(opened(folder), *ends)

    assert change.missing == ("big.txt",)
    assert added(change)["a.py"] == [(2, "two")]
    assert len(added(change)["other.txt"]) == 20
    assert sorted(file.path for file in between) == ["a.py", "big.txt", "other.txt"]
