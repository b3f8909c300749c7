"""verify in a shell: what waits for a person's word, and giving it."""

import json

from tests.cli.conftest import Shell
from tests.workshop import Workshop


def a_suspect(workshop: Workshop, shell: Shell) -> str:
    workshop.write("src/keys.py", "X = 1\n")
    workshop.git("add", "--all")
    workshop.git("commit", "--quiet", "--message", "Begin")
    shell("bug", "Doors jam", "--path", "src/keys.py")
    shell("index")
    workshop.write("src/keys.py", "X = 2\n")
    workshop.git("commit", "--quiet", "--all", "--message", "Go on")
    return workshop.git("rev-parse", "--short=7", "HEAD")


def test_what_is_suspect_is_marked_listed_and_confirmed(workshop: Workshop, shell: Shell) -> None:
    sha = a_suspect(workshop, shell)

    indexed, listed = shell("index"), shell("verify")
    found = json.loads(shell("verify", "--json").out)
    searched, shown = shell("search", "--words", "doors jam"), shell("show", found["id"])
    held, after = shell("verify", found["id"]), shell("verify")

    assert "1 memory turned suspect" in indexed.err
    assert listed.lines[0].startswith("⚑ bug fix (suspect) · Doors jam")
    assert listed.lines[1] == f"  ⚑ src/keys.py changed in {sha}"
    assert "verify ID if it holds" in listed.err
    assert found["suspect"] == [f"src/keys.py changed in {sha}"]
    assert listed.lines[1] in searched.lines and listed.lines[1] in shown.lines
    assert held.out.startswith("Still holds: · bug fix · Doors jam")
    assert (after.code, after.out) == (1, "")
    assert "Nothing is suspect" in after.err
