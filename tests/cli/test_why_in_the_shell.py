"""why and index in a shell: data on stdout, the rest on stderr, and honest exit codes."""

import json

from tests.cli.conftest import Shell
from tests.workshop import Workshop

RECORD = "# 12. Keep the tokens short\n\n## Status\n\nAccepted\n\n## Decision\n\nFive minutes.\n"


def a_history(workshop: Workshop) -> None:
    workshop.write("doc/adr/0012-keep-the-tokens-short.md", RECORD)
    workshop.write("src/tokens.py", "NAME = 'token'\n")
    workshop.git("add", "--all")
    workshop.git("commit", "--quiet", "--message", "Name the tokens")
    workshop.write("src/tokens.py", "NAME = 'token'\nLIFE = 300\n")
    workshop.git("commit", "--quiet", "--all", "--message", "Follow ADR-12\x1b[31m")


def test_index_tells_what_it_read(workshop: Workshop, shell: Shell) -> None:
    a_history(workshop)
    shell("init")

    first, second = shell("index"), shell("index")

    assert first.lines[0] == "Read 2 commits: 2 new changes, 1 new link with decisions."
    assert second.lines[0] == "Read 0 commits: 0 new changes, 0 new links with decisions."


def test_a_line_with_a_reason_is_told_with_its_trail(workshop: Workshop, shell: Shell) -> None:
    a_history(workshop)
    shell("init")

    done = shell("why", "src/tokens.py:2")

    assert (done.code, done.err) == (0, "")
    assert done.lines[0] == "src/tokens.py:2"
    assert "Follow ADR-12" in done.lines[1]
    assert "caused by ● ADR-12 Keep the tokens short (accepted)" in done.lines[2]
    assert "\x1b" not in done.out


def test_a_line_without_a_reason_says_so_and_leaves_1(workshop: Workshop, shell: Shell) -> None:
    a_history(workshop)
    shell("init")

    done = shell("why", "src/tokens.py:1")

    assert done.code == 1
    assert "Name the tokens" in done.out
    assert done.err == "No recorded reason for src/tokens.py:1.\n"


def test_json_gives_one_object_a_change(workshop: Workshop, shell: Shell) -> None:
    a_history(workshop)
    shell("init")

    steps = [json.loads(line) for line in shell("why", "--json", "src/tokens.py:1-2").lines]

    assert [step["lines"] for step in steps] == [[1], [2]]
    assert steps[0]["reasons"] == []
    reason = steps[1]["reasons"][0]
    assert reason["decision"]["kind"] == "decision"
    assert (reason["origin"], reason["confidence"], reason["evidence"]) == (
        "explicit",
        0.99,
        "says ADR-0012",
    )


def test_without_git_the_shell_says_what_to_do_instead(workshop: Workshop, shell: Shell) -> None:
    (workshop.root / ".git").rename(workshop.root / "git-no-more")

    found = [shell("why", "README.md"), shell("index")]

    assert [each.code for each in found] == [2, 2]
    assert "featherchat search" in found[0].err


def test_where_git_lacks_contents_the_rest_is_told_and_what_is_missing(
    workshop: Workshop, shell: Shell
) -> None:
    a_history(workshop)
    blob = workshop.git("rev-parse", "HEAD:src/tokens.py")
    (workshop.root / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    # git would take it from here.
    workshop.write("src/tokens.py", "")

    index, why = shell("index"), shell("why", "src/tokens.py")
    checked = shell("adr", "check", "HEAD")

    assert (index.code, checked.code) == (0, 0)
    assert "git misses contents of 1 commit" in index.err
    assert "Follow ADR-12" in why.out
    assert "src/tokens.py" in checked.err
