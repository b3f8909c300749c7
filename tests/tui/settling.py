"""When an app has come to rest: what is waited for before a test looks at it.

Nothing here waits for a time. The one bound is so wide that only a test that fails meets it,
on a machine that does much else, too.
"""

import time
from collections.abc import Callable, Iterator
from types import CoroutineType

from textual.app import App
from textual.message_pump import MessagePump
from textual.pilot import Pilot
from textual.worker import Worker

PATIENCE = 60.0
"""Seconds until a condition that does not come true fails its test."""

SOON = 0.3
"""Seconds below which a timer belongs to what is under way; a longer one is not waited for."""


async def until(
    pilot: Pilot[None], holds: Callable[[], bool], page: Callable[[], str] = str
) -> None:
    """Let the app run until something holds; one that has crashed is not waited for."""
    end = time.monotonic() + PATIENCE
    while not holds():
        if pilot.app._exception is not None:
            raise pilot.app._exception
        assert time.monotonic() < end, f"It never came true. {page()}"
        await pilot.pause(0.01)


async def delivered(pilot: Pilot[None]) -> None:
    """Let the app run until what was posted has been heard, and what was posted for that."""
    await _without(pilot, _unheard)


async def settled(pilot: Pilot[None]) -> None:
    """Let the app run until nothing of it runs, moves, or waits to be heard or shown."""
    await _without(pilot, _unrest)


async def _without(pilot: Pilot[None], unrest: Callable[[App[None]], Iterator[str]]) -> None:
    rounds_at_rest = 0

    def at_rest() -> bool:
        nonlocal rounds_at_rest
        # Between two looks every widget answers, and a message may have brought another.
        rounds_at_rest = 0 if set(unrest(pilot.app)) else rounds_at_rest + 1
        return rounds_at_rest > 2

    await until(pilot, at_rest, lambda: f"It does not rest: {set(unrest(pilot.app))}")


def _unrest(app: App[None]) -> Iterator[str]:
    """What is still under way, in words."""
    if app.animator._animations or app.animator._scheduled:
        yield "an animation"
    yield from (f"{worker.name} runs" for worker in app.workers if _is_at_work(worker))
    screen = app.screen  # one that lies below waits until it is on top again
    if screen._callbacks or screen._dirty_widgets or screen._layout_required:
        yield f"{screen} is to be drawn"
    yield from (f"{pump} has a timer" for pump in _pumps(app) if any(_comes_soon(pump)))
    yield from _unheard(app)


def _unheard(app: App[None]) -> Iterator[str]:
    for pump in _pumps(app):
        if not pump._message_queue.empty() or pump._next_callbacks:
            yield f"{pump} has messages"


def _pumps(app: App[None]) -> tuple[MessagePump, ...]:
    return (app, *app._registry)


def _is_at_work(worker: "Worker[object]") -> bool:
    return not worker.is_finished and not _waits_for_a_person(worker)


def _waits_for_a_person(worker: "Worker[object]") -> bool:
    awaited = worker._task.get_coro() if worker._task is not None else None
    while isinstance(awaited, CoroutineType):
        if awaited.cr_code.co_name == "push_screen_wait":
            return True
        awaited = awaited.cr_await
    return False


def _comes_soon(pump: MessagePump) -> Iterator[bool]:
    for timer in list(pump._timers):
        is_under_way = timer._task is not None and not timer._task.done()
        yield is_under_way and timer._repeat == 0 and timer._interval <= SOON
