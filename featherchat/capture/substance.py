"""Whether code is, in substance, what an anchored memory was about, and where it is now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from featherchat.code.symbols import Symbol, shape_of, symbols_in
from featherchat.memory import Anchor

GONE = ""
"""The hash of a file that is not there."""


@dataclass(frozen=True, slots=True)
class Sides:
    """A file before and after a change."""

    before: str
    """Its path before; the same unless it was moved."""

    path: str
    old: str
    """git's hash of what it held; ``GONE`` if it was not there."""

    new: str
    """git's hash of what it holds."""


class Substance:
    """Compares the code under anchors before and after one change."""

    def __init__(self, sides: Sequence[Sides], contents: Mapping[str, bytes]) -> None:
        """Keep both.

        Args:
            sides: Every file that the change touched.
            contents: By hash; what is missing there is not judged.
        """
        self._sides = {each.before: each for each in sides}
        self._contents = contents

    def after(self, anchor: Anchor) -> Anchor:
        """An anchor as it is after the change: in doubt, or not, and where its code went.

        One whose code is what it was when the memory was made is in doubt no more.
        """
        side = self._sides.get(anchor.path)
        if side is None:
            return anchor
        base = anchor.blob if anchor.blob and anchor.blob in self._contents else side.old
        followed = replace(anchor, path=side.path if side.new != GONE else anchor.path)
        if base == side.new:
            return replace(followed, changed=False, commit=None)
        old, new = self._contents.get(base), self._contents.get(side.new)
        if old is None or (new is None and side.new != GONE):
            return followed
        place = self._place(anchor.symbol, side, old, new)
        if place is None:
            return replace(followed, changed=True, blob=base)
        return replace(anchor, path=place, changed=False, commit=None)

    def _place(self, symbol: str | None, side: Sides, old: bytes, new: bytes | None) -> str | None:
        """Where the same code stands; None if that is nowhere."""
        known = symbols_in(side.before, old) if symbol else ()
        if not symbol or not known:
            is_same = new is not None and shape_of(side.before, old) == shape_of(side.path, new)
            return side.path if is_same else None
        shapes = _shapes(known, symbol)
        if not shapes:
            # Nothing is called so there, so nothing that was meant has changed.
            return side.path
        if new is not None and (now := _shapes(symbols_in(side.path, new), symbol)):
            return side.path if shapes & now else None
        return self._elsewhere(symbol, shapes, side)

    def _elsewhere(self, symbol: str, shapes: frozenset[str], left: Sides) -> str | None:
        """The one other file of the change that has a symbol now which left its file."""
        found = [
            each.path
            for each in self._sides.values()
            if each is not left
            and (content := self._contents.get(each.new)) is not None
            and shapes & _shapes(symbols_in(each.path, content), symbol)
        ]
        return found[0] if len(found) == 1 else None


def _shapes(symbols: Sequence[Symbol], wanted: str) -> frozenset[str]:
    """The shapes of what is called so; ``Engine.search`` may also be called ``search``."""
    exact = frozenset(each.shape for each in symbols if each.name == wanted)
    return exact or frozenset(each.shape for each in symbols if each.name.endswith(f".{wanted}"))
