import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from featherchat.errors import ConfigError, ProviderError, RateLimited
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
from featherchat.providers.anthropic import AnthropicProvider
from featherchat.providers.retrying import Retries
from tests.providers.servers import (
    MessagesServer,
    answers,
    block_events,
    fails,
    message_events,
    streams,
    text_events,
)

pytestmark = pytest.mark.anyio

SEARCH = Tool("search", "Searches memory.", {"type": "object", "properties": {}})


@pytest.fixture
async def provider(
    messages_server: MessagesServer, retries: Retries
) -> AsyncIterator[AnthropicProvider]:
    made = AnthropicProvider("sk-test", base_url=messages_server.url, retries=retries)
    yield made
    await made.aclose()


def ask(*messages: ChatMessage, model: str = "claude-sonnet-5-5", **given: Any) -> ModelRequest:
    asked = messages or (ChatMessage(Role.USER, "Why usearch?"),)
    return ModelRequest(model, "You are featherchat.", asked, (SEARCH,), **given)


async def answer(provider: AnthropicProvider, request: ModelRequest) -> Completed:
    *_, end = [found async for found in provider.stream(request)]
    assert isinstance(end, Completed)
    return end


async def test_the_prefix_is_cached_for_an_hour_and_the_conversation_as_it_moves(
    provider: AnthropicProvider, messages_server: MessagesServer
) -> None:
    messages_server.scenario = MessagesServer.says("Yes.")

    await answer(provider, ask())

    sent = messages_server.requests[0].body
    assert sent["system"] == [
        {
            "type": "text",
            "text": "You are featherchat.",
            "cache_control": {"type": "ephemeral", "ttl": "1h"},
        }
    ]
    assert sent["cache_control"] == {"type": "ephemeral"}


async def test_the_prefix_is_byte_identical_from_turn_to_turn(
    provider: AnthropicProvider, messages_server: MessagesServer
) -> None:
    messages_server.scenario = MessagesServer.says("Yes.")
    first = ask()
    reply = (await answer(provider, first)).message
    second = ask(*first.messages, reply, ChatMessage(Role.USER, "And the license?"))

    await answer(provider, second)

    for part in ("system", "tools"):
        written = json.dumps(messages_server.requests[0].body[part], separators=(",", ":"))
        assert all(written.encode() in received.raw for received in messages_server.requests)


async def test_thinking_is_summarized_and_an_edited_history_is_no_error(
    provider: AnthropicProvider, messages_server: MessagesServer
) -> None:
    messages_server.scenario = MessagesServer.says("Yes.")

    await answer(provider, ask())

    sent = messages_server.requests[0]
    assert sent.body["thinking"] == {
        "type": "adaptive",
        "display": "summarized",
        "block_binding": {"prefix_mismatch_behavior": "drop_block"},
    }
    assert sent.headers["anthropic-beta"] == "thinking-binding-controls-2026-08-01"


@pytest.mark.parametrize("model", ["claude-haiku-4-5-20251001", "a-model-of-tomorrow"])
async def test_a_model_that_is_not_known_to_think_adaptively_is_not_asked_to(
    provider: AnthropicProvider, messages_server: MessagesServer, model: str
) -> None:
    messages_server.scenario = MessagesServer.says("Yes.")

    await answer(provider, ask(model=model))

    assert "thinking" not in messages_server.requests[0].body
    assert "anthropic-beta" not in messages_server.requests[0].headers


