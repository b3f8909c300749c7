"""A person's own keys: one file, ``keys.toml``, with the name of an action and its key.

What cannot be meant is reported and left at its own key; the rest is taken over.
"""

import difflib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from textual.binding import Binding, BindingType

_TAKEN = frozenset(
    "enter escape tab shift+tab up down left right home end pageup pagedown backspace delete space"
    " ctrl+c ctrl+j ctrl+r ctrl+d ctrl+p ctrl+z".split()
)
"""What the prompt, the palette and the terminal need for themselves."""


@dataclass(frozen=True, slots=True)
class Keymap:
    """The keys that differ from their own, and what was wrong in the file."""

    keys: Mapping[str, str]
    """By the name of the action."""

    problems: tuple[str, ...] = ()


def named_keys(bindings: Sequence[BindingType]) -> dict[str, str]:
    """The actions that have a name, each with its own key."""
    return {each.id: each.key for each in bindings if isinstance(each, Binding) and each.id}


def load_keymap(path: Path | None, own: Mapping[str, str]) -> Keymap:
    """What a person wants other keys for.

    Args:
        path: Their file; it need not exist.
        own: Every action that can have another key, with its own one.
    """
    if path is None or not path.exists():
        return Keymap({})
    try:
        wanted = tomllib.loads(path.read_text(encoding="utf-8")).get("keys", {})
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        return Keymap({}, (f"{path.name} cannot be read: {error}.",))
    if not isinstance(wanted, dict):
        return Keymap({}, (f"{path.name}: keys must be a table.",))
    problems = [_problem(name, key, own) for name, key in wanted.items()]
    sound = {
        name: str(key).strip().lower()
        for (name, key), problem in zip(wanted.items(), problems, strict=True)
        if not problem
    }
    clashes = _clashes(sound, own)
    keys = {name: key for name, key in sound.items() if name not in clashes}
    said = [problem for problem in (*problems, *clashes.values()) if problem]
    return Keymap(keys, tuple(f"{path.name}: {problem}" for problem in said))


def _problem(name: str, key: object, own: Mapping[str, str]) -> str:
    if name not in own:
        near = difflib.get_close_matches(name, own, n=1)
        guess = f" Did you mean {near[0]}?" if near else f" There are {', '.join(own)}."
        return f"There is no action {name}.{guess}"
    if not isinstance(key, str) or not key.strip():
        return f"{name} must be a key such as f9 or ctrl+g."
    if key.strip().lower() in _TAKEN or len(key.strip()) == 1:
        return f"{name} cannot be {key}: the prompt needs it."
    return ""


def _clashes(wanted: Mapping[str, str], own: Mapping[str, str]) -> dict[str, str]:
    """The actions whose new key another one has, with what to say of them."""
    found: dict[str, str] = {}
    for name, key in wanted.items():
        others = {**own, **{each: new for each, new in wanted.items() if each not in found}}
        other = next((each for each in others if each != name and others[each] == key), None)
        if other is not None:
            found[name] = f"{name} cannot be {key}: {other} has it."
    return found
