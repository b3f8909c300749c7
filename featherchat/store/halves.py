"""How a vector is kept: as little-endian float16, together with the space it belongs to.

Half the bytes of float32 and as good for ranking. numpy is imported where vectors
become numbers; the log and an undo handle them as bytes.
"""

import base64
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from featherchat.errors import StoreDamaged
from featherchat.store.rows import vector_hash

if TYPE_CHECKING:
    # numpy costs 80 ms of start-up, which a search by words need not pay.
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class StoredVector:
    """A vector as its row keeps it."""

    space: str
    """The identity of the embedder; vectors of two spaces are never compared."""

    blob: bytes
    """Little-endian float16."""

    def to_json(self) -> str:
        """The vector, as the event log keeps it."""
        # Base64 has nothing to escape, and looking for it takes longer than all the rest.
        return f'[{json.dumps(self.space)}, "{base64.b64encode(self.blob).decode("ascii")}"]'

    @classmethod
    def from_json(cls, text: str) -> "StoredVector":
        """The vector that ``to_json`` wrote."""
        space, blob = json.loads(text)
        return cls(space, base64.b64decode(blob))


_BLOCK = 256
"""Vectors that are rounded at once: in a processor's cache."""


def encode(vector: "NDArray[np.float32]") -> bytes:
    """A vector as a row keeps it: little-endian float16."""
    return vector.astype("<f2").tobytes()


def encode_all(matrix: "NDArray[np.float32]", space: str) -> list[StoredVector]:
    """The rows of a matrix, shape (n, dimensions), as vectors of a space."""
    size, vectors = 2 * matrix.shape[1], list[StoredVector]()
    for start in range(0, len(matrix), _BLOCK):
        joined = _rounded(matrix[start : start + _BLOCK]).tobytes()
        vectors += [
            StoredVector(space, joined[at : at + size]) for at in range(0, len(joined), size)
        ]
    return vectors


def _rounded(matrix: "NDArray[np.float32]") -> "NDArray[np.float16]":
    import numkong
    import numpy as np

    # As numpy does it, in a fifteenth of the time.
    halves: NDArray[np.float16] = np.asarray(numkong.astype(matrix, "float16"))
    return halves


def decode(seq: int, blob: bytes, stored_hash: bytes, dimensions: int) -> "NDArray[np.float16]":
    """A row's vector.

    Raises:
        StoreDamaged: If it is not what was written.
    """
    import numpy as np

    check(seq, blob, stored_hash, dimensions)
    return np.frombuffer(blob, dtype="<f2")


def check(seq: int, blob: bytes, stored_hash: bytes, dimensions: int) -> None:
    """Compare a row's vector with its hash.

    Raises:
        StoreDamaged: If it is not what was written.
    """
    if vector_hash(blob) != stored_hash or len(blob) != 2 * dimensions:
        raise StoreDamaged(
            f"The vector of row {seq} is not what was written.",
            hint="Run featherchat reindex to embed damaged memories anew.",
        )
