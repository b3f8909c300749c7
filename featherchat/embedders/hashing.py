"""A stand-in for an embedding model: texts that share words are near each other.

The test double of ``Embedder``: small, instant, the same everywhere. It knows
no meaning; nothing but tests and demonstrations should rest on it.
"""

import hashlib
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from featherchat.embedders.base import EmbedderIdentity, Purpose

if TYPE_CHECKING:
    from featherchat.embedders.base import Matrix


class HashEmbedder:
    """Counts each word in the dimension that its hash names (feature hashing)."""

    def __init__(self, dimensions: int = 64) -> None:
        self.identity = EmbedderIdentity("hash", dimensions, answer_threshold=0.3)

    def embed(self, texts: Sequence[str], purpose: Purpose) -> "Matrix":
        """One unit row a text; the purpose makes no difference."""
        import numpy as np

        rows = np.zeros((len(texts), self.identity.dimensions), dtype=np.float32)
        for row, text in enumerate(texts):
            # A text without words points somewhere too: every row has length 1.
            for word in re.findall(r"\w+", text.lower()) or [""]:
                rows[row, self._dimension(word)] += 1.0
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        return rows

    def close(self) -> None:
        """Nothing is held."""

    def _dimension(self, word: str) -> int:
        digest = hashlib.blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        return int.from_bytes(digest, "big") % self.identity.dimensions
