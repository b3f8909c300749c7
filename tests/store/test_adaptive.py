"""The scan of codes never loses a memory that is among the best."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from featherchat.memory import Kind
from featherchat.ranking import DecayPolicy
from featherchat.store.adaptive import candidates
from featherchat.store.bounds import bounds_of, lines, renewed
from featherchat.store.code_table import CodeTable
from featherchat.store.codes import CodedQuery
from featherchat.store.columns import COLUMNS, Columns, Fresh
from tests.conftest import examples

NOW = 1_790_000_000.0
DAY = 86_400.0
DIMENSIONS = 12


def many(count: int, rng: np.random.Generator) -> Fresh:
    kinds = np.array([Kind.DECISION, Kind.DEBUGGING, Kind.PREFERENCE, "oddity"])
    columns = {name: [0] * count for name in COLUMNS}
    return Fresh(
        {
            **columns,
            "seq": list(range(1, count + 1)),
            "created_at": (NOW - rng.uniform(-1, 700, count) * DAY).tolist(),
            "recall_count": rng.integers(0, 50, count).tolist(),
            "importance": rng.uniform(0.0, 2.0, count).tolist(),
            "confidence": [1.0] * count,
            "trust": rng.choice([0.7, 0.9, 1.0], count).tolist(),
            "validity": rng.choice([0.6, 1.0], count).tolist(),
            "expires_at": [np.inf] * count,
            "held": (rng.random(count) < 0.05).tolist(),
            "has_vector": [True] * count,
            "lives": [True] * count,
            "namespace": ["n"] * count,
            "kind": kinds[rng.integers(0, len(kinds), count)].tolist(),
            "developer": [""] * count,
            "author": ["user"] * count,
        }
    )


def true_best(columns: Columns, vectors: np.ndarray, question: np.ndarray, policy: DecayPolicy,
              now: float, mask: np.ndarray, k: int) -> set[int]:  # fmt: skip
    exact = vectors.astype(np.float64)
    cosines = exact @ question / np.linalg.norm(exact, axis=1) / np.linalg.norm(question)
    slopes, bases = lines(columns, policy, now, np.arange(len(columns)))
    scores = np.where(mask, slopes * cosines + bases, -np.inf)
    best = np.argsort(-scores, kind="stable")[:k]
    return {int(place) for place in best if mask[place]}


@pytest.mark.property
@settings(deadline=None, max_examples=examples(10, 100))
@example(seed=59, share=0.001, half_life=None, time_weight=0.0, k=1, later=0.0)
@given(
    seed=st.integers(0, 10_000),
    share=st.sampled_from([0.001, 0.05, 0.5, 1.0]),
    half_life=st.sampled_from([None, 0.01, 30.0, {"decision": 3.0, "debugging": None}]),
    time_weight=st.sampled_from([0.0, 0.3, 1.0]),
    k=st.integers(1, 40),
    later=st.sampled_from([0.0, 5.0, 3600.0]),
)
def test_the_true_best_are_candidates(
    seed: int, share: float, half_life: object, time_weight: float, k: int, later: float
) -> None:
    rng = np.random.default_rng(seed)
    columns = Columns()
    columns.update(many(6_000, rng), ())
    vectors = rng.standard_normal((6_000, DIMENSIONS)).astype(np.float16)
    codes = CodeTable(DIMENSIONS)
    codes.put(np.arange(6_000), vectors, 6_000)
    question = rng.standard_normal(DIMENSIONS)
    policy = DecayPolicy(half_life, time_weight)  # type: ignore[arg-type]
    bounds = bounds_of(columns, policy, NOW)
    now = NOW + later
    if not bounds.holds(now):
        bounds = bounds_of(columns, policy, now)
    mask = rng.random(6_000) < share
    query = CodedQuery.of(question)

    found = candidates(bounds, mask, k, lambda part: codes.scan(query, part))

    assert true_best(columns, vectors, question, policy, now, mask, k) <= set(found.places.tolist())
    assert mask[found.places].all()
    assert len(set(found.places.tolist())) == len(found.places)


def test_where_the_strongest_lie_first_the_rest_is_not_scanned() -> None:
    rng = np.random.default_rng(5)
    fresh = many(20_000, rng)
    columns = Columns()
    columns.update(fresh, ())
    bounds = bounds_of(columns, DecayPolicy(), NOW)
    order = np.argsort(-(bounds.slopes + bounds.bases))
    ordered = {name: [values[place] for place in order] for name, values in fresh.columns.items()}
    columns = Columns()
    columns.update(Fresh(ordered), ())
    codes = CodeTable(DIMENSIONS)
    vectors = rng.standard_normal((20_000, DIMENSIONS)).astype(np.float16)
    codes.put(np.arange(20_000), vectors, 20_000)
    query = CodedQuery.of(rng.standard_normal(DIMENSIONS))
    mask = np.ones(20_000, dtype=np.bool_)

    bounds = bounds_of(columns, DecayPolicy(), NOW)
    found = candidates(bounds, mask, 10, lambda part: codes.scan(query, part))

    assert found.scanned < 10_000
    assert len(found.places) < 200


def test_recencies_are_used_again_for_a_short_time_only() -> None:
    columns = Columns()
    columns.update(many(5, np.random.default_rng(1)), ())
    bounds = bounds_of(columns, DecayPolicy(half_life=30.0), NOW)

    assert bounds.holds(NOW + 10)
    assert not bounds.holds(NOW + 61)
    assert not bounds.holds(NOW - 1)
    assert not bounds_of(columns, DecayPolicy(half_life=0.001), NOW).holds(NOW + 1)


def test_renewed_lines_are_those_that_would_be_formed_anew() -> None:
    rng = np.random.default_rng(2)
    columns = Columns()
    columns.update(many(50, rng), ())
    policy = DecayPolicy()
    before = bounds_of(columns, policy, NOW)
    places = columns.update(many(60, rng), ())

    after = renewed(before, columns, places)

    anew = bounds_of(columns, policy, NOW)
    assert after.slopes.tolist() == pytest.approx(anew.slopes.tolist())
    assert after.bases.tolist() == pytest.approx(anew.bases.tolist())
    assert after.slack >= anew.slack
