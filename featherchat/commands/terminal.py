"""What a terminal says of itself, and what of it will disturb."""

import os
import re
import select
import shutil
import sys
import time
from collections.abc import Mapping

from featherchat.commands.health import Finding

LEAST = (60, 20)
"""Columns and lines below which the app is cramped."""


PATIENCE = 0.5
"""Seconds that a terminal has to answer; over a slow line it is said not to."""

_QUESTIONS = b"\x1b[?u\x1b[?2026$p\x1b[c"
"""Which keys it can tell apart, whether it draws a frame at once, and what every one answers."""

_LAST = re.compile(rb"\x1b\[\?[0-9;]*c")


def this_terminal(*, ask: bool = False) -> Finding:
    """What doctor says of the terminal that this process runs in.

    Args:
        ask: Whether to ask it what it can do; not while the app reads what it sends.
    """
    columns, lines = shutil.get_terminal_size()
    encoding = getattr(sys.__stdout__, "encoding", None) or "utf-8"
    keyboard = sys.__stdin__
    can_ask = ask and keyboard is not None and keyboard.isatty() and sys.stdout.isatty()
    answers = ask_terminal(keyboard.fileno()) if can_ask and keyboard is not None else None
    return terminal_finding(os.environ, (columns, lines), encoding, answers)


def ask_terminal(terminal: int, patience: float = PATIENCE) -> bytes:
    """What a terminal sends when it is asked what it can do; empty if it sends nothing.

    Args:
        terminal: Its file descriptor; what is typed meanwhile is lost.
        patience: Seconds to wait.
    """
    import termios
    import tty

    before = termios.tcgetattr(terminal)
    answers, end = b"", time.monotonic() + patience
    try:
        tty.setcbreak(terminal, termios.TCSANOW)
        os.write(terminal, _QUESTIONS)
        while not _LAST.search(answers) and (left := end - time.monotonic()) > 0:
            if select.select([terminal], [], [], left)[0]:
                answers += os.read(terminal, 1_024)
    finally:
        # Late answers would be typed into the shell.
        termios.tcsetattr(terminal, termios.TCSAFLUSH, before)
    return answers


def terminal_finding(
    environment: Mapping[str, str],
    size: tuple[int, int],
    encoding: str,
    answers: bytes | None = None,
) -> Finding:
    """What doctor says of the terminal.

    Args:
        environment: The variables of the process.
        size: Columns and lines.
        encoding: Of the standard output.
        answers: What the terminal sent when it was asked; None if it was not.
    """
    term = environment.get("TERM", "")
    parts = [term or "TERM is not set", f"{size[0]}×{size[1]}", encoding.lower()]
    if "NO_COLOR" in environment:
        parts.append("no color wanted")
    elif environment.get("COLORTERM") in ("truecolor", "24bit"):
        parts.append("16 million colors")
    else:
        parts.append("256 colors at the most")
    parts += [name for name, sign in (("tmux", "TMUX"), ("ssh", "SSH_TTY")) if sign in environment]
    if answers is not None:
        parts += _said(answers)
    hint = _hint(environment, size, encoding)
    return Finding("terminal", not hint, ", ".join(parts), hint)


def _said(answers: bytes) -> list[str]:
    if not _LAST.search(answers):
        return ["does not say what it can do"]
    said = []
    if re.search(rb"\x1b\[\?\d+u", answers):
        said.append("tells Shift+Enter from Enter")
    else:
        said.append("sends Enter for Shift+Enter: Ctrl+J makes a new line (/keys shows all keys)")
    if re.search(rb"\x1b\[\?2026;[1-3]\$y", answers):
        said.append("draws without flicker")
    return said


def _hint(environment: Mapping[str, str], size: tuple[int, int], encoding: str) -> str:
    if encoding.lower().replace("-", "") != "utf8":
        return "Set your locale to UTF-8, such as LANG=C.UTF-8: boxes and signs need it."
    if environment.get("TERM", "") in ("", "dumb"):
        return "The app needs a terminal that can draw, such as TERM=xterm-256color."
    if size[0] < LEAST[0] or size[1] < LEAST[1]:
        return f"Make the window at least {LEAST[0]}×{LEAST[1]}."
    return ""
