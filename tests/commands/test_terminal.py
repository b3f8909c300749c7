import os
import pty
import threading

import pytest

from featherchat.commands.terminal import ask_terminal, terminal_finding

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


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        (
            b"\x1b[?0u\x1b[?2026;2$y\x1b[?62;4c",
            "tells Shift+Enter from Enter, draws without flicker",
        ),
        (b"\x1b[?1;2c", "sends Enter for Shift+Enter: Ctrl+J makes a new line"),
        (b"", "does not say what it can do"),
    ],
)
def test_what_a_terminal_sends_when_it_is_asked_is_told(answers: bytes, said: str) -> None:
    master, slave = pty.openpty()
    answering = threading.Thread(target=lambda: os.read(master, 99) and os.write(master, answers))
    answering.start()

    got = ask_terminal(slave, patience=5.0 if answers else 0.1)
    answering.join()

    assert got == answers
    assert said in terminal_finding(GOOD, (120, 40), "utf-8", got).detail
    os.close(master)
    os.close(slave)
