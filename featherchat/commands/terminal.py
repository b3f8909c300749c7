"""What a terminal says of itself, and what of it will disturb."""

import os
import shutil
import sys
from collections.abc import Mapping

from featherchat.commands.health import Finding

LEAST = (60, 20)
"""Columns and lines below which the app is cramped."""


def this_terminal() -> Finding:
    """What doctor says of the terminal that this process runs in."""
    columns, lines = shutil.get_terminal_size()
    encoding = getattr(sys.__stdout__, "encoding", None) or "utf-8"
    return terminal_finding(os.environ, (columns, lines), encoding)


def terminal_finding(
    environment: Mapping[str, str], size: tuple[int, int], encoding: str
) -> Finding:
    """What doctor says of the terminal.

    Args:
        environment: The variables of the process.
        size: Columns and lines.
        encoding: Of the standard output.
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
    hint = _hint(environment, size, encoding)
    return Finding("terminal", not hint, ", ".join(parts), hint)


def _hint(environment: Mapping[str, str], size: tuple[int, int], encoding: str) -> str:
    if encoding.lower().replace("-", "") != "utf8":
        return "Set your locale to UTF-8, such as LANG=C.UTF-8: boxes and signs need it."
    if environment.get("TERM", "") in ("", "dumb"):
        return "The app needs a terminal that can draw, such as TERM=xterm-256color."
    if size[0] < LEAST[0] or size[1] < LEAST[1]:
        return f"Make the window at least {LEAST[0]}×{LEAST[1]}."
    return ""
