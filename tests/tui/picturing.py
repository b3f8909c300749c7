"""Screens as files that a person can read: their text, and how each letter of it is set.

A file in ``pictures/`` holds one screen: its text at every size, and below it a map of its
styles at the first size, each style by a letter, with what the letter stands for in every
look. ``UPDATE_PICTURES=1 pytest -m pictures -n 0 tests/tui/test_app_pictures.py`` writes them
anew; the difference is then there to be looked at before it is committed.
"""

import difflib
import functools
import os
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from string import ascii_letters, digits

from rich.style import Style
from textual.app import App

FOLDER = Path(__file__).parent / "pictures"
HOW = "If it is meant, run this with UPDATE_PICTURES=1, and look at the files before you commit."
LETTERS = ascii_letters + digits + "!#$%&*+=?@^~"
ATTRIBUTES = ("bold", "dim", "italic", "underline", "strike", "reverse")


@dataclass(frozen=True)
class Shot:
    """A screen at one size in one look."""

    text: tuple[str, ...]
    styles: tuple[tuple[str, ...], ...]
    """For each letter of each line, how it is set, in words."""


def shot(app: App[None]) -> Shot:
    """What is on the screen."""
    lines = [list(strip) for strip in app.screen._compositor.render_strips()]
    return Shot(
        tuple("".join(segment.text for segment in line) for line in lines),
        tuple(
            tuple(
                _words(part.style or Style(), letter == " ")
                for part in line
                for letter in part.text
            )
            for line in lines
        ),
    )


@functools.cache
def _words(style: Style, is_space: bool) -> str:
    if is_space and not (style.reverse or style.underline or style.strike):
        # Nobody sees how a space would be set.
        style = Style(bgcolor=style.bgcolor)
    colors = [color.name if color else "-" for color in (style.color, style.bgcolor)]
    return " ".join([" on ".join(colors), *(name for name in ATTRIBUTES if getattr(style, name))])


@dataclass
class Picture:
    """One screen at several sizes in several looks."""

    texts: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """By size."""

    looks: dict[str, Shot] = field(default_factory=dict)
    """At the first size."""

    def written(self) -> str:
        """The file."""
        parts = []
        for size, text in self.texts.items():
            parts += [f"== {size}", *(line.rstrip() for line in text)]
        return "\n".join([*parts, *self._style_map()]) + "\n"

    def _style_map(self) -> list[str]:
        names = list(self.looks)
        cells = [
            list(zip(*(each.styles[row] for each in self.looks.values()), strict=True))
            for row in range(len(self.looks[names[0]].styles))
        ]
        count = Counter(cell for line in cells for cell in line)
        (page, _), *others = count.most_common()
        order = dict.fromkeys(cell for line in cells for cell in line if cell != page)
        letter = {page: " ", **dict(zip(order, LETTERS, strict=False))}
        assert len(others) <= len(LETTERS)
        size = next(iter(self.texts))
        drawn = ["".join(letter[cell] for cell in line).rstrip() for line in cells]
        key = [
            f"{letter[cell]} "
            + " | ".join(f"{name}: {style}" for name, style in zip(names, cell, strict=True))
            for cell in (page, *order)
        ]
        return [f"== styles at {size}", *drawn, "== where", *key]


def is_updating() -> bool:
    """Whether the files are to be written anew."""
    return bool(os.environ.get("UPDATE_PICTURES"))


def stored(name: str) -> str:
    """The file of a name; empty if there is none."""
    file = FOLDER / f"{name}.txt"
    return file.read_text(encoding="utf-8") if file.exists() else ""


def stored_text(name: str, size: str) -> list[str]:
    """The lines of a screen at a size, as its file has them; none if it does not."""
    _, _, rest = stored(name).partition(f"== {size}\n")
    return rest.partition("\n== ")[0].split("\n")


def differences(pictures: dict[str, Picture]) -> str:
    """How some screens differ from their files; the files are written where that is wanted."""
    found = []
    for name, picture in pictures.items():
        file = FOLDER / f"{name}.txt"
        now = picture.written()
        before = stored(name)
        if is_updating():
            FOLDER.mkdir(exist_ok=True)
            file.write_text(now, encoding="utf-8")
        elif now != before:
            lines = (before.splitlines(), now.splitlines())
            found += difflib.unified_diff(*lines, f"{name} before", f"{name} now", n=1, lineterm="")
    return "\n".join([*found, HOW] if found else [])
