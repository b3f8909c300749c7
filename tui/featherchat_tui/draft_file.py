"""What was being typed, in a file of this process, so that a crash does not cost it.

Each process has a file of its own: two terminals on one project do not overwrite
each other, and one that is gone leaves its draft to the next that is opened.
"""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from featherchat.store.owners import lives, this_process

FOLDER = "drafts"
_ENDING = ".draft"


class DraftFile:
    """Saves and finds drafts, without their secrets, once the project is open."""

    def __init__(self, folder: Callable[[], Path | None]) -> None:
        self._find = folder
        self._folder: Path | None = None

    def save(self, text: str) -> None:
        """Keep this draft in place of the one before; an empty one removes it.

        A file that cannot be written costs the draft only.
        """
        from featherchat.privacy import redact

        folder = self._known_folder()
        if folder is None:
            return
        path = folder / f"{this_process()}{_ENDING}"
        try:
            if text.strip():
                folder.mkdir(mode=0o700, exist_ok=True)
                _replace(path, redact(text).text)
            else:
                path.unlink(missing_ok=True)
        except OSError:
            return

    def take(self) -> list[str]:
        """The drafts of processes that are gone, oldest first; they are removed."""
        folder = self._known_folder()
        if folder is None:
            return []
        found: list[tuple[float, str]] = []
        try:
            for path in folder.glob(f"*{_ENDING}"):
                if not lives(path.name.removesuffix(_ENDING)):
                    found.append((path.stat().st_mtime, path.read_text(encoding="utf-8")))
                    path.unlink()
        except (OSError, ValueError):
            pass  # what was found so far is given back
        return [text for _, text in sorted(found)]

    def _known_folder(self) -> Path | None:
        # Kept: the last save comes when the project is closed.
        if self._folder is None and (parent := self._find()) is not None:
            self._folder = parent / FOLDER
        return self._folder


def _replace(path: Path, text: str) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    Path(name).replace(path)
