"""The person's own editor on a draft that is never lost.

The draft is a file of its own from the start. It is removed once what it says is
stored, or if nothing was written; else its name is told.
"""

import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from featherchat.cli.group import narrate
from featherchat.errors import UsageError

_TAKE_A_LINE = frozenset({"vi", "vim", "nvim", "nano", "emacs", "emacsclient", "micro", "kak"})
"""Editors that go to a line for ``+12``; for others it is one more file."""

_HINT = "Set VISUAL or EDITOR to a program that waits, such as vim or code --wait."


@dataclass(slots=True)
class Draft:
    """A text in a file, and what became of it."""

    path: Path
    before: str
    stored: bool = False
    """Set by whoever has stored what it says."""

    def edit(self, environment: Mapping[str, str]) -> str:
        """Let the person change it; gives back what the file says then.

        Raises:
            UsageError: If there is no editor, or it fails, or leaves no text.
        """
        open_in_editor(self.path, environment)
        return self._text()

    def _text(self) -> str:
        try:
            return self.path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
            raise UsageError(
                f"What the editor left in {self.path} cannot be read: {reason}.",
                hint="Save it as UTF-8 under the name that it had.",
            ) from error

    def _is_worth_keeping(self) -> bool:
        try:
            text = self.path.read_bytes()
        except OSError:
            return False
        return bool(text.strip()) and text != self.before.encode()


@contextmanager
def drafted(text: str) -> Iterator[Draft]:
    """A draft that begins with a text. What is not stored and was written stays in its file."""
    handle, name = tempfile.mkstemp(prefix="featherchat-", suffix=".md")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    draft = Draft(Path(name), text)
    try:
        yield draft
    finally:
        if not draft.stored and draft._is_worth_keeping():
            narrate(f"Your text is kept in {draft.path}.")
        else:
            draft.path.unlink(missing_ok=True)


def open_in_editor(path: Path, environment: Mapping[str, str], line: int | None = None) -> None:
    """Run the person's editor on a file, at a line if it is known how to say that to it.

    Raises:
        UsageError: If there is no editor, or it fails.
    """
    command = _command(environment)
    at = [f"+{line}"] if line and Path(command[0]).name in _TAKE_A_LINE else []
    try:
        done = subprocess.run([*command, *at, str(path)], check=False)
    except OSError as error:
        raise UsageError(
            f"The editor {command[0]} cannot be started: {error.strerror}.", hint=_HINT
        ) from error
    if done.returncode:
        raise UsageError(f"The editor {command[0]} ended with code {done.returncode}.", hint=_HINT)


def _command(environment: Mapping[str, str]) -> list[str]:
    usual = "vi" if sys.stdin.isatty() else ""
    named = environment.get("VISUAL") or environment.get("EDITOR") or usual
    try:
        command = shlex.split(named)
    except ValueError as error:
        raise UsageError(f"The editor {named!r} is not a command: {error}.", hint=_HINT) from error
    if not command:
        raise UsageError("No editor is named.", hint=f"{_HINT[:-1]}, or state a title.")
    return command
