import pytest

from featherchat_tui.completion import command_prefix, is_command, matching, mention_prefix
from featherchat_tui.values import Completion

COMMANDS = [Completion(f"/{name}") for name in ("search", "help", "theme", "research")]


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("/help", True),
        ("/search pool size", True),
        ("/hlep", True),
        ("/usr/bin/python fails", False),
        ("why /help", False),
        ("/", False),
        ("/2026 was better", False),
    ],
)
def test_a_path_is_no_command(text: str, command: bool) -> None:
    assert is_command(text) is command


def test_a_command_is_completed_at_the_start_only() -> None:
    assert command_prefix("/se") == "/se"
    assert command_prefix("/src/po") is None
    assert command_prefix("see /se") is None


def test_a_mention_is_completed_after_a_space() -> None:
    assert mention_prefix("see @src/po") == "src/po"
    assert mention_prefix("@") == ""
    assert mention_prefix("ada@example.org") is None
    assert mention_prefix("@src/pool.py then") is None


def test_what_begins_with_the_typed_text_stands_first() -> None:
    assert [one.text for one in matching(COMMANDS, "/se")] == ["/search", "/research"]
    assert [one.text for one in matching(COMMANDS, "/")] == [one.text for one in COMMANDS]
    assert matching(COMMANDS, "/xyz") == []
