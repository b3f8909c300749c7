"""Ids that sort by time, and a clock that stands still."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from featherchat.clock import SECONDS_PER_DAY, FixedClock, SystemClock, ulid


def test_ids_of_one_clock_rise_also_within_a_millisecond() -> None:
    clock = SystemClock()

    ids = [clock.new_id() for _ in range(5_000)]

    assert ids == sorted(set(ids))
    assert {len(each) for each in ids} == {26}


def test_ids_of_two_clocks_differ() -> None:
    first, second = SystemClock(), SystemClock()

    assert not {first.new_id() for _ in range(100)} & {second.new_id() for _ in range(100)}


def test_an_id_is_a_ulid() -> None:
    assert ulid(1_469_918_176_385, 0) == "01ARYZ6S410000000000000000"
    assert ulid(0, 2**80 - 1) == "0000000000ZZZZZZZZZZZZZZZZ"


@given(st.integers(0, 2**48 - 2), st.integers(0, 2**80 - 1), st.integers(0, 2**80 - 1))
def test_a_later_millisecond_sorts_behind(millisecond: int, one: int, other: int) -> None:
    assert ulid(millisecond, one) < ulid(millisecond + 1, other)


def test_a_fixed_clock_moves_when_it_is_told_to() -> None:
    clock = FixedClock(100.0)
    first = clock.new_id()

    clock.advance(days=2, seconds=3)

    assert clock.now() == pytest.approx(100.0 + 2 * SECONDS_PER_DAY + 3)
    assert clock.new_id() > first
