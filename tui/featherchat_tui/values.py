"""What the widgets are given to show, where the core has no value of its own.

Everything here is frozen and knows neither Textual nor the project: the screen
makes these from what the core tells it, and a test writes them down literally.
"""

from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # 20 ms that the first page need not pay: here they are only named.
    from featherchat.memory import Memory
    from featherchat.messages import Learned, MemoriesRecalled, ToolCall, ToolResult


@dataclass(frozen=True, slots=True)
class Completion:
    """One thing the prompt can complete to."""

    text: str
    """What is put into the prompt: ``/search``, ``@src/pool.py``, or an earlier prompt."""

    summary: str = ""
    """What it does or is, in a few words."""


@dataclass(frozen=True, slots=True)
class Link:
    """A relation of a decision, and the memory at its other end."""

    relation: str
    forward: bool
    """True if the decision is where the edge starts."""

    memory: "Memory"


@dataclass(frozen=True, slots=True)
class DecisionCard:
    """A decision with what it is linked to."""

    memory: "Memory"
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a count has come."""

    done: int
    total: int

    @property
    def share(self) -> float:
        """From 0 to 1; nothing to do is 1."""
        return min(self.done / self.total, 1.0) if self.total else 1.0

    @property
    def finished(self) -> bool:
        """Whether nothing is left to do."""
        return self.done >= self.total


@dataclass(frozen=True, slots=True)
class Learning:
    """How far the learning of a repository has come."""

    documents: Progress
    pieces: Progress
    """Pieces that have meaning, of all; words are searchable before that."""


@dataclass(frozen=True, slots=True)
class Status:
    """What the status line says. None and 0 are left out."""

    project: str
    branch: str | None = None
    model: str | None = None
    """None: there is no model, and the line says that memory alone answers."""

    context_share: float | None = None
    """The part of the model's context in use, from 0 to 1."""

    memory_share: float | None = None
    """The part of the context that memories take, from 0 to 1."""

    cost: float | None = None
    """US dollars of this session, when the price is known."""

    memories: int = 0
    candidates: int = 0
    """Memories that wait for a person's word."""

    awaiting_meaning: int = 0
    """Memories that are found by words only, because no embedder answered."""

    embedding: Progress | None = None
    """Embedding in the background; None or finished: nothing is shown."""

    notice: str = ""
    """What a person should know of the store, such as that it is read-only."""

    learning_share: float | None = None
    """The part of the day's tokens for learning that is spent; None without a model."""

    commits: Progress | None = None
    """Commits that are recorded in the background; None or finished: nothing is shown."""

    watching: str = ""
    """What is unusual in how changes of the code are noticed; empty if nothing is."""


@dataclass(frozen=True, slots=True)
class PastTool:
    """A tool that was called in an answer."""

    call: "ToolCall"
    at: int
    """How many characters of the answer stand above it."""

    result: "ToolResult | None" = None
    """None while it runs, and for ever if the answer ended before it."""


@dataclass(frozen=True, slots=True)
class PastTurn:
    """A question and its answer, as the conversation shows them again."""

    prompt: str
    asked_at: float
    """Seconds UTC."""

    answer: str = ""
    model: str = ""
    seconds: float | None = None
    cost: float | None = None
    notice: str = ""
    recalled: "MemoriesRecalled | None" = None
    learned: "Learned | None" = None
    tools: tuple[PastTool, ...] = ()
    """In the order in which they were called."""


@dataclass(frozen=True, slots=True)
class PastNote:
    """What a command had to say, as the conversation shows it again."""

    text: str
    plain: bool = False
    """Whether it is shown as it is instead of as Markdown."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What the first start says before it reads anything."""

    found: str
    """What was seen, in a sentence: "This repository has a README and 14 documents."."""

    effort: str
    """What learning it takes, in a sentence: "About 40 seconds; you can ask at once."."""

    reads: str
    stored_in: str
    sends: str
    """What is sent to whom: "nothing: no model is set up"."""

    learning: str
    """Whether learning is on, and how to switch it off."""

    model: str = ""
    """How to set up a model; empty when there is one."""


class FirstAnswer(Enum):
    """What a person says to the offer to learn a repository."""

    LEARN = "Learn"
    SHOW = "Show me first"
    NOT_NOW = "Not now"


@dataclass(frozen=True, slots=True)
class KeyHelp:
    """A key, and what it does where."""

    key: str
    """As it is written for people: ``^J``, ``F3``."""

    does: str
    where: str = "Everywhere"
    """The heading under which help lists it."""


class Judgement(StrEnum):
    """What can be said of a memory."""

    PIN = "pin"
    """It is to stay fresh, or no longer."""

    FORGET = "forget"
    """It is of no use."""

    CONFIRM = "confirm"
    """It is so."""

    WRONG = "wrong"
    """It is not so."""
