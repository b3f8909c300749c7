"""How the app was left: which panes were open and how wide, in one small file of the account."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

NARROWEST, WIDEST = 28, 120


@dataclass(frozen=True, slots=True)
class Layout:
    """The panes as a person has set them."""

    pane_width: int = 48
    """Columns of the decisions beside the talk."""

    pane_open: bool = False


class LayoutFile:
    """Loads and saves the layout; a file that cannot be read or written costs nothing else."""

    def __init__(self, path: Path | None) -> None:
        """Keep where it lies.

        Args:
            path: The file; None for an app that remembers nothing.
        """
        self._path = path

    def load(self) -> Layout:
        """The layout of the last time, or the first one."""
        if self._path is None:
            return Layout()
        try:
            found = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return Layout()
        width = found.get("pane_width") if isinstance(found, dict) else None
        if not isinstance(width, int):
            return Layout()
        return Layout(min(max(width, NARROWEST), WIDEST), found.get("pane_open") is True)

    def save(self, layout: Layout) -> None:
        """Remember the layout for the next time."""
        if self._path is None:
            return
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._path.write_text(json.dumps(asdict(layout)) + "\n", encoding="utf-8")
        except OSError:
            return
