"""links in a shell: what is linked is listed, and a person's word is one command."""

import json

from tests.cli.conftest import Shell
from tests.workshop import Workshop

RECORD = "# 12. Keep the tokens short\n\n## Status\n\nAccepted\n\n## Decision\n\nFive minutes.\n"


def a_history(workshop: Workshop) -> None:
    workshop.write("doc/adr/0012-keep-the-tokens-short.md", RECORD)
    workshop.git("add", "--all")
    workshop.git("commit", "--quiet", "--message", "Start")
    workshop.write("src/tokens.py", "LIFE = 300\n")
    workshop.git("add", "--all")
    workshop.git("commit", "--quiet", "--message", "Follow ADR-12\x1b[31m")


def a_suggestion(workshop: Workshop) -> None:
    workshop.write("src/tokens.py", "LIFE = 200\n")
    workshop.git("commit", "--quiet", "--all", "--message", "Keep the tokens shorter")


def test_links_are_listed_with_how_they_were_found(workshop: Workshop, shell: Shell) -> None:
    a_history(workshop)
    shell("init")
    shell("index")

    done, records = shell("links"), shell("links", "--json").lines

    assert done.code == 0
    assert "Follow ADR-12" in done.lines[0]
    assert done.lines[1].strip().startswith("caused by ● ADR-12 Keep the tokens short (accepted)")
    assert done.lines[1].endswith("(explicit, 0.99: says ADR-0012)")
    assert "\x1b" not in done.out
    record = json.loads(records[0])
    assert (record["relation"], record["suggested"], record["confidence"]) == (
        "causes",
        False,
        0.99,
    )


def test_a_link_is_taken_away_and_brought_back(workshop: Workshop, shell: Shell) -> None:
    a_history(workshop)
    shell("init")
    shell("index")
    change = json.loads(shell("links", "--json").lines[0])["change"]

    done = shell("links", "unlink", change, "ADR-12")
    empty = shell("links")
    shell("undo")

    assert done.lines == ["Unlinked: ADR-12 Keep the tokens short → Follow ADR-12"]
    assert (empty.code, empty.err) == (1, "No change is linked with a decision.\n")
    assert shell("links").code == 0


def test_without_a_suggestion_there_is_nothing_to_say(workshop: Workshop, shell: Shell) -> None:
    a_history(workshop)
    shell("init")
    shell("index")
    change = json.loads(shell("links", "--json").lines[0])["change"]

    done = shell("links", "confirm", change)

    assert done.code == 1
    assert "no such suggestion" in done.err


def test_a_suggestion_is_told_and_confirmed(workshop: Workshop, shell: Shell) -> None:
    a_history(workshop)
    a_suggestion(workshop)
    shell("init")

    indexed = shell("index")
    waiting = shell("links", "--suggested")
    change = json.loads(shell("links", "--suggested", "--json").lines[0])["change"]
    done = shell("links", "confirm", change)
    left = shell("links", "--suggested")

    assert "1 more link is suggested: see featherchat links --suggested." in indexed.err
    assert waiting.lines[1].strip().startswith("maybe ● ADR-12 Keep the tokens short (accepted)")
    assert "1 suggestion waits" in waiting.err
    assert done.lines == ["Confirmed: ADR-12 Keep the tokens short → Keep the tokens shorter"]
    assert (left.code, left.err) == (1, "Nothing waits.\n")


def test_what_is_not_likely_is_listed_when_it_is_asked_for(
    workshop: Workshop, shell: Shell
) -> None:
    governing = f"---\ngoverns:\n  - src/tokens.py\n---\n{RECORD}"
    workshop.write("doc/adr/0012-keep-the-tokens-short.md", governing)
    workshop.write("src/tokens.py", "LIFE = 300\n")
    workshop.git("add", "--all")
    workshop.git("commit", "--quiet", "--message", "Start")
    workshop.write("src/tokens.py", "LIFE = 200\n")
    workshop.git("commit", "--quiet", "--all", "--message", "Turn the wheel")
    shell("init")
    shell("index")

    unasked, asked = shell("links", "--suggested"), shell("links", "--suggested", "--all")

    assert (unasked.code, unasked.err) == (1, "Nothing likely waits; --all lists the rest.\n")
    assert asked.lines[-1].strip().endswith("governs src/tokens.py)")
