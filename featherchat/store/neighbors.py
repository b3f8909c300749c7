"""Nearest neighbors by a graph: quick, approximate, and derived like every index.

It is built in a thread of its own, from a connection of its own, because 100,000 vectors take a
minute; until it is ready, and for what was written since, the codes of all are
scanned. A flipped bit in a graph crashes the process that searches it, so the whole file is
compared with its sums before it is handed to native code.
"""

import atexit
import logging
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import apsw
import numpy as np

from featherchat.store import hnsw
from featherchat.store.array_file import HarmedFile, block_sums, read_arrays, write_arrays

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from usearch.compiled import Index

_logger = logging.getLogger(__name__)

FILE = "neighbors.arrays"
FORMAT = 5

_ADDED = 256
"""Vectors that are added at once: for so long a close may have to wait."""

_OF_SPACE = "FROM vectors WHERE space = ? AND revision <= ?"

_PAUSE = 0.5
"""Seconds from the question that wants a graph to its beginning."""

_SUMMED_BYTES = 2**20
_LOW_PRIORITY = 10


@dataclass(frozen=True, slots=True)
class Graph:
    """A graph over every vector of a space up to a revision."""

    index: "Index"
    """The compiled one: what Python wraps around it costs a question a tenth."""

    space: str
    revision: int
    mark: str
    """What tells this store's past from another's; see ``Engine``."""

    size: int
    """How many vectors it holds."""

    share: float
    """The share of their neighbors that a few vectors found when it was built."""

    content: object = None
    """The mapped file that a loaded graph lies in: it lives as long as the graph."""


class Neighbors:
    """The graph of one store: loaded, built and kept."""

    def __init__(self, store: Path, cache: Path | None) -> None:
        self._store = store
        self._file = None if cache is None else cache / FILE
        self._graph: Graph | None = None
        self._builder: threading.Thread | None = None
        self._stop = threading.Event()
        self._hurry = threading.Event()
        self._is_loaded = False

    @property
    def graph(self) -> Graph | None:
        """What was built or loaded last."""
        if not self._is_loaded:
            self._is_loaded = True
            self._graph = self._loaded()
        return self._graph

    def build(self, space: str, dimensions: int, revision: int, mark: str) -> None:
        """Begin to build the graph of a space at a revision, unless one is under way."""
        if self._builder is None or not self._builder.is_alive():
            self._hurry.clear()
            # A process that never closes its store ends without the whole graph: its end waits
            # for threads that are no daemons, and only then says that it is the end.
            atexit.register(self.close)
            self._builder = threading.Thread(
                target=self._build,
                args=(space, dimensions, revision, mark),
                name="neighbors",
                daemon=True,
            )
            self._builder.start()

    def wait(self) -> None:
        """Wait until what is being built is ready."""
        self._hurry.set()
        if self._builder is not None:
            self._builder.join()

    def close(self) -> None:
        """Stop building."""
        self._stop.set()
        self.wait()
        atexit.unregister(self.close)

    def discard(self) -> None:
        """Throw the graph and its file away."""
        self.close()
        self._stop.clear()
        self._graph = None
        if self._file is not None:
            self._file.unlink(missing_ok=True)

    def _loaded(self) -> Graph | None:
        """The graph of the file, mapped; None if it is absent or not what was written."""
        if self._file is None:
            return None
        try:
            facts, arrays = read_arrays(self._file)
            stored = arrays["graph"]
            sound = (block_sums(stored.values, _SUMMED_BYTES) == stored.sums).all()
            if facts["format"] != FORMAT or not sound:
                return None
            index = hnsw.empty(facts["dimensions"])
            index.view_index_from_buffer(stored.values.data)
            if index.ndim != facts["dimensions"]:
                return None
            # A graph's file does not say how widely it is searched.
            index.expansion_search = facts["width"]
            named = facts["space"], facts["revision"], facts["mark"]
            return Graph(index, *named, len(index), facts["share"], stored)
        except (HarmedFile, KeyError, TypeError, ValueError, RuntimeError):
            # Derived data: what cannot be read is built anew.
            return None

    def _build(self, space: str, dimensions: int, revision: int, mark: str) -> None:
        _give_way()
        # Whoever has just asked may ask on: two threads of Python hinder each other.
        self._hurry.wait(_PAUSE)
        try:
            built = self._built(space, dimensions, revision)
        except (apsw.Error, ValueError, RuntimeError, MemoryError) as error:
            # Codes are scanned meanwhile; a damaged store says so where its rows are read.
            _logger.warning("The graph of neighbors could not be built: %s", error)
            return
        if built is None:
            return
        index, share = built
        self._graph = Graph(index, space, revision, mark, len(index), share)
        if self._file is not None:
            facts = {"format": FORMAT, "space": space, "revision": revision, "mark": mark}
            facts |= {"dimensions": dimensions, "width": index.expansion_search, "share": share}
            stored = np.frombuffer(index.save_index_to_buffer(), dtype=np.uint8)
            if write_arrays(self._file, facts, {"graph": stored}, _SUMMED_BYTES):
                # The file's pages can be given back; those of the process cannot.
                self._graph = self._loaded() or self._graph

    def _built(self, space: str, dimensions: int, revision: int) -> "tuple[Index, float] | None":
        """A graph over a space's vectors, and the share that it finds; None when stopped."""
        connection = apsw.Connection(str(self._store), flags=apsw.SQLITE_OPEN_READONLY)
        try:
            sql = f"SELECT count(*) {_OF_SPACE}"
            count: Any = connection.execute(sql, (space, revision)).fetchall()[0][0]
            read = partial(_vectors, connection, space, revision, dimensions)
            return hnsw.built(read, count, dimensions, self._stop.is_set)
        finally:
            connection.close()


def _vectors(
    connection: apsw.Connection, space: str, revision: int, dimensions: int
) -> "Iterator[tuple[NDArray[np.int64], NDArray[np.float16]]]":
    """The numbers and vectors of a space up to a revision, some at a time."""
    last = -1
    while rows := connection.execute(
        f"SELECT seq, vector {_OF_SPACE} AND seq > ? ORDER BY seq LIMIT ?",
        (space, revision, last, _ADDED),
    ).fetchall():
        seqs = np.array([row[0] for row in rows], dtype=np.int64)
        joined = b"".join(cast("bytes", row[1]) for row in rows)
        yield seqs, np.frombuffer(joined, dtype="<f2").reshape(len(rows), dimensions)
        last = int(seqs[-1])


def _give_way() -> None:
    """Work at a low priority: a minute of building must not be felt."""
    if sys.platform == "linux":
        # Elsewhere the number of a thread is not one that a priority can be set for.
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _LOW_PRIORITY)
