"""What can be set: each section's values, their defaults, and what each may be.

Values only: reading them from files and the environment is the work of ``config.py``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

ENDLESS = float("inf")
BOUNDS: Mapping[str, tuple[float, float]] = {
    "model.max_tokens": (1, ENDLESS),
    "embedder.threads": (1, 256),
    "recall.half_life": (0.001, ENDLESS),
    "recall.time_weight": (0, 1),
    "recall.limit": (1, 200),
    "recall.prompt_tokens": (0, 1_000_000),
    "recall.prompt_relevance": (0, 1),
    "recall.prompt_recency": (0, 1),
    "recall.prompt_importance": (0, 1),
    "learn.max_documents": (0, ENDLESS),
    "learn.max_bytes": (1, ENDLESS),
    "learn.piece_words": (10, 10_000),
    "learn.daily_tokens": (0, ENDLESS),
    "store.busy_timeout": (0, 3_600),
}
"""The least and the most that a number may be."""

CHOICES: Mapping[str, tuple[str, ...]] = {
    "chat.edits": ("ask", "off"),
    "recall.fusion": ("weighted", "rrf"),
    "learn.policy": ("auto", "ask", "off"),
}
"""The words that a setting, or each value of a table, may be."""


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """Which model answers."""

    provider: str = "auto"
    """anthropic, openai (any compatible server), none (recall only), or auto."""

    name: str = ""
    """The model; empty for the provider's default."""

    background: str = ""
    """The cheap model that distils turns; empty for the provider's default."""

    base_url: str = ""
    """Address of an OpenAI-compatible server, such as http://localhost:11434/v1."""

    max_tokens: int = 8_192
    """The longest answer."""


@dataclass(frozen=True, slots=True)
class ChatSettings:
    """What the model may do."""

    edits: str = "ask"
    """ask (the model may propose edits of files, each of which you see and agree to), or off."""


@dataclass(frozen=True, slots=True)
class EmbedderSettings:
    """What turns text into vectors."""

    name: str = "local"
    """local, voyage, or none (words only)."""

    model: str = ""
    base_url: str = ""
    threads: int = 1


@dataclass(frozen=True, slots=True)
class RecallSettings:
    """How memories are found and ranked."""

    half_life: float | None = None
    """Days for all kinds; unset: each kind's own."""

    time_weight: float = 0.3
    limit: int = 10
    """How many memories a search shows."""

    fusion: str = "weighted"
    """How words and meaning become one relevance: weighted (by scores), or rrf (by ranks)."""

    prompt_tokens: int = 1_500
    """The most that recalled memories may take of a turn."""

    prompt_relevance: float = 0.6
    """What makes a memory worth a place in a prompt, beside those of other layers."""

    prompt_recency: float = 0.2
    prompt_importance: float = 0.2


@dataclass(frozen=True, slots=True)
class LearnSettings:
    """What is learnt, from what."""

    include: tuple[str, ...] = (
        "README*",
        "ARCHITECTURE*",
        "CONTRIBUTING*",
        "AGENTS.md",
        "CLAUDE.md",
        "docs/**",
        "doc/**",
    )
    """Globs of documents, beside the decision records wherever they lie."""

    exclude: tuple[str, ...] = ()
    max_documents: int = 2_000
    max_bytes: int = 1_000_000
    """Larger files are skipped and named."""

    piece_words: int = 120
    """The longest piece of a document; the cost of an embedding grows with length."""

    conversations: bool = True
    """Whether turns are learnt from. Learning can be switched off with false."""

    daily_tokens: int = 50_000
    """The most that a model may take for learning in a day; 0: explicit statements only."""

    policy: Mapping[str, str] = field(default_factory=dict)
    """By kind: auto (written at once), ask (waits in the inbox), or off, as in
    ``[learn.policy]``. Unset: a decision, convention or preference that a model distilled waits."""


@dataclass(frozen=True, slots=True)
class StoreSettings:
    """Where and how memories are kept."""

    path: str = ""
    """The one file; empty for the place that belongs to the project."""

    busy_timeout: float = 5.0
    """Seconds to wait for another process's write."""


@dataclass(frozen=True, slots=True)
class AppSettings:
    """How the app looks."""

    theme: str = "feather"
    animations: bool = True


@dataclass(frozen=True, slots=True)
class AdrSettings:
    """Where decision records lie."""

    dir: str = ""
    """Their folder, when it is not found by itself."""

    roots: tuple[str, ...] = ()
    """Further folders of records. Outside the project only if your own settings say so."""


@dataclass(frozen=True, slots=True)
class DeveloperSettings:
    """Who works here."""

    emails: tuple[str, ...] = ()
    """Addresses that are one person; the first is the name under which memories are stored."""
