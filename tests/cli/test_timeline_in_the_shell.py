"""Memory in time, as a shell sees it."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.cli.conftest import Shell

OLD, NEW = "The feather index lies in a folder.", "The feather index lies in one file."


@dataclass(frozen=True)
class Edited:
    """A memory that was stored before a time and edited after it."""

    id: str
    between: str


@pytest.fixture
def edited(shell: Shell) -> Edited:
    memory_id = json.loads(shell("remember", "--json", OLD).out)["id"]
    between = datetime.now(UTC).isoformat()
    shell("edit", memory_id, NEW)
    return Edited(memory_id, between)


def objects(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


def test_a_history_is_told_newest_first(shell: Shell, edited: Edited) -> None:
    done = shell("history", edited.id)

    assert done.code == 0
    told = done.out.splitlines()
    assert "edited" in next(line for line in told if "(user)" in line)
    assert f"    - {OLD}" in told
    assert f"    + {NEW}" in told
    assert told[-1] == "    + stored"


def test_a_history_is_one_object_a_change(shell: Shell, edited: Edited) -> None:
    newest, oldest = objects(shell("history", edited.id, "--json").out)

    assert (newest["before"]["text"], newest["after"]["text"]) == (OLD, NEW)
    assert newest["text"] == [f"- {OLD}", f"+ {NEW}"]
    assert (oldest["before"], oldest["after"]["text"], oldest["actor"]) == (None, OLD, "user")


def test_memory_is_shown_as_it_was_at_a_time(shell: Shell, edited: Edited) -> None:
    then = shell("show", edited.id, "--as-of", edited.between)
    now = shell("show", edited.id)

    assert then.code == 0
    assert OLD in then.out and NEW not in then.out
    assert "This is the memory of" in then.err
    assert NEW in now.out


def test_memory_is_searched_as_it_was_at_a_time(shell: Shell, edited: Edited) -> None:
    (then,) = objects(shell("search", "feather", "index", "--as-of", edited.between, "--json").out)
    before = shell("search", "feather", "--as-of", "1d")

    assert then["text"] == OLD
    assert before.code == 1


def test_a_difference_is_told_and_printed_as_objects(shell: Shell, edited: Edited) -> None:
    told = shell("diff", edited.between)
    (record,) = objects(shell("diff", edited.between, "--json").out)
    (added,) = objects(shell("diff", "1d", edited.between, "--json").out)

    assert told.out.startswith("~ ")
    assert f"    + {NEW}" in told.out.splitlines()
    assert (record["change"], record["text"], record["before"]["text"]) == ("changed", NEW, OLD)
    assert (added["change"], added["text"]) == ("added", OLD)
    assert shell("diff", "2d", "1d").code == 1


@pytest.mark.parametrize("when", ["no-such-branch", "--all", "HEAD..HEAD", "999999y", "31.12.2026"])
def test_what_is_no_time_is_named(shell: Shell, edited: Edited, when: str) -> None:
    done = shell("show", edited.id, f"--as-of={when}")

    assert done.code == 2
    assert when in done.err


def test_a_conversation_that_changed_nothing_is_not_taken_back(
    shell: Shell, edited: Edited
) -> None:
    unknown = shell("undo", "--session", "01ZZZZ")
    both = shell("undo", "01ZZZZ", "--session", "01ZZZZ")

    assert (unknown.code, both.code) == (1, 2)
    assert "01ZZZZ" in unknown.err


def test_compaction_says_what_it_freed_and_where_the_past_begins(
    shell: Shell, edited: Edited
) -> None:
    done = shell("compact", "--keep", "0d")

    assert done.code == 0
    assert done.out.startswith("Removed 2 changes from the log")
    assert "The past can be read from" in done.err
    assert "compacted" in shell("show", edited.id, "--as-of", edited.between).err
    assert "compacted" in shell("history", edited.id).err
    assert NEW in shell("show", edited.id).out


def test_what_expires_says_when_and_is_not_found_afterwards(shell: Shell) -> None:
    done = shell("remember", "--expires", "1d", "--json", "Freeze the feather branch.")
    memory_id = objects(done.out)[0]["id"]

    assert "expires" in shell("show", memory_id).out
    assert shell("search", "feather branch").code == 0
    assert shell("remember", "--expires", "2020-01-01", "Too late.").code == 2
