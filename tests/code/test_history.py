"""Commits are read in bulk, and nothing in them is taken for something else."""

from collections.abc import Callable
from pathlib import Path

import pytest

from featherchat.code.history import Commit, History
from featherchat.code.repository import Repository
from tests.code.conftest import lose

Git = Callable[..., str]
MakeRepository = Callable[..., Path]


def history_of(folder: Path) -> History:
    repository = Repository.open(folder)
    assert repository is not None
    return History(repository)


def commits_of(folder: Path) -> list[Commit]:
    """Every commit that HEAD comes from, newest first."""
    history = history_of(folder)
    tip = history.repository.head()
    return history.read(history.ids(tip)) if tip else []


def commit(git: Git, folder: Path, message: str, **files: str | None) -> str:
    for name, text in files.items():
        file = folder / name.replace("__", "/").replace("_", ".")
        file.parent.mkdir(parents=True, exist_ok=True)
        if text is None:
            file.unlink()
        else:
            file.write_text(text)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", message)
    return git(folder, "rev-parse", "HEAD")


def test_a_commit_says_its_message_and_what_it_touched(
    a_repository: MakeRepository, git: Git
) -> None:
    folder = a_repository(files={"a.py": "1\n2\n3\n", "b.py": "x\n"})
    commit(git, folder, "Change a\n\nBecause of b.", a_py="1\n2\n4\n5\n", b_py=None, c_py="new\n")

    newest = commits_of(folder)[0]

    assert newest.message == "Change a\n\nBecause of b.\n"
    assert (newest.author, newest.email) == ("Ada", "ada@example.org")
    assert [(each.path, each.status, each.added, each.removed) for each in newest.files] == [
        ("a.py", "M", 2, 1),
        ("b.py", "D", 0, 1),
        ("c.py", "A", 1, 0),
    ]


def test_a_rename_names_both_paths(a_repository: MakeRepository, git: Git) -> None:
    folder = a_repository(files={"old.py": "".join(f"line {n}\n" for n in range(20))})
    git(folder, "mv", "old.py", "new.py")
    git(folder, "commit", "--quiet", "--message", "Rename")

    renamed = commits_of(folder)[0].files[0]

    assert (renamed.path, renamed.before, renamed.status) == ("new.py", "old.py", "R")
    assert (renamed.alike, renamed.added) == (100, 0)


def test_the_first_commit_adds_everything(a_repository: MakeRepository) -> None:
    first = commits_of(a_repository(files={"a.py": "1\n"}))[0]

    assert first.parents == ()
    assert [(each.path, each.status) for each in first.files] == [("a.py", "A")]


def test_the_same_change_has_one_identity_on_any_commit(
    a_repository: MakeRepository, git: Git
) -> None:
    folder = a_repository(files={"a.py": "1\n", "b.py": "1\n"})
    git(folder, "branch", "side")
    picked = commit(git, folder, "Change a", a_py="2\n")
    git(folder, "checkout", "--quiet", "side")
    commit(git, folder, "Change b", b_py="2\n")
    git(folder, "cherry-pick", picked)

    on_side = commits_of(folder)

    assert on_side[0].id != picked
    assert on_side[0].patch == history_of(folder).read([picked])[0].patch
    assert on_side[0].patch != on_side[1].patch


def test_settings_of_the_repository_do_not_change_an_identity(
    a_repository: MakeRepository, git: Git
) -> None:
    folder = a_repository(files={"a.py": "1\n2\n3\n4\n5\n6\n7\n8\n9\n"})
    commit(git, folder, "Change a", a_py="1\n2\n3\n4\nfive\n6\n7\n8\n9\n")
    before = [each.patch for each in commits_of(folder)]

    for name, value in {"noprefix": "true", "context": "9", "algorithm": "patience"}.items():
        git(folder, "config", f"diff.{name}", value)

    assert [each.patch for each in commits_of(folder)] == before


def test_two_binary_versions_of_a_file_are_two_changes(
    a_repository: MakeRepository, git: Git
) -> None:
    folder = a_repository()
    for content in (b"\0one", b"\0two", b"\0six"):
        (folder / "logo.bin").write_bytes(content)
        commit(git, folder, "Draw the logo")

    patches = [each.patch for each in commits_of(folder)]

    assert len(set(patches)) == 4
    assert all(patches)


def test_a_commit_that_changes_nothing_has_no_identity(
    a_repository: MakeRepository, git: Git
) -> None:
    folder = a_repository()
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "Nothing")

    assert (commits_of(folder)[0].patch, commits_of(folder)[0].files) == ("", ())


