"""Voyage through its real SDK, against a server on the loopback."""

import base64
import json
import struct
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np
import pytest

from featherchat.embedders.base import Purpose
from featherchat.embedders.voyage import VoyageEmbedder
from featherchat.errors import EmbedderError

pytest.importorskip("voyageai")

DIMENSIONS = 1024


@dataclass
class Reply:
    """What the server answers to one request instead of embeddings."""

    status: int
    body: str = '{"detail": "no"}'
    headers: Mapping[str, str] = field(default_factory=dict)


class Server(ThreadingHTTPServer):
    """Voyage's route for embeddings; a vector's first number is the length of its text."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.replies: list[Reply] = []
        self.requests: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.encoding = "base64"
        self.dimensions = DIMENSIONS

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append(request)
        self.server.keys.append(self.headers["Authorization"])
        if self.path != "/v1/embeddings":
            reply = Reply(404)
        elif self.server.replies:
            reply = self.server.replies.pop(0)
        elif len(request["input"]) > 1_000:
            reply = Reply(400, '{"detail": "at most 1,000 texts"}')
        else:
            reply = Reply(200, json.dumps(self.embeddings(request)))
        self.send_response(reply.status)
        for name, value in {"Content-Type": "application/json", **reply.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body.encode())))
        self.end_headers()
        self.wfile.write(reply.body.encode())

    def embeddings(self, request: Mapping[str, Any]) -> dict[str, Any]:
        data = []
        for index, text in enumerate(request["input"]):
            numbers = [float(len(text)), 1.0, *[0.0] * (self.server.dimensions - 2)]
            packed = base64.b64encode(struct.pack(f"<{len(numbers)}f", *numbers)).decode()
            vector = packed if self.server.encoding == "base64" else numbers
            data.append({"object": "embedding", "embedding": vector, "index": index})
        usage = {"total_tokens": 1}
        return {"object": "list", "data": data, "model": request["model"], "usage": usage}

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Keep quiet."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield running
        running.shutdown()


@pytest.fixture
def pauses() -> list[tuple[str, float]]:
    """The retries that were told, with their pauses."""
    return []


@pytest.fixture
def voyage(server: Server, pauses: list[tuple[str, float]]) -> VoyageEmbedder:
    return VoyageEmbedder(
        key="pa-key",
        base_url=server.address,
        on_retry=lambda reason, seconds: pauses.append((reason, seconds)),
        sleep=lambda _seconds: None,
        chance=lambda: 0.0,
    )


@pytest.mark.parametrize("encoding", ["base64", "list"])
def test_rows_are_unit_vectors_in_the_order_of_the_texts(
    voyage: VoyageEmbedder, server: Server, encoding: str
) -> None:
    server.encoding = encoding

    rows = voyage.embed(["abc", "a"], Purpose.DOCUMENT)

    assert rows.shape == (2, DIMENSIONS)
    assert rows.dtype == np.float32
    assert rows[0, :2] == pytest.approx([3 / 10**0.5, 1 / 10**0.5])
    assert rows[1, :2] == pytest.approx([1 / 2**0.5, 1 / 2**0.5])


def test_the_request_says_what_a_text_is_for(voyage: VoyageEmbedder, server: Server) -> None:
    voyage.embed(["why?"], Purpose.QUERY)
    voyage.embed(["because"], Purpose.DOCUMENT)

    assert [request["input_type"] for request in server.requests] == ["query", "document"]
    assert {request["model"] for request in server.requests} == {"voyage-4"}
    assert {request["output_dimension"] for request in server.requests} == {DIMENSIONS}
    assert set(server.keys) == {"Bearer pa-key"}


def test_more_than_1000_texts_are_split(voyage: VoyageEmbedder, server: Server) -> None:
    texts = ["x" * (1 + i % 7) for i in range(2_001)]

    rows = voyage.embed(texts, Purpose.DOCUMENT)

    assert [len(request["input"]) for request in server.requests] == [1_000, 1_000, 1]
    ratios = rows[:, 0] / rows[:, 1]
    assert ratios == pytest.approx([len(text) for text in texts], rel=1e-5)


def test_a_request_stays_under_the_limit_of_tokens(voyage: VoyageEmbedder, server: Server) -> None:
    voyage.embed(["x" * 200_000] * 7, Purpose.DOCUMENT)

    assert [len(request["input"]) for request in server.requests] == [3, 3, 1]


def test_no_text_makes_no_request(voyage: VoyageEmbedder, server: Server) -> None:
    assert voyage.embed([], Purpose.DOCUMENT).shape == (0, DIMENSIONS)
    assert server.requests == []


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_passing_fault_is_retried_and_told(
    voyage: VoyageEmbedder, server: Server, pauses: list[tuple[str, float]], status: int
) -> None:
    server.replies = [Reply(status), Reply(status)]

    rows = voyage.embed(["abc"], Purpose.DOCUMENT)

    assert rows.shape == (1, DIMENSIONS)
    assert [seconds for _, seconds in pauses] == [1.0, 2.0]
    assert all(reason for reason, _ in pauses)


def test_a_server_that_asks_for_a_pause_gets_it(
    voyage: VoyageEmbedder, server: Server, pauses: list[tuple[str, float]]
) -> None:
    server.replies = [Reply(429, headers={"retry-after": "7"})]

    voyage.embed(["abc"], Purpose.DOCUMENT)

    assert [seconds for _, seconds in pauses] == [7.0]


def test_a_server_that_asks_for_an_hour_is_not_waited_for(
    voyage: VoyageEmbedder, server: Server, pauses: list[tuple[str, float]]
) -> None:
    server.replies = [Reply(429, headers={"retry-after": "3600"})]

    with pytest.raises(EmbedderError, match="gave no embedding"):
        voyage.embed(["abc"], Purpose.DOCUMENT)

    assert pauses == []


def test_a_lasting_fault_ends_after_five_attempts(
    voyage: VoyageEmbedder, server: Server, pauses: list[tuple[str, float]]
) -> None:
    server.replies = [Reply(500)] * 9

    with pytest.raises(EmbedderError, match="failed to process"):
        voyage.embed(["abc"], Purpose.DOCUMENT)

    assert len(server.requests) == 5
    assert [seconds for _, seconds in pauses] == [1.0, 2.0, 4.0, 8.0]


@pytest.mark.parametrize(
    ("reply", "message", "hint"),
    [
        (Reply(401, '{"detail": "Provided API key is invalid."}'), "key is invalid", "VOYAGE_API_KEY"),
        (Reply(400, '{"detail": "Model voyage-9 is not known."}'), "voyage-9", "embedder.model"),
        (Reply(403, '{"detail": "not here"}'), "not here", "Try again"),
        (Reply(200, "<html>a portal</html>"), "<html>", "Try again"),
        (Reply(200, '{"data": []}'), "cannot be used", "embedder.base_url"),
        (Reply(200, "[]"), "cannot be used", "embedder.base_url"),
    ],
)  # fmt: skip
def test_a_refusal_is_not_retried_and_says_what_to_do(
    voyage: VoyageEmbedder, server: Server, reply: Reply, message: str, hint: str
) -> None:
    server.replies = [reply]

    with pytest.raises(EmbedderError, match=message) as caught:
        voyage.embed(["abc"], Purpose.DOCUMENT)

    assert hint in caught.value.hint
    assert len(server.requests) == 1


def test_vectors_of_another_width_are_refused(voyage: VoyageEmbedder, server: Server) -> None:
    server.dimensions = 256

    with pytest.raises(EmbedderError, match="cannot be used"):
        voyage.embed(["abc"], Purpose.DOCUMENT)


def test_a_redirect_is_not_followed(voyage: VoyageEmbedder, server: Server) -> None:
    server.replies = [Reply(307, headers={"Location": f"{server.address}/embeddings"})]

    with pytest.raises(EmbedderError, match="redirects"):
        voyage.embed(["a private text"], Purpose.DOCUMENT)

    assert len(server.requests) == 1


def test_an_address_that_does_not_answer_is_an_error_at_once(
    pauses: list[tuple[str, float]],
) -> None:
    with Server() as stopped:
        address = stopped.address
    voyage = VoyageEmbedder(
        key="pa-key", base_url=address, on_retry=lambda why, seconds: pauses.append((why, seconds))
    )

    with pytest.raises(EmbedderError, match="gave no embedding") as caught:
        voyage.embed(["abc"], Purpose.DOCUMENT)

    assert "network" in caught.value.hint
    assert pauses == []


def test_without_a_key_the_error_names_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VOYAGE_API_KEY", raising=False)
    monkeypatch.delenv("VOYAGE_API_KEY_PATH", raising=False)

    with pytest.raises(EmbedderError) as caught:
        VoyageEmbedder().embed(["abc"], Purpose.DOCUMENT)

    assert "VOYAGE_API_KEY" in caught.value.hint


def test_the_key_is_not_in_what_the_embedder_shows(voyage: VoyageEmbedder) -> None:
    assert "pa-key" not in repr(voyage)


def test_the_identity_names_the_model() -> None:
    assert str(VoyageEmbedder(model="voyage-code-3").identity) == "voyage/voyage-code-3@1024v1"
