"""Language models on the loopback, with every fault that a network has.

``MessagesServer`` speaks Anthropic's Messages API, ``ChatServer`` OpenAI's chat
completions. A scenario is a function that writes one response; give one for all
requests, or a sequence, of which the last is repeated::

    with MessagesServer() as server:
        server.scenario = [fails(529), server.says("Hello", " world")]
        provider = AnthropicProvider("sk-test", base_url=server.url)
        ...
        assert server.requests[0].body["model"] == "claude-sonnet-5-5"
"""

import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

Usage = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Received:
    """One request as it came in."""

    method: str
    path: str
    headers: Mapping[str, str]
    """Names in lower case."""

    raw: bytes

    @property
    def body(self) -> Any:
        """The JSON of a POST."""
        return json.loads(self.raw)


class Exchange(BaseHTTPRequestHandler):
    """One connection, with the verbs that scenarios are written in."""

    protocol_version = "HTTP/1.1"
    server: "_LoopbackServer"

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        return

    def respond(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        """A whole response."""
        self.send_response(status)
        for name, value in {"content-length": str(len(body))}.items() | headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def begin(self) -> None:
        """The head of a stream of events."""
        self.send_response(200)
        self.send_header("content-type", "text/event-stream; charset=utf-8")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()

    def write(self, data: bytes) -> None:
        """One chunk of the stream."""
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))

    def end(self) -> None:
        """The polite end of a stream."""
        self.wfile.write(b"0\r\n\r\n")

    def hang_up(self) -> None:
        """Close without the end of the stream (FIN)."""
        self.close_connection = True

    def reset(self) -> None:
        """Break the connection (RST)."""
        self.close_connection = True
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.rfile.close()
        self.connection.close()

    def stall(self) -> None:
        """Say nothing more until the client has left; the server notes that it did."""
        self.connection.settimeout(60.0)
        try:
            self.connection.recv(1)
        except OSError:
            return
        self.server.loopback.client_left.set()
        self.close_connection = True

    def _serve(self) -> None:
        length = int(self.headers.get("content-length", 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        loopback = self.server.loopback
        loopback.requests.append(
            Received(self.command, self.path, headers, self.rfile.read(length))
        )
        loopback.scenario_of(len(loopback.requests))(self)


Scenario = Callable[[Exchange], None]


class _LoopbackServer(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    loopback: "Loopback"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that leaves in the middle is part of the test."""


class Loopback:
    """A server on a free port of 127.0.0.1; use it in ``with``."""

    base_path = ""

    def __init__(self) -> None:
        self.scenario: Scenario | Sequence[Scenario] = fails(500)
        """What the next requests get."""

        self.requests: list[Received] = []
        self.client_left = threading.Event()
        """Set when a client closes a connection on which the server stalls."""

        self._server = _LoopbackServer(("127.0.0.1", 0), Exchange)
        self._server.loopback = self
        poll = {"poll_interval": 0.01}
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs=poll)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def address(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self._server.server_address[1]}"

    @property
    def url(self) -> str:
        """The base URL for a provider."""
        return f"http://{self.address}{self.base_path}"

    def scenario_of(self, hit: int) -> Scenario:
        """The scenario for the request of a number, from 1."""
        if callable(self.scenario):
            return self.scenario
        return self.scenario[min(hit, len(self.scenario)) - 1]


def fails(status: int, kind: str = "", message: str = "", **headers: str) -> Scenario:
    """An error with a JSON body; header names are given with underscores."""
    body = json.dumps({"type": "error", "error": {"type": kind, "message": message}}).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda exchange: exchange.respond(
        status, body, {"content-type": "application/json"} | named
    )


def page(status: int, html: str) -> Scenario:
    """A gateway's error page."""
    return lambda exchange: exchange.respond(status, html.encode(), {"content-type": "text/html"})


def answers(value: Any) -> Scenario:
    """A JSON response that is not a stream."""
    body = json.dumps(value).encode()
    return lambda exchange: exchange.respond(200, body, {"content-type": "application/json"})


def breaks(exchange: Exchange) -> None:
    """RST before the first header."""
    exchange.reset()


def hangs(exchange: Exchange) -> None:
    """No answer at all."""
    exchange.stall()


def streams(
    *chunks: bytes,
    then: Callable[[Exchange], None] = Exchange.end,
    pause: float = 0.0,
) -> Scenario:
    """A stream of chunks, then its end: ``Exchange.end``, ``hang_up``, ``reset`` or ``stall``."""

    def run(exchange: Exchange) -> None:
        exchange.begin()
        for chunk in chunks:
            exchange.write(chunk)
            time.sleep(pause)
        then(exchange)

    return run


def event(name: str, **fields: Any) -> bytes:
    """One event of the Messages API; the name is its type, too."""
    data = json.dumps({"type": name} | fields, ensure_ascii=False)
    return f"event: {name}\ndata: {data}\n\n".encode()


def chunk(value: Any) -> bytes:
    """One event of the chat completions: a JSON value, or a text such as ``[DONE]``."""
    data = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f"data: {data}\n\n".encode()


class MessagesServer(Loopback):
    """Anthropic's Messages API."""

    @staticmethod
    def says(*pieces: str, stop_reason: str = "end_turn", usage: Usage | None = None) -> Scenario:
        """A whole answer in these pieces of text."""
        return streams(*text_events(*pieces, stop_reason=stop_reason, usage=usage))

    @staticmethod
    def calls(name: str, *pieces: str, stop_reason: str = "tool_use") -> Scenario:
        """A call of one tool, whose arguments' JSON comes in these pieces."""
        return streams(*call_events(name, *pieces, stop_reason=stop_reason))


def block_events(index: int, block: Mapping[str, Any], *deltas: Mapping[str, Any]) -> list[bytes]:
    """The events of one content block."""
    return [
        event("content_block_start", index=index, content_block=block),
        *[event("content_block_delta", index=index, delta=delta) for delta in deltas],
        event("content_block_stop", index=index),
    ]


def message_events(
    *blocks: Sequence[bytes], stop_reason: str = "end_turn", usage: Usage | None = None
) -> list[bytes]:
    """The events of a whole message around its blocks."""
    counted = usage or {"input_tokens": 10, "output_tokens": 1}
    message = {"id": "msg_1", "role": "assistant", "content": [], "usage": counted}
    return [
        event("message_start", message=message),
        *[one for block in blocks for one in block],
        event("message_delta", delta={"stop_reason": stop_reason}, usage={"output_tokens": 5}),
        event("message_stop"),
    ]


def text_events(
    *pieces: str, stop_reason: str = "end_turn", usage: Usage | None = None
) -> list[bytes]:
    """The events of a message that is one block of text."""
    deltas = [{"type": "text_delta", "text": piece} for piece in pieces]
    block = block_events(0, {"type": "text", "text": ""}, *deltas)
    return message_events(block, stop_reason=stop_reason, usage=usage)


def call_events(name: str, *pieces: str, stop_reason: str = "tool_use") -> list[bytes]:
    """The events of a message that is one tool call."""
    deltas = [{"type": "input_json_delta", "partial_json": piece} for piece in pieces]
    block = {"type": "tool_use", "id": "toolu_1", "name": name, "input": {}}
    return message_events(block_events(0, block, *deltas), stop_reason=stop_reason)


class ChatServer(Loopback):
    """OpenAI's chat completions."""

    base_path = "/v1"

    @staticmethod
    def says(*pieces: str, finish_reason: str = "stop") -> Scenario:
        """A whole answer in these pieces of text."""
        deltas = [{"content": piece} for piece in pieces]
        return streams(*completion_chunks(*deltas, finish_reason=finish_reason))

    @staticmethod
    def calls(name: str, *pieces: str, finish_reason: str = "tool_calls") -> Scenario:
        """A call of one tool, whose arguments' JSON comes in these pieces."""
        return streams(*completion_chunks(*call_deltas(name, *pieces), finish_reason=finish_reason))


def call_deltas(name: str, *pieces: str) -> Iterator[dict[str, Any]]:
    """The deltas of one tool call."""
    head = {"index": 0, "id": "call_1", "type": "function"}
    yield {"tool_calls": [head | {"function": {"name": name, "arguments": ""}}]}
    for piece in pieces:
        yield {"tool_calls": [{"index": 0, "function": {"arguments": piece}}]}


def completion_chunks(
    *deltas: Mapping[str, Any], finish_reason: str | None = "stop"
) -> list[bytes]:
    """The chunks of a whole completion; without a finish reason it has no usage either."""
    chunks = [chunk({"choices": [{"index": 0, "delta": delta}]}) for delta in deltas]
    if finish_reason is None:
        return chunks
    usage = {"prompt_tokens": 12, "completion_tokens": 4}
    return [
        *chunks,
        chunk({"choices": [{"index": 0, "delta": {}, "finish_reason": finish_reason}]}),
        chunk({"choices": [], "usage": usage | {"prompt_tokens_details": {"cached_tokens": 2}}}),
        chunk("[DONE]"),
    ]
