import pytest

from featherchat.messages import Usage
from featherchat.providers.models import (
    DEFAULT_BACKGROUND_MODEL,
    DEFAULT_CHAT_MODEL,
    cost,
    known_model,
)


@pytest.mark.parametrize("name", [DEFAULT_CHAT_MODEL, DEFAULT_BACKGROUND_MODEL])
def test_the_defaults_are_known(name: str) -> None:
    known = known_model(name)

    assert known is not None
    assert known.context == 1_000_000


def test_a_date_behind_the_name_does_not_matter() -> None:
    assert known_model("claude-haiku-4-5-20251001") == known_model("claude-haiku-4-5")


def test_a_call_costs_what_its_tokens_cost() -> None:
    usage = Usage(
        input_tokens=1_000, output_tokens=2_000, cache_read_tokens=100_000, cache_write_tokens=4_000
    )

    # 1,000 x $2 + 2,000 x $10 + 100,000 x $0.10 + 4,000 x $2.50, for a million each.
    assert cost("claude-sonnet-5-5", usage) == pytest.approx(0.002 + 0.02 + 0.01 + 0.01)


def test_haiku_costs_five_times_as_much_for_a_long_prompt() -> None:
    short = Usage(input_tokens=100_000, output_tokens=1_000)
    long = Usage(input_tokens=100_001, output_tokens=1_000)

    assert cost("claude-haiku-5-5", short) == pytest.approx(0.01 + 0.0005)
    assert cost("claude-haiku-5-5", long) == pytest.approx(0.05 + 0.0025, rel=1e-4)


def test_the_cost_of_an_unknown_model_is_unknown() -> None:
    assert cost("qwen3", Usage(10, 10)) is None
