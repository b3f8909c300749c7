"""Earlier prompts of a project, in one small file beside its store."""

import json
import os
from collections.abc import Callable
from pathlib import Path

NAME = "prompts.jsonl"
KEPT = 500
"""Prompts that are read back."""


class PromptFile:
    """Loads and saves prompts, without their secrets, once the project is open."""

    def __init__(self, folder: Callable[[], Path | None]) -> None:
        self._folder = folder

    def load(self) -> list[str]:
        """Earlier prompts, oldest first; none while no project is open, or without a file."""
        folder = self._folder()
        if folder is None:
            return []
        try:
            lines = (folder / NAME).read_text(encoding="utf-8").splitlines()[-KEPT:]
        except OSError:
            return []
        return [prompt for line in lines if isinstance(prompt := _parsed(line), str)]

    def save(self, prompt: str) -> None:
        """Add a prompt; a file that cannot be written costs the history only."""
        from featherchat.privacy import redact

        folder = self._folder()
        if folder is None:
            return
        line = json.dumps(redact(prompt).text, ensure_ascii=False) + "\n"
        try:
            handle = os.open(folder / NAME, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        except OSError:
            return
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(line)


def _parsed(line: str) -> object:
    try:
        return json.loads(line)
    except ValueError:
        return None
