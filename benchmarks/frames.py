"""What the benchmarks of the screen share, and its tests: widgets in an app, and the wait for a frame."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from statistics import median

from textual.app import App, ComposeResult
from textual.events import Key
from textual.pilot import Pilot
from textual.widget import Widget

from featherchat_tui.steady_screen import SteadyScreen

SIZE = (120, 36)
"""Columns and lines."""


class Bench(App[None]):
    """An app around the widgets that are looked at, one below the other."""

    def __init__(self, *widgets: Widget) -> None:
        super().__init__()
        self._widgets = widgets

    def get_default_screen(self) -> SteadyScreen[None]:
        """The screen on which a click is safe."""
        return SteadyScreen(id="_default")

    def compose(self) -> ComposeResult:
        """The widgets in their order."""
        yield from self._widgets


@asynccontextmanager
async def shown(*widgets: Widget) -> AsyncIterator[Pilot[None]]:
    """The widgets in a running app."""
    async with Bench(*widgets).run_test(size=SIZE) as pilot:
        await pilot.pause()
        yield pilot


async def until(holds: Callable[[], bool]) -> None:
    """Look every few milliseconds until it is so."""
    while not holds():
        await asyncio.sleep(0.002)


async def drawn(widget: Widget) -> None:
    """Wait until what has been done to a widget is on the screen."""
    done = asyncio.Event()
    widget.call_later(widget.call_after_refresh, done.set)
    await done.wait()


async def pressed(widget: Widget, letter: str) -> float:
    """Seconds from a letter's key to its frame."""
    started = time.perf_counter()
    widget.post_message(Key("space" if letter == " " else letter, letter))
    await drawn(widget)
    return time.perf_counter() - started


@dataclass(frozen=True, slots=True)
class Times:
    """What many tries took."""

    worst: float
    """The 95th percentile, or of a few the longest."""

    median: float


def times(values: Sequence[float], unit: float = 1_000) -> Times:
    """What tries took that are given in seconds; in milliseconds, or in another unit."""
    ordered = sorted(values)
    return Times(unit * ordered[int(len(ordered) * 0.95)], unit * median(ordered))
