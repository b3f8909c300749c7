import pytest

from featherchat.errors import AnswerCut, ProviderError
from featherchat.messages import (
    ChatMessage,
    Completed,
    ModelRequest,
    Retrying,
    Role,
    StopReason,
    TextDelta,
    ThinkingDelta,
    ToolCall,
    Usage,
)
from featherchat.providers.scripted import ScriptedProvider, ScriptedReply

pytestmark = pytest.mark.anyio

QUESTION = ModelRequest("any", "", (ChatMessage(Role.USER, "Why?"),))


async def test_replies_come_in_the_scripts_order_and_requests_are_kept() -> None:
    provider = ScriptedProvider(["First.", ScriptedReply(("Sec", "ond."), usage=Usage(3, 2))])

    first = [found async for found in provider.stream(QUESTION)]
    second = [found async for found in provider.stream(QUESTION)]

    assert first == [
        TextDelta("First."),
        Completed(ChatMessage(Role.ASSISTANT, "First."), StopReason.END),
    ]
    assert second == [
        TextDelta("Sec"),
        TextDelta("ond."),
        Completed(ChatMessage(Role.ASSISTANT, "Second."), StopReason.END, Usage(3, 2)),
    ]
    assert provider.requests == [QUESTION, QUESTION]


async def test_a_reply_may_retry_think_and_call_a_tool() -> None:
    call = ToolCall("c1", "search", {"query": "usearch"})
    retry = Retrying("overloaded", 1.0, 1)
    provider = ScriptedProvider(
        [ScriptedReply(thoughts=("Hm.",), retries=(retry,), tool_calls=(call,))]
    )

    found = [one async for one in provider.stream(QUESTION)]

    assert found == [
        retry,
        ThinkingDelta("Hm."),
        Completed(ChatMessage(Role.ASSISTANT, "", (call,)), StopReason.TOOL_USE),
    ]


async def test_a_reply_may_break_off() -> None:
    error = AnswerCut("The line went dead.", hint="Ask again.")
    provider = ScriptedProvider([ScriptedReply(("Beca",), error=error)])
    found = []

    with pytest.raises(AnswerCut):
        async for one in provider.stream(QUESTION):
            found.append(one)

    assert found == [TextDelta("Beca")]


async def test_a_reply_may_take_its_time() -> None:
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    provider = ScriptedProvider([ScriptedReply(("a", "b"), delay=0.2)], sleep=sleep)

    _ = [one async for one in provider.stream(QUESTION)]

    assert waited == [0.2, 0.2]


async def test_a_script_that_has_ended_says_so() -> None:
    with pytest.raises(ProviderError, match="request 1"):
        await anext(ScriptedProvider([]).stream(QUESTION))


async def test_closing_is_noted() -> None:
    provider = ScriptedProvider([])

    await provider.aclose()

    assert provider.closed
