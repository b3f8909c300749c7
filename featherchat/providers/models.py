"""What is known of models by their names: sizes, prices, and how they think.

Prices are US dollars for a million tokens, as listed in November 2026 on
platform.claude.com/docs/en/about-claude/pricing. A model that is not listed works
all the same: its cost is unknown, and it is asked without special settings.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from featherchat.messages import Usage

DEFAULT_CHAT_MODEL = "claude-sonnet-5-5"

DEFAULT_BACKGROUND_MODEL = "claude-haiku-5-5"
"""Distils conversations; about a twentieth of the chat model's price."""

HOUR_CACHE_WRITE = 2.0
"""Price of a token written to the cache for an hour, relative to one that is read."""

SHORT_CACHE_WRITE = 1.25
"""The same for five minutes."""

_MILLION = 1_000_000
_DATE = re.compile(r"-\d{8}$")


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for a million tokens."""

    input: float
    output: float
    cache_read: float = 0.1
    """Price of a token read from the cache, relative to ``input``."""

    long_prompt: int | None = None
    """The number of prompt tokens above which everything in a call costs more."""

    long_factor: float = 1.0


@dataclass(frozen=True, slots=True)
class KnownModel:
    """What is known of one model."""

    context: int
    """Tokens of prompt and answer together."""

    longest_answer: int
    price: Price
    adaptive_thinking: bool = True
    """Whether it takes ``thinking: adaptive``; the others think only on a budget."""

    preserved_thinking: bool = False
    """Whether its thinking is tied to the exact conversation that it was thought in."""


_HAIKU_5_5 = Price(0.10, 0.50, long_prompt=100_000, long_factor=5.0)

MODELS: Mapping[str, KnownModel] = {
    "claude-fable-5-1": KnownModel(
        1_000_000, 128_000, Price(10.0, 50.0, cache_read=0.025), preserved_thinking=True
    ),
    "claude-opus-5-5": KnownModel(
        1_000_000, 128_000, Price(4.0, 20.0, cache_read=0.05), preserved_thinking=True
    ),
    "claude-sonnet-5-5": KnownModel(
        1_000_000, 128_000, Price(2.0, 10.0, cache_read=0.05), preserved_thinking=True
    ),
    "claude-haiku-5-5": KnownModel(1_000_000, 128_000, _HAIKU_5_5, preserved_thinking=True),
    "claude-opus-5": KnownModel(1_000_000, 128_000, Price(5.0, 25.0)),
    "claude-sonnet-5": KnownModel(1_000_000, 128_000, Price(2.0, 10.0)),
    "claude-haiku-4-5": KnownModel(200_000, 64_000, Price(1.0, 5.0), adaptive_thinking=False),
}


def known_model(name: str) -> KnownModel | None:
    """What is known of a model; a date behind its name, as in ``-20251001``, is ignored."""
    return MODELS.get(_DATE.sub("", name))


def cost(name: str, usage: Usage) -> float | None:
    """US dollars for one call, or None if the price is not known.

    The usage does not say for how long a token was written to the cache. It is priced
    at five minutes, as most are; the hour-long prefix, written once a session, costs
    0.75 of its input price more. A sum over several calls gives the sum of their costs,
    except where a model has a higher price for long prompts.
    """
    known = known_model(name)
    if known is None:
        return None
    price = known.price
    is_long = price.long_prompt is not None and usage.context_tokens > price.long_prompt
    prompt = (
        usage.input_tokens
        + usage.cache_read_tokens * price.cache_read
        + usage.cache_write_tokens * SHORT_CACHE_WRITE
    )
    dollars = (prompt * price.input + usage.output_tokens * price.output) / _MILLION
    return dollars * (price.long_factor if is_long else 1.0)
