"""A turn through the real SDKs: what travels, and what every fault of a network leaves."""

from collections.abc import Iterator
from contextlib import aclosing

import pytest

from featherchat.chat.session import Session
from featherchat.commands import memories as verbs
from featherchat.messages import (
    Retrying,
    ToolFinished,
    TurnEvent,
    TurnFailed,
    TurnFinished,
    TurnStatus,
)
from featherchat.providers.anthropic import AnthropicProvider
from featherchat.providers.base import Provider
from featherchat.providers.http import Timeouts
from featherchat.providers.openai import OpenAIProvider
from featherchat.providers.retrying import Retries
from tests.providers.dialects import ENDING_NAMES, ENDINGS, HASTY, PATIENT
from tests.providers.servers import (
    ChatServer,
    Loopback,
    MessagesServer,
    completion_chunks,
    fails,
    hangs,
    streams,
    text_events,
)
from tests.workshop import Workshop

pytestmark = pytest.mark.anyio

QUESTION = "Why did we choose PostgreSQL over MongoDB?"
FACT = "We chose PostgreSQL over MongoDB because orders need transactions."


async def no_pause(seconds: float) -> None:
    return None


RETRIES = Retries(tries=3, sleep=no_pause, random=lambda: 1.0)


@pytest.fixture(params=["anthropic", "openai"])
def server(request: pytest.FixtureRequest) -> Iterator[Loopback]:
    with MessagesServer() if request.param == "anthropic" else ChatServer() as running:
        yield running


def provider_of(server: Loopback, timeouts: Timeouts = PATIENT) -> Provider:
    if isinstance(server, MessagesServer):
        return AnthropicProvider("sk-test", base_url=server.url, timeouts=timeouts, retries=RETRIES)
    return OpenAIProvider(server.url, timeouts=timeouts, retries=RETRIES)


def pieces(server: Loopback, *texts: str) -> list[bytes]:
    if isinstance(server, MessagesServer):
        return text_events(*texts)
    return completion_chunks(*({"content": text} for text in texts))


async def ask(session: Session, text: str) -> list[TurnEvent]:
    async with aclosing(session.send(text)) as events:
        return [event async for event in events]


async def one_turn(
    workshop: Workshop, server: Loopback, timeouts: Timeouts = PATIENT
) -> tuple[list[TurnEvent], Session]:
    async with workshop.open(
        provider_of(server, timeouts), options={"model.name": "claude-sonnet-5-5"}
    ) as project:
        await verbs.remember(project, FACT, kind="decision")
        session = await project.new_session()
        events = await ask(session, QUESTION)
        stored = await project.memories.ask(lambda store: store.transcripts.turns(session.head.id))
        assert stored == session.turns
        return events, session


async def test_the_bytes_of_earlier_turns_do_not_change(
    workshop: Workshop, server: Loopback
) -> None:
    server.scenario = [
        streams(*pieces(server, answer)) for answer in ("For transactions.", "Yes.", "No.")
    ]
    async with workshop.open(
        provider_of(server), options={"model.name": "claude-sonnet-5-5"}
    ) as project:
        await verbs.remember(project, FACT, kind="decision")
        session = await project.new_session()
        for question in (QUESTION, "Does MongoDB still run?", "Is PostgreSQL slow?"):
            await ask(session, question)

    bodies = [received.body for received in server.requests]
    texts = [texts_of(body) for body in bodies]
    assert len(bodies) == 3
    assert bodies[0].get("system") == bodies[1].get("system") == bodies[2].get("system")
    assert bodies[0].get("tools") == bodies[1].get("tools") == bodies[2].get("tools")
    assert texts[1][: len(texts[0])] == texts[0]
    assert texts[2][: len(texts[1])] == texts[1]
    assert FACT in texts[0][-1]


def texts_of(body: dict[str, object]) -> list[str]:
    """Role and text of each message, without the marks of the cache, which move."""
    found = []
    for message in body["messages"]:  # type: ignore[attr-defined]
        content = message["content"]
        parts = [content] if isinstance(content, str) else [part["text"] for part in content]
        found.append(message["role"] + ": " + "".join(parts))
    return found


