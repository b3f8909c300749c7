import pytest
from hypothesis import given
from hypothesis import strategies as st

from featherchat.providers.retrying import Retries, in_words


@given(st.integers(1, 60), st.floats(0.0, 1.0))
def test_a_pause_grows_with_the_attempt_up_to_its_limit(attempt: int, dice: float) -> None:
    retries = Retries(first_pause=1.0, longest_pause=16.0, random=lambda: dice)

    pause = retries.pause(attempt, None)

    assert 0.5 <= pause <= retries.pause(attempt + 1, None) <= 16.0


def test_a_pause_that_is_asked_for_is_kept_to_the_second() -> None:
    assert Retries().pause(3, 0.0) == 0.0
    assert Retries().pause(1, 42.5) == 42.5


@pytest.mark.parametrize(
    ("seconds", "words"), [(90.0, "90 s"), (3600.0, "60 min"), (12_600.0, "3.5 h")]
)
def test_a_pause_is_said_as_a_person_would(seconds: float, words: str) -> None:
    assert in_words(seconds) == words
