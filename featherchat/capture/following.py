"""Recording commits beside everything else: a question never waits for it."""

import asyncio
from collections.abc import Callable, Mapping

from featherchat.capture.recorder import Recorded, Recorder, Step
from featherchat.errors import FeatherchatError
from featherchat.memory import Kind

_OFF = "off"


class Follower:
    """Brings memory up to the repository's commits, once at a time."""

    def __init__(
        self, recorder: Recorder | None, policy: Mapping[str, str], tell: Callable[[str], None]
    ) -> None:
        self._recorder = recorder if policy.get(Kind.CODE_CHANGE) != _OFF else None
        self._tell = tell
        self._running: asyncio.Task[Recorded | None] | None = None

    def begin(self, step: Step = lambda done, total: None) -> None:
        """Begin to record what is new; while it runs, further calls do nothing."""
        if self._recorder is not None and (self._running is None or self._running.done()):
            self._running = asyncio.create_task(self._record(self._recorder, step))

    async def settled(self) -> Recorded | None:
        """What the run that was begun has done; None if there was none, or if it failed."""
        return None if self._running is None else await self._running

    async def close(self) -> None:
        """Stop; the next run goes on where this one was."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.wait([self._running])

    async def _record(self, recorder: Recorder, step: Step) -> Recorded | None:
        try:
            return await recorder.record(step)
        except FeatherchatError as error:
            self._tell(f"Not every commit was recorded. {error} {error.hint}")
            return None
