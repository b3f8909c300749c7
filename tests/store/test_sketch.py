"""A sketch rules out most memories, and never one that is among the best."""

from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from featherchat.ranking import DecayPolicy
from featherchat.store.adaptive import narrowed
from featherchat.store.array_file import HarmedFile, MappedArray, block_sums
from featherchat.store.bounds import CHUNK, Bounds, chunks
from featherchat.store.code_table import SUMMED_ROWS, CodeTable
from featherchat.store.codes import quantize
from featherchat.store.columns import Choice
from featherchat.store.sketch import (
    AT_ONCE,
    FIRST_QUESTIONS,
    FRESH,
    TOO_MUCH,
    WORTH_IT,
    Sketch,
    Sketches,
)
from tests.conftest import examples

COUNT, DIMENSIONS = 6_000, 96

Doubles = NDArray[np.float64]


def directions(kind: str, count: int, seed: int) -> Doubles:
    """Unit vectors: in all directions alike, in few that matter, all to one side, or along a line."""
    found = np.random.default_rng(seed).standard_normal((count, DIMENSIONS))
    if kind == "decaying":
        found /= 1.0 + np.arange(DIMENSIONS)
    if kind == "one-sided":
        found = 0.2 * found + 1.0
    if kind == "spiked":
        found[:, 0] *= 30.0
    lengths: Doubles = np.linalg.norm(found, axis=1, keepdims=True)
    return found / lengths


def table_of(vectors: Doubles) -> CodeTable:
    coded = quantize(vectors.astype(np.float16))
    mapped = MappedArray(coded.codes, block_sums(coded.codes, SUMMED_ROWS))
    return CodeTable.of(mapped, coded.scales, coded.errors)


def bounds_like(slopes: Doubles, bases: Doubles) -> Bounds:
    """The lines of memories that do not age."""
    few = slopes.astype(np.float32), bases.astype(np.float32)
    return Bounds(DecayPolicy(), 0.0, *few, slopes, np.zeros(len(slopes)), 1e-5, 60.0)


def uppers_of(sketch: Sketch, question: Doubles, count: int = COUNT) -> NDArray[np.float32]:
    """What a sketch says that no cosine exceeds: what scores that are cosines can reach."""
    bounds = bounds_like(np.ones(count), np.zeros(count))
    reach = sketch.reach_of(question.astype(np.float32), bounds)
    return np.concatenate([reach(chunk) for chunk in range(len(chunks(count)))])


def grown(codes: CodeTable, count: int) -> Sketch:
    sketch = Sketch(codes, count)
    while sketch.size < count:
        sketch.grow(count)
    return sketch


@pytest.mark.parametrize("kind", ["isotropic", "decaying", "one-sided", "spiked"])
def test_no_cosine_exceeds_what_a_sketch_says(kind: str) -> None:
    vectors = directions(kind, COUNT, 5).astype(np.float16).astype(np.float64)
    sketch = grown(table_of(vectors), COUNT)
    lengths = np.linalg.norm(vectors, axis=1)

    for question in (*vectors[::1_000], *directions("isotropic", 5, 6)):
        cosines = vectors @ question / lengths / np.linalg.norm(question)
        assert (uppers_of(sketch, question) >= cosines).all()


def test_where_few_directions_matter_nearly_all_is_ruled_out() -> None:
    vectors = directions("decaying", COUNT, 5)
    sketch = grown(table_of(vectors), COUNT)
    question = directions("decaying", 1, 6)[0]

    tenth = np.sort(vectors @ question)[-10]

    assert np.count_nonzero(uppers_of(sketch, question) >= tenth) < 100


