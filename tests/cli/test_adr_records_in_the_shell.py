"""adr import, check and graph: bad records are named with file and line, the rest is learnt."""

import json
import time

import pytest

from tests.cli.conftest import Shell
from tests.workshop import Workshop

RECORD = "# {}. {}\n\n## Status\n\n{}\n\n## Context\n\n{} came up.\n\n## Decision\n\nWe {} here.\n"


def record(number: int, title: str, status: str = "Accepted") -> str:
    return RECORD.format(number, title, status, title, title.lower())


@pytest.fixture
def bad(workshop: Workshop) -> Workshop:
    """A folder with everything that may be wrong with records, and one that is well."""
    folder = "docs/adr"
    for name, text in {
        "0001-use-a.md": record(1, "Use A"),
        "0002-use-b.md": record(2, "Use B").replace("## Status\n\nAccepted\n\n", ""),
        "0003-use-c.md": record(3, "Use C", "Accepted").replace("# 3", "Status: rejected\n\n# 3"),
        "0004-use-d.md": record(4, "Use D", "Superseded by [5](0005-use-e.md)"),
        "0005-use-e.md": record(5, "Use E", "Superseded by [4](0004-use-d.md)"),
        "0006-use-f.md": record(6, "Use F"),
        "0006-use-g.md": record(6, "Use G"),
        "0007-use-h.md": record(7, "Use H", "<<<<<<< ours\nAccepted\n=======\nDraft\n>>>>>>> it"),
        "0008-use-i.md": record(8, "Use I").replace("\n", "\r\n"),
        "0009-use-j.md": record(9, "Use J", "Accepted\n\nAmends [12](0012-gone.md)"),
        "README.md": "# Decisions\n\nHow they are made.\n",
    }.items():
        workshop.write(f"{folder}/{name}", text)
    return workshop


def test_bad_records_are_named_and_everything_else_is_learnt(shell: Shell, bad: Workshop) -> None:
    done = shell("adr", "import")

    listed = [json.loads(line) for line in shell("adr", "list", "--json").lines]
    assert done.code == 0
    assert "unparsed  docs/adr/0007-use-h.md:5: it holds a merge conflict" in done.out
    assert "9 new, 1 unparsed." in done.err
    assert {each["title"] for each in listed} == {
        *("ADR-1 Use A", "ADR-2 Use B", "ADR-3 Use C", "ADR-4 Use D", "ADR-5 Use E"),
        *("ADR-6 Use F", "ADR-6 Use G", "ADR-8 Use I", "ADR-9 Use J"),
    }


def test_what_is_odd_about_a_record_is_told_when_it_is_learnt(shell: Shell, bad: Workshop) -> None:
    first, again = shell("adr", "import"), shell("adr", "import")

    assert "Note: docs/adr/0003-use-c.md:" in first.err
    assert "Several statuses are stated" in first.err
    assert "Note:" not in again.err


def test_a_status_that_a_file_takes_away_is_told(shell: Shell, workshop: Workshop) -> None:
    workshop.write("docs/adr/0001-use-a.md", record(1, "Use A", "Proposed"))
    shell("adr", "import")
    shell("adr", "accept", "1")
    workshop.write("docs/adr/0001-use-a.md", record(1, "Use A", "Proposed") + "\nMore.\n")

    done = shell("adr", "import")

    assert done.out == "changed   docs/adr/0001-use-a.md  ADR-1 Use A · accepted → proposed\n"


def test_an_index_that_init_has_learnt_is_no_failed_record(shell: Shell, bad: Workshop) -> None:
    shell("init")

    done = shell("adr", "import")

    assert "README" not in done.out


def test_a_second_import_and_a_dry_run_change_nothing(shell: Shell, bad: Workshop) -> None:
    planned = shell("adr", "import", "docs/adr", "--dry-run")
    before = shell("adr", "list")
    shell("adr", "import")

    again = shell("adr", "import")

    assert "Would be: 9 new, 1 unparsed." in planned.err
    assert before.code == 1
    assert "9 unchanged, 1 unparsed." in again.err
    assert [line.split()[0] for line in again.lines] == ["unparsed"]


def test_an_import_says_the_same_to_programs(shell: Shell, bad: Workshop) -> None:
    found = [json.loads(line) for line in shell("adr", "import", "--json").lines]

    by_path = {each["path"]: each for each in found}
    assert by_path["docs/adr/0001-use-a.md"]["outcome"] == "new"
    assert by_path["docs/adr/0002-use-b.md"]["problems"] == [
        {"line": 1, "text": "No status is stated."}
    ]
    assert by_path["docs/adr/0007-use-h.md"]["line"] == 5


def test_a_check_names_each_problem_with_file_and_line(shell: Shell, bad: Workshop) -> None:
    done = shell("adr", "check")
    program = [json.loads(line) for line in shell("adr", "check", "--json").lines]

    assert done.code == 1
    assert done.lines == [f"{each['path']}:{each['line']}: {each['text']}" for each in program]
    for expected in (
        "0002-use-b.md:1: No status is stated.",
        "0003-use-c.md:7: Several statuses are stated: rejected (line 1), accepted (line 7).",
        "0006-use-f.md:1: The number 6 is also that of 0006-use-g.md.",
        "0007-use-h.md:5: A merge conflict was left behind.",
        "0009-use-j.md:7: There is no 0012-gone.md.",
    ):
        assert f"docs/adr/{expected}" in done.lines
    assert any("0004-use-d.md" in line and "circle" in line for line in done.lines)
    assert not any("0001" in line or "0008" in line for line in done.lines)
    assert "10 records" in done.err


def test_records_that_are_well_pass_the_check(shell: Shell, workshop: Workshop) -> None:
    workshop.write("docs/adr/0001-use-a.md", record(1, "Use A"))

    done = shell("adr", "check")

    assert (done.code, done.out, done.err) == (0, "", "1 record, 0 problems.\n")


def test_a_folder_that_is_none_is_refused(shell: Shell, workshop: Workshop) -> None:
    nothing = shell("adr", "check")
    missing = shell("adr", "import", "no/such/folder")

    assert (nothing.code, missing.code) == (1, 2)
    assert "no folder of decision records" in nothing.err
    assert "is not a folder" in missing.err


def test_a_megabyte_is_imported_and_checked_in_seconds(shell: Shell, workshop: Workshop) -> None:
    text = record(1, "Use A") + "\n## Notes\n\n" + "It was a long story. " * 45_000
    workshop.write("docs/adr/0001-use-a.md", text)
    start = time.process_time()

    checked, learnt = shell("adr", "check"), shell("adr", "import")

    assert (checked.code, learnt.code) == (0, 0)
    assert time.process_time() - start < 20


def test_a_graph_is_written_in_the_form_that_is_asked_for(shell: Shell, bad: Workshop) -> None:
    empty = shell("adr", "graph")
    shell("adr", "import")

    drawn = shell("adr", "graph")
    around = shell("adr", "graph", "ADR-4", "--format", "text")
    dot = shell("adr", "graph", "--format", "dot")

    assert (empty.code, empty.out) == (1, "")
    assert drawn.out.startswith("flowchart TD\n")
    assert "ADR-5 Use E" in around.out and "ADR-1" not in around.out
    assert dot.out.startswith("digraph decisions {") and dot.out.endswith("}\n")
