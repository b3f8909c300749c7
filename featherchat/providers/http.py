"""What both network providers need of HTTP: time limits, a late client, events.

The limits are our own timers, because a read timeout cannot tell the wait for a
first word from a pause in the middle. ``httpx2`` is imported on first use only.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from featherchat.errors import ProviderUnreachable
from featherchat.providers.faults import Fault, Server, cut, problem_of, reason_of, refused

T = TypeVar("T")

_FAREWELL = 0.5
"""Seconds granted to a server to close a stream whose answer is complete."""


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long a server may stay silent, in seconds."""

    connect: float = 5.0
    first_event: float = 60.0
    """From sending the request to the first byte of the answer's stream."""

    idle: float = 90.0
    """Between two arrivals; a ping counts."""


class Late(Generic[T]):
    """A client that is built in a worker thread when it is first needed.

    Importing the anthropic SDK takes 1.4 s and loading certificates 40 ms: neither
    may hold up the event loop.
    """

    def __init__(self, build: Callable[[], T]) -> None:
        self._build = build
        self._lock = asyncio.Lock()
        self.made: T | None = None
        """The client, once there is one."""

    async def get(self) -> T:
        """The client, built if need be."""
        async with self._lock:
            if self.made is None:
                self.made = await asyncio.to_thread(self._build)
            return self.made


class Watchdog:
    """Ends the wait for a server that has fallen silent; one for each attempt."""

    def __init__(self, server: Server, timeouts: Timeouts) -> None:
        self._server = server
        self._timeouts = timeouts
        self._first_deadline = asyncio.get_running_loop().time() + timeouts.first_event
        self._heard = False

    async def first(self, coming: Awaitable[T]) -> T:
        """Wait for what comes before the stream, within the limit for the first event."""
        return await self._wait(coming, self._first_deadline)

    async def next(self, coming: Awaitable[T]) -> T:
        """Wait for the next arrival.

        Raises:
            Fault: If nothing comes in time.
        """
        idle = asyncio.get_running_loop().time() + self._timeouts.idle
        arrived = await self._wait(coming, idle if self._heard else self._first_deadline)
        self._heard = True
        return arrived

    async def _wait(self, coming: Awaitable[T], deadline: float) -> T:
        try:
            async with asyncio.timeout_at(deadline):
                return await coming
        except TimeoutError as error:
            raise self._silence() from error

    def _silence(self) -> Fault:
        if self._heard:
            return cut(self._server, f"nothing came for {self._timeouts.idle:g} s")
        message = f"{self._server.host} gave no answer within {self._timeouts.first_event:g} s."
        hint = "Check the network and that the server runs."
        return Fault(ProviderUnreachable(message, hint=hint), passing=True)


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """One server-sent event."""

    name: str
    """What stands behind ``event:``, or an empty text."""

    data: str


class EventDecoder:
    """Turns bytes, however they are cut, into server-sent events.

    UTF-8 is read strictly: a damaged byte must end the answer, not become a "�" in
    the arguments of a tool.
    """

    def __init__(self) -> None:
        self._pending = bytearray()
        self._name = ""
        self._data: list[str] = []

    def feed(self, chunk: bytes) -> list[ServerEvent]:
        """The events that these bytes complete.

        Raises:
            UnicodeDecodeError: If a line is not UTF-8.
        """
        self._pending += chunk
        if b"\n" not in chunk:
            return []
        *lines, rest = self._pending.split(b"\n")
        self._pending = rest
        return [event for line in lines if (event := self._take(line.rstrip(b"\r").decode()))]

    def _take(self, line: str) -> ServerEvent | None:
        if not line:
            event = ServerEvent(self._name, "\n".join(self._data)) if self._data else None
            self._name, self._data = "", []
            return event
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if field == "event":
            self._name = value
        elif field == "data":
            self._data.append(value)
        return None


async def sent_events(
    chunks: AsyncIterator[bytes], server: Server, watchdog: Watchdog
) -> AsyncGenerator[ServerEvent, None]:
    """The events of a response's body, each waited for within the limits.

    Raises:
        Fault: If the connection breaks, the bytes are damaged or nothing comes in time.
    """
    import httpx2

    decoder = EventDecoder()
    try:
        while (chunk := await watchdog.next(anext(chunks, None))) is not None:
            for event in decoder.feed(chunk):
                yield event
        for event in decoder.feed(b"\n\n"):
            # Some servers leave out the empty line behind their last event.
            yield event
    except (httpx2.HTTPError, httpx2.StreamError, UnicodeDecodeError) as error:
        raise cut(server, reason_of(error)) from error


async def drain(chunks: AsyncIterator[bytes]) -> None:
    """Read what follows the answer's end, so that the connection can be used again.

    Saves a handshake for each step of a tool loop. The answer is complete already:
    a fault here changes nothing.
    """
    import httpx2

    try:
        async with asyncio.timeout(_FAREWELL):
            async for _ in chunks:
                pass
    except (TimeoutError, httpx2.HTTPError, httpx2.StreamError):
        return


def payload(event: ServerEvent, server: Server) -> dict[str, Any]:
    """The JSON object that an event carries.

    Raises:
        Fault: If it carries anything else.
    """
    try:
        found = json.loads(event.data)
    except (ValueError, RecursionError) as error:
        raise cut(server, f"an event is not JSON: {event.data[:200]!r}") from error
    if not isinstance(found, dict):
        raise cut(server, f"an event is not an object: {event.data[:200]!r}")
    return found


def taken(event: ServerEvent, server: Server, now: float, take: Callable[[dict[str, Any]], T]) -> T:
    """What an answer makes of an event of its stream.

    Args:
        event: As it came.
        server: Named in errors.
        now: Seconds UTC, for a ``retry-after`` that is a date.
        take: Reads the event's JSON.

    Raises:
        Fault: If the event is an error, or lacks the parts that it should have.
    """
    found = payload(event, server)
    if found.get("type") == "error" or found.get("error"):
        # Its status is 200: the kind alone says what happened.
        problem = problem_of(found)
        raise refused(server, problem.status, problem, {}, now)
    try:
        return take(found)
    except (LookupError, TypeError, AttributeError) as error:
        raise cut(server, f"an event lacks its parts: {event.data[:200]!r}") from error
