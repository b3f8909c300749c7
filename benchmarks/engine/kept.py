"""The peer's file, built once and kept: of 500,000 vectors it takes ten minutes and more."""

import json
import shutil
import zlib
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from benchmarks.engine.sets import DataSet

Figures = dict[str, float]

PEER_FILE = "peer.feather"
_SAID = "built.json"
_AS_QUICK = 100_000
"""Up to so many memories a build is timed; of more it gives way to everything else."""

_TIMED = ("ingest_per_s", "single_per_s")


@dataclass(frozen=True)
class KeptPeer:
    """Where the peer's file of one data set is kept."""

    folder: Path

    @classmethod
    def of(cls, cache: Path, data: DataSet) -> "KeptPeer":
        """The place that tells this data from any other."""
        size, dimensions = data.vectors.shape
        sum_of_it = zlib.crc32(np.ascontiguousarray(data.vectors))
        return cls(cache / f"peer-{data.name}-{size}x{dimensions}-{sum_of_it:08x}")

    @property
    def is_there(self) -> bool:
        """Whether it was built whole."""
        return (self.folder / _SAID).exists()

    def dated(self, data: DataSet) -> DataSet:
        """The data as of the day that the file was built on: its ages are counted from there."""
        return replace(data, now=json.loads((self.folder / _SAID).read_text())["now"])

    def restore(self, folder: Path) -> Figures:
        """Put a copy in place; what was measured when it was built."""
        shutil.copy(self.folder / PEER_FILE, folder)
        figures: Figures = json.loads((self.folder / _SAID).read_text())["figures"]
        return figures

    def keep(self, folder: Path, data: DataSet, figures: Figures) -> None:
        """Keep what was built."""
        self.folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(folder / PEER_FILE, self.folder)
        # Written last: it says that the file is whole.
        (self.folder / _SAID).write_text(json.dumps({"now": data.now, "figures": figures}))


def gives_way(data: DataSet) -> bool:
    """Whether the peer's build is too long to be timed."""
    return data.batch > _AS_QUICK


def comparable(data: DataSet, figures: Figures) -> Figures:
    """Without the speeds of a build that gave way to everything else."""
    if not gives_way(data):
        return figures
    return {name: value for name, value in figures.items() if name not in _TIMED}
