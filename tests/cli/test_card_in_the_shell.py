"""featherchat card, as it is called."""

import json

from featherchat.errors import ExitCode
from tests.cli.conftest import Shell
from tests.workshop import Workshop


def test_the_card_is_printed_and_counted(shell: Shell) -> None:
    shell("adr", "new", "Use PostgreSQL", "--accepted")

    done = shell("card")

    assert done.code == ExitCode.DONE
    assert done.lines[-1].endswith("Use PostgreSQL")
    assert "tokens" in done.err


def test_json_is_one_object_a_line(shell: Shell) -> None:
    shell("adr", "new", "Use PostgreSQL", "--accepted")

    (line,) = shell("card", "--json").lines

    record = json.loads(line)
    assert (record["label"], record["title"]) == ("Decision", "Use PostgreSQL")
    assert record["created_at"] > 0


def test_an_empty_project_has_nothing_on_its_card(shell: Shell) -> None:
    done = shell("card")

    assert (done.code, done.out) == (ExitCode.NOTHING, "")


def test_the_diff_is_shown_and_nothing_is_written_without_a_yes(
    shell: Shell, workshop: Workshop
) -> None:
    shell("adr", "new", "Use PostgreSQL", "--accepted")

    done = shell("card", "--write", "AGENTS.md")

    assert done.code == ExitCode.USAGE
    assert "+++ b/AGENTS.md" in done.out
    assert "--yes" in done.err
    assert not (workshop.root / "AGENTS.md").exists()


def test_a_yes_writes_and_a_second_one_has_nothing_to_do(shell: Shell, workshop: Workshop) -> None:
    shell("adr", "new", "Use PostgreSQL", "--accepted")

    first = shell("card", "--write", "AGENTS.md", "--yes")
    again = shell("card", "--write", "AGENTS.md", "--yes")

    assert first.code == again.code == ExitCode.DONE
    assert "Use PostgreSQL" in (workshop.root / "AGENTS.md").read_text()
    assert again.out == ""
    assert "up to date" in again.err
