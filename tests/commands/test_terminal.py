import pytest

from featherchat.commands.terminal import terminal_finding

GOOD = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}


def test_a_terminal_is_described_by_what_it_says_of_itself() -> None:
    found = terminal_finding({**GOOD, "TMUX": "/tmp/x"}, (120, 40), "UTF-8")

    assert found.well
    assert found.detail == "xterm-256color, 120×40, utf-8, 16 million colors, tmux"


@pytest.mark.parametrize(
    ("environment", "size", "encoding", "hint"),
    [
        (GOOD, (120, 40), "ascii", "UTF-8"),
        ({"TERM": "dumb"}, (120, 40), "utf-8", "TERM=xterm-256color"),
        (GOOD, (50, 40), "utf-8", "60×20"),
    ],
)
def test_what_disturbs_comes_with_what_to_do(
    environment: dict[str, str], size: tuple[int, int], encoding: str, hint: str
) -> None:
    found = terminal_finding(environment, size, encoding)

    assert not found.well
    assert hint in found.hint
