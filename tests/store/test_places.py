"""A folder finds its own store again, whatever happens to the folder or its repository.

Real repositories join ``Repository`` and ``Registry`` here, as an opened project does.
"""

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from featherchat.clock import FixedClock
from featherchat.code.repository import Repository, find_root
from featherchat.errors import StoreReadOnly, UsageError
from featherchat.store.places import Match, Places, ProjectKeys, Registry
from featherchat.store.registry_file import KnownProject

REMOTE = "git@example.com:acme/webapp.git"


@pytest.fixture
def places(tmp_path: Path) -> Places:
    base = tmp_path / "account"
    return Places(base / "data", base / "cache", base / "config", base / "log")


@pytest.fixture
def registry(places: Places, clock: FixedClock) -> Registry:
    return Registry(places, clock)


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def commit(folder: Path, message: str = "Start") -> None:
    git(folder, "commit", "--quiet", "--allow-empty", "--message", message)


def a_repository(folder: Path, remote: str | None = REMOTE, commits: int = 1) -> Path:
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch=main")
    if remote:
        git(folder, "remote", "add", "origin", remote)
    for number in range(commits):
        # The name makes the first commits of two repositories differ.
        commit(folder, f"Commit {number} of {folder.name}")
    return folder


def a_clone(source: Path, folder: Path, *options: str, remote: str | None = REMOTE) -> Path:
    git(source, "clone", "--quiet", *options, f"file://{source}", str(folder))
    if remote:
        git(folder, "remote", "set-url", "origin", remote)
    else:
        git(folder, "remote", "remove", "origin")
    return folder


def keys_of(folder: Path) -> ProjectKeys:
    repository = Repository.open(folder)
    if repository is None:
        return ProjectKeys(find_root(folder))
    return ProjectKeys(
        folder=repository.root,
        common_dir=repository.common_dir,
        origin=repository.origin(),
        root_commit=repository.smallest_root_commit,
    )


def learn(registry: Registry, folder: Path) -> KnownProject:
    """What a first start does once the person has said yes."""
    assert registry.lookup(keys_of(folder)).project is None
    registry.trust(keys_of(folder))
    return registry.create(keys_of(folder))


def found(registry: Registry, folder: Path) -> str | None:
    """The id of the project that a folder surely belongs to."""
    project = registry.lookup(keys_of(folder)).project
    return project.id if project else None


def id_file(folder: Path) -> Path:
    return folder / ".git" / "featherchat" / "project"


def test_a_new_project_has_an_id_and_a_store_of_its_own(
    registry: Registry, places: Places, tmp_path: Path
) -> None:
    webapp = learn(registry, a_repository(tmp_path / "webapp"))
    other = learn(registry, a_repository(tmp_path / "other", remote=None))

    assert webapp.name == "webapp"
    assert webapp.store.parent.parent == places.data / "projects"
    assert webapp.store.name == "memory.feather"
    assert webapp.id != other.id
    assert webapp.store != other.store
    assert registry.projects() == (webapp, other)


def test_a_store_may_lie_elsewhere(registry: Registry, tmp_path: Path) -> None:
    folder = a_repository(tmp_path / "webapp")

    project = registry.create(keys_of(folder), store=tmp_path / "disk" / "my.feather")

    assert registry.projects() == (project,)
    assert project.store == tmp_path / "disk" / "my.feather"


def test_a_known_folder_is_found_without_a_walk_through_its_history(
    registry: Registry, places: Places, tmp_path: Path
) -> None:
    folder = a_repository(tmp_path / "webapp")
    project = learn(registry, folder)
    written = (places.data / "registry.json").stat().st_mtime_ns

    def walk() -> str | None:
        raise AssertionError("The history should not be read.")

    known = keys_of(folder)
    match = registry.lookup(ProjectKeys(known.folder, known.common_dir, known.origin, walk))

    assert match.project == project
    assert match.notice == ""
    assert (places.data / "registry.json").stat().st_mtime_ns == written


def test_a_first_commit_keeps_the_memory(registry: Registry, tmp_path: Path) -> None:
    folder = a_repository(tmp_path / "webapp", remote=None, commits=0)
    project = learn(registry, folder)
    commit(folder)

    match = registry.lookup(keys_of(folder))

    assert match.project is not None
    assert match.project.id == project.id
    first = git(folder, "rev-parse", "HEAD")
    assert match.notice == f"webapp is now also known by its first commit {first[:10]}."


