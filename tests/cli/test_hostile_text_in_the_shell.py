"""What an attacker wrote into the store, a file's name or the settings is text in the shell."""

import json
from pathlib import Path

import pytest

from featherchat.clock import FixedClock
from tests.cli.conftest import Done, Shell
from tests.hostile import ANY_CONTROL, HOSTILE
from tests.poisoning import poison
from tests.workshop import Workshop

COMMANDS = (
    "search pool --limit 200",
    "search pool --explain --limit 200",
    "adr list",
    "adr graph",
    "adr check",
    "inbox",
    "card",
    "sessions",
    "export",
    "diff 200d",
    "where",
    "doctor",
    "config",
    "why README.md",
    "why README.md:1",
    "ask why-the-pool",
    "init --dry-run",
    "deployment list",
    "backup --list",
)
"""What is asked of the whole store."""

OF_ONE = ("show", "history", "pin", "adr show", "forget", "undo --operation")
"""What is asked of one memory; the last ones change it."""


@pytest.fixture
def ids(shell: Shell, workshop: Workshop) -> tuple[str, ...]:
    """A repository with hostile file names, and a store with hostile memories."""
    workshop.write("README.md", "# Pool\n\nThe pool is there. It has 20 connections.\n")
    for place, text in enumerate(HOSTILE):
        name = text.encode("utf-8", "surrogateescape" if "\udc9b" in text else "replace")
        workshop.write(f"docs/{place}.md", "# The pool\n\nIt has 20 connections.\n")
        file = bytes(workshop.root) + b"/docs/" + name[:60].replace(b"/", b"_").replace(b"\0", b"")
        Path(file.decode("utf-8", "surrogateescape")).write_text(f"# {place}\n\nA pool.\n")
    shell("init")
    places = [json.loads(line) for line in shell("where", "--json").lines]
    store = Path(next(place["path"] for place in places if place["name"] == "store"))
    return poison(store, FixedClock())


def assert_plain(done: Done, command: str) -> None:
    assert not (found := ANY_CONTROL.search(done.out + done.err)), (command, found)
    assert done.code in (0, 1, 2), (command, done.err[-500:])


def test_no_command_lets_what_was_stored_reach_the_terminal(
    shell: Shell, ids: tuple[str, ...]
) -> None:
    for command in COMMANDS:
        assert_plain(shell(*command.split()), command)


def test_no_memory_is_more_than_text_when_it_is_shown_or_changed(
    shell: Shell, ids: tuple[str, ...]
) -> None:
    for memory_id in ids[::12]:
        for command in OF_ONE:
            assert_plain(shell(*command.split(), memory_id), command)


@pytest.mark.parametrize("text", HOSTILE[::7])
def test_what_is_typed_is_only_text_in_what_is_said_of_it(shell: Shell, text: str) -> None:
    given = text.replace("\0", "") or "x"
    for command in ("search", "show", "remember", "why", "adr show", "sessions", "export", given):
        arguments = [*command.split(" "), given] if command != given else [given]
        assert_plain(shell(*arguments), command)
