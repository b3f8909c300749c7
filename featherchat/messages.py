"""The values of a conversation: messages, tools, usage, and the events of a turn.

A provider yields ``TextDelta``, ``ThinkingDelta``, ``Retrying`` and exactly one final
``Completed``; anything that ends without ``Completed`` raised a ``ProviderError``. A
session yields ``TurnEvent``s and ends with exactly one ``TurnFinished`` or ``TurnFailed``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from featherchat.memory import Memory
from featherchat.recollection import NearDuplicate, Recollection, Rejection


class Role(StrEnum):
    """Who speaks."""

    USER = "user"
    ASSISTANT = "assistant"


class StopReason(StrEnum):
    """Why a model stopped."""

    END = "end_turn"
    TOOL_USE = "tool_use"
    MAX_TOKENS = "max_tokens"
    REFUSAL = "refusal"
    PAUSE = "pause_turn"
    CONTEXT_FULL = "model_context_window_exceeded"
    OTHER = "other"


class TurnStatus(StrEnum):
    """How far a turn has come."""

    STREAMING = "streaming"
    COMPLETE = "complete"
    CUT = "cut"
    CANCELLED = "cancelled"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A model's wish to run a tool."""

    id: str
    name: str
    arguments: Mapping[str, Any]
    problem: str = ""
    """Why it must not run: no such tool, or arguments that do not fit its schema. The model
    is told, so that it can call again; empty when all is well."""


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What a tool gave back."""

    call_id: str
    text: str
    is_error: bool = False
    summary: str = ""
    """What a line about it says, such as ``+3 −1``; empty: how long its text is."""


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool as the model sees it."""

    name: str
    description: str
    schema: Mapping[str, Any]
    """JSON Schema of the arguments."""


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One message of the history that is sent to a model."""

    role: Role
    text: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    tool_results: tuple[ToolResult, ...] = ()
    raw: tuple[Mapping[str, Any], ...] = ()
    """The provider's own content blocks (thinking among them), sent back unchanged to it."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens, as the server counted them."""

    input_tokens: int = 0
    """Tokens read at the full price."""

    output_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            self.cache_read_tokens + other.cache_read_tokens,
            self.cache_write_tokens + other.cache_write_tokens,
        )

    @property
    def context_tokens(self) -> int:
        """Everything the model read."""
        return self.input_tokens + self.cache_read_tokens + self.cache_write_tokens


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """One call to a model."""

    model: str
    system: str
    """The frozen prefix: byte-identical for a whole session."""

    messages: tuple[ChatMessage, ...]
    tools: tuple[Tool, ...] = ()
    max_tokens: int = 8_192
    schema: Mapping[str, Any] | None = None
    """If given, the answer is one JSON object that fits it."""

    lenient: bool = False
    """Whether an answer that does not fit its schema comes back all the same: the caller takes
    it apart and uses what is sound."""


@dataclass(frozen=True, slots=True)
class TextDelta:
    """The next piece of the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class ThinkingDelta:
    """The next piece of the model's summarized thinking."""

    text: str


@dataclass(frozen=True, slots=True)
class Retrying:
    """The request failed before a byte of the answer came, and will be sent again."""

    reason: str
    seconds: float
    """How long the pause is."""

    attempt: int
    """The attempt that failed, from 1."""


@dataclass(frozen=True, slots=True)
class Completed:
    """A model's call has ended well: the server said so."""

    message: ChatMessage
    stop_reason: StopReason
    usage: Usage = field(default_factory=Usage)


ProviderEvent = TextDelta | ThinkingDelta | Retrying | Completed


@dataclass(frozen=True, slots=True)
class Omission:
    """A memory that matched and was not put into the prompt."""

    memory: Memory
    reason: str


@dataclass(frozen=True, slots=True)
class MemoriesRecalled:
    """What memory had to say; comes before the first word of the answer."""

    turn_id: str
    recollections: tuple[Recollection, ...]
    """What stands in the prompt, in its order."""

    near_misses: tuple[Recollection, ...] = ()
    omissions: tuple[Omission, ...] = ()
    tokens: int = 0
    total: int = 0
    """How many memories could have been asked."""

    notice: str = ""
    """What limits this recall, such as that only words were searched."""

    rejected: tuple[Rejection, ...] = ()
    """What was turned down before and the question may bring up again; told in the prompt."""


@dataclass(frozen=True, slots=True)
class ToolCalled:
    """The model runs a tool."""

    call: ToolCall


@dataclass(frozen=True, slots=True)
class ToolFinished:
    """A tool has come back."""

    call: ToolCall
    result: ToolResult


@dataclass(frozen=True, slots=True)
class TurnFinished:
    """The answer is complete and stored."""

    turn_id: str
    text: str
    model: str
    usage: Usage
    seconds: float
    stop_reason: StopReason = StopReason.END
    notice: str = ""
    """What a reader should know, such as that the answer hit its length limit."""

    cost: float | None = None
    """US dollars, when the model's price is known."""


@dataclass(frozen=True, slots=True)
class TurnFailed:
    """The turn ended early; what was typed and what had come are kept."""

    turn_id: str
    prompt: str
    text: str
    """The part of the answer that had come."""

    message: str
    hint: str
    status: TurnStatus
    exit_code: int = 4


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something that was proposed and not learnt, and why."""

    step: str
    """The step of the gate that refused it: schema, quote, junk, …"""

    reason: str
    text: str
    """What was proposed, redacted and shortened."""

    private: bool = False
    """It says how a person works: its words are shown to them alone and kept nowhere."""


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two memories that do not both hold."""

    old: Memory
    new: Memory
    reason: str
    """What tells that they contradict each other, in a few words."""


@dataclass(frozen=True, slots=True)
class Learned:
    """What was written after a turn."""

    turn_id: str
    written: tuple[Memory, ...] = ()
    """Active at once."""

    candidates: tuple[Memory, ...] = ()
    """Waiting for a person's word."""

    contradicted: tuple[Memory, ...] = ()
    """What was known and no longer holds, or may not: the old ones of the next two."""

    refused: tuple[str, ...] = ()
    """Why something was not learnt, one reason each."""

    alike: tuple[NearDuplicate, ...] = ()
    """What says nearly the same as what was written."""

    superseded: tuple[Contradiction, ...] = ()
    """What took the place of what; undone with the rest of the turn."""

    reviews: tuple[Contradiction, ...] = ()
    """What contradicts something and waits for a person to say which one holds."""

    refusals: tuple[Refusal, ...] = ()
    """As ``refused``, with the step and the words of each."""

    notice: str = ""
    """What a reader should know, such as that the day's tokens are used up."""

    def __add__(self, other: "Learned") -> "Learned":
        return Learned(
            other.turn_id or self.turn_id,
            self.written + other.written,
            self.candidates + other.candidates,
            self.contradicted + other.contradicted,
            self.refused + other.refused,
            self.alike + other.alike,
            self.superseded + other.superseded,
            self.reviews + other.reviews,
            self.refusals + other.refusals,
            other.notice or self.notice,
        )


TurnEvent = (
    MemoriesRecalled
    | TextDelta
    | ThinkingDelta
    | ToolCalled
    | ToolFinished
    | Retrying
    | TurnFinished
    | TurnFailed
)
