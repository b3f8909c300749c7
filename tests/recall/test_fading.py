import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from featherchat.clock import SECONDS_PER_DAY
from featherchat.memory import Kind, Status
from featherchat.ranking import FADED, DecayPolicy, fading_age, parts_of, recency, strength
from featherchat.recall.fading import Forces
from featherchat.recollection import Outline, ScoreParts

NOW = 1_790_000_000.0

outlines = st.builds(
    Outline,
    id=st.just("m"),
    kind=st.sampled_from([Kind.DECISION, Kind.PREFERENCE, Kind.DEBUGGING, "a kind of their own"]),
    status=st.sampled_from(list(Status)),
    importance=st.floats(0.0, 2.0),
    pinned=st.booleans(),
    recall_count=st.integers(0, 500),
    created_at=st.floats(NOW - 3e8, NOW + 1e5),
    developer=st.none(),
    author=st.sampled_from(["user", "assistant"]),
    path=st.none(),
    adr_status=st.sampled_from([None, "accepted", "proposed"]),
    changed=st.booleans(),
)


@given(st.lists(outlines, max_size=5), st.sampled_from([None, 7.0]))
def test_the_strengths_of_many_are_those_of_each(
    many: list[Outline], half_life: float | None
) -> None:
    policy = DecayPolicy(half_life=half_life)

    found = Forces(many).fading(NOW, policy).strength

    assert found == pytest.approx([strength(each, NOW, policy) for each in many])


@given(outlines, st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_the_scores_of_many_are_those_of_each(
    memory: Outline, relevance: float, time_weight: float
) -> None:
    policy = DecayPolicy(time_weight=time_weight)
    forces = Forces([memory])

    found = forces.scores(np.array([relevance]), forces.fading(NOW, policy), time_weight)

    scored = parts_of(memory, ScoreParts(relevance), NOW, policy).score
    assert found[0] == pytest.approx(scored)


@given(st.floats(0.26, 2.0), st.integers(0, 100), st.floats(1.0, 400.0))
def test_at_its_fading_age_a_memory_has_the_strength_of_the_faded(
    weight: float, recalls: int, half_life: float
) -> None:
    age = fading_age(weight, recalls, half_life) * SECONDS_PER_DAY

    assert recency(age, recalls, half_life) * weight == pytest.approx(FADED)


@given(outlines)
def test_a_memory_fades_when_its_fading_age_is_reached(memory: Outline) -> None:
    policy = DecayPolicy()
    half_life = None if memory.held else policy.half_life_of(memory.kind)
    weight = memory.importance * memory.trust * memory.validity
    age = max(NOW - memory.created_at, 0.0) / SECONDS_PER_DAY

    found = Forces([memory]).fading(NOW, policy).fades_in[0]

    assert found == pytest.approx(fading_age(weight, memory.recall_count, half_life) - age)


def test_what_does_not_decay_never_fades() -> None:
    assert fading_age(1.4, 0, None) == math.inf
    assert fading_age(0.1, 3, 30.0) == 0.0
