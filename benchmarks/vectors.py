"""An embedder whose vectors are kept in a folder, so that a second run is quick."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from featherchat.embedders.base import Embedder, Purpose

if TYPE_CHECKING:
    from featherchat.embedders.base import Matrix


class KeptVectors:
    """Another embedder's vectors, each computed once."""

    def __init__(self, embedder: Embedder, folder: Path | None) -> None:
        self.identity = embedder.identity
        self._embedder = embedder
        self._folder = folder

    def embed(self, texts: Sequence[str], purpose: Purpose) -> "Matrix":
        """One unit row a text, from the folder where it is there."""
        import numpy as np

        return np.stack([self._vector(text, purpose) for text in texts])

    def close(self) -> None:
        """Close the embedder behind it."""
        self._embedder.close()

    def _vector(self, text: str, purpose: Purpose) -> "Matrix":
        import numpy as np

        if self._folder is None:
            return self._embedder.embed([text], purpose)[0]
        key = f"{self.identity}\n{purpose.value}\n{text}"
        file = self._folder / f"{hashlib.sha256(key.encode()).hexdigest()}.f4"
        if file.exists():
            return np.fromfile(file, dtype=np.float32)
        self._folder.mkdir(parents=True, exist_ok=True)
        vector = self._embedder.embed([text], purpose)[0]
        vector.tofile(file)
        return vector
