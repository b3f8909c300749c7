"""What one trip to the store brings for a question, before anything is judged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from featherchat.memory import Edge, Kind, RelationType
from featherchat.recollection import Outline
from featherchat.store.base import WordHits

PART_OF: Mapping[str, str] = {
    # A record's rationale and rejected options are parts of the decision they start from.
    RelationType.LEADS_TO: Kind.RATIONALE,
    RelationType.CONTRADICTS: Kind.ALTERNATIVE,
}

AMENDS = "amends"
"""The relation of a decision that replaces another one in part."""

STANDS_FOR = (*PART_OF, RelationType.SUPERSEDES)
"""Relations whose source may stand in the place of their target."""


@dataclass(frozen=True, slots=True)
class Heads:
    """What one trip to the store brought for a question."""

    words: WordHits
    cosines: Mapping[str, float]
    """The raw cosine of the nearest, by memory id."""

    edges: Sequence[Edge]
    """From what may stand in the place of a hit."""

    outlines: Mapping[str, Outline]
    """Of both ends of the edges, of whole documents and of what is named, inside the walls;
    those that the filter does not admit only speak for the others."""

    sizes: Mapping[str, int] = field(default_factory=dict)
    """How many parts each decision has, found or not."""

    beside: Sequence[Edge] = ()
    """Between what was said in one session, and what was said next."""

    support: Mapping[str, float] = field(default_factory=dict)
    """How far the files of a change speak for a memory, from 0 to 1."""

    @property
    def named(self) -> frozenset[str]:
        """Memories from or about a path that the question names."""
        return self.words.named & self.outlines.keys()

    @property
    def decisions(self) -> dict[str, str]:
        """The decision of each part of a record that was found."""
        return {edge.target_id: edge.source_id for edge in self.edges if self.is_part(edge)}

    @property
    def about(self) -> dict[str, float]:
        """How far the whole conversation of each memory has the question's words, best first 1."""
        scores = self.words.sessions
        best = max(scores.values(), default=1.0)
        return {
            key: scores[each.session_id] / best
            for key, each in self.outlines.items()
            if each.session_id is not None and each.session_id in scores
        }

    def is_part(self, edge: Edge) -> bool:
        """Whether an edge leads from a decision to a part of its record."""
        part = self.outlines.get(edge.target_id)
        return (
            part is not None
            and PART_OF.get(edge.relation) == part.kind
            and self.is_decision(edge.source_id)
        )

    def is_decision(self, memory_id: str) -> bool:
        """Whether a memory is a decision inside the walls."""
        outline = self.outlines.get(memory_id)
        return outline is not None and outline.kind == Kind.DECISION
