"""Nearest neighbors by a graph: quick, approximate, and derived like every index.

usearch's HNSW over the stored vectors. It is built in a thread of its own, from a connection
of its own, because 100,000 vectors take half a minute; until it is ready, and for what was
written since, the codes are scanned. A flipped bit in a graph crashes the process that searches
it, so the whole file is compared with its sums before it is handed to native code.
"""

import logging
import os
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import apsw
import numpy as np

from featherchat.native import load_onnxruntime
from featherchat.store.array_file import HarmedFile, block_sums, read_arrays, write_arrays

if TYPE_CHECKING:
    from usearch.index import Index

    from featherchat.store.base import Vector

_logger = logging.getLogger(__name__)

FILE = "neighbors.arrays"
FORMAT = 3

CONNECTIVITY, EXPANSION_ADD = 32, 128
WIDTHS = (20, 32, 64)
"""Candidates that are kept while a graph is searched: the first that finds as much is used.

Recall@10 of questions that were not built in, at 10,000 and 100,000 clustered vectors: .997 and
.995 with 20, .998 with 64, which takes twice as long. With 16 edges, built with 64, it is .95.
"""

DTYPE = "f16"
"""As the vectors are stored. With bfloat16 a search of 10,000 takes three quarters of the time, one
of 100,000 as long, and recall@10 there is .988 with 20 candidates and .991 with 32."""

_ADDED = 256
"""Vectors that are added at once: for so long a close may have to wait."""

_SUMMED_BYTES = 2**20
_LOW_PRIORITY = 10


@dataclass(frozen=True, slots=True)
class Graph:
    """A graph over every vector of a space up to a revision."""

    index: "Index"
    space: str
    revision: int
    mark: str
    """What tells this store's past from another's; see ``Engine``."""

    content: object = None
    """The mapped file that a loaded graph lies in: it lives as long as the graph."""

    @property
    def size(self) -> int:
        """How many vectors it holds."""
        return len(self.index)

    def use_width(self, width: int) -> None:
        """Keep so many candidates in each search. A graph's file does not say how many."""
        self.index.expansion_search = width

    def search(self, vector: "Vector", k: int) -> dict[int, float]:
        """Row numbers and cosines of about the ``k`` nearest, best first."""
        found = self.index.search(vector, k, threads=1)
        cosines = 1.0 - found.distances
        return dict(zip(found.keys.tolist(), cosines.tolist(), strict=True))


class Neighbors:
    """The graph of one store: loaded, built and kept."""

    def __init__(self, store: Path, cache: Path | None) -> None:
        self._store = store
        self._file = None if cache is None else cache / FILE
        self._graph: Graph | None = None
        self._builder: threading.Thread | None = None
        self._stop = threading.Event()
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
            self._builder = threading.Thread(
                target=self._build, args=(space, dimensions, revision, mark), name="neighbors"
            )
            self._builder.start()

    def wait(self) -> None:
        """Wait until what is being built is ready."""
        if self._builder is not None:
            self._builder.join()

    def close(self) -> None:
        """Stop building."""
        self._stop.set()
        self.wait()

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
            index = _index_class().restore(stored.values.data, view=True)
            if index is None or index.ndim != facts["dimensions"]:
                return None
            return Graph(index, facts["space"], facts["revision"], facts["mark"], stored)
        except (HarmedFile, KeyError, TypeError, ValueError, RuntimeError):
            # Derived data: what cannot be read is built anew.
            return None

    def _build(self, space: str, dimensions: int, revision: int, mark: str) -> None:
        _give_way()
        try:
            index = self._filled(space, dimensions, revision)
        except (apsw.Error, ValueError, RuntimeError, MemoryError) as error:
            # Codes are scanned meanwhile; a damaged store says so where its rows are read.
            _logger.warning("The graph of neighbors could not be built: %s", error)
            return
        if index is None:
            return
        self._graph = Graph(index, space, revision, mark)
        if self._file is not None:
            facts = {"format": FORMAT, "space": space, "revision": revision, "mark": mark}
            facts["dimensions"] = dimensions
            stored = np.frombuffer(index.save(None), dtype=np.uint8)
            if write_arrays(self._file, facts, {"graph": stored}, _SUMMED_BYTES):
                # The file's pages can be given back; those of the process cannot.
                self._graph = self._loaded() or self._graph

    def _filled(self, space: str, dimensions: int, revision: int) -> "Index | None":
        """A graph over a space's vectors; None when it was stopped."""
        index = _index_class()(
            ndim=dimensions,
            metric="ip",
            dtype=DTYPE,
            connectivity=CONNECTIVITY,
            expansion_add=EXPANSION_ADD,
        )
        connection = apsw.Connection(str(self._store), flags=apsw.SQLITE_OPEN_READONLY)
        try:
            last = -1
            while not self._stop.is_set():
                rows: list[Any] = connection.execute(
                    "SELECT seq, vector FROM vectors WHERE space = ? AND revision <= ?"
                    " AND seq > ? ORDER BY seq LIMIT ?",
                    (space, revision, last, _ADDED),
                ).fetchall()
                if not rows:
                    return index
                joined = b"".join(row[1] for row in rows)
                vectors = np.frombuffer(joined, dtype="<f2").reshape(len(rows), dimensions)
                index.add(np.array([row[0] for row in rows]), vectors, threads=1)
                last = rows[-1][0]
        finally:
            connection.close()
        return None


def _give_way() -> None:
    """Work at a low priority: half a minute of building must not be felt."""
    if sys.platform == "linux":
        # Elsewhere the number of a thread is not one that a priority can be set for.
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _LOW_PRIORITY)


def _index_class() -> "type[Index]":
    """usearch's index; a process that embeds texts, too, needs onnxruntime loaded before it."""
    with suppress(ImportError):
        load_onnxruntime()
    from usearch.index import Index as Found

    found: type[Index] = Found
    return found