def test_a_git_init_in_a_known_folder_keeps_the_memory(registry: Registry, tmp_path: Path) -> None:
    folder = tmp_path / "webapp"
    folder.mkdir()
    project = learn(registry, folder)
    git(folder, "init", "--quiet")
    commit(folder)

    assert found(registry, folder) == project.id
    assert id_file(folder).read_text().strip() == project.id


def test_an_added_remote_keeps_the_memory(registry: Registry, tmp_path: Path) -> None:
    folder = a_repository(tmp_path / "webapp", remote=None)
    project = learn(registry, folder)
    git(folder, "remote", "add", "origin", REMOTE)

    match = registry.lookup(keys_of(folder))

    assert match.project is not None
    assert match.project.id == project.id
    assert match.notice == "webapp is now also known by its remote example.com/acme/webapp."
    assert found(registry, a_clone(folder, tmp_path / "clone")) == project.id


def test_a_renamed_remote_keeps_the_memory(registry: Registry, tmp_path: Path) -> None:
    folder = a_repository(tmp_path / "webapp")
    project = learn(registry, folder)
    git(folder, "remote", "set-url", "origin", "https://example.com/acme/web")

    match = registry.lookup(keys_of(folder))

    assert match.project is not None
    assert match.project.id == project.id
    assert match.notice == "webapp is now also known by its remote example.com/acme/web."


def test_a_renamed_folder_keeps_the_memory_and_asks_for_trust_again(
    registry: Registry, tmp_path: Path
) -> None:
    folder = a_repository(tmp_path / "webapp", remote=None)
    project = learn(registry, folder)
    renamed = folder.rename(tmp_path / "shop")

    match = registry.lookup(keys_of(renamed))

    assert match.project is not None
    assert match.project.id == project.id
    assert match.project.paths == (str(renamed),)
    assert match.notice == f"webapp was at {folder} before; its memory came along."
    assert not registry.is_trusted(keys_of(renamed))


def test_what_comes_to_stand_in_a_renamed_folders_place_is_another_project(
    registry: Registry, tmp_path: Path
) -> None:
    folder = a_repository(tmp_path / "webapp", remote=None)
    project = learn(registry, folder)
    renamed = folder.rename(tmp_path / "shop")
    assert found(registry, renamed) == project.id

    folder.mkdir()

    assert registry.lookup(keys_of(folder)) == Match(None)
    assert not registry.is_trusted(keys_of(folder))


def test_another_repository_in_a_known_place_asks(registry: Registry, tmp_path: Path) -> None:
    project = learn(registry, a_repository(tmp_path / "webapp"))
    (tmp_path / "webapp").rename(tmp_path / "old")
    folder = a_repository(tmp_path / "webapp", remote="https://example.com/acme/new")

    match = registry.lookup(keys_of(folder))

    assert match.project is None
    assert match.candidates == (project,)
    assert registry.create(keys_of(folder)).id != project.id
    assert found(registry, tmp_path / "old") == project.id


def test_a_shallow_clone_asks_and_shares_the_memory_when_told_to(
    registry: Registry, tmp_path: Path
) -> None:
    source = a_repository(tmp_path / "webapp", commits=2)
    project = learn(registry, source)
    shallow = a_clone(source, tmp_path / "shallow", "--depth=1")

    match = registry.lookup(keys_of(shallow))
    assert match.project is None
    assert match.candidates == (project,)

    adopted = registry.adopt(project.id, keys_of(shallow))
    assert adopted.notice == f"{shallow} and {source} share the memory of webapp."
    assert found(registry, shallow) == found(registry, source) == project.id
    assert registry.projects()[0].pairs == project.pairs


def test_a_shallow_clone_that_is_deepened_keeps_its_memory(
    registry: Registry, tmp_path: Path
) -> None:
    source = a_repository(tmp_path / "webapp", commits=2)
    shallow = a_clone(source, tmp_path / "shallow", "--depth=1")
    project = learn(registry, shallow)
    git(shallow, "remote", "set-url", "origin", f"file://{source}")
    git(shallow, "fetch", "--quiet", "--unshallow")
    git(shallow, "remote", "set-url", "origin", REMOTE)

    assert found(registry, shallow) == project.id
    assert found(registry, source) == project.id


def test_an_orphan_branch_keeps_the_memory(registry: Registry, tmp_path: Path) -> None:
    folder = a_repository(tmp_path / "webapp")
    project = learn(registry, folder)
    git(folder, "checkout", "--quiet", "--orphan", "pages")
    commit(folder, "Start the pages")

    match = registry.lookup(keys_of(folder))

    assert match.project is not None
    assert match.project.id == project.id
    assert match.notice == ""


