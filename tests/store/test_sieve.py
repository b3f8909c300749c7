"""Bits rule out what is not among the best, and hardly ever what is."""

import numpy as np
import pytest
from numpy.typing import NDArray

from featherchat.ranking import DecayPolicy
from featherchat.store.adaptive import candidates
from featherchat.store.array_file import MappedArray, block_sums
from featherchat.store.bounds import Bounds
from featherchat.store.code_table import SUMMED_ROWS, CodeTable
from featherchat.store.codes import CodedQuery, quantize
from featherchat.store.sieve import FIRST_QUESTIONS, WORTH_IT, Sieve, Sieves

COUNT, DIMENSIONS, K = 12_000, 64, 10

Doubles = NDArray[np.float64]


def units(vectors: Doubles) -> Doubles:
    lengths: Doubles = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / lengths


@pytest.fixture(scope="module", params=["isotropic", "decaying", "one-sided"])
def vectors(request: pytest.FixtureRequest) -> Doubles:
    """Directions of every sort: alike, of few that matter, and all to one side."""
    found = np.random.default_rng(5).standard_normal((COUNT, DIMENSIONS))
    if request.param == "decaying":
        found /= np.sqrt(1.0 + np.arange(DIMENSIONS))
    if request.param == "one-sided":
        found += 1.0
    return units(found)


@pytest.fixture(scope="module")
def table(vectors: Doubles) -> CodeTable:
    coded = quantize(vectors.astype(np.float16))
    mapped = MappedArray(coded.codes, block_sums(coded.codes, SUMMED_ROWS))
    return CodeTable.of(mapped, coded.scales, coded.errors)


def test_a_cosine_hardly_ever_exceeds_what_is_believed(vectors: Doubles, table: CodeTable) -> None:
    sieve = Sieve(table, COUNT)

    exceeding = [
        np.mean(sieve.uppers_of(question)(slice(0, COUNT)) < vectors @ question)
        for question in vectors[::400]
    ]

    assert np.mean(exceeding) < 1e-4


def test_most_are_ruled_out_and_the_best_are_not(vectors: Doubles, table: CodeTable) -> None:
    strengths = np.sort(np.random.default_rng(6).uniform(0.3, 1.0, COUNT))[::-1].astype(np.float32)
    lines = 0.7 * strengths, 0.1 * strengths, strengths.astype(np.float64), np.zeros(COUNT)
    bounds = Bounds(DecayPolicy(), 0.0, *lines, 1e-6, 60.0)
    sieve, everything = Sieve(table, COUNT), np.ones(COUNT, dtype=np.bool_)
    scanned, whole, found = 0, 0, 0

    for question in vectors[::600]:
        coded = CodedQuery.of(question)
        scores = 0.7 * strengths * (vectors @ question) + 0.1 * strengths
        exact = candidates(bounds, everything, K, lambda part, q=coded: table.scan(q, part))
        quick = candidates(
            bounds, everything, K, lambda part, q=coded: table.scan(q, part),
            sieve.uppers_of(question),
        )  # fmt: skip
        found += len(set(quick.places.tolist()) & set(np.argsort(-scores)[:K].tolist()))
        scanned, whole = scanned + quick.scanned, whole + exact.scanned

    assert found >= 0.999 * K * 20
    assert scanned < whole


def test_what_has_changed_or_come_since_is_not_ruled_out(
    vectors: Doubles, table: CodeTable
) -> None:
    sieve = Sieve(table, COUNT - 5)

    sieve.pass_on(np.array([3, COUNT - 1]))
    uppers = sieve.uppers_of(-vectors[3])(slice(0, COUNT))

    assert (uppers[[3, *range(COUNT - 5, COUNT)]] > 1.0).all()
    assert uppers[4] <= 1.1


def test_who_asks_seldom_or_has_few_memories_is_answered_without(table: CodeTable) -> None:
    question, sieves = np.ones(DIMENSIONS), Sieves()

    few = [sieves.uppers(table, WORTH_IT - 1, question) for _ in range(FIRST_QUESTIONS + 1)]
    seldom = [sieves.uppers(table, WORTH_IT, question) for _ in range(FIRST_QUESTIONS)]

    assert few == [None] * (FIRST_QUESTIONS + 1)
    assert seldom == [None] * FIRST_QUESTIONS
