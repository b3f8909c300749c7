"""What files say about which decisions a change may carry out.

A decision may govern a file, its text may name it, or earlier changes of the same files may
be linked with it, by their own words or by a person's: the fewer changes touch a file, the
more it says.
"""

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
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
    """The files that decisions govern, or that their texts name."""

    named: Mapping[str, Mapping[str, float]]
    """How surely each decision means a path, a folder or a file's name, by that and its id."""

    governed: Mapping[str, tuple[Anchor, ...]]
    """What each decision states that it governs, by its id."""

    @classmethod
    def of(
        cls, texts: Mapping[str, Iterable[str]], governed: Mapping[str, tuple[Anchor, ...]]
    ) -> "NamedFiles":
        """From the texts of each decision and of its parts, and from its anchors."""
        named: dict[str, dict[str, float]] = {}
        for decision, words in texts.items():
            for key, value in chain.from_iterable(map(_names_in, words)):
                known = named.setdefault(key, {})
                known[decision] = max(known.get(decision, 0.0), value)
        return cls(named, {key: each for key, each in governed.items() if each})

    def clues(self, change: Memory) -> dict[str, Clue]:
        """What the files of a change say, by decision."""
        found: dict[str, Clue] = {}
        for anchor in change.anchors[:MOST_FILES]:
            for decision, clue in chain(self._named(anchor.path), self._governed(anchor)):
                found[decision] = found.get(decision, NO_CLUE).better(clue)
        return found

    def _named(self, path: str) -> Iterator[tuple[str, Clue]]:
        lower = path.lower()
        name, folder = PurePosixPath(lower).name, str(PurePosixPath(lower).parent)
        for key, most in ((lower, _WHOLE), (name, _BY_NAME), (folder, _BY_FOLDER)):
            known = self.named.get(key, {})
            # What many decisions name tells none of them from the others.
            telling = 1.0 / (1.0 + math.log(len(known))) if known else 0.0
            for decision, value in known.items():
                yield decision, Clue(min(value, most) * telling, f"names {path}")

    def _governed(self, touched: Anchor) -> Iterator[tuple[str, Clue]]:
        for decision, anchors in self.governed.items():
            for each in anchors:
                if _covers(each.path, touched.path):
                    if each.symbol is None:
                        yield decision, Clue(_WHOLE, f"governs {each.path}")
                    elif touched.symbol in (None, each.symbol):
                        value = _WHOLE if touched.symbol else _BY_NAME
                        yield decision, Clue(value, f"governs {each.path}#{each.symbol}")


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
