"""Themes are files: one TOML each, with the colors of Textual's theme and nothing else.

A broken theme costs itself only: it is reported and the others are loaded.
"""

import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from textual.color import Color, ColorParseError
from textual.theme import Theme

DEFAULT_THEME = "feather"

_COLORS = (
    "primary",
    "secondary",
    "accent",
    "warning",
    "error",
    "success",
    "foreground",
    "background",
    "surface",
    "panel",
)
_REQUIRED = (
    "primary",
    "accent",
    "foreground",
    "background",
    "surface",
    "panel",
    "warning",
    "error",
)
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}")
_KEYS = ("name", "dark", "colors", "variables")


@dataclass(frozen=True, slots=True)
class ThemeProblem:
    """A theme file that was not loaded, and why."""

    path: Path
    message: str


class _Broken(Exception):
    pass


def theme_folders() -> tuple[Path, ...]:
    """Where our own themes are: in the installed package, else in the checkout's root."""
    package = Path(__file__).parent
    installed = package / "themes"
    return (installed,) if installed.is_dir() else (package.parent.parent / "themes",)


Stamp = tuple[tuple[str, int], ...]
"""Theme files with the time of their last change."""


def stamp_of(folders: Iterable[Path]) -> Stamp:
    """What tells whether a theme was changed, added or removed."""
    found = []
    for path in (path for folder in folders for path in folder.glob("*.toml")):
        with suppress(OSError):  # It may have gone between the listing and the look.
            found.append((str(path), path.stat().st_mtime_ns))
    return tuple(sorted(found))


def load_themes(
    folders: Iterable[Path],
) -> tuple[tuple[Theme, ...], tuple[ThemeProblem, ...]]:
    """The themes of some folders, by file name, and what could not be loaded.

    A later folder's theme replaces an earlier one of the same name. A folder that
    does not exist has no themes.
    """
    themes: dict[str, Theme] = {}
    problems: list[ThemeProblem] = []
    for path in (path for folder in folders for path in sorted(folder.glob("*.toml"))):
        try:
            theme = _read(path)
            themes[theme.name] = theme
        except _Broken as broken:
            problems.append(ThemeProblem(path, str(broken)))
    return tuple(themes.values()), tuple(problems)


def _read(path: Path) -> Theme:
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _Broken(f"It cannot be read: {error}.") from error
    _check_keys(data, _KEYS, "")
    colors = _table(data, "colors")
    _check_keys(colors, _COLORS, "colors.")
    missing = [name for name in _REQUIRED if name not in colors]
    if missing:
        raise _Broken(f"colors.{missing[0]} is missing.")
    dark = data.get("dark", True)
    if not isinstance(dark, bool):
        raise _Broken("dark must be true or false.")
    name = str(data.get("name", path.stem))
    if not _NAME.fullmatch(name):
        # Textual makes a class of it.
        raise _Broken("name may have letters, digits, - and _ only.")
    parsed = {part: _color(part, value) for part, value in colors.items()}
    theme = Theme(
        name=name,
        primary=parsed["primary"],
        dark=dark,
        variables=_strings(_table(data, "variables"), "variables."),
    )
    for part, color in parsed.items():
        setattr(theme, part, color)
    return theme


def _table(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    table = data.get(name, {})
    if not isinstance(table, dict):
        raise _Broken(f"{name} must be a table.")
    return table


def _check_keys(data: Mapping[str, Any], known: tuple[str, ...], prefix: str) -> None:
    for key in data:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            guess = f" Did you mean {prefix}{near[0]}?" if near else ""
            raise _Broken(f"{prefix}{key} is not known.{guess}")


def _color(name: str, value: object) -> str:
    try:
        return Color.parse(str(value)).hex
    except ColorParseError as error:
        raise _Broken(f"colors.{name} is {value!r}, which is not a color.") from error


def _strings(table: Mapping[str, Any], prefix: str) -> dict[str, str]:
    for key, value in table.items():
        if not isinstance(value, str):
            raise _Broken(f"{prefix}{key} must be a text.")
    return dict(table)
