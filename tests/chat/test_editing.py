"""Edits that the model proposes: inside the project, as they were shown, or not at all."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from featherchat.chat.editing import Edited, Edits, Review, replaced
from featherchat.code.file_changes import FileChange
from featherchat.errors import FeatherchatError, InvalidValue, NothingFound

pytestmark = pytest.mark.anyio

KEY = "sk-ant-api03-AAAABBBBCCCCDDDDEEEEFFFFGGGGHHHH1234"
POOL = "import db\n\nSIZE = 40\n\n\ndef pool():\n    return db.pool(SIZE)\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "webapp"
    (folder / ".git").mkdir(parents=True)
    (folder / "src").mkdir()
    (folder / "src" / "pool.py").write_text(POOL)
    return folder


def answering(
    agreed: bool, why: str = "", meanwhile: Callable[[FileChange], object] = lambda change: None
) -> Callable[[FileChange], object]:
    async def review(change: FileChange) -> Review:
        meanwhile(change)
        return Review(agreed, why, ("● ADR-7 Pool · docs/adr/7.md",))

    return review


async def edit(edits: Edits, path: str, old: str, new: str, **given: object) -> Edited:
    review = answering(**{"agreed": True, **given})  # type: ignore[arg-type]
    return await edits.edit(path, old, new, review)  # type: ignore[arg-type]


async def test_an_edit_replaces_one_passage_and_names_the_decisions(root: Path) -> None:
    edited = await edit(Edits(root), "src/pool.py", "SIZE = 40\n", "SIZE = 20\n")

    assert (root / "src" / "pool.py").read_text() == POOL.replace("40", "20")
    assert (edited.written, edited.summary) == (True, "+1 −1")
    assert "src/pool.py was edited: +1 −1." in edited.text
    assert "> ● ADR-7 Pool · docs/adr/7.md" in edited.text


async def test_a_file_is_created_with_its_folders(root: Path) -> None:
    edited = await edit(Edits(root), "src/new/a.py", "", "A = 1\n")

    assert (root / "src" / "new" / "a.py").read_text() == "A = 1\n"
    assert "was created: +1 −0." in edited.text


async def test_a_no_writes_nothing_and_its_reason_goes_back(root: Path) -> None:
    edited = await edit(Edits(root), "src/pool.py", "40", "20", agreed=False, why="Too small.")

    assert (root / "src" / "pool.py").read_text() == POOL
    assert not edited.written
    assert "The user said no: Too small." in edited.text
    assert "> ● ADR-7" in edited.text


async def test_mode_line_endings_and_the_byte_order_mark_stay(root: Path) -> None:
    script = root / "run.sh"
    script.write_bytes(b"\xef\xbb\xbfone\r\ntwo\r\nthree\r\n")
    script.chmod(0o755)

    await edit(Edits(root), "run.sh", "one\ntwo", "one\n1.5\ntwo")

    assert script.read_bytes() == b"\xef\xbb\xbfone\r\n1.5\r\ntwo\r\nthree\r\n"
    assert script.stat().st_mode & 0o777 == 0o755
    assert sorted(os.listdir(root)) == [".git", "run.sh", "src"]


@given(
    st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), max_size=5)),
    st.integers(0, 9),
    st.sampled_from(["\n", "\r\n"]),
)
def test_only_the_passage_changes_whatever_stands_around_it(
    lines: list[str], place: int, end: str
) -> None:
    around = [*lines[:place], "⟦old\none⟧", *lines[place:]]
    text = end.join(around).replace("old\n", f"old{end}")

    after = replaced("a.txt", text, "⟦old\none⟧", "new\\1\n")

    assert after == end.join([*lines[:place], f"new\\1{end}", *lines[place:]])


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("../outside.txt", "outside the project"),
        ("/etc/passwd", "outside the project"),
        ("link.txt", "outside the project"),
        ("linked/new.txt", "outside the project"),
        (".git/hooks/pre-commit", "git's own folder"),
        ("src/.GIT/config", "git's own folder"),
        (".env", "may hold secrets"),
        ("kept.txt", "may hold secrets"),
        ("picture.png", "is not text"),
        ("western.txt", "is not UTF-8"),
        ("big.txt", "larger than the limit"),
        ("src", "not a regular file"),
        ("pipe", "not a regular file"),
        ("src/pool.py/a", "cannot be read"),
        ("a\0b", "not a usable path"),
        ("a\nb", "no longer be text"),
        ("\ud800", "not a usable path"),
    ],
)
async def test_what_may_not_be_edited_is_refused_before_anybody_is_asked(
    root: Path, path: str, reason: str
) -> None:
    (root.parent / "outside.txt").write_text("not yours")
    (root / "link.txt").symlink_to("../outside.txt")
    (root / "linked").symlink_to("..")
    (root / ".env").write_text("PASSWORD=hunter22")
    (root / "kept.txt").symlink_to(".env")
    (root / "picture.png").write_bytes(b"\x89PNG\0")
    (root / "western.txt").write_bytes(b"caf\xe9\n")
    (root / "big.txt").write_bytes(b"x" * 1_000_001)
    os.mkfifo(root / "pipe")
    asked: list[FileChange] = []
    before = {file: file.read_bytes() for file in root.rglob("*") if file.is_file()}

    with pytest.raises(FeatherchatError, match=reason):
        await edit(Edits(root), path, "", "x", meanwhile=asked.append)

    assert asked == []
    assert {file: file.read_bytes() for file in root.rglob("*") if file.is_file()} == before


@pytest.mark.parametrize(
    ("path", "old", "new", "reason"),
    [
        ("src/pool.py", "LIMIT", "x", "does not stand in src/pool.py"),
        ("src/pool.py", "pool", "x", "more than once"),
        ("src/aaa.txt", "aa", "x", "more than once"),
        ("src/pool.py", "", "x", "exists already"),
        ("src/none.py", "SIZE", "x", "There is no file src/none.py"),
        ("src/pool.py", "40", "40", "would stay as it is"),
        ("src/pool.py", "40", f"'{KEY}'", "holds a secret"),
        ("src/pool.py", "40", "'[redacted:anthropic-key:4f2a]'", "mark of a redacted secret"),
        ("src/pool.py", "40", "4\0", "no longer be text"),
        ("src/pool.py", "40", "\ud800", "no longer be text"),
        ("src/pool.py", "40", "x" * 100_001, "cannot be read by a person"),
        ("src/large.txt", "end", "x" * 90_000, "would have 1,089"),
        ("src/pool.py", "40", "40\n# \x1b]0;", "characters that cannot be shown"),
        ("src/pool.py", "40", "40 \x9d1 \x9c", "characters that cannot be shown"),
    ],
)
async def test_an_edit_that_cannot_be_made_says_what_to_do(
    root: Path, path: str, old: str, new: str, reason: str
) -> None:
    (root / "src" / "aaa.txt").write_text("aaa")
    (root / "src" / "large.txt").write_text("line\n" * 199_990 + "end")

    with pytest.raises(InvalidValue, match=reason) as refused:
        await edit(Edits(root), path, old, new)

    assert refused.value.hint
    assert (root / "src" / "pool.py").read_text() == POOL


async def test_a_file_that_changes_while_one_is_asked_is_left_alone(root: Path) -> None:
    pool = root / "src" / "pool.py"

    with pytest.raises(InvalidValue, match="has changed"):
        await edit(
            Edits(root), "src/pool.py", "40", "20", meanwhile=lambda _: pool.write_text("newer")
        )

    assert pool.read_text() == "newer"


async def test_a_link_that_comes_while_one_is_asked_is_not_followed(root: Path) -> None:
    elsewhere = root.parent / "elsewhere"
    elsewhere.mkdir()

    def swap(change: FileChange) -> None:
        (root / "src").rename(root / "moved")
        (root / "src").symlink_to(elsewhere)

    with pytest.raises(InvalidValue, match="outside the project"):
        await edit(Edits(root), "src/new.py", "", "A = 1\n", meanwhile=swap)

    assert list(elsewhere.iterdir()) == []


async def test_edits_are_taken_back_newest_first_or_by_their_file(root: Path) -> None:
    edits, pool = Edits(root), root / "src" / "pool.py"
    await edit(edits, "src/pool.py", "40", "30")
    await edit(edits, "src/new.py", "", "A = 1\n")
    await edit(edits, "src/pool.py", "30", "20")

    taken = [edits.take_back(), edits.take_back("@src/pool.py"), edits.take_back()]

    assert [each.name for each in taken] == ["src/pool.py", "src/pool.py", "src/new.py"]
    assert pool.read_text() == POOL
    assert not (root / "src" / "new.py").exists()
    with pytest.raises(NothingFound):
        edits.take_back()


async def test_an_edit_is_not_taken_back_over_a_newer_change(root: Path) -> None:
    edits, pool = Edits(root), root / "src" / "pool.py"
    await edit(edits, "src/pool.py", "40", "20")
    pool.write_text("newer")

    with pytest.raises(InvalidValue, match="has changed since"):
        edits.take_back("src/pool.py")

    assert pool.read_text() == "newer"
