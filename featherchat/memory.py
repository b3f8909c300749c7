"""The values of a memory: what is remembered, how it is linked, how it is asked for.

Everything here is frozen: a memory is changed by storing a new value under its
id. A value that breaks a limit is refused where it is made, with the limit named.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from featherchat.errors import InvalidValue

ASSISTANT_NAMESPACE = "assistant"
"""The namespace of everything the assistant itself remembers of a project."""

MAX_TEXT = 20_000
"""Characters in one memory's text. A longer document is split, not cut."""

CHANGED_VALIDITY = 0.6
"""The validity of a memory whose code has changed since it was anchored there."""

Attribute = str | int | float | bool | None


class Layer(StrEnum):
    """What sort of truth a memory holds; recall ranks within each."""

    PROJECT = "project"
    DECISION = "decision"
    DEVELOPER = "developer"
    EPISODE = "episode"


class Kind(StrEnum):
    """The known kinds. ``Memory.kind`` is an open string: any other word is allowed."""

    ARCHITECTURE = "architecture"
    CONVENTION = "convention"
    STACK = "stack"
    SERVICE = "service"
    DEPLOYMENT = "deployment"
    OVERVIEW = "overview"
    DECISION = "decision"
    RATIONALE = "rationale"
    ALTERNATIVE = "alternative"
    DEAD_END = "dead_end"
    BUG_FIX = "bug_fix"
    PREFERENCE = "preference"
    CODE_CHANGE = "code_change"
    CONVERSATION = "conversation"
    DEBUGGING = "debugging"


@dataclass(frozen=True, slots=True)
class KindTraits:
    """What follows from a memory's kind."""

    layer: Layer
    half_life: float | None
    """Days until the recency of an unrecalled memory has halved; None: it does not decay."""

    importance: float
    """The weight it gets unless one is given, 1.0 neutral."""


_PROJECT_FACT = KindTraits(Layer.PROJECT, 365.0, 1.5)
_DECISION_PART = KindTraits(Layer.DECISION, 180.0, 1.5)
OTHER_KIND = KindTraits(Layer.EPISODE, 30.0, 1.0)

KINDS: Mapping[str, KindTraits] = {
    Kind.ARCHITECTURE: KindTraits(Layer.PROJECT, 365.0, 1.8),
    Kind.CONVENTION: _PROJECT_FACT,
    Kind.STACK: _PROJECT_FACT,
    Kind.SERVICE: _PROJECT_FACT,
    Kind.DEPLOYMENT: _PROJECT_FACT,
    Kind.OVERVIEW: KindTraits(Layer.PROJECT, 365.0, 1.2),
    Kind.DECISION: KindTraits(Layer.DECISION, 180.0, 2.0),
    Kind.RATIONALE: _DECISION_PART,
    Kind.ALTERNATIVE: _DECISION_PART,
    Kind.DEAD_END: _DECISION_PART,
    Kind.BUG_FIX: KindTraits(Layer.DECISION, 180.0, 1.6),
    Kind.PREFERENCE: KindTraits(Layer.DEVELOPER, None, 1.4),
    Kind.CODE_CHANGE: KindTraits(Layer.EPISODE, 60.0, 1.0),
    Kind.CONVERSATION: KindTraits(Layer.EPISODE, 30.0, 1.0),
    Kind.DEBUGGING: KindTraits(Layer.EPISODE, 14.0, 1.0),
}


def traits_of(kind: str) -> KindTraits:
    """The traits of a kind, known or not."""
    return KINDS.get(kind, OTHER_KIND)


class Status(StrEnum):
    """Where a memory stands in its life."""

    CANDIDATE = "candidate"
    ACTIVE = "active"
    SUPERSEDED = "superseded"
    RETIRED = "retired"


LIVING = (Status.ACTIVE, Status.CANDIDATE)
"""The statuses of what is said today; no two memories that have one say the same."""


class AdrStatus(StrEnum):
    """Where a decision stands, beside the status of its memory (attribute ``adr_status``)."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    DEPRECATED = "deprecated"
    SUPERSEDED = "superseded"


class Author(StrEnum):
    """Who said it. An MCP client is ``mcp:<name>``, hence an open string in ``Source``."""

    USER = "user"
    ASSISTANT = "assistant"
    DOCUMENT = "document"
    COMMIT = "commit"
    SAVE = "save"
    IMPORT = "import"
    API = "api"
    """A Python process, through ``DB``."""


class RelationType(StrEnum):
    """The known relations. ``Edge.relation`` is an open string: any other word is allowed."""

    SUPPORTS = "supports"
    CONTRADICTS = "contradicts"
    SUPERSEDES = "supersedes"
    SAME_SESSION = "same_session"
    CAUSED_BY = "caused_by"
    DERIVED_FROM = "derived_from"
    RELATED_TO = "related_to"
    PARENT = "parent"
    CHILD = "child"
    LEADS_TO = "leads_to"
    CAUSES = "causes"


MAY_CAUSE = "may_cause"
"""The relation of a decision to a change that may carry it out, until a person says so."""


@dataclass(frozen=True, slots=True)
class Source:
    """Who said a memory, where, when, and the words it rests on."""

    author: str
    """An ``Author``, or ``mcp:<client>``."""

    at: float
    """When it was said, in seconds UTC."""

    path: str | None = None
    """The document, relative to the project's root, with forward slashes."""

    line: int | None = None
    """The first line in the document, from 1."""

    heading: str | None = None
    """The trail of headings above it, joined by `` › ``."""

    sha: str | None = None
    """The commit, or the document's blob."""

    session_id: str | None = None
    turn_id: str | None = None
    url: str | None = None
    quote: str | None = None
    """The verbatim words it rests on, when the memory's text is not those words."""

    @property
    def place(self) -> tuple[str | None, ...]:
        """What makes it one source: who said it and where, not when or in which state."""
        sha = None if self.path else self.sha
        return (self.author, self.path, sha, self.session_id, self.turn_id, self.url)

    @property
    def by_model(self) -> bool:
        """Whether a model said it, ours or an MCP client's."""
        return self.author == Author.ASSISTANT or self.author.startswith("mcp:")


