"""ask --edits: an edit is shown at the terminal, and written after a yes."""

import json
from collections.abc import Iterator

import pytest

from tests.cli.conftest import Shell
from tests.providers.servers import MessagesServer, call_events, streams
from tests.workshop import Workshop

RECORD = """# 7. Driver

Governs: `src`

## Status

Accepted

## Context

Two drivers are one too many.

## Decision

We use psycopg, not requests.
"""
EDIT = {"path": "src/pool.py", "old": "SIZE = 40\n", "new": "import requests\n"}


@pytest.fixture
def server(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> Iterator[MessagesServer]:
    """Claude on the loopback, who wants one edit that a decision rules out."""
    workshop.write("docs/adr/0007-driver.md", RECORD)
    workshop.write("src/pool.py", "SIZE = 40\n")
    with MessagesServer() as running:
        monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-test")
        monkeypatch.setenv("ANTHROPIC_BASE_URL", running.url)
        call = call_events("edit_file", json.dumps(EDIT))
        running.scenario = [streams(*call), running.says("That was it.")]
        yield running


def pool(workshop: Workshop) -> str:
    return (workshop.root / "src" / "pool.py").read_text()


def test_an_edit_is_shown_whole_and_written_after_a_yes(
    shell: Shell, server: MessagesServer, workshop: Workshop
) -> None:
    done = shell("ask", "--edits", "--json", "--no-memory", "Edit it.", answers="y\n")

    assert pool(workshop) == "import requests\n"
    assert json.loads(done.out)["edited"] == ["src/pool.py"]
    assert "Edit src/pool.py? (+1 −1)" in done.err
    assert "● ADR-7 Driver · docs/adr/0007-driver.md “We use psycopg, not requests.”" in done.err
    assert "1 contradiction with a decision in force" in done.err
    assert "src/pool.py:1: import requests" in done.err
    assert "\n-SIZE = 40\n+import requests\n" in done.err
    assert "edit_file: +1 −1" in done.err


@pytest.mark.parametrize(
    ("answers", "told"),
    [("n\n", "The user said no."), ("use psycopg\n", "The user said no: use psycopg")],
)
def test_anything_but_a_yes_is_a_no_and_its_words_go_back(
    shell: Shell, server: MessagesServer, workshop: Workshop, answers: str, told: str
) -> None:
    shell("ask", "--edits", "--no-memory", "Edit it.", answers=answers)

    assert pool(workshop) == "SIZE = 40\n"
    assert told in server.requests[1].raw.decode()
    assert "src/pool.py:1: import requests" in server.requests[1].raw.decode()


def test_without_a_terminal_or_without_the_option_nothing_is_edited(
    shell: Shell, server: MessagesServer, workshop: Workshop
) -> None:
    piped = shell("ask", "--edits", "Edit it.", stdin=b"y\n")
    before = len(server.requests)
    plain = shell("ask", "--no-memory", "Edit it.", answers="y\n")

    assert (piped.code, before) == (2, 0)
    assert "Nobody can be asked here" in piped.err
    assert plain.code == 0
    assert "edit_file" not in json.dumps(server.requests[0].body["tools"])
    assert pool(workshop) == "SIZE = 40\n"