def test_a_fork_is_a_project_of_its_own(registry: Registry, tmp_path: Path) -> None:
    source = a_repository(tmp_path / "webapp")
    project = learn(registry, source)
    fork = a_clone(source, tmp_path / "fork", remote="https://example.com/ada/webapp")

    match = registry.lookup(keys_of(fork))

    assert match.project is None
    assert match.candidates == ()
    assert learn(registry, fork).id != project.id
    assert found(registry, source) == project.id


def test_a_fork_stays_apart_when_the_remote_was_added_later(
    registry: Registry, tmp_path: Path
) -> None:
    source = a_repository(tmp_path / "webapp", remote=None)
    learn(registry, source)
    git(source, "remote", "add", "origin", REMOTE)
    registry.lookup(keys_of(source))

    fork = a_clone(source, tmp_path / "fork", remote="https://example.com/ada/webapp")

    assert registry.lookup(keys_of(fork)).candidates == ()


def test_a_worktree_shares_the_memory_and_the_trust(registry: Registry, tmp_path: Path) -> None:
    folder = a_repository(tmp_path / "webapp")
    project = learn(registry, folder)
    worktree = tmp_path / "fix"
    git(folder, "worktree", "add", "--quiet", str(worktree))

    match = registry.lookup(keys_of(worktree))

    assert match.project is not None
    assert match.project.id == project.id
    assert match.notice == f"{worktree} is a worktree of {folder} and shares the memory of webapp."
    assert registry.is_trusted(keys_of(worktree))


def test_a_second_full_clone_shares_the_memory(registry: Registry, tmp_path: Path) -> None:
    source = a_repository(tmp_path / "webapp")
    project = learn(registry, source)
    clone = a_clone(source, tmp_path / "clone", remote="https://example.com/acme/webapp")

    match = registry.lookup(keys_of(clone))

    assert match.project is not None
    assert match.project.id == project.id
    assert match.notice == f"{clone} and {source} share the memory of webapp."
    assert not registry.is_trusted(keys_of(clone))


def test_a_copied_folder_shares_the_memory(registry: Registry, tmp_path: Path) -> None:
    folder = a_repository(tmp_path / "webapp", remote=None)
    project = learn(registry, folder)
    copy = shutil.copytree(folder, tmp_path / "copy")

    match = registry.lookup(keys_of(copy))

    assert match.project is not None
    assert match.project.id == project.id
    assert match.notice == f"{copy} and {folder} share the memory of webapp."


def test_projects_from_one_template_are_not_mixed_up(registry: Registry, tmp_path: Path) -> None:
    template = a_repository(tmp_path / "template", remote=None)
    first = learn(registry, a_clone(template, tmp_path / "first", remote=None))
    second = a_clone(template, tmp_path / "second", remote=None)

    match = registry.lookup(keys_of(second))

    assert match.project is None
    assert match.candidates == (first,)


def test_a_folder_without_git_is_known_by_its_path(registry: Registry, tmp_path: Path) -> None:
    notes, other = tmp_path / "notes", tmp_path / "other"
    notes.mkdir()
    other.mkdir()
    (tmp_path / "link").symlink_to(notes)
    project = learn(registry, notes)

    assert found(registry, notes) == found(registry, tmp_path / "link") == project.id
    assert found(registry, other) is None


def test_the_home_folder_is_never_a_project(registry: Registry, empty_home: Path) -> None:
    nested = empty_home / "notes"
    nested.mkdir()

    for ask in (registry.lookup, registry.create, registry.trust):
        with pytest.raises(UsageError, match="home folder") as caught:
            ask(ProjectKeys(empty_home))
        assert caught.value.hint
    assert registry.create(ProjectKeys(nested)).name == "notes"


def test_nothing_is_written_into_git_before_the_folder_is_trusted(
    registry: Registry, tmp_path: Path
) -> None:
    folder = a_repository(tmp_path / "webapp")
    project = registry.create(keys_of(folder))
    registry.lookup(keys_of(folder))
    assert not id_file(folder).exists()

    registry.trust(keys_of(folder))

    assert id_file(folder).read_text() == f"{project.id}\n"
    assert registry.is_trusted(keys_of(folder))


def test_an_id_that_another_account_wrote_is_used_and_left_in_place(
    registry: Registry, tmp_path: Path
) -> None:
    folder = a_repository(tmp_path / "webapp")
    id_file(folder).parent.mkdir()
    id_file(folder).write_text("01ARZ3NDEKTSV4RRFFQ69G5FAV\n")

    project = learn(registry, folder)

    assert project.id == "01ARZ3NDEKTSV4RRFFQ69G5FAV"


