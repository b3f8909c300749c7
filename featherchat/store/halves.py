"""Vectors as rows keep them: unit length, little-endian float16, with a hash beside them."""

from typing import TYPE_CHECKING

import numpy as np

from featherchat.errors import StoreDamaged
from featherchat.store.rows import vector_hash

if TYPE_CHECKING:
    from numpy.typing import NDArray


def encode(vector: "NDArray[np.float32]") -> bytes:
    """A vector as a row keeps it: little-endian float16."""
    return vector.astype("<f2").tobytes()


def decode(seq: int, blob: bytes, stored_hash: bytes, dimensions: int) -> "NDArray[np.float16]":
    """A row's vector.

    Raises:
        StoreDamaged: If it is not what was written.
    """
    if vector_hash(blob) != stored_hash or len(blob) != 2 * dimensions:
        raise StoreDamaged(
            f"The vector of row {seq} is not what was written.",
            hint="Run featherchat reindex to embed damaged memories anew.",
        )
    return np.frombuffer(blob, dtype="<f2")
