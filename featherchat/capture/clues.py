"""What files say about which decisions a change may carry out.

A decision may govern a file, its text may name it, or earlier changes of the same files may
be linked with it, by their own words or by a person's: the fewer changes touch a file, the
more it says.
"""

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from itertools import chain
from pathlib import PurePosixPath

from featherchat.capture.references import CONFIRMED, EXPLICIT
from featherchat.memory import Anchor, Edge, Memory, RelationType
from featherchat.store.commits import touched_by
from featherchat.store.sqlite import SqliteStore

MOST_FILES = 100
"""Of a larger change the first so many files are asked."""

MOST_WITNESSES = 50
"""Of the linked changes of the same files the newest so many are compared."""

_TOKEN = re.compile(r"[\w@.+-]*(?:/[\w@.+-]+)+|[\w@+-]{2,}\.\w{1,12}")
_SHORTEST_NAME = 8
"""Characters of a file's name that tell it from the others of that name elsewhere."""

_WHOLE, _BY_NAME, _BY_FOLDER = 1.0, 0.7, 0.4
_FILE, _BELOW = 0.6, 0.4
"""What is governed as a whole changes for many reasons: a symbol tells more, a folder less."""


@dataclass(frozen=True, slots=True)
class Clue:
    """How far one kind of evidence speaks for a decision."""

    value: float = 0.0
    """From 0 to 1."""

    words: str = ""
    """The path that led to it, in words."""

    def better(self, other: "Clue") -> "Clue":
        """The one that says more; of equals, this one."""
        return other if other.value > self.value else self


NO_CLUE = Clue()


@dataclass(frozen=True, slots=True)
class NamedFiles:
    """The files that the texts of decisions name."""

    named: Mapping[str, Mapping[str, float]]
    """How surely each decision means a path, a folder or a file's name, by that and its id."""

    @classmethod
    def of(cls, texts: Mapping[str, Iterable[str]]) -> "NamedFiles":
        """From the texts of each decision and of its parts."""
        named: dict[str, dict[str, float]] = {}
        for decision, words in texts.items():
            for key, value in chain.from_iterable(map(_names_in, words)):
                known = named.setdefault(key, {})
                known[decision] = max(known.get(decision, 0.0), value)
        return cls(named)

    def clues(self, change: Memory) -> dict[str, Clue]:
        """What the files of a change say, by decision."""
        found: dict[str, Clue] = {}
        for anchor in change.anchors[:MOST_FILES]:
            for decision, clue in self._of(anchor.path):
                found[decision] = found.get(decision, NO_CLUE).better(clue)
        return found

    def _of(self, path: str) -> Iterator[tuple[str, Clue]]:
        lower = path.lower()
        name, folder = PurePosixPath(lower).name, str(PurePosixPath(lower).parent)
        for key, most in ((lower, _WHOLE), (name, _BY_NAME), (folder, _BY_FOLDER)):
            known = self.named.get(key, {})
            telling = _telling(len(known))
            for decision, value in known.items():
                yield decision, Clue(min(value, most) * telling, f"names {path}")


@dataclass(frozen=True, slots=True)
class GovernedCode:
    """What decisions state that they govern."""

    anchors: Mapping[str, tuple[Anchor, ...]]
    """Files, folders, globs, symbols of a file, by the decision's id."""

    symbols: Mapping[str, tuple[str, ...]]
    """Names in the code, wherever they stand, by the decision's id."""

    def clues(self, change: Memory) -> dict[str, Clue]:
        """What the files and symbols of a change say, by decision."""
        found: dict[str, Clue] = {}
        parsed = {each.path for each in change.anchors if each.symbol}
        for touched in change.anchors:
            stated = dict(self._of(touched, is_parsed=touched.path in parsed))
            telling = _telling(len(stated))
            for decision, clue in stated.items():
                shared = replace(clue, value=clue.value * telling)
                found[decision] = found.get(decision, NO_CLUE).better(shared)
        return found

    def _of(self, touched: Anchor, *, is_parsed: bool) -> Iterator[tuple[str, Clue]]:
        for decision, anchors in self.anchors.items():
            for each in anchors:
                if not _covers(each.path, touched.path):
                    continue
                if each.symbol is None:
                    value = _FILE if each.path == touched.path else _BELOW
                    yield decision, Clue(value, f"governs {each.path}")
                elif _is_called(touched.symbol, each.symbol):
                    yield decision, Clue(_WHOLE, f"governs {each.path}#{each.symbol}")
                elif not is_parsed:
                    # Of an older commit nobody looked which of the file's symbols it changed.
                    yield decision, Clue(_BELOW, f"governs {each.path}#{each.symbol}")
        for decision, names in self.symbols.items():
            for name in names:
                if _is_called(touched.symbol, name):
                    yield decision, Clue(_WHOLE, f"governs {name}")


