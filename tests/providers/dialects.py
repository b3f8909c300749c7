"""The two network providers and their servers, so that one test runs over both."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from featherchat.clock import FixedClock
from featherchat.errors import ProviderError
from featherchat.messages import ChatMessage, ModelRequest, ProviderEvent, Role, Tool
from featherchat.providers.anthropic import AnthropicProvider
from featherchat.providers.base import Provider
from featherchat.providers.http import Timeouts
from featherchat.providers.openai import OpenAIProvider
from featherchat.providers.retrying import Retries
from tests.providers.servers import (
    ChatServer,
    Exchange,
    Loopback,
    MessagesServer,
    Scenario,
    call_deltas,
    call_events,
    chunk,
    completion_chunks,
    event,
    streams,
    text_events,
)

READ_FILE = Tool(
    "read_file",
    "Reads a file.",
    {
        "type": "object",
        "properties": {"path": {"type": "string"}, "line": {"type": "integer"}},
        "required": ["path"],
        "additionalProperties": False,
    },
)

QUESTION = ModelRequest(
    "claude-sonnet-5-5",
    "You are featherchat.",
    (ChatMessage(Role.USER, "Why usearch?"),),
    (READ_FILE,),
)

PATIENT = Timeouts(connect=60.0, first_event=60.0, idle=60.0)
"""For a server that answers, on however busy a machine."""

HASTY = Timeouts(connect=60.0, first_event=1.0, idle=1.0)
"""For a server that falls silent."""

ENDINGS = (
    (Exchange.end, PATIENT),
    (Exchange.hang_up, PATIENT),
    (Exchange.reset, PATIENT),
    (Exchange.stall, HASTY),
)
"""How a stream breaks off, and how long one waits for its rest."""

ENDING_NAMES = ("polite", "fin", "rst", "stall")


@dataclass
class Dialect:
    """One provider, its server, and how that server says things."""

    server: Loopback
    provider: Provider
    text: Callable[..., list[bytes]]
    """The events of a whole answer in these pieces."""

    calls: Callable[..., Scenario]
    partial: list[bytes]
    """The first events of an answer: the text ``Because``."""

    cut_call: list[bytes]
    """A tool call that ran into the limit of tokens where its JSON happened to be whole."""

    error: Callable[[str, str], bytes]
    bad_json: bytes
    bad_text: bytes
    ping: bytes
    unknown: bytes

    def says(self, *pieces: str) -> Scenario:
        return streams(*self.text(*pieces))


def anthropic_dialect(server: Loopback, retries: Retries, timeouts: Timeouts) -> Dialect:
    said = text_events("Because")
    return Dialect(
        server=server,
        provider=AnthropicProvider(
            "sk-test",
            base_url=server.url,
            timeouts=timeouts,
            retries=retries,
            clock=FixedClock(1_790_000_000.0),
        ),
        text=text_events,
        calls=MessagesServer.calls,
        partial=said[:3],
        cut_call=call_events("read_file", '{"path": "a"}', stop_reason="max_tokens"),
        error=lambda kind, text: event("error", error={"type": kind, "message": text}),
        bad_json=b'event: content_block_delta\ndata: {"type": "content_bl\n\n',
        bad_text=b'event: content_block_delta\ndata: {"type": "\xff"}\n\n',
        ping=event("ping"),
        unknown=event("telepathy", index=0, delta={"type": "thought_delta"}),
    )


def openai_dialect(server: Loopback, retries: Retries, timeouts: Timeouts) -> Dialect:
    cut = completion_chunks(*call_deltas("read_file", '{"path": "a"}'), finish_reason="length")
    return Dialect(
        server=server,
        provider=OpenAIProvider(
            server.url,
            "sk-test",
            timeouts=timeouts,
            retries=retries,
            clock=FixedClock(1_790_000_000.0),
        ),
        text=lambda *pieces: completion_chunks(*[{"content": piece} for piece in pieces]),
        calls=ChatServer.calls,
        partial=completion_chunks({"content": "Because"}, finish_reason=None),
        cut_call=cut,
        error=lambda kind, text: chunk({"error": {"type": kind, "message": text}}),
        bad_json=b'data: {"choices": [{"del\n\n',
        bad_text=b'data: {"choices": [{"delta": {"content": "\xff"}}]}\n\n',
        ping=b": still here\n\n",
        unknown=chunk({"object": "telepathy", "choices": []}),
    )


async def collect(provider: Provider) -> list[ProviderEvent]:
    return [found async for found in provider.stream(QUESTION)]


async def collect_failing(provider: Provider) -> tuple[list[ProviderEvent], ProviderError]:
    found: list[ProviderEvent] = []
    with pytest.raises(ProviderError) as caught:
        async for one in provider.stream(QUESTION):
            found.append(one)
    return found, caught.value
