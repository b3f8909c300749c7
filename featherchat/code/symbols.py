"""The symbols of a file: what it defines, where, and a shape that only substance changes.

Reading never fails: a language without a grammar, and a file that is no code, have no
symbols. A shape is equal after new whitespace, new comments and a pure move, and it holds
nothing of the code.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from featherchat.code.grammars import MARKS, captured, grammar_of, is_binary, language_of, parsed

if TYPE_CHECKING:
    from tree_sitter import Node

_TOKEN = re.compile(rb"[\w\x80-\xff]+|[^\w\s]")
_HOLDERS = frozenset({"class", "interface", "enum", "impl", "module", "type"})
"""Kinds whose members are symbols; what is defined in a function is a part of it."""

_OPEN, _CLOSE = b"\x01", b"\x02"
_BESIDE_KIND = ("name", "owner")
_ROOT = 0


@dataclass(frozen=True, slots=True)
class Symbol:
    """Something that a file defines."""

    name: str
    """Qualified: "Class.method"."""

    kind: str
    """Such as class, function, method, constant."""

    first: int
    """Its first line, from 1; decorators belong to it, comments above it do not."""

    last: int
    shape: str
    """A hash of its tokens, in which the order of its members does not count."""

    own: str
    """The same without its members: a class whose method changed keeps it."""


def symbols_in(path: str, content: bytes) -> tuple[Symbol, ...]:
    """What a file defines, in the order of the file; nothing where that cannot be told.

    Args:
        path: Only its name counts: it tells the language.
        content: Its bytes, whatever they are.
    """
    return tuple(
        Symbol(each.name, each.kind, each.first, each.last, each.shape, each.own)
        for each in _parts(path, content)[1:]
    )


def shape_of(path: str, content: bytes) -> str:
    """The shape of a whole file; without a grammar that is its text without whitespace."""
    parts = _parts(path, content)
    if parts:
        return parts[_ROOT].shape
    return _hashed([content] if is_binary(content) else content.split(), b"")


@dataclass(slots=True)
class _Part:
    """A symbol, or the whole file, while its tokens are gathered."""

    start: int
    end: int
    kind: str
    name: str
    first: int
    last: int
    tokens: list[bytes] = field(default_factory=list)
    members: list["_Part"] = field(default_factory=list)
    own: str = ""
    shape: str = ""

    def finish(self) -> None:
        self.own = _hashed(self.tokens)
        inner = sorted(f"{each.name} {each.shape}".encode() for each in self.members)
        self.shape = _hashed([self.own.encode(), *inner])


def _parts(path: str, content: bytes) -> list[_Part]:
    """The whole file and its symbols; empty where it has no tree."""
    language = language_of(path)
    grammar = grammar_of(language) if language else None
    tree = parsed(grammar, content) if grammar else None
    if grammar is None or tree is None:
        return []
    everything = captured(grammar, tree)
    defined = [each for each in everything if MARKS.isdisjoint(each)]
    marked = [each for each in everything if not MARKS.isdisjoint(each)]
    parts = _nested(_found(defined, content), len(content))
    _gather(parts, _marks(marked), content)
    for each in reversed(parts):
        # Members come after what holds them.
        each.finish()
    return parts


def _found(defined: Sequence[Mapping[str, Sequence["Node"]]], content: bytes) -> list[_Part]:
    """Each definition once, as wide as it is captured, outer ones first."""
    widest: dict[int, _Part] = {}
    for each in defined:
        kind = next(key for key in each if key not in _BESIDE_KIND)
        node, name = each[kind][0], each["name"][0]
        known = widest.get(name.start_byte)
        if known is None or node.end_byte - node.start_byte > known.end - known.start:
            said = ".".join(_text(part, content) for part in (*each.get("owner", ()), name))
            first, last = node.start_point.row + 1, node.end_point.row + 1
            part = _Part(node.start_byte, node.end_byte, kind, said, first, last)
            widest[name.start_byte] = part
    return sorted(widest.values(), key=lambda each: (each.start, -each.end))


def _nested(found: Sequence[_Part], size: int) -> list[_Part]:
    whole = _Part(0, size + 1, "module", "", 1, 1)
    parts, around = [whole], [whole]
    for each in found:
        while around[-1].end <= each.start:
            around.pop()
        holder = around[-1]
        if holder.kind not in _HOLDERS or each.end > holder.end or each.start == each.end:
            continue
        if holder.name:
            each.name = f"{holder.name}.{each.name}"
        holder.members.append(each)
        parts.append(each)
        around.append(each)
    return parts


@dataclass(frozen=True, slots=True)
class _Mark:
    """A stretch of the file that counts differently."""

    start: int
    end: int
    kind: str
    """comment: left out; string: kept as it is; block: told where it begins and ends."""


def _marks(marked: Sequence[Mapping[str, Sequence["Node"]]]) -> list[_Mark]:
    return [
        _Mark(node.start_byte, node.end_byte, kind)
        for each in marked
        for kind, nodes in each.items()
        for node in nodes
    ]


def _gather(parts: Sequence[_Part], marks: Sequence[_Mark], content: bytes) -> None:
    """Give each token to the innermost part that it stands in."""
    around: list[_Part] = []
    place = 0
    for position, begins, thing in _cuts([*parts, *marks]):
        if position > place and around:
            around[-1].tokens += _TOKEN.findall(content, place, position)
        place = max(place, position)
        if isinstance(thing, _Part):
            if begins:
                around.append(thing)
            else:
                around.remove(thing)
        elif thing.kind == "block":
            around[-1].tokens.append(_OPEN if begins else _CLOSE)
        elif begins and position == place:
            if thing.kind == "string":
                around[-1].tokens.append(content[thing.start : thing.end])
            place = thing.end


def _cuts(things: Sequence[_Part | _Mark]) -> Iterator[tuple[int, bool, _Part | _Mark]]:
    """Where things begin and end, in the order of the file, properly nested."""
    cuts = [(each.start, 1, -each.end, place) for place, each in enumerate(things)]
    cuts += [(each.end, 0, -each.start, place) for place, each in enumerate(things)]
    for position, begins, _, place in sorted(cuts):
        yield position, bool(begins), things[place]


def _text(node: "Node", content: bytes) -> str:
    # The node's own text is read anew from its beginning: a tenth of the whole.
    said = content[node.start_byte : node.end_byte]
    return said.decode("utf-8", "replace").replace("::", ".")


def _hashed(tokens: Sequence[bytes], between: bytes = b"\0") -> str:
    return hashlib.blake2b(between.join(tokens), digest_size=8).hexdigest()