def _telling(count: int) -> float:
    """What many decisions mean tells none of them from the others."""
    return 1.0 / (1.0 + math.log(count)) if count else 0.0


def _is_called(symbol: str | None, stated: str) -> bool:
    """Whether a symbol is meant; ``Engine.search`` may also be called ``search``.

    Of a class that came or went as a whole, its methods are not told.
    """
    if symbol is None:
        return False
    return symbol == stated or symbol.endswith(f".{stated}") or stated.startswith(f"{symbol}.")


def _names_in(text: str) -> Iterator[tuple[str, float]]:
    """What a text names: paths, the files' names in them, the folders above them."""
    for match in _TOKEN.finditer(text.lower()):
        token = match[0].strip("./")
        path = PurePosixPath(token)
        yield token, _WHOLE
        if len(path.name) >= _SHORTEST_NAME and path.suffix:
            yield path.name, _BY_NAME
        # "src" alone would be everybody's.
        yield from ((str(each), _BY_FOLDER) for each in path.parents if len(each.parts) > 1)


def _covers(stated: str, path: str) -> bool:
    bare = stated.rstrip("/")
    if "*" in bare or "?" in bare:
        return fnmatchcase(path, bare.replace("**/", "*"))
    return path == bare or path.startswith(f"{bare}/")


def overlaps(store: SqliteStore, change: Memory, total: int) -> dict[str, Clue]:
    """How much a change has in common with linked changes of the past, by decision.

    The cosine of both changes' files, each weighted by how few of all changes touch it.
    Only what a change states itself or a person has confirmed is a witness: what was
    suggested once must not be the reason for suggesting it again.

    Args:
        store: Asked on its own thread.
        change: What is compared.
        total: How many changes there are.
    """
    files = list(dict.fromkeys(anchor.path for anchor in change.anchors[:MOST_FILES]))
    near = store.graph.anchored(files, change.namespace)
    others = list(dict.fromkeys(chain.from_iterable(near.values())))
    edges = [
        edge
        for edge in store.edges_of(others, (RelationType.CAUSES,), incoming=True)
        if edge.origin in (EXPLICIT, CONFIRMED) and edge.target_id != change.id
    ]
    linked = store.get(_newest(edges))
    return _compared(store, files, linked, edges, total)


def _newest(edges: Sequence[Edge]) -> list[str]:
    return sorted({edge.target_id for edge in edges}, reverse=True)[:MOST_WITNESSES]


def _compared(
    store: SqliteStore,
    files: Sequence[str],
    linked: Mapping[str, Memory],
    edges: Sequence[Edge],
    total: int,
) -> dict[str, Clue]:
    theirs = {
        key: {anchor.path for anchor in memory.anchors[:MOST_FILES]}
        for key, memory in linked.items()
    }
    counts = touched_by(store.database, sorted({*files, *chain.from_iterable(theirs.values())}))
    rare = {path: math.log((total + 2) / (count + 1)) for path, count in counts.items()}
    own = sum(rare[path] for path in files)
    found: dict[str, Clue] = {}
    for edge in edges:
        there = theirs.get(edge.target_id, set())
        common = there.intersection(files)
        size = own * sum(rare[path] for path in there)
        if not common or size <= 0:
            continue
        value = sum(rare[path] for path in common) / math.sqrt(size)
        witness = (linked[edge.target_id].source.sha or "")[:7]
        words = f"{max(sorted(common), key=rare.__getitem__)}, as in {witness}"
        found[edge.source_id] = found.get(edge.source_id, NO_CLUE).better(Clue(value, words))
    return found
