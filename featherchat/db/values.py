"""What ``DB`` hands out."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property, partial

from featherchat.db.metadata import Metadata
from featherchat.memory import Attribute, Memory
from featherchat.recollection import Recollection, ScoreParts, Step
from featherchat.store.scoring import Near, Scored

Found = Recollection | Scored | Near

_SHOWN = 40
"""Characters of a text that a memory shows of itself."""


@dataclass(unsafe_hash=True)
class StoredMemory:
    """A memory as it was when it was read, and why it was found.

    Not frozen: ten are made for each question, and a frozen one takes three times as long.
    """

    id: str
    """What it is got, linked and forgotten by."""

    of: Memory | Found
    """The memory itself when nothing was asked, else how a question found it."""

    store: Callable[[str, str, Attribute], None]
    """Stores an attribute of the memory of an id."""

    def __repr__(self) -> str:
        text = self.memory.text
        short = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
        return (
            f"StoredMemory({self.id!r}, score={self.score:.4f}, kind={self.entity!r},"
            f" text={short or None!r})"
        )

    @property
    def memory(self) -> Memory:
        """All of its fields."""
        return self.of if isinstance(self.of, Memory) else self.of.memory

    @property
    def found(self) -> Found | None:
        """How a question found it; None when nothing was asked."""
        return None if isinstance(self.of, Memory) else self.of

    @property
    def text(self) -> str | None:
        """None for a vector without a text."""
        return self.memory.text or None

    @property
    def entity(self) -> str:
        """Its kind."""
        return self.memory.kind

    @property
    def namespace(self) -> str:
        """The wall it stands behind."""
        return self.memory.namespace

    @property
    def score(self) -> float:
        """0 when nothing was asked."""
        return 0.0 if self.found is None else self.found.score

    @property
    def parts(self) -> ScoreParts | None:
        """Every number of the score; of what a chain reached, those of the seed it started from."""
        return None if self.found is None else self.found.parts

    @property
    def trail(self) -> tuple[Step, ...]:
        """The edges that a chain walked from its seed; empty for a direct hit."""
        return self.found.trail if isinstance(self.found, Recollection) else ()

    @property
    def replaces(self) -> tuple[str, ...]:
        """Ids of superseded memories in whose place it stands."""
        return self.found.replaces if isinstance(self.found, Recollection) else ()

    @property
    def hop(self) -> int:
        """0 for a direct hit, else the number of edges that a chain walked."""
        return len(self.trail)

    @cached_property
    def meta(self) -> Metadata:
        """Importance, dates and attributes; what is set here is stored."""
        return Metadata.of(self.memory).bound(partial(self.store, self.id))


class Results(list[StoredMemory]):
    """What was found, best first."""

    def __init__(self, found: Iterable[StoredMemory], *, exact: bool) -> None:
        super().__init__(found)
        self.exact = exact
        """Whether it is surely the true top; False where an approximate index took part."""
