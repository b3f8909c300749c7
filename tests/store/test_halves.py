"""A vector as a row and as the log keep it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from featherchat.errors import StoreDamaged
from featherchat.store.halves import StoredVector, decode, encode, encode_all
from featherchat.store.rows import vector_hash

ROW = np.array([0.5, -0.25, 1.0], dtype=np.float32)


def test_a_vector_comes_back_as_float16() -> None:
    blob = encode(ROW)

    assert decode(1, blob, vector_hash(blob), 3).tolist() == [0.5, -0.25, 1.0]
    assert len(blob) == 6


def test_a_matrix_is_kept_row_by_row() -> None:
    matrix = np.stack([ROW, -ROW])

    assert encode_all(matrix, "space") == [
        StoredVector("space", encode(ROW)),
        StoredVector("space", encode(-ROW)),
    ]


def test_a_vector_that_was_changed_is_damage() -> None:
    blob = encode(ROW)
    harmed = bytes([blob[0] ^ 1]) + blob[1:]

    with pytest.raises(StoreDamaged, match="row 7") as caught:
        decode(7, harmed, vector_hash(blob), 3)

    assert "reindex" in caught.value.hint


@given(st.text(), st.binary())
def test_what_the_log_keeps_of_a_vector_is_the_vector(space: str, blob: bytes) -> None:
    vector = StoredVector(space, blob)

    assert StoredVector.from_json(vector.to_json()) == vector
