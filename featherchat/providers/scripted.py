"""A provider that says what it was told to: for tests, and for a demo without a key."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from featherchat.errors import ProviderError
from featherchat.messages import (
    ChatMessage,
    Completed,
    ModelRequest,
    ProviderEvent,
    Retrying,
    Role,
    StopReason,
    TextDelta,
    ThinkingDelta,
    ToolCall,
    Usage,
)


@dataclass(frozen=True, slots=True)
class ScriptedReply:
    """What one request gets: pauses, thoughts, pieces of text, then calls or an error."""

    pieces: tuple[str, ...] = ()
    """The answer's text, a ``TextDelta`` each."""

    thoughts: tuple[str, ...] = ()
    retries: tuple[Retrying, ...] = ()
    tool_calls: tuple[ToolCall, ...] = ()
    stop_reason: StopReason | None = None
    """Follows from the tool calls unless it is given."""

    usage: Usage = field(default_factory=Usage)
    delay: float = 0.0
    """Seconds before each thought and piece."""

    error: ProviderError | None = None
    """Raised after the pieces, instead of an end."""


class ScriptedProvider:
    """Gives the replies of a script, in order; a plain text is a reply of one piece.

    The test double of ``Provider``, and what the demo runs on.
    """

    name = "scripted"
    address = ""

    def __init__(
        self,
        script: Sequence[ScriptedReply | str],
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.requests: list[ModelRequest] = []
        """What was asked so far."""

        self.closed = False
        self._replies = iter(
            [ScriptedReply((reply,)) if isinstance(reply, str) else reply for reply in script]
        )
        self._sleep = sleep

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ProviderEvent, None]:
        """The next reply of the script.

        Raises:
            ProviderError: The reply's own error, or that the script has ended.
        """
        self.requests.append(request)
        reply = next(self._replies, None)
        if reply is None:
            raise ProviderError(
                f"The script has no reply to request {len(self.requests)}.",
                hint="Add a reply to the script.",
            )
        for retry in reply.retries:
            yield retry
        for thought in reply.thoughts:
            await self._pause(reply)
            yield ThinkingDelta(thought)
        for piece in reply.pieces:
            await self._pause(reply)
            yield TextDelta(piece)
        if reply.error is not None:
            raise reply.error
        message = ChatMessage(Role.ASSISTANT, "".join(reply.pieces), reply.tool_calls)
        implied = StopReason.TOOL_USE if reply.tool_calls else StopReason.END
        yield Completed(message, reply.stop_reason or implied, reply.usage)

    async def aclose(self) -> None:
        """Note that it was closed."""
        self.closed = True

    async def _pause(self, reply: ScriptedReply) -> None:
        if reply.delay:
            await self._sleep(reply.delay)
