"""A file is changed only as its diff was shown."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from featherchat.code.diffs import AddedLine
from featherchat.code.file_changes import FileChange, file_change, read_bytes, write_changes
from featherchat.errors import InvalidValue, UsageError


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "notes" / "AGENTS.md"


def test_a_diff_says_what_comes_and_what_goes(place: Path) -> None:
    change = file_change(place, "AGENTS.md", b"one\ntwo\n", b"one\nthree\n")

    assert change.diff.splitlines() == [
        "--- a/AGENTS.md",
        "+++ b/AGENTS.md",
        "@@ -1,2 +1,2 @@",
        " one",
        "-two",
        "+three",
    ]


def test_a_diff_cannot_drive_the_terminal(place: Path) -> None:
    change = file_change(place, "AGENTS.md", None, b"\x1b[2Jgone\n")

    assert "\x1b" not in change.diff


def test_a_new_file_comes_with_its_folder(place: Path) -> None:
    write_changes([file_change(place, "AGENTS.md", None, b"one\n")])

    assert place.read_bytes() == b"one\n"
    assert [path.name for path in place.parent.iterdir()] == ["AGENTS.md"]


def test_a_changed_file_keeps_its_mode(place: Path) -> None:
    place.parent.mkdir()
    place.write_bytes(b"one\n")
    place.chmod(0o750)

    write_changes([file_change(place, "AGENTS.md", b"one\n", b"two\n")])

    assert place.read_bytes() == b"two\n"
    assert place.stat().st_mode & 0o777 == 0o750


@pytest.mark.parametrize("before", [None, b"old\n"])
def test_a_file_that_changed_since_its_diff_is_left_alone(
    place: Path, tmp_path: Path, before: bytes | None
) -> None:
    place.parent.mkdir()
    place.write_bytes(b"mine\n")
    other = tmp_path / "other.md"

    with pytest.raises(InvalidValue, match="has changed since"):
        write_changes(
            [FileChange(other, "other.md", None, b"x\n"), FileChange(place, "a", before, b"new\n")]
        )

    assert place.read_bytes() == b"mine\n"
    assert not other.exists()


def test_a_secret_is_never_written(place: Path) -> None:
    secret = b"the key is sk-ant-api03-AAAABBBBCCCCDDDDEEEEFFFFGGGGHHHH1234\n"

    with pytest.raises(InvalidValue, match="holds a secret"):
        file_change(place, "AGENTS.md", b"", secret)


def test_a_secret_that_stands_there_already_is_not_ours_to_judge(place: Path) -> None:
    secret = b"the key is sk-ant-api03-AAAABBBBCCCCDDDDEEEEFFFFGGGGHHHH1234\n"

    assert file_change(place, "AGENTS.md", secret, secret + b"more\n").diff.endswith("+more")


def test_what_is_no_text_is_refused(place: Path) -> None:
    place.parent.mkdir()
    place.write_bytes(b"\xff\xfe\x00")

    with pytest.raises(InvalidValue, match="not UTF-8"):
        read_bytes(place, "AGENTS.md")


def test_a_folder_that_cannot_be_made_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(UsageError, match="cannot be"):
        write_changes([FileChange(tmp_path / "file" / "a.md", "file/a.md", None, b"x")])


def test_a_change_in_a_long_file_of_equal_lines_is_one_line(place: Path) -> None:
    before = b"same\n" * 100_000
    after = b"same\n" * 50_000 + b"other\n" + b"same\n" * 50_000

    change = file_change(place, "data.txt", before, after)

    assert change.diff.splitlines()[2:] == [
        "@@ -49998,6 +49998,7 @@",
        *[" same"] * 3,
        "+other",
        *[" same"] * 3,
    ]
    assert (change.added, change.removed) == ((AddedLine(50_001, "other"),), 0)


@given(st.lists(st.sampled_from("abc"), max_size=8), st.lists(st.sampled_from("abc"), max_size=8))
def test_a_diff_leads_from_one_file_to_the_other(before: list[str], after: list[str]) -> None:
    sides = ["".join(f"{line}\n" for line in each).encode() for each in (before, after)]
    change = FileChange(Path("/a"), "a", *sides)

    lines = change.diff.splitlines()[2:]

    hunk = re.match(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@", lines[0]) if lines else None
    if hunk is not None:
        assert len(lines) <= 1 + len(before) + len(after)
        first, count = int(hunk[1]), int(hunk[2] or 1)
        start = first - 1 if count else first
        patched = [
            *before[:start],
            *(line[1:] for line in lines[1:] if line[0] != "-"),
            *before[start + count :],
        ]
        assert patched == after
    else:
        assert before == after
    for line in change.added:
        assert after[line.number - 1] == line.text
    assert len(change.added) - change.removed == len(after) - len(before)
