"""Where time and new ids come from.

Nothing else in the project reads the system's clock for a stored value: a
``Clock`` comes in as an argument, so a test can stand on any day it likes.
"""

import os
import time
from typing import Protocol

SECONDS_PER_DAY = 86_400.0

_DAYS_PER_MONTH = 30.44
_DAYS_PER_YEAR = 365.25

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U
_RANDOM_BITS = 80


class Clock(Protocol):
    """The time and fresh ids."""

    def now(self) -> float:
        """Seconds since 1970-01-01 UTC."""
        ...

    def new_id(self) -> str:
        """An id of 26 characters; a later id of the same clock sorts after an earlier one."""
        ...


def age(seconds: float) -> str:
    """An age in three or four columns: ``now``, ``5m``, ``3h``, ``3d``, ``7w``, ``14mo``, ``3y``.

    Args:
        seconds: A negative age, as clocks of two machines can give, counts as 0.
    """
    days = max(seconds, 0.0) / SECONDS_PER_DAY
    if days < 1:
        minutes = int(days * 24 * 60)
        return "now" if minutes < 1 else f"{minutes}m" if minutes < 60 else f"{minutes // 60}h"
    if days < 14:
        return f"{int(days)}d"
    if days < 60:
        return f"{int(days / 7)}w"
    if days < 2 * _DAYS_PER_YEAR:
        return f"{int(days / _DAYS_PER_MONTH)}mo"
    return f"{int(days / _DAYS_PER_YEAR)}y"


def ulid(milliseconds: int, random: int) -> str:
    """The ULID of a time and 80 random bits, as 26 characters (github.com/ulid/spec)."""
    number = (milliseconds << _RANDOM_BITS) | random
    return "".join(_ALPHABET[(number >> shift) & 31] for shift in range(125, -1, -5))


class SystemClock:
    """The machine's clock. Ids made within one millisecond still rise."""

    def __init__(self) -> None:
        self._last_millisecond = -1
        self._last_random = 0

    def now(self) -> float:
        """Seconds since 1970-01-01 UTC."""
        return time.time()

    def new_id(self) -> str:
        """A ULID."""
        millisecond = int(time.time() * 1000)
        if millisecond <= self._last_millisecond:
            millisecond = self._last_millisecond
            self._last_random += 1
        else:
            # One bit less than there is room for: the count upwards never overflows.
            self._last_random = int.from_bytes(os.urandom(10)) >> 1
        self._last_millisecond = millisecond
        return ulid(millisecond, self._last_random)


class FixedClock:
    """A clock that stands still until it is told to move: a test's, or that of a past time."""

    def __init__(self, now: float = 1_790_000_000.0) -> None:
        self._now = now
        self._count = 0

    def now(self) -> float:
        """The time that was set."""
        return self._now

    def new_id(self) -> str:
        """Ids that rise by one, with the set time in front."""
        self._count += 1
        return ulid(int(self._now * 1000), self._count)

    def advance(self, *, days: float = 0.0, seconds: float = 0.0) -> None:
        """Let time pass."""
        self._now += days * SECONDS_PER_DAY + seconds
