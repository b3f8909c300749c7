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
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import apsw
import numpy as np

from featherchat.native import load_onnxruntime
from featherchat.store.array_file import HarmedFile, block_sums, read_arrays, write_arrays

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from usearch.compiled import Index

    from featherchat.store.base import Vector

_logger = logging.getLogger(__name__)

FILE = "neighbors.arrays"
FORMAT = 4

CONNECTIVITY, EXPANSION_ADD = 32, 128
"""Edges, and candidates while they are found. As vectors are stored, in float16: with bfloat16 a
search of 10,000 takes three quarters of the time, one of 100,000 as long, and finds less."""

WIDTHS = (14, 16, 20, 24, 32, 48, 64)
"""Candidates that are kept while a graph is searched: the first that finds nearly all is used."""

NEARLY_ALL = 0.993
"""The share of the ten nearest of a few vectors that are not built in yet. At 10,000 clustered
vectors 14 candidates find .993 in 40 µs and 64 find all in 90; at 100,000, 20 find .996."""

_SAMPLE, _NEIGHBORS = 200, 10
_SPARED = 10
"""At the most one vector in so many is asked for."""

_ADDED = 256
"""Vectors that are added at once: for so long a close may have to wait."""

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

    def search(self, vector: "Vector", k: int) -> dict[int, float]:
        """Row numbers and cosines of about the ``k`` nearest, best first."""
        keys, distances, counts, *_ = self.index.search_many(vector[None], k, threads=1)
        found = int(counts[0])
        cosines = 1.0 - distances[0, :found]
        return dict(zip(keys[0, :found].tolist(), cosines.tolist(), strict=True))


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
            index = _empty(facts["dimensions"])
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
            of_space = "FROM vectors WHERE space = ? AND revision <= ?"
            sql = f"SELECT count(*) {of_space}"
            count: Any = connection.execute(sql, (space, revision)).fetchall()[0][0]
            step = max(_SPARED, count // _SAMPLE)
            index, asked, last, number = _empty(dimensions), list[Any](), -1, 0
            while not self._stop.is_set():
                rows: list[Any] = connection.execute(
                    f"SELECT seq, vector {of_space} AND seq > ? ORDER BY seq LIMIT ?",
                    (space, revision, last, _ADDED),
                ).fetchall()
                if not rows:
                    share = self._set_width(index, asked)
                    _add(index, asked)
                    return index, share
                last, spared = rows[-1][0], slice(-number % step, None, step)
                number += len(rows)
                # They are built in when they have been asked for.
                asked += rows[spared]
                del rows[spared]
                _add(index, rows)
        finally:
            connection.close()
        return None

    def _set_width(self, index: "Index", asked: Sequence[Any]) -> float:
        """Let a graph be searched as widely as it needs; the share that is found so.

        Vectors without any neighborhoods, such as random ones, defeat a graph: it would find one
        in five of 100,000. It says so, and they are scanned instead.
        """
        index.expansion_search = WIDTHS[-1]
        if len(index) < _NEIGHBORS:
            return 1.0
        questions, nearest = _matrix(asked, index.ndim), list[set[int]]()
        for vector in questions:
            if self._stop.is_set():
                return 0.0
            true = index.search_many(vector[None], _NEIGHBORS, exact=True, threads=1)[0]
            nearest.append(set(true[0].tolist()))
        share = 0.0
        for width in WIDTHS:
            index.expansion_search = width
            found = index.search_many(questions, _NEIGHBORS, threads=1)[0].tolist()
            hits = [len(true & set(each)) for true, each in zip(nearest, found, strict=True)]
            share = sum(hits) / (_NEIGHBORS * len(hits))
            if share >= NEARLY_ALL:
                break
        return share


def _empty(dimensions: int) -> "Index":
    """A graph without vectors. It is never asked for one by its key, so it keeps no keys apart."""
    with suppress(ImportError):
        # A process that embeds texts, too, needs onnxruntime loaded before usearch.
        load_onnxruntime()
    from usearch.compiled import Index, MetricKind, ScalarKind

    return Index(
        ndim=dimensions,
        metric_kind=MetricKind.IP,
        dtype=ScalarKind.F16,
        connectivity=CONNECTIVITY,
        expansion_add=EXPANSION_ADD,
        enable_key_lookups=False,
    )


def _add(index: "Index", rows: Sequence[Any]) -> None:
    if rows:
        seqs = np.array([row[0] for row in rows], dtype=np.uint64)
        index.add_many(seqs, _matrix(rows, index.ndim), threads=1)


def _matrix(rows: Sequence[Any], dimensions: int) -> "NDArray[np.float16]":
    """The vectors of some rows of numbers and vectors."""
    joined = b"".join(row[1] for row in rows)
    return np.frombuffer(joined, dtype="<f2").reshape(len(rows), dimensions)


def _give_way() -> None:
    """Work at a low priority: half a minute of building must not be felt."""
    if sys.platform == "linux":
        # Elsewhere the number of a thread is not one that a priority can be set for.
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _LOW_PRIORITY)
