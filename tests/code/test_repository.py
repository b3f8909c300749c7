"""git answers about any folder, and nothing that a repository brought is run."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from featherchat.code.git import RepositoryProblem, git_missing
from featherchat.code.repository import Repository, find_root, normalized_origin

Git = Callable[..., str]
MakeRepository = Callable[..., Path]


def opened(folder: Path) -> Repository:
    repository = Repository.open(folder)
    assert repository is not None
    return repository


def plant(folder: Path, name: str) -> tuple[Path, Path]:
    """A program, and the marker file that shows it ran."""
    program, marker = folder / name, folder / f"{name}.ran"
    program.write_text(f"#!/bin/sh\ntouch '{marker}'\n")
    program.chmod(0o755)
    return program, marker


def test_the_root_of_a_subfolder_is_the_top_of_its_repository(a_repository: MakeRepository) -> None:
    folder = a_repository(files={"src/deep/module.py": "x = 1\n"})

    assert find_root(folder / "src" / "deep") == folder
    assert opened(folder / "src" / "deep").root == folder


def test_a_folder_without_git_is_its_own_root(tmp_path: Path) -> None:
    assert find_root(tmp_path) == tmp_path
    assert Repository.open(tmp_path) is None


def test_a_repository_of_the_whole_home_is_not_looked_at_from_below(
    empty_home: Path, git: Git
) -> None:
    git(empty_home, "init", "--quiet")
    notes = empty_home / "notes"
    notes.mkdir()

    assert find_root(notes) == notes
    assert find_root(empty_home) == empty_home
    assert Repository.open(notes) is None


def test_a_machine_without_git_has_no_repositories(
    a_repository: MakeRepository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = a_repository()
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))

    assert git_missing()
    assert Repository.open(folder) is None


def test_a_program_called_git_in_the_repository_is_never_run(
    a_repository: MakeRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = a_repository()
    _, marker = plant(folder, "git")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PATH", f".:{os.environ['PATH']}")

    opened(folder).head()

    assert not marker.exists()


def test_head_is_the_current_commit_and_its_branch(a_repository: MakeRepository, git: Git) -> None:
    folder = a_repository()
    repository = opened(folder)

    assert repository.head() == git(folder, "rev-parse", "HEAD")
    assert repository.branch() == "main"
    assert not repository.is_shallow


def test_before_the_first_commit_there_is_a_branch_and_nothing_else(
    tmp_path: Path, git: Git
) -> None:
    git(tmp_path, "init", "--quiet", "--initial-branch=trunk")
    repository = opened(tmp_path)

    assert repository.head() is None
    assert repository.branch() == "trunk"
    assert repository.smallest_root_commit() is None
    assert repository.added_times(".") == {}


def test_a_detached_head_has_no_branch(a_repository: MakeRepository, git: Git) -> None:
    folder = a_repository()
    git(folder, "checkout", "--quiet", "--detach")

    assert opened(folder).branch() is None


def test_the_email_is_the_users_own_unless_the_repository_has_one(
    a_repository: MakeRepository, git: Git, empty_home: Path
) -> None:
    repository = opened(a_repository())
    assert repository.configured("user.email") == {"user.email": None}

    (empty_home / ".gitconfig").write_text("[user]\n\temail = ada@example.org\n")
    assert repository.configured("user.email") == {"user.email": "ada@example.org"}

    git(repository.root, "config", "user.email", "ada@work.example")
    assert repository.configured("user.email") == {"user.email": "ada@work.example"}


def test_a_repository_without_a_remote_has_no_origin(
    a_repository: MakeRepository, git: Git
) -> None:
    repository = opened(a_repository())
    assert repository.origin() is None

    git(repository.root, "remote", "add", "origin", "git@Example.com:acme/webapp.git")
    assert repository.origin() == "example.com/acme/webapp"


@pytest.mark.parametrize(
    "url",
    [
        "git@example.com:acme/webapp.git",
        "Example.COM:acme/webapp",
        "ssh://git@example.com/acme/webapp.git",
        "ssh://git@example.com:22/acme/webapp",
        "https://example.com/acme/webapp",
        "https://ada:secret@example.com/acme/webapp.git/",
        "https://ada:s@cr@et@example.com:443/acme/webapp.git?token=secret#x",
        "HTTPS://example.com//acme/webapp\n",
        "git://example.com:9418/acme/webapp.git",
    ],
)
def test_every_spelling_of_a_remote_is_one_address(url: str) -> None:
    assert normalized_origin(url) == "example.com/acme/webapp"


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("ssh://git@example.com:2222/a.git", "example.com:2222/a"),
        ("/srv/git/webapp.git/", "/srv/git/webapp"),
        ("file:///srv/git/webapp.git", "/srv/git/webapp"),
        ("../webapp", "../webapp"),
        ("https://token@example.com", "example.com"),
        ("git@[::1]:webapp.git", "[::1]/webapp"),
        ("ssh://git@[::1]:2222/webapp", "[::1]:2222/webapp"),
    ],
)
def test_unusual_remotes_keep_what_tells_them_apart(url: str, address: str) -> None:
    assert normalized_origin(url) == address


names = st.from_regex(r"[A-Za-z][A-Za-z0-9-]{0,8}", fullmatch=True)


@given(host=names, owner=names, project=names, token=names)
def test_ssh_and_https_addresses_of_a_repository_agree(
    host: str, owner: str, project: str, token: str
) -> None:
    by_ssh = normalized_origin(f"git@{host}:{owner}/{project}.git")
    by_https = normalized_origin(f"https://{token}@{host}/{owner}/{project}")

    assert by_ssh == by_https == f"{host.lower()}/{owner}/{project}"
    assert normalized_origin(by_ssh) == by_ssh


def test_of_several_first_commits_the_smallest_counts(
    a_repository: MakeRepository, git: Git
) -> None:
    folder = a_repository()
    first = git(folder, "rev-parse", "HEAD")
    git(folder, "checkout", "--quiet", "--orphan", "other")
    git(folder, "commit", "--quiet", "--message", "Start again")
    second = git(folder, "rev-parse", "HEAD")
    git(folder, "merge", "--quiet", "--allow-unrelated-histories", "main")

    assert opened(folder).smallest_root_commit() == min(first, second)


def test_a_shallow_clone_does_not_know_its_first_commit(
    a_repository: MakeRepository, git: Git, tmp_path: Path
) -> None:
    source = a_repository()
    git(source, "commit", "--quiet", "--allow-empty", "--message", "More")
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{source}", "clone")

    clone = opened(tmp_path / "clone")

    assert clone.is_shallow
    assert clone.smallest_root_commit() is None


def test_worktrees_share_one_common_directory(
    a_repository: MakeRepository, git: Git, tmp_path: Path
) -> None:
    folder = a_repository()
    git(folder, "worktree", "add", "--quiet", str(tmp_path / "fix"))

    worktree = opened(tmp_path / "fix")

    assert worktree.root == tmp_path / "fix"
    assert worktree.common_dir == opened(folder).common_dir == folder / ".git"


def test_a_bare_repository_is_none(tmp_path: Path, git: Git) -> None:
    git(tmp_path, "init", "--quiet", "--bare", ".git")

    assert Repository.open(tmp_path) is None


def test_a_broken_git_folder_is_none(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()

    assert Repository.open(tmp_path) is None


def test_the_files_are_those_that_git_does_not_ignore(
    a_repository: MakeRepository, git: Git
) -> None:
    folder = a_repository(files={".gitignore": "*.log\n", "src/app.py": "", "forced.log": ""})
    git(folder, "add", "--force", "forced.log")
    (folder / "new file.py").touch()
    (folder / "debug.log").touch()
    (folder / "vendored").mkdir()
    git(folder / "vendored", "init", "--quiet")
    (folder / "vendored" / "theirs.py").touch()

    files = opened(folder).tracked_files()

    assert files == [".gitignore", "forced.log", "new file.py", "src/app.py"]


def test_what_the_user_ignores_everywhere_is_ignored_here(
    a_repository: MakeRepository, empty_home: Path
) -> None:
    folder = a_repository()
    (empty_home / "ignore").write_text("*.swp\n")
    (empty_home / ".gitconfig").write_text(f"[core]\n\texcludesFile = {empty_home / 'ignore'}\n")
    (folder / "notes.swp").touch()

    assert opened(folder).tracked_files() == ["README.md"]


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS has only names in UTF-8")
def test_a_name_that_is_not_utf_8_leads_to_its_file(a_repository: MakeRepository) -> None:
    folder = a_repository()
    with open(os.path.join(os.fsencode(folder), b"caf\xe9.txt"), "w") as file:
        file.write("menu")

    name = opened(folder).tracked_files()[-1]

    assert name == "caf\udce9.txt"
    assert (folder / name).read_text() == "menu"


def test_a_file_was_added_when_it_was_first_committed(
    a_repository: MakeRepository, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_AUTHOR_DATE", "2024-01-01T00:00:00Z")
    folder = a_repository(files={"docs/one.md": "1", "docs/zwei ü.md": "2", "src/app.py": ""})
    monkeypatch.setenv("GIT_AUTHOR_DATE", "2024-01-02T00:00:00Z")
    (folder / "docs" / "one.md").write_text("changed")
    (folder / "docs" / "three.md").write_text("3")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "More")
    git(folder, "config", "log.showRoot", "false")

    times = opened(folder).added_times("docs")

    assert times == {
        "docs/one.md": 1_704_067_200.0,
        "docs/zwei ü.md": 1_704_067_200.0,
        "docs/three.md": 1_704_153_600.0,
    }


def test_inside_a_git_hook_the_folder_counts_and_not_the_hooks_repository(
    a_repository: MakeRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = a_repository("ours"), a_repository("theirs")
    monkeypatch.setenv("GIT_DIR", str(theirs / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(theirs))

    assert opened(ours).common_dir == ours / ".git"


def test_a_hostile_repository_runs_nothing(
    a_repository: MakeRepository, git: Git, tmp_path: Path
) -> None:
    folder = a_repository(files={".gitattributes": "* diff=evil filter=evil\n", "a.txt": "a\n"})
    program, marker = plant(tmp_path, "planted")
    for name in (
        "core.fsmonitor",
        "core.pager",
        "core.editor",
        "core.sshCommand",
        "core.alternateRefsCommand",
        "diff.external",
        "diff.evil.command",
        "diff.evil.textconv",
        "filter.evil.clean",
        "filter.evil.process",
        "filter.evil.smudge",
        "gpg.program",
        "credential.helper",
    ):
        git(folder, "config", name, str(program))
    git(folder, "config", "log.showSignature", "true")
    for hook in ("post-index-change", "reference-transaction", "post-checkout"):
        (folder / ".git" / "hooks" / hook).symlink_to(program)
    (folder / "a.txt").write_text("changed\n")
    subprocess.run(["git", "-C", str(folder), "status"], check=False, capture_output=True)
    assert marker.exists(), "a plain git status should run what was planted"
    marker.unlink()

    ask_everything(opened(folder))

    assert not marker.exists()


def test_a_partial_clone_does_not_fetch_through_a_planted_transport(
    a_repository: MakeRepository, git: Git, tmp_path: Path
) -> None:
    source = a_repository(files={"docs/one.md": "1"})
    git(source, "config", "uploadpack.allowFilter", "true")
    clone = tmp_path / "clone"
    partial = ("--filter=tree:0", "--no-checkout", f"file://{source}", str(clone))
    git(tmp_path, "clone", "--quiet", *partial)
    program, marker = plant(tmp_path, "planted")
    git(clone, "config", "remote.origin.url", f"ext::{program}")
    git(clone, "config", "protocol.ext.allow", "always")
    plain = ["git", "-C", str(clone), "log", "--name-only", "--", "docs"]
    subprocess.run(plain, check=False, capture_output=True)
    assert marker.exists(), "a plain git log should run what was planted"
    marker.unlink()

    ask_everything(opened(clone))

    assert not marker.exists()
    assert opened(clone).added_times("docs") == {}


def ask_everything(repository: Repository) -> None:
    repository.head()
    repository.branch()
    repository.configured("user.email")
    repository.origin()
    repository.smallest_root_commit()
    repository.tracked_files()
    repository.added_times(".")


def test_a_repository_that_claims_files_elsewhere_is_refused(
    a_repository: MakeRepository, git: Git, empty_home: Path
) -> None:
    folder = a_repository()
    git(folder, "config", "core.worktree", str(empty_home))

    with pytest.raises(RepositoryProblem, match=str(empty_home)) as caught:
        Repository.open(folder)

    assert "core.worktree" in caught.value.hint


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_repository_of_another_account_is_refused_with_a_way_out(
    a_repository: MakeRepository, empty_home: Path
) -> None:
    folder = a_repository()
    os.chown(folder, 65534, 65534)
    os.chown(folder / ".git", 65534, 65534)

    with pytest.raises(RepositoryProblem, match="another account") as caught:
        Repository.open(folder)
    assert f"safe.directory {folder}" in caught.value.hint

    (empty_home / ".gitconfig").write_text(f"[safe]\n\tdirectory = {folder}\n")
    assert opened(folder).root == folder


def test_a_damaged_configuration_is_named(a_repository: MakeRepository) -> None:
    folder = a_repository()
    (folder / ".git" / "config").write_text("[core\n")

    with pytest.raises(RepositoryProblem, match="bad config line"):
        Repository.open(folder)


@pytest.mark.slow
def test_a_git_that_never_answers_is_given_up(
    a_repository: MakeRepository, git: Git, tmp_path: Path
) -> None:
    folder = a_repository()
    os.mkfifo(tmp_path / "endless")
    git(folder, "config", "include.path", str(tmp_path / "endless"))

    with pytest.raises(RepositoryProblem, match="no answer within 10 s"):
        Repository.open(folder)


def test_a_commit_has_the_time_at_which_it_came_into_the_history(
    a_repository: MakeRepository, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_COMMITTER_DATE", "@1700000000 +0200")
    root = a_repository()
    repository = Repository.open(root)
    sha = git(root, "rev-parse", "HEAD")

    assert repository is not None
    assert [repository.commit_time(name) for name in (sha, sha[:7], "main", "HEAD~0")] == [
        1_700_000_000.0
    ] * 4
    for name in ("HEAD~1", "nowhere", "--all", "main..main", "", ":/Start", "-1"):
        assert repository.commit_time(name) is None
