"""The vectors of one space in memory: an exact scan, derived from the rows.

Loaded at the first question by meaning, from a checked cache file where there
is one, and brought up to the store's revision before each question. Vectors
are kept as float16 in the rows and compared as float32.
"""

import json
import os
import zlib
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from featherchat.store.halves import decode

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MAGIC = b"featherchat vectors 1\n"


class VectorIndex:
    """Row numbers and unit vectors of one space, up to ``revision``."""

    def __init__(self, dimensions: int) -> None:
        self.dimensions = dimensions
        self.revision = 0
        self.is_saved = True
        """False when it holds more than the file it came from."""

        self._seqs: NDArray[np.int64] = np.empty(0, dtype=np.int64)
        self._matrix: NDArray[np.float32] = np.empty((0, dimensions), dtype=np.float32)

    def __len__(self) -> int:
        return len(self._seqs)

    def update(self, rows: Iterable[tuple[int, bytes, bytes]], revision: int) -> None:
        """Add or replace vectors; the rows are (seq, blob, hash)."""
        found = [(seq, decode(seq, blob, digest, self.dimensions)) for seq, blob, digest in rows]
        self.revision = revision
        if not found:
            return
        self.is_saved = False
        seqs = np.array([seq for seq, _ in found], dtype=np.int64)
        vectors = np.stack([vector for _, vector in found]).astype(np.float32)
        kept = ~np.isin(self._seqs, seqs)
        order = np.argsort(np.concatenate([self._seqs[kept], seqs]), kind="stable")
        self._matrix = np.concatenate([self._matrix[kept], vectors])[order]
        self._seqs = np.concatenate([self._seqs[kept], seqs])[order]

    def search(self, vector: "NDArray[np.float32]", k: int) -> dict[int, float]:
        """Cosine of the k nearest rows, best first."""
        if not len(self) or k <= 0:
            return {}
        scores = self._matrix @ vector
        head = np.argpartition(-scores, min(k, len(scores)) - 1)[:k]
        head = head[np.argsort(-scores[head], kind="stable")]
        return {int(self._seqs[place]): float(scores[place]) for place in head}

    def save(self, path: Path, space: str) -> None:
        """Write the cache file, atomically, if there is room for it."""
        body = self._seqs.astype("<i8").tobytes() + self._matrix.astype("<f2").tobytes()
        header = {
            "space": space,
            "dimensions": self.dimensions,
            "count": len(self),
            "revision": self.revision,
            "checksum": zlib.crc32(body),
        }
        aside = path.with_suffix(f".{os.getpid()}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            aside.write_bytes(_MAGIC + json.dumps(header).encode() + b"\n" + body)
            aside.replace(path)
            self.is_saved = True
        except OSError:
            # A cache that cannot be kept costs the next start some time and nothing else.
            with suppress(OSError):
                aside.unlink(missing_ok=True)

    @classmethod
    def load(cls, path: Path, space: str, dimensions: int) -> "VectorIndex":
        """What the cache file holds; empty if it is absent, harmed or of another space."""
        index = cls(dimensions)
        try:
            content = path.read_bytes()
        except OSError:
            return index
        if not content.startswith(_MAGIC):
            return index
        end = content.find(b"\n", len(_MAGIC))
        body = memoryview(content)[end + 1 :]
        try:
            header = json.loads(content[len(_MAGIC) : end])
            intact = (
                header["space"] == space
                and header["dimensions"] == dimensions
                and header["checksum"] == zlib.crc32(body)
            )
            count = int(header["count"])
            revision = int(header["revision"])
        except (ValueError, KeyError, TypeError):
            return index
        if not intact or len(body) != count * (8 + 2 * dimensions):
            return index
        index._seqs = np.frombuffer(body[: 8 * count], dtype="<i8").astype(np.int64)
        halves = np.frombuffer(body[8 * count :], dtype="<f2").reshape(count, dimensions)
        index._matrix = halves.astype(np.float32)
        index.revision = revision
        return index
