"""note, as a shell and a program see it."""

import json

from tests.cli.conftest import Shell
from tests.workshop import Workshop


def a_change(workshop: Workshop) -> None:
    workshop.write("src/tokens.py", "LIFE = 300\n")
    workshop.git("add", "--all")
    workshop.git("commit", "--quiet", "--message", "Start")
    workshop.write("src/tokens.py", "LIFE = 86400\n")


def test_a_note_is_told_with_the_change_that_it_is_for(workshop: Workshop, shell: Shell) -> None:
    a_change(workshop)

    done = shell("note", "src/tokens.py", "The server rejects longer\x1b[31m ones")
    told = shell("why", "src/tokens.py:1")

    assert done.code == 0
    assert done.lines[0].startswith("Noted: ")
    assert "Uncommitted: LIFE in src/tokens.py" in done.lines[1]
    assert done.err == "The commit of src/tokens.py takes it up.\n"
    assert "\x1b" not in done.out
    assert told.code == 0
    assert "because The server rejects longer ones" in told.out


def test_a_program_reads_a_note_as_one_object(workshop: Workshop, shell: Shell) -> None:
    a_change(workshop)

    (line,) = shell("note", "src", "The server rejects longer ones", "--json").lines

    found = json.loads(line)
    assert (found["kind"], found["waiting"], len(found["changes"])) == ("rationale", ["src"], 1)


def test_a_note_without_a_path_is_a_usage_error(shell: Shell) -> None:
    done = shell("note", "The server rejects longer ones")
    lost = shell("note", "none.py", "The server rejects longer ones")

    assert (done.code, lost.code) == (2, 2)
    assert "There is no " in lost.err
