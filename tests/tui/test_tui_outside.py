from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import pytest
from textual.app import SuspendNotSupported

from featherchat.errors import NothingFound, UsageError
from featherchat_tui.outside import edited, opened, paged


def program(folder: Path, script: str) -> str:
    file = folder / "program"
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)
    return str(file)


def refused() -> AbstractContextManager[None]:
    raise SuspendNotSupported


def test_a_text_comes_back_as_the_editor_leaves_it(tmp_path: Path) -> None:
    editor = program(tmp_path, 'echo "and more" >> "$1"')

    text = edited("half\n", nullcontext, {"EDITOR": editor})

    assert text == "half\nand more\n"


def test_the_pager_gets_the_text_and_its_file_is_gone_afterwards(tmp_path: Path) -> None:
    pager = program(tmp_path, f'cp "$1" {tmp_path}/seen; echo "$1" > {tmp_path}/name')

    paged("a page", nullcontext, {"PAGER": pager})

    assert (tmp_path / "seen").read_text() == "a page"
    assert not Path((tmp_path / "name").read_text().strip()).exists()


def test_a_program_that_is_not_there_is_named() -> None:
    with pytest.raises(UsageError, match="no-such-pager"):
        paged("a page", nullcontext, {"PAGER": "no-such-pager"})


def test_a_terminal_that_cannot_be_given_away_is_said() -> None:
    with pytest.raises(UsageError, match="cannot be given to the editor"):
        edited("half", refused, {"EDITOR": "true"})
    with pytest.raises(UsageError, match="cannot be given to the pager"):
        paged("half", refused, {"PAGER": "true"})


def test_a_source_is_opened_at_its_line(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    document = tmp_path / "docs" / "adr.md"
    document.write_text("# Use Helm\n")
    editor = Path(program(tmp_path, f'echo "$@" > {tmp_path}/seen')).rename(tmp_path / "vim")

    opened(tmp_path, "docs/adr.md", 12, nullcontext, {"EDITOR": str(editor)})

    assert (tmp_path / "seen").read_text() == f"+12 {document}\n"


@pytest.mark.parametrize("path", ["gone.md", "../outside.md", "/etc/hostname"])
def test_a_source_that_is_gone_or_lies_outside_is_not_opened(tmp_path: Path, path: str) -> None:
    (tmp_path / "outside.md").write_text("")
    root = tmp_path / "project"
    root.mkdir()

    with pytest.raises(NothingFound, match="There is no file"):
        opened(root, path, None, nullcontext, {"EDITOR": "false"})
