"""What is proposed to be remembered, before the gate has judged it.

A candidate is a value that a rule, a model or a document made; nothing here is
stored, and nothing in it is believed yet.
"""

from dataclasses import dataclass

from featherchat.memory import Kind
from featherchat.messages import Refusal

__all__ = ["Candidate", "Evidence", "Link", "Refusal", "is_private"]


@dataclass(frozen=True, slots=True)
class Link:
    """What a candidate says that it has to do with."""

    target: str
    """A memory's id or the end of one, with or without ``m:``, or a record such as ``ADR-7``."""

    relation: str
    """A ``RelationType`` or another word."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One sentence that somebody or something proposes to remember."""

    kind: str
    text: str
    quote: str
    """The verbatim words it rests on; a person's own statement rests on itself."""

    author: str
    """Who proposes it: an ``Author``, or ``mcp:<client>``."""

    title: str = ""
    """A short name; the beginning of the text if there is none."""

    importance: float | None = None
    """A weight from 0 to 2; the kind's own if there is none."""

    subject: str = ""
    """What it is about, such as ``connection pool``; empty when unknown."""

    slot: str = ""
    """Which property of the subject it fixes, such as ``size``; empty when unknown."""

    cue: str = ""
    """The words that name what it replaces, such as ``instead of Redis``; empty when unknown."""

    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was really said, which quotes are looked for in."""

    user: str = ""
    assistant: str = ""
    document: str = ""
    """What a document, a tool or the web said."""

    recalled: str = ""
    """The memories that stood in the prompt. They are no evidence: nothing is learnt from itself."""


def is_private(kind: str) -> bool:
    """Whether a kind, however it is worded, says how a person works."""
    return Kind.PREFERENCE.value in kind.lower()
