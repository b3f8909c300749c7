"""What differs from HEAD is found by comparing, and nothing of the repository's runs for it."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from featherchat.code.files import blob_hash
from featherchat.code.repository import Repository
from featherchat.code.working_tree import MAX_COMPARED, WorkingTree, is_busy
from tests.code.conftest import Spied
from tests.conftest import examples

Git = Callable[..., str]
MakeRepository = Callable[..., Path]


def tree_of(root: Path) -> WorkingTree:
    repository = Repository.open(root)
    assert repository is not None
    return WorkingTree(repository)


def test_saved_staged_new_and_removed_files_differ(a_repository: MakeRepository, git: Git) -> None:
    names = ("same", "saved", "staged", "removed", "unstaged")
    root = a_repository(files={f"{name}.py": "1\n" for name in names})
    for name in ("saved", "staged", "new", "added"):
        (root / f"{name}.py").write_text("2\n")
    git(root, "add", "staged.py", "added.py")
    (root / "removed.py").unlink()
    git(root, "rm", "--quiet", "--cached", "unstaged.py")

    found = tree_of(root).differing()

    two = blob_hash(b"2\n")
    assert found == {
        "saved.py": two,
        "staged.py": two,
        "new.py": two,
        "added.py": two,
        "removed.py": "",
    }


def test_before_the_first_commit_every_file_differs(tmp_path: Path, git: Git) -> None:
    git(tmp_path, "init", "--quiet")
    (tmp_path / "a.py").write_text("1\n")
    (tmp_path / "b.py").write_text("1\n")
    git(tmp_path, "add", "a.py")

    assert tree_of(tmp_path).differing().keys() == {"a.py", "b.py"}


def test_a_file_whose_line_ends_git_converts_does_not_differ(
    a_repository: MakeRepository, git: Git
) -> None:
    root = a_repository(files={"a.py": "1\n2\n"})
    git(root, "config", "core.autocrlf", "true")
    (root / "a.py").write_bytes(b"1\r\n2\r\n")

    assert tree_of(root).differing() == {}


def test_what_a_sparse_checkout_leaves_out_is_not_removed(
    a_repository: MakeRepository, git: Git
) -> None:
    root = a_repository(files={"in/a.py": "1\n", "out/b.py": "1\n"})
    git(root, "sparse-checkout", "set", "in")

    assert not (root / "out").exists()
    assert tree_of(root).differing() == {}


def test_submodules_and_repositories_inside_are_left_out(
    a_repository: MakeRepository, git: Git
) -> None:
    part, root = a_repository("part"), a_repository("whole")
    added = ("-c", "protocol.file.allow=always", "submodule", "--quiet", "add")
    git(root, *added, str(part), "part")
    git(root, "commit", "--quiet", "--message", "Bring it in")
    (root / "part" / "README.md").write_text("saved\n")
    git(root, "init", "--quiet", "inner")
    (root / "inner" / "a.py").write_text("1\n")

    assert tree_of(root).differing() == {}


def test_a_link_differs_by_where_it_leads(a_repository: MakeRepository, git: Git) -> None:
    root = a_repository()
    (root / "link").symlink_to("README.md")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "Link")
    before = tree_of(root).differing()
    (root / "link").unlink()
    (root / "link").symlink_to("link")  # it leads to itself

    assert before == {}
    assert tree_of(root).differing() == {"link": blob_hash(b"link")}


def test_a_pipe_is_not_opened_and_a_secret_is_not_read(a_repository: MakeRepository) -> None:
    root = a_repository()
    os.mkfifo(root / "pipe")
    (root / ".env").write_text("KEY=1\n")

    assert tree_of(root).differing() == {}


def test_a_large_file_differs_by_its_size_and_time(a_repository: MakeRepository) -> None:
    root = a_repository()
    with (root / "data.bin").open("wb") as file:
        file.truncate(MAX_COMPARED + 1)

    found = tree_of(root).differing()["data.bin"]

    assert found.startswith(f"{MAX_COMPARED + 1} bytes at ")


def test_comparing_runs_nothing_that_the_repository_brought(spied: Spied) -> None:
    (spied.root / "a.py").write_text("2\n")

    found = tree_of(spied.root).differing(), tree_of(spied.root).differing(["a.py"])

    assert [each.keys() for each in found] == [{"a.py"}, {"a.py"}]
    assert not spied.mark.exists()


NAMES = ("a.py", "b.py", "deep/c.py", "deep/down/d.py", "café.py", "*.py")
STEPS = st.lists(
    st.tuples(st.sampled_from(["save", "remove", "add", "commit"]), st.sampled_from(NAMES)),
    max_size=8,
)


@pytest.mark.property
@settings(
    max_examples=examples(short=8, long=150),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=STEPS, asked=st.sets(st.sampled_from(NAMES), min_size=1))
def test_comparing_some_files_says_of_them_what_comparing_all_says(
    steps: list[tuple[str, str]],
    asked: set[str],
    git: Git,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    root = tmp_path_factory.mktemp("tree")
    git(root, "init", "--quiet")
    for number, (step, name) in enumerate(steps):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        if step == "save":
            (root / name).write_text(f"{number % 3}\n")
        elif step == "remove":
            (root / name).unlink(missing_ok=True)
        elif step == "add":
            git(root, "add", "--all")
        else:
            git(root, "commit", "--quiet", "--allow-empty", "--message", "Step")

    everything = tree_of(root).differing()
    some = tree_of(root).differing(sorted(asked))

    assert some == {path: now for path, now in everything.items() if path in asked}


@pytest.mark.parametrize("name", ["rebase-merge", "MERGE_HEAD", "CHERRY_PICK_HEAD", "index.lock"])
def test_git_is_busy_while_its_own_files_say_so(tmp_path: Path, name: str) -> None:
    before = is_busy(tmp_path, time.time())
    (tmp_path / name).touch()

    assert (before, is_busy(tmp_path, time.time())) == (False, True)


def test_a_lock_that_a_crash_has_left_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "index.lock").touch()

    assert not is_busy(tmp_path, time.time() + 3600)
