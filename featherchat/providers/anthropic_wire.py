"""Our values as Anthropic's Messages API writes them, and its events as our values.

Nothing here touches a network: a request becomes the arguments of the SDK's
``beta.messages.create``, and events fold into one ``Answer``.
"""

from collections.abc import Mapping
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
from featherchat.providers.models import known_model

_BLOCK_BINDING = "thinking-binding-controls-2026-08-01"

_THINKING = ("thinking", "redacted_thinking")

_STOP_REASONS: Mapping[str, StopReason] = {
    "end_turn": StopReason.END,
    "stop_sequence": StopReason.END,
    "tool_use": StopReason.TOOL_USE,
    "max_tokens": StopReason.MAX_TOKENS,
    "refusal": StopReason.REFUSAL,
    "pause_turn": StopReason.PAUSE,
    "model_context_window_exceeded": StopReason.CONTEXT_FULL,
}


def prompt_of(request: ModelRequest) -> dict[str, Any]:
    """What the model reads: the arguments that counting and answering share."""
    body: dict[str, Any] = {
        "model": request.model,
        "messages": [found for message in request.messages if (found := _message(message))],
    }
    if request.system:
        # The prefix is tools, then system: this breakpoint holds both for a session.
        hour = {"type": "ephemeral", "ttl": "1h"}
        body["system"] = [{"type": "text", "text": request.system, "cache_control": hour}]
    if request.tools:
        body["tools"] = [
            {"name": tool.name, "description": tool.description, "input_schema": dict(tool.schema)}
            for tool in request.tools
        ]
    return body | _thinking(request.model)


def body_of(request: ModelRequest, output_schema: Mapping[str, Any] | None) -> dict[str, Any]:
    """The arguments of one streamed answer.

    Args:
        output_schema: The request's schema in the dialect that structured output takes.
    """
    body = prompt_of(request) | {"max_tokens": request.max_tokens}
    if output_schema is None:
        # Moves with the conversation: the next turn reads all that came before.
        body["cache_control"] = {"type": "ephemeral"}
    else:
        # A structured answer is a single call, so nobody would read its messages again.
        body["output_config"] = {"format": {"type": "json_schema", "schema": output_schema}}
    return body


def _thinking(model: str) -> dict[str, Any]:
    known = known_model(model)
    if known is None or not known.adaptive_thinking:
        return {}
    thinking: dict[str, Any] = {"type": "adaptive", "display": "summarized"}
    if not known.preserved_thinking:
        return {"thinking": thinking}
    # A thinking block is valid only behind the very prefix that it was thought on.
    # Without this, resuming or compacting a session would be a 400 for ever.
    thinking["block_binding"] = {"prefix_mismatch_behavior": "drop_block"}
    return {"thinking": thinking, "betas": [_BLOCK_BINDING]}


def _message(message: ChatMessage) -> dict[str, Any] | None:
    if message.role is Role.ASSISTANT and message.raw:
        return {"role": "assistant", "content": [dict(block) for block in message.raw]}
    content: list[dict[str, Any]] = [
        {
            "type": "tool_result",
            "tool_use_id": result.call_id,
            "content": result.text,
            "is_error": result.is_error,
        }
        for result in message.tool_results
    ]
    if message.text.strip():
        content.append({"type": "text", "text": message.text})
    content += [
        {"type": "tool_use", "id": call.id, "name": call.name, "input": dict(call.arguments)}
        for call in message.tool_calls
    ]
    # An answer that was cut before its first word has nothing to send back.
    return {"role": message.role.value, "content": content} if content else None


class Answer:
    """One answer, as far as its events have come."""

    def __init__(self, request: ModelRequest) -> None:
        self.finished = False
        """Whether the server has said that this is all."""

        self._request = request
        self._blocks: dict[int, dict[str, Any]] = {}
        self._arguments: dict[int, str] = {}
        self._counts: dict[str, int] = {}
        self._stop_reason = ""

    def take(self, event: Mapping[str, Any]) -> TextDelta | ThinkingDelta | None:
        """Fold in the next event; what it adds to the screen, if anything.

        Unknown events and deltas change nothing, as the API's versioning asks.

        Raises:
            LookupError, TypeError, AttributeError: If a known event lacks its parts.
        """
        match event["type"]:
            case "message_start":
                self._count(event["message"]["usage"])
            case "content_block_start":
                self._blocks[event["index"]] = dict(event["content_block"])
            case "content_block_delta":
                return self._grow(event["index"], event["delta"])
            case "message_delta":
                self._stop_reason = event["delta"].get("stop_reason") or self._stop_reason
                self._count(event.get("usage") or {})
            case "message_stop":
                self.finished = True
        return None

    def completed(self) -> Completed:
        """The whole answer; call it once ``finished`` is true.

        Raises:
            ProviderError: If a tool call or a structured answer does not fit its schema.
        """
        reason = _STOP_REASONS.get(self._stop_reason, StopReason.OTHER)
        kept = {index: block for index, block in self._blocks.items() if not _is_blank(block)}
        calls = self._tool_calls(reason)
        for index, call in calls.items():
            kept[index] = kept[index] | {"input": dict(call.arguments)}
        raw = [
            block
            for index, block in sorted(kept.items())
            if index in calls or block["type"] != "tool_use"
        ]
        while raw and raw[-1]["type"] in _THINKING:
            # The API refuses an assistant message that ends in thinking.
            raw.pop()
        text = "".join(block["text"] for block in raw if block["type"] == "text")
        schema = None if self._request.lenient else self._request.schema
        if schema is not None and reason is StopReason.END:
            check_answer(text, schema)
        message = ChatMessage(Role.ASSISTANT, text, tuple(calls.values()), raw=tuple(raw))
        return Completed(message, reason, self._usage())

    def _grow(self, index: int, delta: Mapping[str, Any]) -> TextDelta | ThinkingDelta | None:
        block = self._blocks[index]
        match delta["type"]:
            case "text_delta":
                block["text"] += delta["text"]
                return TextDelta(delta["text"])
            case "thinking_delta":
                block["thinking"] += delta["thinking"]
                return ThinkingDelta(delta["thinking"])
            case "signature_delta":
                block["signature"] = delta["signature"]
            case "input_json_delta":
                self._arguments[index] = self._arguments.get(index, "") + delta["partial_json"]
            case "citations_delta":
                block["citations"] = [*(block.get("citations") or []), delta["citation"]]
        return None

    def _tool_calls(self, reason: StopReason) -> dict[int, ToolCall]:
        if reason is not StopReason.TOOL_USE:
            # Cut by max_tokens, arguments may be valid JSON and still not what was meant.
            return {}
        return {
            index: tool_call(
                block["id"], block["name"], self._arguments.get(index, ""), self._request.tools
            )
            for index, block in sorted(self._blocks.items())
            if block["type"] == "tool_use"
        }

    def _count(self, usage: Mapping[str, Any]) -> None:
        # The counts are running totals; an absent one keeps its earlier value.
        self._counts |= {name: count for name, count in usage.items() if isinstance(count, int)}

    def _usage(self) -> Usage:
        return Usage(
            self._counts.get("input_tokens", 0),
            self._counts.get("output_tokens", 0),
            self._counts.get("cache_read_input_tokens", 0),
            self._counts.get("cache_creation_input_tokens", 0),
        )


def _is_blank(block: Mapping[str, Any]) -> bool:
    # The API refuses a text block without a visible character when it is sent back.
    return block["type"] == "text" and not block["text"].strip()