async def test_thinking_goes_back_unchanged_before_the_call_it_led_to(
    provider: AnthropicProvider, messages_server: MessagesServer
) -> None:
    thinking = block_events(
        0,
        {"type": "thinking", "thinking": "", "signature": ""},
        {"type": "thinking_delta", "thinking": "Look "},
        {"type": "thinking_delta", "thinking": "it up."},
        {"type": "signature_delta", "signature": "c2ln"},
    )
    hidden = block_events(1, {"type": "redacted_thinking", "data": "eHl6"})
    call = block_events(
        2,
        {"type": "tool_use", "id": "toolu_7", "name": "search", "input": {}},
        {"type": "input_json_delta", "partial_json": '{"query": '},
        {"type": "input_json_delta", "partial_json": '"usearch"}'},
    )
    turn = streams(*message_events(thinking, hidden, call, stop_reason="tool_use"))
    messages_server.scenario = [turn, MessagesServer.says("Yes.")]
    first = ask()

    *thoughts, end = [found async for found in provider.stream(first)]
    assert isinstance(end, Completed)
    result = ChatMessage(Role.USER, tool_results=(ToolResult("toolu_7", "ADR 7", is_error=False),))
    await answer(provider, ask(*first.messages, end.message, result))

    assert thoughts == [ThinkingDelta("Look "), ThinkingDelta("it up.")]
    assert end.message.tool_calls == (ToolCall("toolu_7", "search", {"query": "usearch"}),)
    assert messages_server.requests[1].body["messages"][1:] == [
        {
            "role": "assistant",
            "content": [
                {"type": "thinking", "thinking": "Look it up.", "signature": "c2ln"},
                {"type": "redacted_thinking", "data": "eHl6"},
                {
                    "type": "tool_use",
                    "id": "toolu_7",
                    "name": "search",
                    "input": {"query": "usearch"},
                },
            ],
        },
        {
            "role": "user",
            "content": [
                {
                    "type": "tool_result",
                    "tool_use_id": "toolu_7",
                    "content": "ADR 7",
                    "is_error": False,
                }
            ],
        },
    ]


async def test_thinking_that_was_cut_is_not_sent_back(
    provider: AnthropicProvider, messages_server: MessagesServer
) -> None:
    thinking = block_events(
        0,
        {"type": "thinking", "thinking": "", "signature": ""},
        {"type": "thinking_delta", "thinking": "Hm."},
    )
    messages_server.scenario = streams(*message_events(thinking, stop_reason="max_tokens"))

    end = await answer(provider, ask())

    assert end.stop_reason is StopReason.MAX_TOKENS
    assert end.message == ChatMessage(Role.ASSISTANT)


async def test_a_message_without_a_word_is_left_out(
    provider: AnthropicProvider, messages_server: MessagesServer
) -> None:
    messages_server.scenario = MessagesServer.says("Yes.")
    question = ChatMessage(Role.USER, "Why?")

    await answer(provider, ask(question, ChatMessage(Role.ASSISTANT), question))

    assert [sent["role"] for sent in messages_server.requests[0].body["messages"]] == [
        "user",
        "user",
    ]


async def test_a_call_from_another_provider_is_written_anew(
    provider: AnthropicProvider, messages_server: MessagesServer
) -> None:
    messages_server.scenario = MessagesServer.says("Yes.")
    call = ChatMessage(Role.ASSISTANT, "Let me see.", (ToolCall("call_1", "search", {"k": 3}),))
    result = ChatMessage(Role.USER, "Quick.", tool_results=(ToolResult("call_1", "", True),))

    await answer(provider, ask(ChatMessage(Role.USER, "Why?"), call, result))

    assert messages_server.requests[0].body["messages"][1:] == [
        {
            "role": "assistant",
            "content": [
                {"type": "text", "text": "Let me see."},
                {"type": "tool_use", "id": "call_1", "name": "search", "input": {"k": 3}},
            ],
        },
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": "call_1", "content": "", "is_error": True},
                {"type": "text", "text": "Quick."},
            ],
        },
    ]


async def test_usage_is_the_servers_last_word(
    provider: AnthropicProvider, messages_server: MessagesServer
) -> None:
    counted = {
        "input_tokens": 3,
        "output_tokens": 1,
        "cache_read_input_tokens": 900,
        "cache_creation_input_tokens": 70,
        "cache_creation": {"ephemeral_1h_input_tokens": 70},
        "server_tool_use": None,
    }
    messages_server.scenario = MessagesServer.says("Yes.", usage=counted)

    end = await answer(provider, ask())

    assert end.usage == Usage(3, 5, 900, 70)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("refusal", StopReason.REFUSAL),
        ("max_tokens", StopReason.MAX_TOKENS),
        ("pause_turn", StopReason.PAUSE),
        ("stop_sequence", StopReason.END),
        ("model_context_window_exceeded", StopReason.CONTEXT_FULL),
        ("a_reason_of_tomorrow", StopReason.OTHER),
    ],
)
async def test_each_reason_to_stop_is_told_apart(
    provider: AnthropicProvider, messages_server: MessagesServer, said: str, expected: StopReason
) -> None:
    messages_server.scenario = MessagesServer.says("So far", stop_reason=said)

    end = await answer(provider, ask())

    assert (end.stop_reason, end.message.text) == (expected, "So far")


