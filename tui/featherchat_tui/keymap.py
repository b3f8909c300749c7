"""A person's own keys: one file, ``keys.toml``, with the name of an action and its key.

What cannot be meant is reported and left at its own key; the rest is taken over, and
every hint on the screen names it.
"""

import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from textual.binding import Binding, BindingType
from textual.keys import Keys
from textual.screen import Screen

_TERMINALS = frozenset(
    "enter escape tab shift+tab up down left right home end pageup pagedown backspace delete space"
    " ctrl+c ctrl+j shift+enter alt+enter ctrl+d ctrl+z ctrl+i ctrl+m ctrl+h".split()
)
"""What typing needs, and what a terminal sends for the same: Ctrl+I is its tab."""

_MODIFIERS = frozenset(("ctrl", "shift", "alt", "super"))
_BASES = frozenset(key.value.rpartition("+")[2] for key in Keys)
_WRITTEN = {"escape": "esc", "pageup": "pgup", "pagedown": "pgdn"}


@dataclass(frozen=True, slots=True)
class Keymap:
    """The keys that differ from their own, and what was wrong in the file."""

    keys: Mapping[str, str] = field(default_factory=dict)
    """By the name of the action."""

    problems: tuple[str, ...] = ()
    own: Mapping[str, str] = field(default_factory=dict)
    """Every action that can have another key, with its own one."""

    path: Path | None = None
    """The file."""

    def in_words(self, hint: str) -> str:
        """A hint such as ``^O memory   F1 help``, with a person's keys in place of the app's."""
        changed = {written(self.own[name]): written(key) for name, key in self.keys.items()}
        return re.sub(r"\S+", lambda word: changed.get(word[0], word[0]), hint)

    @property
    def note(self) -> str:
        """How to have other keys; empty where there is no place for them."""
        if self.path is None or not self.own:
            return ""
        names = ", ".join(sorted(self.own))
        return f"Other keys: in {self.path}, below [keys], such as {_example(self.own)}\n({names})"


def keymap_of(screen: Screen[object]) -> Keymap:
    """The keys that a screen goes by: the app's own unless it was given others."""
    return getattr(screen, "keymap", Keymap())


def written(key: str) -> str:
    """A key as people read it: ``^G``, ``F9``, ``shift+F3``."""
    *modifiers, base = key.split("+")
    if modifiers == ["ctrl"] and len(base) == 1:
        return f"^{base.upper()}"
    is_function = re.fullmatch(r"f\d+", base) is not None
    return "+".join([*modifiers, base.upper() if is_function else _WRITTEN.get(base, base)])


def named_keys(bindings: Iterable[BindingType]) -> dict[str, str]:
    """The actions that have a name, each with its own key."""
    return {each.id: each.key for each in bindings if isinstance(each, Binding) and each.id}


def nameless_keys(bindings: Iterable[BindingType]) -> frozenset[str]:
    """The keys of the actions without a name: nothing else can have them."""
    fixed = [each for each in bindings if isinstance(each, Binding) and not each.id]
    return frozenset(key for each in fixed for key in each.key.split(","))


def load_keymap(
    path: Path | None, own: Mapping[str, str], fixed: frozenset[str] = frozenset()
) -> Keymap:
    """What a person wants other keys for.

    Args:
        path: Their file; it need not exist.
        own: Every action that can have another key, with its own one.
        fixed: Keys that are not to be had.
    """
    if path is None or not path.exists():
        return Keymap(own=own, path=path)
    try:
        wanted = tomllib.loads(path.read_text(encoding="utf-8")).get("keys", {})
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        return Keymap({}, (f"{path.name} cannot be read: {error}.",), own, path)
    if not isinstance(wanted, dict):
        return Keymap({}, (f"{path.name}: keys must be a table.",), own, path)
    taken = (_TERMINALS | fixed) - frozenset(own.values())
    problems = [_problem(name, key, own, taken) for name, key in wanted.items()]
    sound = {
        name: str(key).strip().lower()
        for (name, key), problem in zip(wanted.items(), problems, strict=True)
        if not problem
    }
    clashes = _clashes(sound, own)
    keys = {name: key for name, key in sound.items() if name not in clashes}
    said = [problem for problem in (*problems, *clashes.values()) if problem]
    return Keymap(keys, tuple(f"{path.name}: {problem}" for problem in said), own, path)


def _problem(name: str, key: object, own: Mapping[str, str], taken: frozenset[str]) -> str:
    if name not in own:
        near = difflib.get_close_matches(name, own, n=1)
        guess = f" Did you mean {near[0]}?" if near else f" There are {', '.join(own)}."
        return f"There is no action {name}.{guess}"
    wanted = key.strip().lower() if isinstance(key, str) else ""
    if wanted in taken or len(wanted) == 1:
        return f"{name} cannot be {key}: the prompt needs it."
    *modifiers, base = wanted.split("+")
    if not _MODIFIERS.issuperset(modifiers) or not (base in _BASES or len(base) == 1):
        return f"{name} must be a key such as f9 or ctrl+g."
    return ""


def _clashes(wanted: Mapping[str, str], own: Mapping[str, str]) -> dict[str, str]:
    """The actions whose new key another one has, with what to say of them."""
    found: dict[str, str] = {}
    while True:
        # Whoever keeps its own key after all may be in the way of another.
        now = {**own, **{each: new for each, new in wanted.items() if each not in found}}
        clash = next(
            (
                (name, key, other)
                for name, key in wanted.items()
                if name not in found
                for other in now
                if other != name and now[other] == key
            ),
            None,
        )
        if clash is None:
            return found
        name, key, other = clash
        found[name] = f"{name} cannot be {key}: {other} has it."


def _example(own: Mapping[str, str]) -> str:
    return f'{next(iter(own))} = "f9"'
