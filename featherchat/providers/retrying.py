"""How a request is sent again, visibly and within limits.

An attempt is an async generator that ends well or raises ``Fault``. Nothing is
sent again once a piece of the answer has been passed on, and every pause is an
event, so that it can be shown and cancelled.
"""

import asyncio
import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from itertools import count

from featherchat.errors import ProviderError, RateLimited
from featherchat.messages import ProviderEvent, Retrying
from featherchat.providers.faults import Fault

Attempt = Callable[[], AsyncGenerator[ProviderEvent, None]]


@dataclass(frozen=True, slots=True)
class Retries:
    """How often a request is sent, and how long the pauses are (in seconds)."""

    tries: int = 5
    """All attempts together."""

    first_pause: float = 1.0
    """Doubled after each further failure."""

    longest_pause: float = 16.0

    longest_asked_pause: float = 60.0
    """Up to here a server's ``retry-after`` is obeyed without asking the user."""

    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    random: Callable[[], float] = random.random
    """From 0 to 1; spreads the attempts of many clients."""

    def pause(self, attempt: int, asked: float | None) -> float:
        """Seconds to wait after a failed attempt, the first being 1."""
        if asked is not None:
            return asked
        backed_off = min(self.first_pause * 2.0 ** (attempt - 1), self.longest_pause)
        return backed_off * (0.5 + 0.5 * self.random())


async def with_retries(attempt: Attempt, retries: Retries) -> AsyncGenerator[ProviderEvent, None]:
    """The events of the first attempt that begins to answer.

    Raises:
        ProviderError: If an answer broke off, or no attempt brought one.
    """
    for number in count(1):
        begun = False
        try:
            async with aclosing(attempt()) as events:
                async for event in events:
                    begun = True
                    yield event
            return
        except Fault as fault:
            pause = None if begun else _next_pause(fault, number, retries)
            if pause is None:
                raise _last_word(fault, begun, retries) from fault
            reason = str(fault.error)
        yield Retrying(reason, pause, number)
        await retries.sleep(pause)


@contextmanager
def once() -> Iterator[None]:
    """Around a call that is made a single time: a fault becomes its error."""
    try:
        yield
    except Fault as fault:
        raise fault.error from fault


def _next_pause(fault: Fault, number: int, retries: Retries) -> float | None:
    asked = fault.retry_after or 0.0
    if not fault.passing or number >= retries.tries or asked > retries.longest_asked_pause:
        return None
    return retries.pause(number, fault.retry_after)


def _last_word(fault: Fault, begun: bool, retries: Retries) -> ProviderError:
    asked = fault.retry_after or 0.0
    if begun or not fault.passing or asked <= retries.longest_asked_pause:
        return fault.error
    return RateLimited(
        f"{str(fault.error).rstrip('.')}. It asks for a pause of {in_words(asked)}.",
        hint="Ask again after that, or choose another model.",
    )


def in_words(seconds: float) -> str:
    """A pause as a person would say it, such as ``90 s``, ``60 min`` or ``3.5 h``."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"