def test_a_planted_id_file_is_neither_followed_nor_waited_for(
    registry: Registry, tmp_path: Path
) -> None:
    project = learn(registry, a_repository(tmp_path / "webapp"))
    linked, piped, filled = (
        a_repository(tmp_path / name, remote=None) for name in ("linked", "piped", "filled")
    )
    for folder in (linked, piped, filled):
        id_file(folder).parent.mkdir()
    id_file(linked).symlink_to(id_file(tmp_path / "webapp"))
    os.mkfifo(id_file(piped))
    id_file(filled).write_text(f"../../{project.id}")

    assert [found(registry, folder) for folder in (linked, piped, filled)] == [None, None, None]


def test_an_id_is_not_written_through_a_planted_link(registry: Registry, tmp_path: Path) -> None:
    folder = a_repository(tmp_path / "webapp")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    id_file(folder).parent.symlink_to(elsewhere)

    project = learn(registry, folder)

    assert list(elsewhere.iterdir()) == []
    assert found(registry, folder) == project.id


def test_a_folder_that_only_claims_to_be_a_worktree_is_not_trusted(
    registry: Registry, tmp_path: Path
) -> None:
    trusted = a_repository(tmp_path / "webapp")
    learn(registry, trusted)
    hostile = tmp_path / "hostile"
    hostile.mkdir()
    (hostile / ".git").write_text(f"gitdir: {trusted / '.git'}\n")

    assert keys_of(hostile).common_dir == trusted / ".git"
    assert not registry.is_trusted(keys_of(hostile))


def test_everything_is_closed_to_other_accounts(
    registry: Registry, places: Places, tmp_path: Path
) -> None:
    project = learn(registry, a_repository(tmp_path / "webapp"))

    made = [places.data, *places.data.rglob("*")]

    modes = {stat.S_IMODE(place.stat().st_mode) for place in made if place.is_dir()}
    assert modes == {0o700}
    assert {stat.S_IMODE(place.stat().st_mode) for place in made if place.is_file()} == {0o600}
    assert project.store.parent in made


def test_a_data_folder_that_cannot_be_made_is_named(tmp_path: Path, clock: FixedClock) -> None:
    (tmp_path / "file").touch()
    data = tmp_path / "file" / "data"
    registry = Registry(Places(data, data, data, data), clock)
    folder = a_repository(tmp_path / "webapp")

    assert registry.lookup(keys_of(folder)).project is None
    with pytest.raises(StoreReadOnly, match=str(data)) as caught:
        registry.create(keys_of(folder))
    assert "--store" in caught.value.hint


def test_the_places_follow_the_xdg_variables(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("DATA", "CACHE", "CONFIG", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name))

    places = Places.default()

    assert places.data == tmp_path / "DATA" / "featherchat"
    assert places.cache == tmp_path / "CACHE" / "featherchat"
    assert places.config == tmp_path / "CONFIG" / "featherchat"
    assert places.log.is_relative_to(tmp_path / "STATE" / "featherchat")


REGISTER_TWENTY = """
import sys
from pathlib import Path
from featherchat.store.places import Places, ProjectKeys, Registry
data, name = Path(sys.argv[1]), sys.argv[2]
registry = Registry(Places(data, data, data, data))
for number in range(20):
    folder = data.parent / f"{name}{number}"
    registry.trust(ProjectKeys(folder))
    registry.create(ProjectKeys(folder))
    registry.create(ProjectKeys(data.parent / f"shared{number}"))
"""


def test_two_processes_that_register_at_once_lose_nothing(
    registry: Registry, places: Places
) -> None:
    command = [sys.executable, "-c", REGISTER_TWENTY, str(places.data)]
    running = [subprocess.Popen([*command, name]) for name in ("left", "right")]

    assert [process.wait(timeout=60) for process in running] == [0, 0]

    names = sorted(project.name for project in registry.projects())
    expected = [f"{name}{number}" for name in ("left", "right", "shared") for number in range(20)]
    assert names == sorted(expected)
    assert registry.is_trusted(ProjectKeys(places.data.parent / "left7"))


def test_looking_up_a_project_loads_nothing_slow() -> None:
    code = (
        "import sys, featherchat.store.places, featherchat.code.repository\n"
        "print(*(set(sys.modules) & {'apsw', 'asyncio', 'git', 'numpy', 'pathspec', 'tantivy'}))"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.split() == []