@pytest.mark.property
@settings(deadline=None, max_examples=examples(10, 100))
@given(
    seed=st.integers(0, 10_000),
    kind=st.sampled_from(["isotropic", "decaying", "one-sided", "spiked"]),
    share=st.sampled_from([0.2, 0.9, 1.0]),
    flat=st.booleans(),
    k=st.sampled_from([1, 10, 400]),
)
def test_the_true_best_are_among_what_is_narrowed_down(
    seed: int, kind: str, share: float, flat: bool, k: int
) -> None:
    rng = np.random.default_rng(seed)
    vectors = directions(kind, CHUNK + 2_000, seed).astype(np.float16).astype(np.float64)
    codes = table_of(vectors)
    sketch = grown(codes, len(vectors) - 100)
    strengths = np.ones(len(vectors)) if flat else rng.uniform(0.0, 2.0, len(vectors))
    slopes, bases = 0.7 * strengths, 0.3 * rng.uniform(0.0, 1.0, len(vectors)) * strengths
    bounds = bounds_like(slopes, bases)
    mask = rng.random(len(vectors)) < share
    question = directions(kind, 1, seed + 1)[0]
    unit = question.astype(np.float32)
    scores = slopes * (vectors @ question / np.linalg.norm(vectors, axis=1)) + bases
    true = np.argsort(-np.where(mask, scores, -np.inf))[:k]

    choice = Choice(mask, int(mask.sum()))
    found = narrowed(bounds, choice, k, partial(codes.few, unit), sketch.reach_of(unit, bounds))

    assert set(true.tolist()) <= set(found.places.tolist())
    assert mask[found.places].all()
    assert len(set(found.places.tolist())) == len(found.places)


def test_what_has_changed_or_come_since_is_not_ruled_out() -> None:
    vectors = directions("decaying", COUNT, 5)
    sketch = grown(table_of(vectors), COUNT - 5)

    sketch.pass_on(np.array([3, COUNT - 1]))
    sketch.grow(COUNT)
    uppers = uppers_of(sketch, -vectors[3])

    assert (uppers[[3, *range(COUNT - 5, COUNT)]] > 1.0).all()
    assert uppers[4] <= 1.1
    assert sketch.passed == 1


def test_a_sketch_grows_a_little_at_each_question() -> None:
    codes = table_of(directions("decaying", AT_ONCE + 700, 5))
    sketch = Sketch(codes, AT_ONCE)

    sizes = []
    for count in (AT_ONCE, AT_ONCE + FRESH - 1, AT_ONCE + FRESH, AT_ONCE + 700):
        sketch.grow(count)
        sizes.append(sketch.size)

    assert sizes == [AT_ONCE, AT_ONCE, AT_ONCE + FRESH, AT_ONCE + FRESH]


def test_harmed_codes_are_no_part_of_a_sketch() -> None:
    coded = quantize(directions("decaying", COUNT, 5).astype(np.float16))
    sums = block_sums(coded.codes, SUMMED_ROWS)
    coded.codes[COUNT - 1, 3] ^= 1
    codes = CodeTable.of(MappedArray(coded.codes, sums), coded.scales, coded.errors)

    with pytest.raises(HarmedFile):
        grown(codes, COUNT)


def test_who_asks_seldom_or_has_few_or_shapeless_memories_is_answered_without() -> None:
    question = np.full(DIMENSIONS, DIMENSIONS**-0.5, dtype=np.float32)
    codes = table_of(directions("decaying", COUNT, 5))
    wide = np.random.default_rng(5).standard_normal((COUNT, 768))
    shapeless = table_of(wide / np.linalg.norm(wide, axis=1, keepdims=True))

    bounds = bounds_like(np.ones(COUNT), np.zeros(COUNT))

    few, seldom, often, vain = Sketches(), Sketches(), Sketches(), Sketches()
    asked = range(FIRST_QUESTIONS + 1)

    assert not any(few.reach(codes, WORTH_IT - 1, question, bounds) for _ in asked)
    assert not any(seldom.reach(codes, COUNT, question, bounds) for _ in range(FIRST_QUESTIONS))
    assert [often.reach(codes, COUNT, question, bounds) is None for _ in asked][-1] is False
    assert not any(
        vain.reach(shapeless, COUNT, np.full(768, 768**-0.5, dtype=np.float32), bounds)
        for _ in asked
    )
    assert Sketch(shapeless, COUNT).left > TOO_MUCH
