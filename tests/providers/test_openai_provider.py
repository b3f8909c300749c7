from collections.abc import AsyncIterator
from typing import Any

import pytest

from featherchat.errors import KeyRejected, ProviderError, ProviderUnreachable
from featherchat.messages import (
    ChatMessage,
    Completed,
    ModelRequest,
    Role,
    StopReason,
    TextDelta,
    ThinkingDelta,
    Tool,
    ToolCall,
    ToolResult,
    Usage,
)
from featherchat.providers.openai import OpenAIProvider
from featherchat.providers.openai_wire import body_of
from featherchat.providers.retrying import Retries
from tests.providers.servers import (
    ChatServer,
    Exchange,
    answers,
    call_deltas,
    chunk,
    completion_chunks,
    fails,
    page,
    streams,
)

pytestmark = pytest.mark.anyio

SEARCH = Tool("search", "Searches memory.", {"type": "object", "properties": {}})


@pytest.fixture
async def provider(chat_server: ChatServer, retries: Retries) -> AsyncIterator[OpenAIProvider]:
    made = OpenAIProvider(chat_server.url, retries=retries)
    yield made
    await made.aclose()


def ask(*messages: ChatMessage, **given: Any) -> ModelRequest:
    asked = messages or (ChatMessage(Role.USER, "Why usearch?"),)
    return ModelRequest("qwen3", "You are featherchat.", asked, (SEARCH,), **given)


async def answer(provider: OpenAIProvider, request: ModelRequest) -> Completed:
    *_, end = [found async for found in provider.stream(request)]
    assert isinstance(end, Completed)
    return end


async def test_a_whole_history_is_written_as_chat_messages(
    provider: OpenAIProvider, chat_server: ChatServer
) -> None:
    chat_server.scenario = ChatServer.says("Yes.")
    call = ChatMessage(Role.ASSISTANT, "", (ToolCall("call_1", "search", {"k": 3}),))
    result = ChatMessage(Role.USER, "Quick.", tool_results=(ToolResult("call_1", "ADR 7"),))
    reply = ChatMessage(Role.ASSISTANT, "It is small.", raw=({"type": "text", "text": "other"},))

    await answer(provider, ask(ChatMessage(Role.USER, "Why?"), call, result, reply))

    assert chat_server.requests[0].path == "/v1/chat/completions"
    assert chat_server.requests[0].body["messages"] == [
        {"role": "system", "content": "You are featherchat."},
        {"role": "user", "content": "Why?"},
        {
            "role": "assistant",
            "content": "",
            "tool_calls": [
                {
                    "id": "call_1",
                    "type": "function",
                    "function": {"name": "search", "arguments": '{"k": 3}'},
                }
            ],
        },
        {"role": "tool", "tool_call_id": "call_1", "content": "ADR 7"},
        {"role": "user", "content": "Quick."},
        {"role": "assistant", "content": "It is small."},
    ]


async def test_the_request_asks_for_a_stream_with_usage(
    provider: OpenAIProvider, chat_server: ChatServer
) -> None:
    chat_server.scenario = ChatServer.says("Yes.")

    end = await answer(provider, ask(max_tokens=100))

    sent = chat_server.requests[0].body
    assert (sent["stream"], sent["stream_options"]) == (True, {"include_usage": True})
    assert (sent["model"], sent["max_tokens"]) == ("qwen3", 100)
    assert sent["tools"][0]["function"]["parameters"] == {"type": "object", "properties": {}}
    assert end.usage == Usage(input_tokens=10, output_tokens=4, cache_read_tokens=2)


def test_a_server_may_call_the_limit_by_another_name() -> None:
    body = body_of(ask(max_tokens=100), length_field="max_completion_tokens")

    assert body["max_completion_tokens"] == 100
    assert "max_tokens" not in body


async def test_without_a_key_no_authorization_is_sent(
    provider: OpenAIProvider, chat_server: ChatServer
) -> None:
    chat_server.scenario = ChatServer.says("Yes.")

    await answer(provider, ask())

    assert "authorization" not in chat_server.requests[0].headers


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning"])
async def test_reasoning_is_thinking_not_answer(
    provider: OpenAIProvider, chat_server: ChatServer, field: str
) -> None:
    chat_server.scenario = streams(*completion_chunks({field: "Hm."}, {"content": "Yes."}))

    thought, piece, end = [found async for found in provider.stream(ask())]

    assert (thought, piece) == (ThinkingDelta("Hm."), TextDelta("Yes."))
    assert isinstance(end, Completed)
    assert end.message.text == "Yes."


async def test_two_calls_are_assembled_side_by_side(
    provider: OpenAIProvider, chat_server: ChatServer
) -> None:
    def part(index: int, **fields: Any) -> dict[str, Any]:
        return {"tool_calls": [{"index": index} | fields]}

    chat_server.scenario = streams(
        *completion_chunks(
            part(0, id="call_a", function={"name": "search", "arguments": '{"k"'}),
            part(1, id="call_b", function={"name": "search", "arguments": ""}),
            part(0, function={"arguments": ": 1}"}),
            finish_reason="tool_calls",
        )
    )

    end = await answer(provider, ask())

    assert end.message.tool_calls == (
        ToolCall("call_a", "search", {"k": 1}),
        ToolCall("call_b", "search", {}),
    )


