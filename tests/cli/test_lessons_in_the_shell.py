"""bug, tried and prefer, as a shell and a program see them."""

import json

from tests.cli.conftest import Shell


def test_a_bug_is_recorded_and_the_next_one_names_it(shell: Shell) -> None:
    first = shell("bug", "Connection pool exhausted", "--cause", "open sessions", "--fix", "close")

    second = shell("bug", "Connection pool exhausted again", "--json")

    assert (first.code, first.err) == (0, "")
    assert first.out.startswith("Recorded: ")
    assert "  Cause: open sessions\n  Fix: close\n" in first.out
    assert "It happened before: " in second.err and "fix: close" in second.err
    (line,) = second.lines
    assert json.loads(line)["kind"] == "bug_fix"
    assert len(json.loads(line)["similar"]) == 1


def test_a_dead_end_without_a_reason_is_a_usage_error(shell: Shell) -> None:
    done = shell("tried", "A write-through cache")
    told = shell("tried", "A write-through cache", "--because", "two writers raced", "--json")

    assert (done.code, done.out) == (2, "")
    assert "--because" in done.err
    assert json.loads(told.out)["because"] == "two writers raced"


def test_dead_ends_stand_among_the_decisions_by_their_kind(shell: Shell) -> None:
    shell("tried", "A write-through cache", "--because", "two writers raced")

    (line,) = shell("adr", "list", "--kind", "dead-end").lines

    assert line.startswith("✕ dead end ")
    assert "unstated" not in line


def test_a_preference_that_takes_the_place_of_another_says_so(shell: Shell) -> None:
    shell("prefer", "I prefer tabs over spaces.")

    done = shell("prefer", "I prefer spaces over tabs.")

    assert "Superseded: " in done.err and "tabs over spaces" in done.err
    assert len(shell("prefer", "--list").lines) == 1


def test_preferences_are_stated_listed_and_kept_out_of_the_projects_store(shell: Shell) -> None:
    empty = shell("prefer", "--list")
    shell("prefer", "Short answers, please.")
    again = shell("prefer", "short answers, please", "--scope", "project")
    shell("prefer", "We use uv here.", "--scope", "project")

    listed = shell("prefer", "--list")
    neither = shell("prefer")

    assert (empty.code, empty.out) == (1, "")
    assert again.out.startswith("Already known: ")
    assert [line.rpartition(" · ")[2] for line in listed.lines] == ["this project", "all projects"]
    assert neither.code == 2


def test_a_preference_that_cannot_be_stored_is_exit_3(shell: Shell) -> None:
    shell("prefer", "Short answers, please.")
    place = next(
        row["path"]
        for row in map(json.loads, shell("where", "--json").lines)
        if row["name"] == "your own store"
    )
    with open(place, "wb") as file:
        file.write(b"this is no store")

    refused = shell("prefer", "Long answers, please.")
    listed = shell("prefer", "--list")
    other = shell("remember", "The rest still works.")

    assert (refused.code, listed.code) == (3, 3)
    assert "developer.feather" in refused.err and "Move that file away" in refused.err
    assert other.code == 0


def test_every_time_that_something_happened_is_listed_in_order(shell: Shell) -> None:
    shell("bug", "Connection pool exhausted", "--fix", "close each session")
    shell("tried", "A larger connection pool", "--because", "the database refused")
    shell("bug", "The thread pool starved", "--fix", "more threads")

    told = shell("history", "--about", "connection pool")
    asked = shell("search", "--episodes", "the connection pool", "--json")
    hinted = shell("search", "the connection pool again?")
    nothing = shell("history", "--about", "zebra husbandry")
    both = shell("history", "abcdef", "--about", "pool")

    assert [line.split(" · ")[1] for line in told.lines if line[:2] == "20"] == [
        "Connection pool exhausted",
        "A larger connection pool",
    ]
    assert "Fix: close each session" in told.out
    assert [json.loads(line)["kind"] for line in asked.lines] == ["bug_fix", "dead_end"]
    assert "It happened 2 times; --episodes" in hinted.err
    assert (nothing.code, nothing.out) == (1, "")
    assert both.code == 2
