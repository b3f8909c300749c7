"""Which symbols a change adds, removes and changes; one that only moved is none of these."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from featherchat.code.symbols import Symbol


class Fate(StrEnum):
    """What became of a symbol."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class FileSymbols:
    """One file before and after a change."""

    path: str
    """Its path afterwards; of a removed file, its last one."""

    before: Sequence[Symbol]
    after: Sequence[Symbol]


@dataclass(frozen=True, slots=True)
class SymbolChange:
    """What became of one symbol."""

    path: str
    name: str
    fate: Fate


def symbol_changes(files: Iterable[FileSymbols]) -> tuple[SymbolChange, ...]:
    """What became of the symbols of some files that changed together, in their order.

    A symbol that comes or goes stands for its members. One that left one place and came to
    another in the same shape, in whatever file, has moved, and is left out.
    """
    found: list[SymbolChange] = []
    came, went = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    keys: dict[SymbolChange, tuple[str, str]] = {}
    for file in files:
        before, after = _by_name(file.before), _by_name(file.after)
        for name in _outermost(after, before):
            change = SymbolChange(file.path, name, Fate.ADDED)
            keys[change] = _moved_key(name, after[name])
            came[keys[change]] += 1
            found.append(change)
        for name in _outermost(before, after):
            change = SymbolChange(file.path, name, Fate.REMOVED)
            keys[change] = _moved_key(name, before[name])
            went[keys[change]] += 1
            found.append(change)
        found += [
            SymbolChange(file.path, name, Fate.CHANGED)
            for name in after
            if name in before and _owns(before[name]) != _owns(after[name])
        ]
    moved = {Fate.ADDED: came & went, Fate.REMOVED: came & went}
    return tuple(each for each in found if not _is_moved(each, keys, moved))


def _is_moved(
    change: SymbolChange,
    keys: dict[SymbolChange, tuple[str, str]],
    moved: dict[Fate, Counter[tuple[str, str]]],
) -> bool:
    key = keys.get(change)
    if key is None or not moved[change.fate][key]:
        return False
    moved[change.fate][key] -= 1
    return True


def _by_name(symbols: Sequence[Symbol]) -> dict[str, list[Symbol]]:
    """Overloads and definitions by case share a name."""
    found: dict[str, list[Symbol]] = {}
    for each in symbols:
        found.setdefault(each.name, []).append(each)
    return found


def _outermost(some: Iterable[str], others: Iterable[str]) -> list[str]:
    """The names that only some have, without those whose holder is such a name itself."""
    alone = set(some) - set(others)
    return [name for name in some if name in alone and name.rpartition(".")[0] not in alone]


def _moved_key(name: str, symbols: Sequence[Symbol]) -> tuple[str, str]:
    return name.rpartition(".")[2], " ".join(sorted(each.shape for each in symbols))


def _owns(symbols: Sequence[Symbol]) -> list[str]:
    return sorted(each.own for each in symbols)