async def test_a_call_may_come_whole_without_index_and_id_and_end_with_stop(
    provider: OpenAIProvider, chat_server: ChatServer
) -> None:
    whole = {"tool_calls": [{"function": {"name": "search", "arguments": '{"k": 1}'}}]}
    chat_server.scenario = streams(*completion_chunks(whole, finish_reason="stop"))

    end = await answer(provider, ask())

    assert end.stop_reason is StopReason.TOOL_USE
    assert end.message.tool_calls == (ToolCall("call_0", "search", {"k": 1}),)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("length", StopReason.MAX_TOKENS),
        ("content_filter", StopReason.REFUSAL),
        ("a_reason_of_tomorrow", StopReason.OTHER),
    ],
)
async def test_each_reason_to_stop_is_told_apart(
    provider: OpenAIProvider, chat_server: ChatServer, said: str, expected: StopReason
) -> None:
    deltas = call_deltas("search", "{}")
    chat_server.scenario = streams(*completion_chunks(*deltas, finish_reason=said))

    end = await answer(provider, ask())

    assert (end.stop_reason, end.message.tool_calls) == (expected, ())


async def test_an_end_without_done_is_an_end(
    provider: OpenAIProvider, chat_server: ChatServer
) -> None:
    *chunks, _ = completion_chunks({"content": "Yes."})
    chat_server.scenario = streams(*chunks)

    end = await answer(provider, ask())

    assert end.message.text == "Yes."


async def test_done_may_lack_its_empty_line(
    provider: OpenAIProvider, chat_server: ChatServer
) -> None:
    *chunks, _ = completion_chunks({"content": "Yes."})
    chat_server.scenario = streams(*chunks, b"data: [DONE]")

    end = await answer(provider, ask())

    assert end.message.text == "Yes."


async def test_done_without_a_reason_is_no_end(
    provider: OpenAIProvider, chat_server: ChatServer
) -> None:
    unfinished = completion_chunks({"content": "Yes"}, finish_reason=None)
    chat_server.scenario = streams(*unfinished, chunk("[DONE]"))

    with pytest.raises(ProviderError, match="broke off"):
        await answer(provider, ask())


async def test_a_break_behind_the_reason_is_no_end(
    provider: OpenAIProvider, chat_server: ChatServer
) -> None:
    *chunks, _ = completion_chunks({"content": "Yes."})
    chat_server.scenario = streams(*chunks, then=Exchange.reset)

    with pytest.raises(ProviderError, match="broke off"):
        await answer(provider, ask())


SCHEMA = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}


async def test_a_structured_answer_is_asked_for_and_checked(
    provider: OpenAIProvider, chat_server: ChatServer
) -> None:
    chat_server.scenario = [ChatServer.says('{"n": 3}'), ChatServer.says('{"n": "three"}')]

    end = await answer(provider, ask(schema=SCHEMA))
    with pytest.raises(ProviderError, match=r"\$\.n is not of type integer"):
        await answer(provider, ask(schema=SCHEMA))

    assert end.message.text == '{"n": 3}'
    assert chat_server.requests[0].body["response_format"] == {
        "type": "json_schema",
        "json_schema": {"name": "answer", "schema": SCHEMA, "strict": True},
    }


async def test_a_numeric_code_inside_the_stream_is_a_status(
    provider: OpenAIProvider, chat_server: ChatServer
) -> None:
    error = {"error": {"code": 401, "message": "no"}}
    chat_server.scenario = streams(chunk(error))

    with pytest.raises(KeyRejected):
        await answer(provider, ask())


async def test_a_chunk_of_another_shape_cuts_the_answer(
    provider: OpenAIProvider, chat_server: ChatServer
) -> None:
    chat_server.scenario = streams(chunk({"choices": ["?"]}))

    with pytest.raises(ProviderError, match="lacks its parts"):
        await answer(provider, ask())


async def test_the_models_are_listed_by_their_ids(
    provider: OpenAIProvider, chat_server: ChatServer
) -> None:
    chat_server.scenario = answers({"data": [{"id": "qwen3"}, {"id": "gpt-oss"}]})

    assert await provider.models() == ["qwen3", "gpt-oss"]
    assert chat_server.requests[0].path == "/v1/models"


async def test_a_list_of_models_that_is_none_is_said(
    provider: OpenAIProvider, chat_server: ChatServer
) -> None:
    chat_server.scenario = page(200, "<html>Welcome to nginx!</html>")

    with pytest.raises(ProviderUnreachable, match="list of models"):
        await provider.models()


async def test_a_plain_error_text_is_repeated(
    provider: OpenAIProvider, chat_server: ChatServer
) -> None:
    chat_server.scenario = page(404, "404 page not found")

    with pytest.raises(ProviderError, match="404 page not found"):
        await provider.models()


async def test_a_missing_key_is_said_with_its_variable(
    provider: OpenAIProvider, chat_server: ChatServer
) -> None:
    chat_server.scenario = fails(401, "invalid_api_key", "Incorrect API key provided")

    with pytest.raises(KeyRejected) as caught:
        await provider.models()

    assert caught.value.hint == "Set OPENAI_API_KEY to a valid key."