@pytest.mark.parametrize("stop_reason", ["end_turn", "max_tokens", "a_reason_of_tomorrow"])
async def test_a_call_without_the_reason_for_it_is_not_delivered(
    provider: AnthropicProvider, messages_server: MessagesServer, stop_reason: str
) -> None:
    messages_server.scenario = MessagesServer.calls("search", "{}", stop_reason=stop_reason)

    end = await answer(provider, ask())

    assert end.message.tool_calls == ()
    assert end.message.raw == ()


SCHEMA = {
    "type": "object",
    "properties": {"title": {"type": "string", "minLength": 3}},
    "required": ["title"],
    "additionalProperties": False,
}


async def test_a_structured_answer_is_asked_for_in_the_apis_dialect(
    provider: AnthropicProvider, messages_server: MessagesServer
) -> None:
    messages_server.scenario = MessagesServer.says('{"title": "Use ', 'usearch"}')

    end = await answer(provider, ask(schema=SCHEMA))

    sent = messages_server.requests[0].body
    assert sent["output_config"]["format"] == {
        "type": "json_schema",
        "schema": {
            "type": "object",
            "properties": {"title": {"type": "string", "description": "{minLength: 3}"}},
            "required": ["title"],
            "additionalProperties": False,
        },
    }
    assert "cache_control" not in sent
    assert end.message.text == '{"title": "Use usearch"}'


@pytest.mark.parametrize("said", ['{"title": "ab"}', "I would rather not."])
async def test_a_structured_answer_that_does_not_fit_is_refused(
    provider: AnthropicProvider, messages_server: MessagesServer, said: str
) -> None:
    messages_server.scenario = MessagesServer.says(said)

    with pytest.raises(ProviderError, match="structured answer"):
        await answer(provider, ask(schema=SCHEMA))


async def test_an_event_without_its_parts_cuts_the_answer(
    provider: AnthropicProvider, messages_server: MessagesServer
) -> None:
    start, block, *_ = text_events("Yes.")
    orphan = block.replace(b'"index": 0', b'"index": 5').replace(b"block_start", b"block_delta")
    messages_server.scenario = streams(start, orphan)

    with pytest.raises(ProviderError, match="lacks its parts"):
        await answer(provider, ask())


async def test_a_piece_reaches_the_screen_before_the_answer_ends(
    provider: AnthropicProvider, messages_server: MessagesServer
) -> None:
    messages_server.scenario = MessagesServer.says("One ", "two")

    kinds = [type(found) async for found in provider.stream(ask())]

    assert kinds == [TextDelta, TextDelta, Completed]


async def test_the_models_are_listed_by_their_ids(
    provider: AnthropicProvider, messages_server: MessagesServer
) -> None:
    data = [{"id": "claude-opus-5-5"}, {"id": "claude-haiku-5-5"}]
    messages_server.scenario = answers({"data": data, "has_more": False})

    assert await provider.models() == ["claude-opus-5-5", "claude-haiku-5-5"]


async def test_tokens_are_counted_for_the_very_prompt(
    provider: AnthropicProvider, messages_server: MessagesServer
) -> None:
    messages_server.scenario = answers({"input_tokens": 2_095})

    count = await provider.count_tokens(ask())

    sent = messages_server.requests[0]
    assert count == 2_095
    assert sent.path.startswith("/v1/messages/count_tokens")
    assert sent.body["messages"] == [
        {"role": "user", "content": [{"type": "text", "text": "Why usearch?"}]}
    ]


async def test_a_count_is_not_tried_again(
    provider: AnthropicProvider, messages_server: MessagesServer
) -> None:
    messages_server.scenario = fails(429, "rate_limit_error", "slow down")

    with pytest.raises(RateLimited):
        await provider.count_tokens(ask())

    assert len(messages_server.requests) == 1


async def test_a_provider_that_was_never_asked_can_be_closed() -> None:
    await AnthropicProvider("sk-test").aclose()


def test_a_base_url_must_be_an_http_address() -> None:
    with pytest.raises(ConfigError, match="not an HTTP address"):
        AnthropicProvider("sk-test", base_url="ftp://example.org")


def test_the_address_does_not_show_a_password() -> None:
    provider = AnthropicProvider("sk-test", base_url="https://ada:secret@example.org:8443/x")

    assert provider.address == "example.org:8443"


def test_without_another_address_it_is_anthropics() -> None:
    assert AnthropicProvider("sk-test").address == "api.anthropic.com"