async def test_a_tool_is_called_and_its_result_goes_back(
    workshop: Workshop, server: Loopback
) -> None:
    workshop.write("src/pool.py", "SIZE = 5\n")
    assert isinstance(server, MessagesServer | ChatServer)
    call = server.calls("read_file", '{"path": ', '"src/pool.py"}')
    server.scenario = [call, streams(*pieces(server, "Five."))]

    events, _ = await one_turn(workshop, server)

    assert any(isinstance(e, ToolFinished) and "SIZE = 5" in e.result.text for e in events)
    assert isinstance(events[-1], TurnFinished)
    assert "SIZE = 5" in server.requests[1].raw.decode()


@pytest.mark.parametrize(
    ("status", "kind", "headers", "hint"),
    [
        (401, "authentication_error", {}, "KEY"),
        (403, "permission_error", {}, ""),
        (404, "not_found_error", {}, ""),
        (400, "invalid_request_error", {}, ""),
        (429, "rate_limit_error", {"retry_after": "3600"}, ""),
    ],
)
async def test_a_refusal_is_told_at_once_with_the_next_step(
    workshop: Workshop,
    server: Loopback,
    status: int,
    kind: str,
    headers: dict[str, str],
    hint: str,
) -> None:
    server.scenario = fails(status, kind, "No.", **headers)

    events, session = await one_turn(workshop, server)

    failed = events[-1]
    assert isinstance(failed, TurnFailed)
    assert (failed.prompt, failed.text, failed.exit_code) == (QUESTION, "", 4)
    assert failed.hint
    assert hint in failed.hint
    assert len(server.requests) == 1
    assert session.turns[-1].status is TurnStatus.FAILED


@pytest.mark.parametrize("headers", [{}, {"retry_after": "2"}], ids=["unasked", "retry-after"])
@pytest.mark.parametrize("status", [429, 529])
async def test_a_limit_is_waited_for_visibly(
    workshop: Workshop, server: Loopback, status: int, headers: dict[str, str]
) -> None:
    server.scenario = [
        fails(status, "overloaded_error", "Busy.", **headers),
        streams(*pieces(server, "Because.")),
    ]

    events, session = await one_turn(workshop, server)

    (retry,) = [event for event in events if isinstance(event, Retrying)]
    assert retry.seconds == (2.0 if headers else 1.0)
    assert isinstance(events[-1], TurnFinished)
    assert session.turns[-1].answer == "Because."


@pytest.mark.parametrize(("end", "timeouts"), ENDINGS, ids=ENDING_NAMES)
async def test_a_stream_that_breaks_off_keeps_what_had_come(
    workshop: Workshop, server: Loopback, end: object, timeouts: Timeouts
) -> None:
    whole = pieces(server, "Half of ", "an answer")
    half = whole[: 4 if isinstance(server, MessagesServer) else 2]
    server.scenario = streams(*half, then=end)  # type: ignore[arg-type]

    events, session = await one_turn(workshop, server, timeouts)

    failed = events[-1]
    assert isinstance(failed, TurnFailed)
    assert failed.status is TurnStatus.CUT
    assert (failed.prompt, failed.text) == (QUESTION, "Half of an answer")
    assert session.turns[-1].answer == "Half of an answer"
    assert len(server.requests) == 1


async def test_a_server_that_never_answers_is_given_up(
    workshop: Workshop, server: Loopback
) -> None:
    server.scenario = hangs

    events, session = await one_turn(workshop, server, HASTY)

    failed = events[-1]
    assert isinstance(failed, TurnFailed)
    assert (failed.prompt, failed.status) == (QUESTION, TurnStatus.FAILED)
    assert server.address in failed.message
    assert session.turns[-1].prompt == QUESTION


async def test_a_request_without_a_model_names_the_setting(workshop: Workshop) -> None:
    with ChatServer() as server:
        async with workshop.open(provider_of(server)) as project:
            session = await project.new_session()

            events = await ask(session, QUESTION)

    failed = events[-1]
    assert isinstance(failed, TurnFailed)
    assert (failed.prompt, failed.exit_code) == (QUESTION, 2)
    assert "--model NAME" in failed.hint
    assert server.requests == []
