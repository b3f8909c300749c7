"""Our values as OpenAI's chat completions write them, and its chunks as our values.

This is the dialect of Ollama, llama.cpp, LM Studio and vLLM, which differ in small
ways; each leniency below names who needs it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from featherchat.messages import (
    ChatMessage,
    Completed,
    ModelRequest,
    Role,
    StopReason,
    TextDelta,
    ThinkingDelta,
    ToolCall,
    Usage,
)
from featherchat.providers.checking import check_answer, tool_call

_STOP_REASONS: Mapping[str, StopReason] = {
    "stop": StopReason.END,
    "tool_calls": StopReason.TOOL_USE,
    "length": StopReason.MAX_TOKENS,
    "content_filter": StopReason.REFUSAL,
}


def body_of(request: ModelRequest, *, length_field: str = "max_tokens") -> dict[str, Any]:
    """The body of one streamed chat completion.

    Args:
        length_field: How the server calls the answer's limit.
    """
    messages = [{"role": "system", "content": request.system}] if request.system else []
    for message in request.messages:
        messages += _messages(message)
    body: dict[str, Any] = {
        "model": request.model,
        "messages": messages,
        length_field: request.max_tokens,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    if request.tools:
        body["tools"] = [
            {
                "type": "function",
                "function": {
                    "name": tool.name,
                    "description": tool.description,
                    "parameters": dict(tool.schema),
                },
            }
            for tool in request.tools
        ]
    if request.schema is not None:
        schema = {"name": "answer", "schema": dict(request.schema), "strict": True}
        body["response_format"] = {"type": "json_schema", "json_schema": schema}
    return body


def _messages(message: ChatMessage) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {"role": "tool", "tool_call_id": result.call_id, "content": result.text}
        for result in message.tool_results
    ]
    if message.role is Role.USER and message.text:
        found.append({"role": "user", "content": message.text})
    elif message.tool_calls:
        calls = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": json.dumps(dict(call.arguments))},
            }
            for call in message.tool_calls
        ]
        found.append({"role": "assistant", "content": message.text, "tool_calls": calls})
    elif message.text:
        found.append({"role": "assistant", "content": message.text})
    return found


@dataclass(slots=True)
class _Call:
    id: str
    name: str = ""
    arguments: str = ""


class Answer:
    """One answer, as far as its chunks have come."""

    def __init__(self, request: ModelRequest) -> None:
        self._request = request
        self._text: list[str] = []
        self._calls: dict[int, _Call] = {}
        self._finish_reason = ""
        self._usage = Usage()

    @property
    def finished(self) -> bool:
        """Whether the server has given a reason for its end."""
        return bool(self._finish_reason)

    def take(self, chunk: Mapping[str, Any]) -> list[TextDelta | ThinkingDelta]:
        """Fold in the next chunk; what it adds to the screen.

        Raises:
            LookupError, TypeError, AttributeError: If the chunk has another shape.
        """
        if chunk.get("usage"):
            # Comes with the last chunk or in one of its own, behind the finish reason.
            self._usage = _usage_of(chunk["usage"])
        if not chunk.get("choices"):
            return []
        choice = chunk["choices"][0]
        self._finish_reason = choice.get("finish_reason") or self._finish_reason
        delta = choice.get("delta") or {}
        for part in delta.get("tool_calls") or ():
            self._add_to_call(part)
        shown: list[TextDelta | ThinkingDelta] = []
        # llama.cpp and vLLM say reasoning_content, Ollama says reasoning.
        if thought := delta.get("reasoning_content") or delta.get("reasoning"):
            shown.append(ThinkingDelta(thought))
        if text := delta.get("content"):
            self._text.append(text)
            shown.append(TextDelta(text))
        return shown

    def completed(self) -> Completed:
        """The whole answer; call it once ``finished`` is true and the stream has ended well.

        Raises:
            ProviderError: If a tool call or a structured answer does not fit its schema.
        """
        reason = _STOP_REASONS.get(self._finish_reason, StopReason.OTHER)
        calls: tuple[ToolCall, ...] = ()
        if self._calls and reason in (StopReason.TOOL_USE, StopReason.END):
            # Ollama ends a tool call with "stop". Only "length" leaves one unfinished.
            reason = StopReason.TOOL_USE
            calls = tuple(
                tool_call(call.id, call.name, call.arguments, self._request.tools)
                for _, call in sorted(self._calls.items())
            )
        text = "".join(self._text)
        schema = None if self._request.lenient else self._request.schema
        if schema is not None and reason is StopReason.END:
            check_answer(text, schema)
        return Completed(ChatMessage(Role.ASSISTANT, text, calls), reason, self._usage)

    def _add_to_call(self, part: Mapping[str, Any]) -> None:
        # Servers that send a call whole may leave out its index, some also its id.
        index = part.get("index")
        if index is None:
            index = len(self._calls)
        call = self._calls.setdefault(index, _Call(part.get("id") or f"call_{index}"))
        function = part.get("function") or {}
        call.name = call.name or function.get("name") or ""
        call.arguments += function.get("arguments") or ""


def _usage_of(usage: Mapping[str, Any]) -> Usage:
    cached = (usage.get("prompt_tokens_details") or {}).get("cached_tokens") or 0
    prompt = usage.get("prompt_tokens") or 0
    return Usage(prompt - cached, usage.get("completion_tokens") or 0, cached)
