"""Codes and the intervals that hold the truth."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from featherchat.store.array_file import HarmedFile, MappedArray, block_sums
from featherchat.store.code_table import PACKED_ROWS, SUMMED_ROWS, CodeTable
from featherchat.store.codes import CodedQuery, quantize


@settings(deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 70), st.sampled_from([1e-3, 1.0, 300.0]))
def test_every_cosine_lies_in_its_interval(seed: int, dimensions: int, length: float) -> None:
    rng = np.random.default_rng(seed)
    vectors = (rng.standard_normal((40, dimensions)) * length).astype(np.float16)
    vectors = vectors[np.abs(vectors).max(axis=1) > 0]
    question = rng.standard_normal(dimensions)
    coded, query = quantize(vectors), CodedQuery.of(question)

    estimates = query.estimates(coded.codes, coded.scales)

    exact = vectors.astype(np.float64) @ question
    exact /= np.linalg.norm(vectors.astype(np.float64), axis=1) * np.linalg.norm(question)
    assert (np.abs(estimates - exact) <= query.margins(coded.errors)).all()


def test_an_interval_is_narrow() -> None:
    vectors = np.random.default_rng(3).standard_normal((100, 384)).astype(np.float16)
    query = CodedQuery.of(vectors[0].astype(np.float64))

    assert query.margins(quantize(vectors).errors).max() < 0.03


def a_table(vectors: "np.ndarray[tuple[int, int], np.dtype[np.float16]]") -> CodeTable:
    coded = quantize(vectors)
    mapped = MappedArray(coded.codes, block_sums(coded.codes, SUMMED_ROWS))
    return CodeTable.of(mapped, coded.scales, coded.errors)


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 1000), st.integers(0, 30), st.integers(1, 30), st.data())
def test_what_is_kept_and_what_came_since_are_scanned_alike(
    seed: int, kept: int, added: int, data: st.DataObject
) -> None:
    vectors = np.random.default_rng(seed).standard_normal((kept + added, 9)).astype(np.float16)
    table = a_table(vectors[:kept])
    table.put(np.arange(kept, kept + added), vectors[kept:], kept + added)
    query = CodedQuery.of(np.arange(1.0, 10.0))
    start = data.draw(st.integers(0, kept + added - 1))
    part = slice(start, data.draw(st.integers(start + 1, kept + added)))

    by_slice, _ = table.scan(query, part)
    by_places, _ = table.scan(query, np.arange(part.start, part.stop))

    whole = quantize(vectors)
    assert by_slice.tolist() == query.estimates(whole.codes, whole.scales)[part].tolist()
    assert by_places.tolist() == by_slice.tolist()


@pytest.mark.parametrize("stop", [PACKED_ROWS, 2 * PACKED_ROWS + 7])
def test_codes_that_are_asked_often_say_the_same_however_they_are_laid_out(stop: int) -> None:
    rng = np.random.default_rng(2)
    vectors = rng.standard_normal((2 * PACKED_ROWS + 7, 9)).astype(np.float16)
    table, query = a_table(vectors), CodedQuery.of(np.arange(1.0, 10.0))

    answers = [table.scan(query, slice(0, stop))[0].tolist() for _ in range(6)]
    vectors[3] = vectors[4]
    table.put(np.array([3]), vectors[3:4], len(vectors))
    changed = table.scan(query, slice(0, stop))[0].tolist()

    whole = quantize(vectors)
    assert all(answer == answers[0] for answer in answers)
    assert changed == query.estimates(whole.codes, whole.scales)[:stop].tolist()


def test_a_vector_is_replaced_where_it_is() -> None:
    vectors = np.eye(4, dtype=np.float16)
    table = a_table(vectors)

    table.put(np.array([1]), vectors[3:], 4)

    estimates, _ = table.scan(CodedQuery.of(np.array([0.0, 0.0, 0.0, 1.0])), slice(0, 4))
    assert estimates.tolist() == pytest.approx([0, 1, 0, 1])


def test_harmed_codes_are_seen_when_they_are_first_scanned() -> None:
    vectors = np.random.default_rng(1).standard_normal((SUMMED_ROWS + 5, 8)).astype(np.float16)
    coded = quantize(vectors)
    sums = block_sums(coded.codes, SUMMED_ROWS)
    coded.codes[SUMMED_ROWS + 2, 3] ^= 1
    table = CodeTable.of(MappedArray(coded.codes, sums), coded.scales, coded.errors)
    query = CodedQuery.of(np.ones(8))

    table.scan(query, slice(0, SUMMED_ROWS))
    with pytest.raises(HarmedFile):
        table.scan(query, slice(SUMMED_ROWS, SUMMED_ROWS + 5))
