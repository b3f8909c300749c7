"""Vectors as rows keep them."""

import numpy as np
import pytest

from featherchat.errors import StoreDamaged
from featherchat.store.halves import decode, encode
from featherchat.store.rows import vector_hash

VECTOR = np.array([0.6, 0.0, 0.8], dtype=np.float32)


def test_a_vector_comes_back_to_within_half_precision() -> None:
    blob = encode(VECTOR)

    assert decode(1, blob, vector_hash(blob), 3) == pytest.approx(VECTOR, abs=1e-3)


def test_a_vector_that_was_changed_is_damage() -> None:
    blob = encode(VECTOR)
    harmed = bytes([blob[0] ^ 1]) + blob[1:]

    with pytest.raises(StoreDamaged, match="row 7") as caught:
        decode(7, harmed, vector_hash(blob), 3)

    assert "reindex" in caught.value.hint


def test_a_vector_of_another_length_is_damage() -> None:
    blob = encode(VECTOR)

    with pytest.raises(StoreDamaged):
        decode(7, blob, vector_hash(blob), 4)
