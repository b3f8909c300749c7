"""The settings: every value with where it comes from, and a person's own file changed.

A change keeps the rest of the file as it is, comments included, and is refused when the
settings would no longer be sound.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from featherchat.config import PROJECT_FILE, Config, load_config, settings_of
from featherchat.errors import ConfigError
from featherchat.project import Project
from featherchat.store.registry_file import write_private


class Origin(StrEnum):
    """Where a value comes from; a later one goes before an earlier one."""

    DEFAULT = "default"
    FILE = "your file"
    PROJECT = "the project's file"
    ENVIRONMENT = "environment"
    OPTION = "option"


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting in force."""

    name: str
    """Such as ``recall.limit``."""

    value: object
    origin: Origin


def settings_with_origins(
    project: Project, environment: Mapping[str, str], options: Mapping[str, object]
) -> tuple[Setting, ...]:
    """Every setting in force, and what set it last."""
    mine = _keys(project.places.config / "config.toml")
    theirs = _keys(project.root / PROJECT_FILE)
    named = {name for name, value in options.items() if value is not None}
    found = []
    for name, value in settings_of(project.config).items():
        variable = f"FEATHERCHAT_{name.replace('.', '_').upper()}"
        origin = Origin.DEFAULT
        for candidate, sets in (
            (Origin.FILE, name in mine),
            (Origin.PROJECT, name in theirs),
            (Origin.ENVIRONMENT, variable in environment),
            (Origin.OPTION, name in named),
        ):
            origin = candidate if sets else origin
        found.append(Setting(name, value, origin))
    return tuple(found)


def as_toml(value: object) -> str:
    """A value as the file has it; empty for one that is not set."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case str():
            escaped = value.replace("\\", "\\\\").replace('"', '\\"')
            return f'"{escaped}"'
        case tuple() | list():
            return f"[{', '.join(as_toml(each) for each in value)}]"
        case Mapping():
            inside = ", ".join(f"{key} = {as_toml(each)}" for key, each in value.items())
            return f"{{ {inside} }}"
        case _:
            return str(value)


def set_setting(file: Path, name: str, text: str) -> object:
    """Set one setting in a person's own file; the value, as it is understood.

    Args:
        file: The settings file; it need not exist.
        name: Such as ``recall.limit``.
        text: The value as TOML has it; words without quotes are a text. Empty: the default.

    Raises:
        ConfigError: If there is no such setting, or the value does not fit.
    """
    section, _, key = name.partition(".")
    value = _parsed(text.strip())
    if value is not None:
        value = settings_of(Config().with_options({name: value}))[name]
    before = file.read_text(encoding="utf-8") if file.exists() else ""
    after = _with_line(before, section, key, as_toml(value))
    draft = file.with_suffix(".draft")
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_private(draft, after.encode())
    try:
        load_config(draft, None, {})
        write_private(file, after.encode())
    finally:
        draft.unlink()
    return value


def _parsed(text: str) -> Any:
    import tomllib

    if not text:
        return None
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _with_line(content: str, section: str, key: str, value: str) -> str:
    """The file with one line of one section replaced, added, or without a value removed."""
    lines = content.splitlines()
    heading = f"[{section}]"
    begin = next((n for n, line in enumerate(lines) if _code(line) == heading), None)
    if begin is None:
        if not value:
            return content
        gap = [""] if lines else []
        return "\n".join([*lines, *gap, heading, f"{key} = {value}", ""])
    end = next(
        (n for n in range(begin + 1, len(lines)) if lines[n].lstrip().startswith("[")), len(lines)
    )
    here = next(
        (n for n in range(begin + 1, end) if re.match(rf"\s*{re.escape(key)}\s*=", lines[n])), None
    )
    new = [f"{key} = {value}"] if value else []
    if here is not None:
        lines[here : here + 1] = new
    else:
        while end > begin + 1 and not lines[end - 1].strip():
            end -= 1
        lines[end:end] = new
    return "\n".join(lines) + "\n"


def _code(line: str) -> str:
    return line.partition("#")[0].strip()


def _keys(file: Path) -> frozenset[str]:
    """The settings that a file names."""
    import tomllib

    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return frozenset()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{file} cannot be read: {error}.", hint="Mend that line.") from error
    return frozenset(
        f"{section}.{key}"
        for section, keys in content.items()
        if isinstance(keys, dict)
        for key in keys
    )
