"""The one thread that touches a store.

Above this line everything is async and holds no connection; below it everything
is synchronous. Questions go ahead of batches, so a batch job should be short
(20 ms) and come again.
"""

import asyncio
import itertools
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, TypeVar

T = TypeVar("T")


class Priority(IntEnum):
    """Who goes first."""

    QUESTION = 0
    BATCH = 1
    STOP = 2


@dataclass(order=True)
class _Job:
    priority: Priority
    number: int
    work: Callable[[], Any] = field(compare=False)
    future: "asyncio.Future[Any] | None" = field(compare=False, default=None)


class StoreThread:
    """Runs functions one after the other on a thread of its own."""

    def __init__(self, name: str = "store") -> None:
        self._jobs: queue.PriorityQueue[_Job] = queue.PriorityQueue()
        self._numbers = itertools.count()
        self._ended = False
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    async def run(self, function: Callable[..., T], *arguments: Any) -> T:
        """Run a question; it overtakes every waiting batch."""
        return await self._submit(Priority.QUESTION, function, *arguments)

    async def batch(self, function: Callable[..., T], *arguments: Any) -> T:
        """Run a piece of background work when no question waits."""
        return await self._submit(Priority.BATCH, function, *arguments)

    async def close(self) -> None:
        """Finish what was submitted, then end the thread; nothing can be run afterwards."""
        self._ended = True
        self._jobs.put(_Job(Priority.STOP, next(self._numbers), lambda: None))
        while self._thread.is_alive():
            await asyncio.to_thread(self._thread.join)

    async def _submit(self, priority: Priority, function: Callable[..., T], *arguments: Any) -> T:
        if self._ended:
            raise RuntimeError("The store is closed.")
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        job = _Job(priority, next(self._numbers), lambda: function(*arguments), future)
        self._jobs.put(job)
        return await future

    def _work(self) -> None:
        while True:
            job = self._jobs.get()
            if job.priority is Priority.STOP:
                return
            assert job.future is not None
            if job.future.cancelled():
                continue
            try:
                result = job.work()
            except BaseException as error:  # noqa: BLE001 - handed to the caller, never dropped
                _tell(job.future, error=error)
            else:
                _tell(job.future, result=result)


def _tell(
    future: "asyncio.Future[Any]", *, result: Any = None, error: BaseException | None = None
) -> None:
    def settle() -> None:
        if future.done():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)

    loop = future.get_loop()
    if not loop.is_closed():
        loop.call_soon_threadsafe(settle)
