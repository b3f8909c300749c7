"""What both network providers promise when all goes well, or the model errs."""

import asyncio
from contextlib import aclosing

import pytest

from featherchat.messages import Completed, StopReason, TextDelta
from featherchat.providers.anthropic import AnthropicProvider
from tests.providers.dialects import QUESTION, Dialect, collect, collect_failing
from tests.providers.servers import Exchange, streams

pytestmark = pytest.mark.anyio


async def test_an_answer_comes_in_pieces_and_ends_once(dialect: Dialect) -> None:
    dialect.server.scenario = dialect.says("Because ", "it is small.")

    *pieces, end = await collect(dialect.provider)

    assert pieces == [TextDelta("Because "), TextDelta("it is small.")]
    assert isinstance(end, Completed)
    assert (end.message.text, end.stop_reason) == ("Because it is small.", StopReason.END)


async def test_the_key_travels_as_a_bearer_token(dialect: Dialect) -> None:
    dialect.server.scenario = dialect.says("Yes.")

    await collect(dialect.provider)

    assert dialect.server.requests[0].headers["authorization"] == "Bearer sk-test"


async def test_no_sampling_parameters_are_sent(dialect: Dialect) -> None:
    dialect.server.scenario = dialect.says("Yes.")

    await collect(dialect.provider)

    assert not {"temperature", "top_p", "top_k"} & set(dialect.server.requests[0].body)


async def test_a_tool_call_comes_with_its_arguments_parsed(dialect: Dialect) -> None:
    dialect.server.scenario = dialect.calls("read_file", '{"path":', ' "a.py", "line": 3}')

    (end,) = await collect(dialect.provider)

    assert isinstance(end, Completed)
    assert end.stop_reason is StopReason.TOOL_USE
    assert [(call.name, call.arguments) for call in end.message.tool_calls] == [
        ("read_file", {"path": "a.py", "line": 3})
    ]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ('{"path": 3}', "$.path is not of type string."),
        ('{"line": 3}', "$.path is missing."),
        ('{"path": "a", "colour": 1}', "$.colour is not a known property."),
    ],
)
async def test_a_tool_call_that_does_not_fit_its_schema_comes_with_the_problem(
    dialect: Dialect, arguments: str, says: str
) -> None:
    dialect.server.scenario = dialect.calls("read_file", arguments)

    end = (await collect(dialect.provider))[-1]

    assert isinstance(end, Completed)
    assert says in end.message.tool_calls[0].problem


async def test_a_tool_call_that_is_not_json_is_refused(dialect: Dialect) -> None:
    dialect.server.scenario = dialect.calls("read_file", '{"path": "a')

    _, error = await collect_failing(dialect.provider)

    assert "not JSON" in str(error)


async def test_a_call_of_an_unknown_tool_comes_with_the_ones_there_are(dialect: Dialect) -> None:
    dialect.server.scenario = dialect.calls("delete_everything", "{}")

    end = (await collect(dialect.provider))[-1]

    assert isinstance(end, Completed)
    assert "There is no tool delete_everything" in end.message.tool_calls[0].problem


async def test_a_tool_call_cut_by_the_limit_is_never_delivered(dialect: Dialect) -> None:
    dialect.server.scenario = streams(*dialect.cut_call)

    (end,) = await collect(dialect.provider)

    assert isinstance(end, Completed)
    assert end.stop_reason is StopReason.MAX_TOKENS
    assert (end.message.tool_calls, end.message.raw) == ((), ())


async def test_unknown_events_and_pings_pass_by(dialect: Dialect) -> None:
    dialect.server.scenario = streams(dialect.unknown, dialect.ping, *dialect.text("Yes."))

    *_, end = await collect(dialect.provider)

    assert isinstance(end, Completed)
    assert end.message.text == "Yes."


async def test_closing_the_stream_closes_the_connection(dialect: Dialect) -> None:
    dialect.server.scenario = streams(*dialect.partial, then=Exchange.stall)

    async with aclosing(dialect.provider.stream(QUESTION)) as events:
        assert await anext(events) == TextDelta("Because")

    assert await asyncio.to_thread(dialect.server.client_left.wait, 60.0)


async def test_cancelling_the_wait_closes_the_connection(dialect: Dialect) -> None:
    dialect.server.scenario = streams(*dialect.partial, then=Exchange.stall)
    stream = dialect.provider.stream(QUESTION)
    assert await anext(stream) == TextDelta("Because")

    waiting = asyncio.create_task(anext(stream))
    await asyncio.sleep(0.05)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting

    assert await asyncio.to_thread(dialect.server.client_left.wait, 60.0)


async def test_a_connection_is_used_again_for_the_next_request(dialect: Dialect) -> None:
    ports: list[int] = []
    whole = dialect.says("Yes.")

    def run(exchange: Exchange) -> None:
        ports.append(exchange.client_address[1])
        whole(exchange)

    dialect.server.scenario = run

    await collect(dialect.provider)
    await collect(dialect.provider)

    assert ports[0] == ports[1]


async def test_a_provider_names_the_host_it_sends_prompts_to(dialect: Dialect) -> None:
    assert dialect.provider.address == dialect.server.address


def test_the_key_is_not_in_what_a_crash_report_shows() -> None:
    provider = AnthropicProvider("sk-secret")

    shown = [repr(value) for value in vars(provider).values()]

    assert not any("sk-secret" in text for text in shown)
