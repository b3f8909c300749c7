"""A graph of vectors that are near each other: usearch's HNSW over 8-bit codes.

Codes are walked in half the time that float16 takes, and are half its size. Which of the first
dozen is nearest they cannot tell, so a few more are found than were asked for, and whoever
asks compares them on the vectors themselves.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np

from featherchat.native import load_onnxruntime
from featherchat.store.codes import widened

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from usearch.compiled import Index

    from featherchat.store.base import Vector

    Codes = NDArray[np.int8]
    Floats = NDArray[np.float32]
    Seqs = NDArray[np.int64]
    Batches = Callable[[], Iterator[tuple[Seqs, NDArray[np.float16]]]]
    """Reads numbers and vectors, shapes (n,) and (n, dimensions), from the beginning."""

CONNECTIVITY, EXPANSION_ADD = 32, 128
"""Edges, and candidates while they are found."""

WIDTHS = (16, 20, 24, 32, 48, 64, 96)
"""Candidates that are kept while a graph is searched: the first that finds nearly all is used."""

NEARLY_ALL = 0.995
"""The share of the ten nearest of some vectors that are not built in yet."""

_SAMPLE, _SPARED = 500, 10
"""So many vectors are asked for, at the most one in so many. By 200 of 500,000 a width was chosen
that found .974 of what others asked for; by 500, one that finds .994."""

_NEIGHBORS = 10
_STEPS = 127.0
_LEAST_PEAK = 1e-6


def empty(dimensions: int) -> "Index":
    """A graph without vectors. It is never asked for one by its key, so it keeps no keys apart."""
    with suppress(ImportError):
        # A process that embeds texts, too, needs onnxruntime loaded before usearch.
        load_onnxruntime()
    from usearch.compiled import Index, MetricKind, ScalarKind

    return Index(
        ndim=dimensions,
        metric_kind=MetricKind.IP,
        dtype=ScalarKind.I8,
        connectivity=CONNECTIVITY,
        expansion_add=EXPANSION_ADD,
        enable_key_lookups=False,
    )


def search(index: "Index", vector: "Vector", k: int) -> "Seqs":
    """About the ``k`` nearest and some more, by their codes.

    Args:
        index: The graph.
        vector: The question's, of any length above 0. usearch codes it: at its own scale, which
            does not change the order.
        k: How many are going to be kept.
    """
    wide = max(index.expansion_search, k + k // 2)
    keys, _, counts, *_ = index.search_many(vector[None], wide, threads=1)
    seqs: Seqs = keys[0, : counts[0]].view(np.int64)
    return seqs


def built(
    read: "Batches", count: int, dimensions: int, is_stopped: Callable[[], bool]
) -> "tuple[Index, float] | None":
    """A graph over vectors of length 1, and the share of its sample's neighbors that it finds.

    Args:
        read: Reads them; it is asked twice.
        count: How many they are.
        dimensions: How many numbers each has.
        is_stopped: Asked after each batch; a stopped build is None.
    """
    step = max(_SPARED, count // _SAMPLE)
    peak, number = _LEAST_PEAK, 0
    spared: list[tuple[Seqs, Floats]] = []
    for seqs, vectors in read():
        peak = max(peak, float(vectors.max()), -float(vectors.min()))
        chosen = slice(-number % step, None, step)
        spared.append((seqs[chosen], widened(vectors[chosen])))
        number += len(seqs)
        if is_stopped():
            return None
    index = empty(dimensions)
    # One scale for all: of vectors that are equally long it keeps the order.
    scale = np.float32(_STEPS / peak)
    sample = _Sample(spared, dimensions)
    for seqs, vectors in read():
        kept = ~np.isin(seqs, sample.seqs)
        given = widened(vectors[kept])
        _add(index, seqs[kept], given, scale)
        sample.compare(seqs[kept], given)
        if is_stopped():
            return None
    share = _set_width(index, sample)
    # They are built in when they have been asked for.
    _add(index, sample.seqs, sample.vectors, scale)
    return index, share


class _Sample:
    """Vectors that are asked for, and their true nearest among all that were compared."""

    def __init__(self, parts: "list[tuple[Seqs, Floats]]", dimensions: int) -> None:
        self.seqs: Seqs = np.concatenate([np.empty(0, dtype=np.int64), *(p[0] for p in parts)])
        none = np.empty((0, dimensions), dtype=np.float32)
        self.vectors: Floats = np.concatenate([none, *(p[1] for p in parts)])
        self.nearest: Seqs = np.full((len(self.seqs), _NEIGHBORS), -1, dtype=np.int64)
        self._cosines = np.full(self.nearest.shape, -np.inf, dtype=np.float32)

    def compare(self, seqs: "Seqs", vectors: "Floats") -> None:
        """Take some more into account."""
        cosines = np.concatenate([self._cosines, self.vectors @ vectors.T], axis=1)
        both = np.concatenate([self.nearest, np.broadcast_to(seqs, (len(self.seqs), len(seqs)))], 1)
        best = np.argpartition(-cosines, _NEIGHBORS - 1, axis=1)[:, :_NEIGHBORS]
        self._cosines = np.take_along_axis(cosines, best, axis=1)
        self.nearest = np.take_along_axis(both, best, axis=1)


def _set_width(index: "Index", sample: _Sample) -> float:
    """Let a graph be searched as widely as it needs; the share that is found so.

    Vectors without any neighborhoods, such as random ones, defeat a graph: it would find one
    in five of 100,000. It says so, and they are scanned instead.
    """
    index.expansion_search = WIDTHS[-1]
    if len(index) < _NEIGHBORS:
        return 1.0
    share = 0.0
    for width in WIDTHS:
        index.expansion_search = width
        found = 0
        for vector, nearest in zip(sample.vectors, sample.nearest.tolist(), strict=True):
            found += len(set(nearest).intersection(search(index, vector, _NEIGHBORS).tolist()))
        share = found / sample.nearest.size
        if share >= NEARLY_ALL:
            break
    return share


def _add(index: "Index", seqs: "Seqs", vectors: "Floats", scale: np.float32) -> None:
    if len(seqs):
        codes = np.rint(vectors * scale).astype(np.int8)
        index.add_many(seqs.astype(np.uint64), codes, threads=1)
