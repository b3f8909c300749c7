"""adr check on a change, as a hook and in CI: what it prints, and its exit code."""

import json

from tests.cli.conftest import Shell
from tests.workshop import Workshop

RECORD = """---
status: accepted
governs: src/api
---
# HTTP client

## Context and Problem Statement

Which one?

## Decision Outcome

We use httpx, not requests.
"""


def a_change(workshop: Workshop, line: str) -> None:
    workshop.write("docs/decisions/0007-http-client.md", RECORD)
    workshop.write("src/api/a.py", "import os\n")
    workshop.git("add", "--all")
    workshop.git("commit", "--quiet", "--message", "Before")
    workshop.write("src/api/a.py", f"import os\n{line}\n")
    workshop.git("add", "--all")


def test_a_staged_contradiction_is_told_with_record_sentence_file_and_line(
    workshop: Workshop, shell: Shell
) -> None:
    a_change(workshop, "import requests  # \x1b[31m")

    done = shell("adr", "check", "--staged")

    assert done.code == 1
    assert done.lines == [
        "src/api/a.py is governed by ● ADR-7 HTTP client · docs/decisions/0007-http-client.md",
        "src/api/a.py:2: import requests #",
        "  contradicts ● ADR-7 HTTP client · docs/decisions/0007-http-client.md:13",
        "  “We use httpx, not requests.”",
    ]
    assert "against 1 decision in force: 1 contradiction." in done.err
    assert "adr supersede OLD NEW" in done.err


def test_a_change_that_keeps_to_the_decisions_passes(workshop: Workshop, shell: Shell) -> None:
    a_change(workshop, "import httpx")
    workshop.git("commit", "--quiet", "--message", "After")

    commit, span = shell("adr", "check", "HEAD"), shell("adr", "check", "HEAD~1..HEAD", "--json")

    assert (commit.code, span.code) == (0, 0)
    assert [json.loads(line)["type"] for line in span.lines] == ["governed"]
    assert "0 contradictions" in commit.err


def test_json_gives_one_object_a_finding(workshop: Workshop, shell: Shell) -> None:
    a_change(workshop, "import requests")

    governed, found = map(json.loads, shell("adr", "check", "--staged", "--json").lines)

    assert governed["paths"] == ["src/api/a.py"]
    assert (found["path"], found["line"], found["name"]) == ("src/api/a.py", 2, "requests")
    assert (found["record"], found["record_line"]) == ("docs/decisions/0007-http-client.md", 13)


def test_a_folder_is_still_checked_as_records(workshop: Workshop, shell: Shell) -> None:
    a_change(workshop, "import requests")

    done, both = shell("adr", "check", "docs/decisions"), shell("adr", "check", "--staged", "x")

    assert done.err == "1 record, 0 problems.\n"
    assert both.code == 2


def test_what_is_neither_folder_nor_commit_says_how_to_name_one(shell: Shell) -> None:
    done = shell("adr", "check", "no-such-place")

    assert done.code == 2
    assert "No commit here is called no-such-place" in done.err
