"""Files are read as text inside the project, or skipped for a stated reason."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from featherchat.code.files import (
    Document,
    Skipped,
    SkipReason,
    blob_hash,
    inside,
    list_files,
    read_document,
)
from featherchat.code.repository import Repository
from featherchat.errors import InvalidValue

Git = Callable[..., str]
MakeRepository = Callable[..., Path]


def read(root: Path, path: str) -> Document:
    document = read_document(root, path)
    assert isinstance(document, Document)
    return document


def write(root: Path, *paths: str, text: str = "") -> None:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)


def test_a_document_carries_its_text_and_what_identifies_it(tmp_path: Path, git: Git) -> None:
    write(tmp_path, "docs/why.md", text="Wärme\r\n")
    os.utime(tmp_path / "docs/why.md", (1_700_000_000, 1_700_000_000))

    document = read_document(tmp_path, "docs/why.md")

    assert document == Document(
        path="docs/why.md",
        text="Wärme\r\n",
        blob_hash=git(tmp_path, "hash-object", "--no-filters", "docs/why.md"),
        size=8,
        modified=1_700_000_000.0,
    )


def test_the_hash_of_no_bytes_is_gits_empty_blob() -> None:
    assert blob_hash(b"") == "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"


def test_a_byte_order_mark_is_not_part_of_the_text(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(b"\xef\xbb\xbf# Title")

    assert read(tmp_path, "a.md").text == "# Title"


@pytest.mark.parametrize(
    ("data", "text"),
    [(b"caf\xe9 \x80 5", "café € 5"), (b"caf\xe9 \x81", "café \x81")],
    ids=["cp1252", "latin-1"],
)
def test_text_in_an_old_encoding_is_read_and_marked(tmp_path: Path, data: bytes, text: str) -> None:
    (tmp_path / "menu.txt").write_bytes(data)

    document = read(tmp_path, "menu.txt")

    assert document.text == text
    assert document.encoding_guessed


@pytest.mark.parametrize("data", [b"\x89PNG\r\n\x1a\n\0\0", b"\xff\xfe\x01\x02"])
def test_bytes_that_are_no_text_are_skipped(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "data").write_bytes(data)

    assert read_document(tmp_path, "data") == Skipped("data", SkipReason.BINARY)


def test_a_file_at_the_limit_is_read_and_one_above_it_is_not(tmp_path: Path) -> None:
    write(tmp_path, "a.md", text="12345")

    assert isinstance(read_document(tmp_path, "a.md", limit=5), Document)
    assert read_document(tmp_path, "a.md", limit=4) == Skipped("a.md", SkipReason.TOO_LARGE)


def test_a_file_of_secrets_is_not_read_even_through_a_link(tmp_path: Path) -> None:
    write(tmp_path, ".env", text="TOKEN=1")
    (tmp_path / "notes.md").symlink_to(".env")

    assert read_document(tmp_path, ".env") == Skipped(".env", SkipReason.SECRET)
    assert read_document(tmp_path, "notes.md") == Skipped("notes.md", SkipReason.SECRET)


def test_a_file_that_vanished_after_it_was_listed_is_skipped(tmp_path: Path) -> None:
    write(tmp_path, "a.md")
    listed = list_files(tmp_path, None)
    (tmp_path / "a.md").unlink()

    assert [read_document(tmp_path, path) for path in listed] == [Skipped("a.md", SkipReason.GONE)]


def test_a_pipe_and_a_folder_are_skipped_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()

    assert read_document(tmp_path, "pipe") == Skipped("pipe", SkipReason.NOT_A_FILE)
    assert read_document(tmp_path, "folder") == Skipped("folder", SkipReason.NOT_A_FILE)


def test_a_device_is_skipped(tmp_path: Path) -> None:
    assert read_document(Path("/dev"), "zero") == Skipped("zero", SkipReason.NOT_A_FILE)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_closed_to_us_is_skipped(tmp_path: Path) -> None:
    write(tmp_path, "a.md")
    (tmp_path / "a.md").chmod(0)

    assert read_document(tmp_path, "a.md") == Skipped("a.md", SkipReason.UNREADABLE)


def test_a_link_is_followed_inside_the_project_only(tmp_path: Path) -> None:
    project = tmp_path / "project"
    write(project, "docs/a.md", text="inside")
    write(tmp_path, "other.md", text="outside")
    (project / "good.md").symlink_to("docs/a.md")
    (project / "bad.md").symlink_to("../other.md")
    (project / "loop.md").symlink_to("loop.md")

    assert read(project, "good.md").text == "inside"
    assert read_document(project, "bad.md") == Skipped("bad.md", SkipReason.OUTSIDE)
    assert read_document(project, "loop.md") == Skipped("loop.md", SkipReason.OUTSIDE)


@pytest.mark.parametrize(
    "path", ["..", "../other", "a/../../other", "/etc/passwd", "out/x", "a\0b"]
)
def test_a_path_that_leaves_the_project_is_refused(tmp_path: Path, path: str) -> None:
    project = tmp_path / "project"
    (project / "a").mkdir(parents=True)
    (project / "out").symlink_to(tmp_path)

    with pytest.raises(InvalidValue):
        inside(project, path)


@pytest.mark.parametrize("path", [".git/config", "sub/.git", "a/../.GIT/hooks/pre-commit"])
def test_gits_own_folder_is_not_part_of_the_project(tmp_path: Path, path: str) -> None:
    with pytest.raises(InvalidValue, match="git's own folder"):
        inside(tmp_path, path)


def test_a_path_may_be_absolute_or_not_exist_yet(tmp_path: Path) -> None:
    assert inside(tmp_path, tmp_path / "new.md") == tmp_path / "new.md"
    assert inside(tmp_path, "a/../new.md") == tmp_path / "new.md"
    assert inside(tmp_path, ".") == tmp_path


steps = st.sampled_from(["..", ".", "a", "b", "out", "/", "~"])


@given(path=st.lists(steps, max_size=6).map("/".join))
def test_whatever_is_let_through_lies_in_the_project(
    tmp_path_factory: pytest.TempPathFactory, path: str
) -> None:
    base = tmp_path_factory.getbasetemp() / "inside"
    project = base / "project"
    (project / "a").mkdir(parents=True, exist_ok=True)
    if not (project / "out").is_symlink():
        (project / "out").symlink_to(base)

    try:
        place = inside(project, path)
    except InvalidValue:
        return

    assert place.resolve().is_relative_to(project)


def test_in_a_repository_git_lists_the_files(a_repository: MakeRepository) -> None:
    folder = a_repository(files={".gitignore": "*.log\n", "app.py": ""})
    write(folder, "debug.log", "new.py")

    assert list_files(folder, Repository.open(folder)) == [".gitignore", "app.py", "new.py"]


def test_without_git_packages_caches_and_loops_are_left_out(tmp_path: Path) -> None:
    write(tmp_path, "src/app.py", "node_modules/x/index.js", ".venv/lib/a.py", "venv.md")
    (tmp_path / "src" / "again").symlink_to(tmp_path)

    assert list_files(tmp_path, None) == ["src/again", "src/app.py", "venv.md"]


def test_without_git_the_ignore_files_mean_what_they_mean_to_git(tmp_path: Path, git: Git) -> None:
    write(tmp_path, ".gitignore", text="*.log\n/build/\n!keep.log\ndoc/*.tmp\n\\#odd\n# note\n")
    write(tmp_path, "sub/.gitignore", text="!special.log\n*.md\n/deep/*\n!/deep/kept.txt\n")
    write(tmp_path, "a.log", "keep.log", "build/x", "sub/build/x", "doc/a.tmp", "doc/b/a.tmp")
    write(tmp_path, "#odd", "sub/special.log", "sub/other.log", "sub/a.md", "a.md")
    write(tmp_path, "sub/deep/kept.txt", "sub/deep/gone.txt", "build/keep.log")

    walked = list_files(tmp_path, None)

    git(tmp_path, "init", "--quiet")
    listing = ["git", "-C", str(tmp_path), "ls-files", "-z", "--others", "--exclude-standard"]
    told = subprocess.run(listing, check=True, capture_output=True, text=True).stdout
    assert walked == sorted(told.split("\0")[:-1])
    assert "sub/special.log" in walked
