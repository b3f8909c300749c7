import pytest
from hypothesis import given
from hypothesis import strategies as st

from featherchat.fusion import soft_mean

cosines = st.lists(st.floats(0.3, 1.0), min_size=1, max_size=6)


def test_a_soft_mean_of_one_part_is_that_part() -> None:
    assert soft_mean([0.8], 1, 0.5) == pytest.approx(0.8)


def test_parts_that_were_not_found_count_as_the_least_that_was() -> None:
    assert soft_mean([0.8], 3, 0.5) == pytest.approx(soft_mean([0.8, 0.5, 0.5], 3, 0.5))


@given(cosines, st.integers(0, 20))
def test_a_soft_mean_lies_between_the_least_and_the_nearest_part(
    found: list[float], absent: int
) -> None:
    low = min(found)

    mean = soft_mean(found, len(found) + absent, low)

    assert low - 1e-9 <= mean <= max(found) + 1e-9


@given(cosines)
def test_a_soft_mean_is_at_least_the_plain_mean(found: list[float]) -> None:
    mean = soft_mean(found, len(found), min(found))

    assert mean >= sum(found) / len(found) - 1e-9