def test_a_merge_counts_only_if_it_changed_something_itself(
    a_repository: MakeRepository, git: Git
) -> None:
    folder = a_repository(files={"a.py": "1\n", "b.py": "1\n"})
    git(folder, "checkout", "--quiet", "-b", "side")
    commit(git, folder, "On the side", b_py="2\n")
    git(folder, "checkout", "--quiet", "main")
    commit(git, folder, "On main", a_py="2\n")
    git(folder, "merge", "--quiet", "--no-commit", "side")
    git(folder, "commit", "--quiet", "--message", "A clean merge")
    clean = commits_of(folder)[0]
    git(folder, "reset", "--quiet", "--hard", "HEAD~1")
    git(folder, "merge", "--quiet", "--no-commit", "side")
    commit(git, folder, "A merge with a change of its own", b_py="3\n")

    evil = commits_of(folder)[0]

    assert (len(clean.parents), clean.patch) == (2, "")
    assert (len(evil.parents), [each.path for each in evil.files]) == (2, ["b.py"])
    assert evil.patch


def test_names_and_messages_that_are_no_utf_8_are_read_all_the_same(
    a_repository: MakeRepository, git: Git
) -> None:
    folder = a_repository()
    (folder / "caf\udce9\n.py").write_text("1\n")
    git(folder, "add", "--all")
    git(
        folder,
        "-c",
        "i18n.commitEncoding=ISO-8859-1",
        "commit",
        "--quiet",
        "-m",
        "Ouvrir le caf\udce9",
    )

    newest = commits_of(folder)[0]

    assert newest.files[0].path == "caf\ufffd\n.py"
    assert newest.message == "Ouvrir le café\n"


def test_a_message_cannot_pass_for_another_commit(a_repository: MakeRepository, git: Git) -> None:
    folder = a_repository()
    first = git(folder, "rev-parse", "HEAD")
    commit(git, folder, f"Mean\n\n{first} commit 3\nabc\n{first}\n:100644", a_py="1\n")

    found = commits_of(folder)

    assert [each.id for each in found][1:] == [first]
    assert [each.path for each in found[0].files] == ["a.py"]


def test_the_edge_of_a_shallow_clone_is_left_out(
    a_repository: MakeRepository, git: Git, tmp_path: Path
) -> None:
    folder = a_repository()
    for number in range(3):
        commit(git, folder, f"Change {number}", a_py=f"{number}\n")
    git(tmp_path, "clone", "--quiet", "--depth", "2", folder.as_uri(), "clone")

    found = commits_of(tmp_path / "clone")

    assert [each.message.strip() for each in found] == ["Change 2"]


def test_a_missing_content_costs_only_the_counts_of_its_own_commits(
    a_repository: MakeRepository, git: Git
) -> None:
    folder = a_repository()
    for number in range(4):
        commit(git, folder, f"Change {number}", a_py=f"{number}\n" * 9)
    before = {each.id: each for each in commits_of(folder)}
    blob = git(folder, "rev-parse", "HEAD:a.py")
    (folder / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    # git would take it from here.
    (folder / "a.py").unlink()

    newest, *others = commits_of(folder)

    assert [(each.path, each.added) for each in newest.files] == [("a.py", None)]
    assert newest.patch
    assert not newest.is_whole
    assert others == [before[each.id] for each in others]


def test_a_missing_folder_costs_only_its_own_commits(
    a_repository: MakeRepository, git: Git
) -> None:
    folder = a_repository()
    for number in range(3):
        commit(git, folder, f"Change {number}", a_py=f"{number}\n")
    lose(git, folder, "HEAD~1^{tree}")

    newest, middle, oldest, start = commits_of(folder)

    assert [each.is_whole for each in (newest, middle, oldest, start)] == [
        False,
        False,
        True,
        True,
    ]
    assert newest.message == "Change 2\n"
    assert (newest.files, newest.patch) == ((), "")


@pytest.mark.parametrize("driver", ["diff=spy", "filter=spy"])
def test_reading_a_history_runs_nothing_that_the_repository_brought(
    a_repository: MakeRepository, git: Git, driver: str
) -> None:
    folder = a_repository()
    commit(git, folder, "Change", a_py="1\n")
    marker, program = folder / "ran", folder / "spy.sh"
    program.write_text(f"#!/bin/sh\ntouch '{marker}'\ncat\n")
    program.chmod(0o755)
    (folder / ".gitattributes").write_text(f"* {driver}\n")
    for name in ("diff.external", "diff.spy.textconv", "diff.spy.command", "core.fsmonitor"):
        git(folder, "config", name, str(program))
    for name in ("filter.spy.clean", "filter.spy.smudge", "core.pager", "pager.log"):
        git(folder, "config", name, str(program))

    found = commits_of(folder)

    assert [each.path for each in found[0].files] == ["a.py"]
    assert not marker.exists()
