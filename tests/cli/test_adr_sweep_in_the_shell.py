"""What a new decision meets is named before it is recorded, and a person may think again."""

import json

import pytest

from tests.cli.conftest import Shell


@pytest.fixture
def redis(shell: Shell) -> str:
    """The mark of a decision in force."""
    made = ("adr", "new", "Sessions live in Redis", "--accepted", "--json")
    record = json.loads(shell(*made, "--outcome", "The session timeout is 30 minutes.").out)
    return f"m:{record['id'][-6:].lower()}"


AGAIN = ("adr", "new", "Limit sessions", "--outcome", "The session timeout is 60 minutes.")


def titles(shell: Shell, *options: str) -> list[str]:
    return [json.loads(line)["title"] for line in shell("adr", "list", "--json", *options).lines]


def test_a_contradiction_is_named_and_recorded_where_nobody_can_be_asked(
    shell: Shell, redis: str
) -> None:
    done = shell(*AGAIN)

    assert done.code == 0
    assert f"1. It contradicts {redis} Sessions live in Redis:" in done.err
    assert len(titles(shell)) == 2


def test_what_still_holds_beside_the_new_one_is_told_with_what_to_do(
    shell: Shell, redis: str
) -> None:
    done = shell(*AGAIN, "--accepted")

    assert f"Both hold now; featherchat adr supersede {redis} m:" in done.err
    assert sorted(titles(shell, "--status", "accepted")) == [
        "Limit sessions",
        "Sessions live in Redis",
    ]


def test_strict_records_nothing_that_contradicts(shell: Shell, redis: str) -> None:
    refused = shell(*AGAIN, "--strict")
    allowed = shell("adr", "new", "Deploy on Mondays", "--strict")

    assert (refused.code, refused.out, allowed.code) == (1, "", 0)
    assert "Nothing was recorded." in refused.err
    assert sorted(titles(shell)) == ["Deploy on Mondays", "Sessions live in Redis"]


@pytest.mark.parametrize(
    ("answers", "in_force"),
    [
        ("c\n", ["Sessions live in Redis"]),
        ("\n", ["Sessions live in Redis"]),
        ("x\nr\n", ["Sessions live in Redis"]),
        ("1\n", ["Limit sessions"]),
    ],
)
def test_a_person_is_asked_what_to_do(
    shell: Shell, redis: str, answers: str, in_force: list[str]
) -> None:
    done = shell(*AGAIN, answers=answers)

    assert "let it supersede one (1)" in done.err
    assert titles(shell, "--status", "accepted") == in_force
    assert ("Limit sessions" in titles(shell)) == ("r" in answers or "1" in answers)


def test_what_it_supersedes_itself_is_not_named(shell: Shell, redis: str) -> None:
    done = shell(*AGAIN, "--strict", "-s", redis)

    assert done.code == 0
    assert redis not in done.err


def test_what_governs_the_same_code_is_named(shell: Shell) -> None:
    shell("adr", "new", "Pool connections", "--accepted", "--governs", "src/db/**")

    done = shell("adr", "new", "Retry twice", "--governs", "src/db/retry.py")

    assert "Pool connections: it governs src/db/retry.py, too." in done.err


def test_what_meets_nothing_is_recorded_without_a_question(shell: Shell) -> None:
    done = shell("adr", "new", "Retry twice", answers="")

    assert done.code == 0
    assert done.err.startswith("No file was written; featherchat adr write m:")