@dataclass(frozen=True, slots=True)
class Anchor:
    """What in the code a memory is about."""

    path: str
    """A path or glob, relative to the project's root."""

    symbol: str | None = None
    commit: str | None = None
    """The commit that has changed it since; None if none has, or it is not committed yet."""

    blob: str | None = None
    """git's hash of the content when the memory was made."""

    changed: bool = False
    """True once the anchored code has changed in substance since."""


@dataclass(frozen=True, slots=True)
class Edge:
    """A typed link from one memory to another, stored as it was said."""

    source_id: str
    target_id: str
    relation: str
    weight: float = 1.0
    origin: str = "explicit"
    """How it was found: explicit, path, semantic, …"""

    confidence: float = 1.0
    evidence: str = ""
    """The words or the path that led to it."""

    created_at: float = 0.0

    def __post_init__(self) -> None:
        if not 0.0 < self.weight <= 1.0 or not self.relation:
            raise InvalidValue(
                f"The edge {self.source_id} → {self.target_id} has the relation"
                f" {self.relation!r} and the weight {self.weight}.",
                hint="Name a relation, and give a weight above 0 and at most 1.",
            )

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes it one edge: both ends and the relation."""
        return (self.source_id, self.target_id, self.relation)


@dataclass(frozen=True, slots=True)
class Memory:
    """One thing that is remembered."""

    id: str
    text: str
    title: str
    kind: str
    source: Source
    created_at: float
    """Seconds UTC; ages count from here."""

    importance: float
    """A weight from 0 to 2, 1.0 neutral."""

    namespace: str = ASSISTANT_NAMESPACE
    status: Status = Status.ACTIVE
    confidence: float = 1.0
    pinned: bool = False
    recall_count: int = 0
    recalled_at: float | None = None
    valid_from: float | None = None
    valid_to: float | None = None
    expires_at: float | None = None
    verified_at: float | None = None
    developer: str | None = None
    """The e-mail address of who it came from."""

    anchors: tuple[Anchor, ...] = ()
    sources: tuple[Source, ...] = ()
    """Where else it was said, in the order of arrival."""

    attributes: Mapping[str, Attribute] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.text or self.source.author != Author.API:
            # Only the library keeps vectors without a text.
            _check_text(self.id, self.text)
        _check_range(self.id, "importance", self.importance, 2.0)
        _check_range(self.id, "confidence", self.confidence, 1.0)

    @property
    def layer(self) -> Layer:
        """The layer that follows from the kind."""
        return traits_of(self.kind).layer

    @property
    def adr_status(self) -> str | None:
        """A decision's own status: proposed, accepted, …"""
        value = self.attributes.get("adr_status")
        return value if isinstance(value, str) else None

    @property
    def held(self) -> bool:
        """Whether it stays fresh at any age: pinned, or an accepted decision in force."""
        return self.pinned or is_in_force(self.kind, self.status, self.adr_status)

    @property
    def trust(self) -> float:
        """How far the source can be believed: 1 for people, documents and commits."""
        return trust_of(self.status, self.source.author)

    @property
    def validity(self) -> float:
        """0.6 when the code it is anchored to has changed since, else 1."""
        return CHANGED_VALIDITY if any(anchor.changed for anchor in self.anchors) else 1.0


def is_in_force(kind: str, status: str, adr_status: str | None) -> bool:
    """Whether a memory is an accepted decision that nothing has superseded."""
    return adr_status == AdrStatus.ACCEPTED and kind == Kind.DECISION and status == Status.ACTIVE


def trust_of(status: str, author: str) -> float:
    """How far a source can be believed, from 0 to 1."""
    if status == Status.CANDIDATE:
        return 0.7
    if author == Author.ASSISTANT or author.startswith("mcp:"):
        return 0.9
    return 1.0


def _check_text(memory_id: str, text: str) -> None:
    if not text.strip():
        raise InvalidValue("The text is empty.", hint="Say what is to be remembered.")
    if len(text) > MAX_TEXT:
        raise InvalidValue(
            f"The text of memory {memory_id} has {len(text):,} characters; "
            f"the limit is {MAX_TEXT:,}.",
            hint="Split it into several memories, or put it into a document and run init.",
        )
    # Most texts are plain, which is told ten times as quickly as by a search for what is not.
    if "\0" in text or (not text.isascii() and re.search("[\ud800-\udfff]", text)):
        raise InvalidValue(
            f"The text of memory {memory_id} contains a NUL or a lone surrogate.",
            hint="Remove the characters that are not text.",
        )


def _check_range(memory_id: str, name: str, value: float, limit: float) -> None:
    if not 0.0 <= value <= limit:
        raise InvalidValue(
            f"The {name} of memory {memory_id} is {value}, but must be from 0 to {limit:g}.",
            hint=f"Give a number from 0 to {limit:g}.",
        )


def as_superseded(memory: Memory, at: float) -> Memory:
    """A memory that something else has taken the place of, since a time at the latest."""
    attributes = dict(memory.attributes)
    if memory.kind == Kind.DECISION:
        attributes["adr_status"] = AdrStatus.SUPERSEDED.value
    return replace(
        memory,
        status=Status.SUPERSEDED,
        valid_to=memory.valid_to or at,
        attributes=attributes,
    )
